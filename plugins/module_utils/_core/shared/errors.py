# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors that a user can fix."""

from __future__ import annotations


class PoolboyError(Exception):
    """An error that the user can fix. The text is one or two sentences: what happened and what to do."""


class BadOption(PoolboyError):
    """An invalid option, or an invalid combination of options."""


class RepositoryError(PoolboyError):
    """The lock repository cannot be read or written."""


class ConcourseError(PoolboyError):
    """Concourse refuses the credentials, or its URL is not that of a Concourse. No verdict follows from it."""
