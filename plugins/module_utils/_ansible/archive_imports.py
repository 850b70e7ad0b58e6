# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports from the archive in which Ansible sends a module, with one compilation of each file instead of two.

Python asks the importer of an archive for the name of a file before it imports it, and `zipimporter.get_filename`
compiles the file to find its name (CPython 3.11 to 3.13, Lib/zipimport.py): a seventh of the work of a module.
"""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pkgutil import get_importer
from types import ModuleType
from zipimport import ZipImportError, zipimporter

if t.TYPE_CHECKING:
    from importlib.abc import Loader


class ArchiveFinder:
    """Finds modules of packages that are in an archive; leaves all others to Python's own finders."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        for folder in path or ():
            importer = get_importer(folder)
            if not isinstance(importer, zipimporter):
                return None
            try:
                is_package = importer.is_package(name)
            except ZipImportError:
                continue
            place = f"{folder}/{name.rpartition('.')[2]}"
            file = f"{place}/__init__.py" if is_package else f"{place}.py"
            spec = ModuleSpec(name, t.cast("Loader", importer), origin=file, is_package=is_package)
            spec.has_location = True
            if spec.submodule_search_locations is not None:
                spec.submodule_search_locations.append(place)
            return spec
        return None


def compile_each_file_once() -> None:
    """Compile what this process imports from archives once. Each module calls this before it imports the rest."""
    if ArchiveFinder not in sys.meta_path and PathFinder in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(PathFinder), ArchiveFinder)
