# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Containerfile of the resource types, carried out step by step into a folder that replaces /."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import CHECKOUT, TYPES, Scripts

CONTAINERFILE = TYPES / "Containerfile"
_ABSOLUTE = re.compile(r"(?<![\w.])/(?=(?:usr|etc|var|opt)/)")
# What changes this machine, or comes from its package manager, is only recorded. pip installs into the folder, and may
# take what it has downloaded before.
_PROGRAMS = {
    "useradd": 'echo "useradd $*" >> "$RECORD"',
    "apt-get": 'echo "apt-get $*" >> "$RECORD"',
    "pip": 'test "$1" = install; shift; set -- $(echo "$*" | sed s/--no-cache-dir//); '
    'exec "$PYTHON" -m pip --disable-pip-version-check install --quiet --target "$SITE" "$@"',
    "python": 'exec "$PYTHON" "$@"',
}


@dataclass
class Image:
    """What an image has: files below `root`, the user, its variables, and what only a real build can do."""

    root: Path
    user: str = "root"
    variables: dict[str, str] = field(default_factory=dict)
    recorded: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)

    def scripts(self, home: Path) -> Scripts:
        """Return its scripts in a new container."""
        home.mkdir(parents=True, exist_ok=True)
        path = os.pathsep.join([self.variables["PYTHONPATH"], str(self.root / "site")])
        return Scripts(home, self.root / "opt" / "resource", variables={**self.variables, "PYTHONPATH": path})


def instructions(target: str) -> Iterator[tuple[str, str]]:
    """Yield the instructions that make a target, each with its arguments on one line."""
    text = re.sub(r"^#.*\n", "", CONTAINERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    stages: dict[str, list[tuple[str, str]]] = {}
    current: list[tuple[str, str]] = []
    for line in filter(None, re.sub(r"\\\n\s*", "", text).splitlines()):
        name, _space, rest = line.partition(" ")
        if name == "FROM":
            base, _as, stage = rest.partition(" AS ")
            current = stages[stage] = [*stages.get(base, [*current, (name, base)])]
        else:
            current.append((name, rest))
    yield from stages[target]


def carry_out(target: str, root: Path) -> Image:
    """Carry out every step that makes a target. Raises CalledProcessError for one that fails."""
    image = Image(root)
    for name, rest in instructions(target):
        if name == "FROM":
            image.bases.append(rest)
        elif name == "RUN":
            _run(image, rest)
        elif name == "COPY":
            _copy(root, rest)
        elif name == "ENV":
            variable, _equals, value = rest.partition("=")
            image.variables[variable] = _below(root, value)
        elif name == "USER":
            image.user = rest
        elif name != "ARG":
            raise NotImplementedError(f"{name} {rest}")
    return image


def _run(image: Image, command: str) -> None:
    programs, record = image.root / ".programs", image.root / ".record"
    programs.mkdir(parents=True, exist_ok=True)
    for name, script in _PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\nset -e\n{script}\n")
        (programs / name).chmod(0o755)
    record.write_text("")
    own = {"RECORD": str(record), "PYTHON": sys.executable, "SITE": str(image.root / "site")}
    environment = {**os.environ, **own, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["sh", "-ec", _below(image.root, command)], env=environment, cwd=image.root, check=True)
    image.recorded += record.read_text().splitlines()


def _copy(root: Path, rest: str) -> None:
    *flags, source, target = rest.split()
    path = Path(_below(root, target))
    path.parent.mkdir(parents=True, exist_ok=True)
    if (CHECKOUT / source).is_dir():
        shutil.copytree(CHECKOUT / source, path, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(CHECKOUT / source, path)
    for flag in flags:
        mode = int(flag.removeprefix("--chmod="), 8)
        for file in path.rglob("*") if path.is_dir() else [path]:
            file.chmod(mode)


def _below(root: Path, text: str) -> str:
    """Return a text with the paths of the image below the folder that replaces its root."""
    return _ABSOLUTE.sub(f"{root}/", text)
