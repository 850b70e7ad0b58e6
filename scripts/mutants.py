# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the tests of the rules by mutation: ``python -m scripts.mutants [FOLDER...]``, each a folder of ``_core``.

mutmut changes the rules one place at a time, and runs the unit tests of the folder that reach the place: a change that
no test notices is a survivor. It finds mutants by their module, so it runs on a copy below ``ansible_collections``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from scripts.checkout import CHECKOUT, copy_checkout

RULES = ("verdict", "clean", "trigger", "handoff", "lock")
# mutmut's words for a mutant that some test noticed: it failed, or it ran into the timeout.
NOTICED = ("killed", "timeout")
# mutmut signals processes by number long after they ended, when the number can be that of any program, and a change
# can take all memory. So it sees no other processes, and each of its own has at most 4 GiB.
ALONE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child")
LIMITED = ("prlimit", f"--as={4 << 30}")
COLLECTION = "ansible_collections/poolboy/concourse"
# Timeouts are in seconds and as a multiple of the tests' duration: a change can make a loop endless. Lines that word
# messages for people are left alone: tests check what a message names, not each of its words and widths.
SETTINGS = """
[tool.mutmut]
source_paths = ["ansible_collections"]
only_mutate = ["{collection}/plugins/module_utils/_core/{folder}/*.py"]
pytest_add_cli_args = ["--config-file=pyproject.toml", "-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = ["{collection}/tests/unit/plugins/module_utils/_core/{folder}/"]
do_not_mutate_patterns = ['^\\s*f?".*"\\)?,?$', 'raise \\w+\\(', 'printable\\(']
timeout_constant = 5.0
timeout_multiplier = 10.0
use_git_change_detection = false

[tool.pytest.ini_options]
consider_namespace_packages = true
"""


def find_survivors(folder: str) -> list[str]:
    """Run mutmut on a folder of the core and return the names of the mutants that no test notices."""
    place = CHECKOUT / ".cache" / "mutants" / folder
    shutil.rmtree(place, ignore_errors=True)
    copy_checkout(place / COLLECTION)
    (place / "pyproject.toml").write_text(SETTINGS.format(collection=COLLECTION, folder=folder), encoding="utf-8")
    at_once = os.environ.get("MUTANTS_AT_ONCE")
    run = ["mutmut", "run", *(["--max-children", at_once] if at_once else [])]
    subprocess.run([*ALONE, *LIMITED, *run], cwd=place, check=True)
    listed = subprocess.run(["mutmut", "results"], cwd=place, check=True, stdout=subprocess.PIPE, text=True).stdout
    states = [line.strip().rpartition(": ") for line in listed.splitlines()]
    return [f"{name} ({state})" for name, _colon, state in states if name and state not in NOTICED]


def main(folders: Sequence[str]) -> int:
    """Run the mutation tests of some folders, or of all rules; return 1 if a mutant survives, 2 if none was made."""
    if subprocess.run([*ALONE, *LIMITED, "true"], check=False).returncode != 0:
        print("mutmut can end other programs, and cannot be shut in here: install unshare and prlimit of util-linux.")
        return 2
    survivors = {folder: find_survivors(folder) for folder in folders or RULES}
    for folder, mutants in survivors.items():
        print("\n".join([f"{folder}: {len(mutants) or 'no'} survivors", *mutants]))
    if not any(survivors.values()):
        return 0
    print("To see a change, run `mutmut show NAME` in .cache/mutants/FOLDER.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
