# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways in which the mirror cannot answer."""

from __future__ import annotations


class MissingObject(Exception):
    """An object that should be in the mirror and is not, or is of another kind."""


class BrokenHistory(Exception):
    """What git printed contradicts itself, so it cannot be the history."""


class TooShallow(Exception):
    """The fetched history ends before the answer, after `read` commits."""

    def __init__(self, read: int) -> None:
        super().__init__(f"the history ends after {read} commits")
        self.read = read
