# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of pools and locks as people write them in options."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase

from .errors import BadOption
from .text import printable, valid_unicode


def pool_name(given: str) -> str:
    """Return the name of a pool as the repository has it: a folder may be given with slashes around it.

    >>> pool_name(" cf/fresh/ ")
    'cf/fresh'
    """
    return given.strip().strip("/")


def canonical_name(name: str) -> str:
    """Return the one form of a name that has several: composed Unicode, with escapes as in results.

    >>> canonical_name("cafe\\u0301") == canonical_name("caf\\u00e9") == "caf\\u00e9"
    True
    """
    is_plain = name.isascii() and name.isprintable()
    return name if is_plain else unicodedata.normalize("NFC", printable(name))


def meant_names(given: str, names: Iterable[str]) -> list[str]:
    """Return the names that a name in an option can mean: the same one, else all that have the same canonical form."""
    known = list(names)
    same = [name for name in known if valid_unicode(name) == given]
    return same or [name for name in known if canonical_name(name) == canonical_name(given)]


def matches_name(pattern: str, name: str) -> bool:
    """Return whether a shell pattern of an option is exactly a name, or matches the whole of it.

    >>> matches_name("aws/env[1]", "aws/env[1]"), matches_name("aws/env[1]", "aws/env1")
    (True, True)
    """
    given, known = canonical_name(pattern), canonical_name(name)
    return given == known or fnmatchcase(known, given)


def only_meant_name(given: str, names: Iterable[str], option: str, kind: str) -> str | None:
    """Return the name that a name in an option means; None for an unknown one. Raises BadOption if it means several.

    `kind` is what has the names, in the plural: "pools".
    """
    meant = meant_names(given, names)
    if len(meant) > 1:
        raise BadOption(
            f"{option}: {printable(given, 80)} is the name of {len(meant)} {kind}, which differ only in the composition"
            " of their characters; rename one of them."
        )
    return meant[0] if meant else None
