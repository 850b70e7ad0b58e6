# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test: ``python -m scripts.ansible_test --core 2.19 --python 3.11 sanity``.

``units`` and ``integration`` work as well; options of ansible-test follow.

Each pair of ansible-core and Python has its own environment in ``.cache``. ansible-test resolves its working folder
and requires ``ansible_collections/poolboy/concourse`` in its path, so it runs on a copy of what git would commit.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.checkout import CHECKOUT, copy_checkout
from scripts.environment import make_environment
from scripts.pip_bootstrap import provide_pip
from scripts.pythons import find_pythons, path_without_shims


def workplace(core: str, python: str) -> Path:
    """Return the working folder for one ansible-core and one Python, both versions such as "2.19"."""
    return CHECKOUT / ".cache" / "ansible-test" / f"core-{core}-python-{python}"


def collection_copy(place: Path) -> Path:
    """Return the path of the collection's copy in a working folder."""
    return place / "ansible_collections" / "poolboy" / "concourse"


def run_ansible_test(interpreter: Path, *, core: str, python: str, arguments: Sequence[str]) -> int:
    """Run ansible-test of ``core`` on ``interpreter`` (a Python ``python``) and return its exit code."""
    place = workplace(core, python)
    environment = _environment(place / "environment", interpreter=interpreter, core=core)
    home = place / "home"
    provide_pip(environment / "bin" / "python", version=python, home=home)
    copy = collection_copy(place)
    _copy_collection(copy)
    command = [str(environment / "bin" / "ansible-test"), *arguments]
    return subprocess.run(command, cwd=copy, env=_variables(environment, home), check=False).returncode


def _environment(folder: Path, *, interpreter: Path, core: str) -> Path:
    """Create the environment unless one exists for the same requirements."""
    file = CHECKOUT / "tests" / "unit" / "requirements.txt"
    # ansible-test itself runs unit tests with these three pytest packages.
    packages = [f"ansible-core=={core}.*", "pytest", "pytest-mock", "pytest-xdist"]
    wanted = "\n".join([*packages, file.read_text(encoding="utf-8")])
    ready = folder / ".ready"
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        make_environment(folder, python=interpreter, requirements=[*packages, "--requirement", str(file)])
        ready.write_text(wanted, encoding="utf-8")
    return folder


def _copy_collection(target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    # ansible-test lists the files of the nearest repository; the checkout's repository ignores this folder.
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    copy_checkout(target)


def _variables(environment: Path, home: Path) -> dict[str, str]:
    # A separate home prevents two versions of ansible-test from creating the same environments at the same time.
    own = {"HOME": str(home)}
    for settings in (Path("~/.config/pip/pip.conf"), Path("~/.pip/pip.conf")):
        if settings.expanduser().exists():
            own["PIP_CONFIG_FILE"] = str(settings.expanduser())
    folders = [environment / "bin", *(python.parent for python in find_pythons().values()), *path_without_shims()]
    # The environment's own Python comes first, then the other interpreters, each once.
    return {**os.environ, **own, "PATH": os.pathsep.join(dict.fromkeys(map(str, folders)))}


def main(words: Sequence[str]) -> int:
    """Parse the command line, run ansible-test and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.ansible_test", description="Run ansible-test on a copy.")
    parser.add_argument("--core", required=True, help="the release of ansible-core, such as 2.19")
    parser.add_argument("--python", required=True, help="the version of Python, such as 3.11")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of ansible-test, such as sanity")
    options = parser.parse_args(words)
    pythons = {f"{major}.{minor}": path for (major, minor), path in find_pythons().items()}
    if options.python not in pythons:
        print(f"Python {options.python} is not installed; found {', '.join(pythons)}.", file=sys.stderr)
        return 2
    interpreter = pythons[options.python]
    try:
        return run_ansible_test(interpreter, core=options.core, python=options.python, arguments=options.arguments)
    except subprocess.CalledProcessError as error:
        print(f"Setting up ansible-test failed, see above: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
