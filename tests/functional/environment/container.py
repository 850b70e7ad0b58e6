# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image of the Concourse task without a container: the files and packages of its Dockerfile."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT
from ansible_collections.poolboy.concourse.tests.functional.reuse.variables import reuse
from ansible_collections.poolboy.concourse.tests.functional.running import PATIENCE, Run

DOCKERFILE = CHECKOUT / "concourse" / "Dockerfile"


@dataclass(frozen=True)
class Image:
    """The image; `root` stands for its /, `tools` contains the programs that pip installs."""

    root: Path
    tools: Path

    def run_task(self, config: Mapping[str, Any], folder: Path, variables: Mapping[str, str] | None = None) -> Run:
        """Run a task's config in `folder` as Concourse does, without the tester's environment.

        Parameters become variables as in atc/task.go: null is empty, texts are kept, other values are JSON. The
        container's own variables are PATH and `variables`.
        """
        for cache in config.get("caches", []):
            (folder / cache["path"]).mkdir(parents=True, exist_ok=True)
        parameters = {name: _as_variable(value) for name, value in config.get("params", {}).items()}
        own = {
            "PATH": os.pathsep.join([str(self.root / "usr/local/bin"), str(self.tools), os.defpath]),
            # In a container it is at / and needs no variable.
            "ANSIBLE_COLLECTIONS_PATH": str(self.root / "usr/share/ansible/collections"),
            **reuse(),
        }
        done = subprocess.run(
            [str(self.root / config["run"]["path"].lstrip("/")), *config["run"].get("args", [])],
            cwd=folder,
            env={**own, **(variables or {}), **parameters},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        return Run(done.returncode, done.stdout, done.stderr)


def build_image(root: Path, tools: Path) -> Image:
    """Copy the files of the image below `root`."""
    for mode, source, target in copies():
        path = root / target.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if (CHECKOUT / source).is_dir():
            shutil.copytree(CHECKOUT / source, path, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(CHECKOUT / source, path)
            path.chmod(int(mode, 8))
    return Image(root, tools)


def instructions() -> Iterator[tuple[str, str]]:
    """Yield each instruction of the Dockerfile and its arguments on one line."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _space, rest = line.partition(" ")
            yield name, rest


def copies() -> Iterator[tuple[str, str, str]]:
    """Yield the Dockerfile's copies: mode, path in the checkout, path in the image."""
    for name, rest in instructions():
        if name == "COPY":
            *flags, source, target = rest.split()
            modes = [flag.removeprefix("--chmod=") for flag in flags]
            yield (modes or ["644"])[0], source, target


def _as_variable(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
