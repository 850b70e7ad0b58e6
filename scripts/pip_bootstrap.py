# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide pip to ansible-test where its download host is unreachable.

ansible-test fills its virtual environments with a get-pip script that it fetches once into ``~/.ansible/test/cache``
from a host of the Ansible project. Many build machines reach only a package index, so this module writes a script that
installs the pip version that ansible-test requires by a copy of that pip. An existing script is not replaced.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CACHE = Path(".ansible/test/cache")  # in the home
ASK_FOR_VERSION = """
from types import SimpleNamespace
from ansible_test._internal.python_requirements import get_venv_packages
print(get_venv_packages(SimpleNamespace(version="{version}"))["pip"])
"""
SCRIPT = """# Written by the tests of poolboy.concourse: installs pip by the copy of pip beside this file.
import os
import runpy
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "{copy}"))
# ansible-test uses each environment for a few commands: compiling all of pip takes longer than they do.
options = ["--ignore-installed", "--no-compile"]
words = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.argv[1:] = ["install"] + options + words
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def provide_pip(interpreter: Path, *, version: str, home: Path) -> None:
    """Write the script into ``home`` for the ansible-test of ``interpreter``, a Python of ``version`` ("3.12").

    On failure it prints a message and returns; ansible-test then tries its own host.
    """
    try:
        pip_version = _output(interpreter, "-c", ASK_FOR_VERSION.format(version=version))
        cache = home / CACHE
        script = cache / f"get_pip_{pip_version.replace('.', '_')}.py"
        if script.exists():
            return
        copy = cache / f"pip-{pip_version}"
        pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--target", str(copy)]
        _output(interpreter, *pip, f"pip=={pip_version}")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"Providing pip for ansible-test failed; ansible-test downloads it itself: {error}", file=sys.stderr)
        return
    unfinished = script.with_suffix(f".{os.getpid()}")
    unfinished.write_text(SCRIPT.format(copy=copy.name), encoding="utf-8")
    unfinished.replace(script)


def _output(interpreter: Path, *arguments: str) -> str:
    return subprocess.run([interpreter, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
