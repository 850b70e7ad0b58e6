# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors that a user can mend."""

from __future__ import annotations


class PoolboyError(Exception):
    """Something that the user has to mend. The text is one or two sentences: what happened, and what to do."""


class BadOption(PoolboyError):
    """An option, or a combination of options, that cannot be used."""


class RepositoryError(PoolboyError):
    """The lock repository cannot be read or written."""


class ConcourseError(PoolboyError):
    """Concourse refuses the credentials, or what answers at its URL is not a Concourse. No verdict follows from it."""
