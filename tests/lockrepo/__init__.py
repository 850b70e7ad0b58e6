# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lock repositories for tests: `LockRepository` for one scenario, `generate` for any size and every format."""

from __future__ import annotations

from .entries import Entry, Existing, File, Folder, Submodule, Symlink
from .formats import FORMATS
from .generated.generator import generate
from .generated.people import PERSON_KINDS
from .generated.plan import KINDS
from .generated.truth import LockTruth, Truth
from .holders import Build, ExpectedHolder, go_text
from .repository import LockRepository
from .stream import OLD_RESOURCE, RESOURCE, Person

__all__ = [
    "FORMATS",
    "KINDS",
    "OLD_RESOURCE",
    "PERSON_KINDS",
    "RESOURCE",
    "Build",
    "Entry",
    "Existing",
    "ExpectedHolder",
    "File",
    "Folder",
    "LockRepository",
    "LockTruth",
    "Person",
    "Submodule",
    "Symlink",
    "Truth",
    "generate",
    "go_text",
]
