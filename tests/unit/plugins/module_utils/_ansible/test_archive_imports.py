# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports from an archive, as Ansible sends one, with and without the finder of the modules."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible import archive_imports

FILES = {
    "pkg/__init__.py": "",
    "pkg/one.py": "from .sub.two import NUMBER\nraise_it = lambda: 1 / 0\n",
    "pkg/sub/__init__.py": "NAME = __name__\n",
    "pkg/sub/two.py": "NUMBER = 2\n",
}
# Counts what Python compiles, by the name of the file.
PROGRAM = """
import collections, json, runpy, sys
archive, finder, outside = sys.argv[1:]
if finder:
    runpy.run_path(finder)["compile_each_file_once"]()
compiled = collections.Counter()
sys.addaudithook(lambda event, given: event == "compile" and compiled.update([str(given[1])]))
sys.path[:0] = [archive, outside]
import pkg.one
try:
    import pkg.missing
except ModuleNotFoundError as error:
    missing = str(error)
import beside.three
try:
    pkg.one.raise_it()
except ZeroDivisionError as error:
    where = error.__traceback__.tb_next.tb_frame.f_code.co_filename
print(json.dumps({
    "compiled": {name.partition("files.zip/")[2]: count for name, count in compiled.items() if "files.zip" in name},
    "files": [pkg.__file__, pkg.one.__file__, pkg.sub.__file__],
    "names": [pkg.sub.NAME, pkg.one.__name__, pkg.one.__package__],
    "number": pkg.one.NUMBER + beside.three.NUMBER, "missing": missing, "where": where,
}))
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive with a package, and beside it a package in a folder."""
    with zipfile.ZipFile(tmp_path / "files.zip", "w") as file:
        for name, content in FILES.items():
            file.writestr(name, content)
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "three.py").write_text("NUMBER = 3\n")
    return tmp_path / "files.zip"


def imported(archive: Path, *, finder: str) -> dict[str, Any]:
    command = [sys.executable, "-B", "-c", PROGRAM, str(archive), finder, str(archive.parent)]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


def test_each_file_is_compiled_once(archive: Path) -> None:
    told = imported(archive, finder=archive_imports.__file__)
    # Python's own finder finds the package itself.
    assert told["compiled"] == {name: 2 if name == "pkg/__init__.py" else 1 for name in FILES}


def test_all_else_is_as_without_the_finder(archive: Path) -> None:
    told, plain = (imported(archive, finder=finder) for finder in (archive_imports.__file__, ""))
    # Fails once Python compiles each file once, which makes the finder superfluous.
    assert plain.pop("compiled") == dict.fromkeys(FILES, 2)
    del told["compiled"]
    assert told == plain
    assert told["number"] == 5
    assert told["missing"] == "No module named 'pkg.missing'"


def test_it_is_installed_once_before_the_finder_of_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    for _ in range(2):
        archive_imports.compile_each_file_once()
    assert sys.meta_path.count(archive_imports.ArchiveFinder) == 1
    assert sys.meta_path.index(archive_imports.ArchiveFinder) < sys.meta_path.index(PathFinder)
