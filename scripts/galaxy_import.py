# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import the artifact as Galaxy does: ``python -m scripts.galaxy_import`` fails on each warning of galaxy-importer.

Galaxy also runs ansible-lint; `tests/functional/environment/test_artifact.py` does that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.artifact import build_archive
from scripts.checkout import copy_checkout

WITHOUT_LINT = {"GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false"}


def import_artifact() -> str:
    """Build an artifact of the checkout, import it and return the importer's problems, one a line."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "source")
        copy_checkout(source)
        archive = build_archive(source, Path(scratch), time=0)
        # It imports from a folder of its own, not from the checkout, and writes its result to the working folder.
        tools = str(Path(sys.executable).parent)
        variables = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        done = subprocess.run(
            [sys.executable, "-m", "galaxy_importer.main", str(archive)],
            cwd=scratch,
            env={**variables, **WITHOUT_LINT, "PATH": os.pathsep.join([tools, os.environ.get("PATH", os.defpath)])},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    problems = [line for line in done.stdout.splitlines() if line.startswith(("WARNING:", "ERROR:", "CRITICAL:"))]
    return "\n".join(problems) if problems or done.returncode == 0 else done.stdout


def main() -> int:
    """Print the problems and return the exit code."""
    try:
        problems = import_artifact()
    except subprocess.CalledProcessError as error:
        print(f"Building the artifact failed, see above: {error}", file=sys.stderr)
        return 1
    print(problems or "Galaxy would import the artifact without a warning.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
