# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the examples and tables of the guides, so that the tests run what the guides show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst.roles import register_local_role
from docutils.parsers.rst.states import Inliner

from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT

GUIDES = CHECKOUT / "docs" / "docsite" / "rst"


def block(guide: str, name: str) -> str:
    """Return the first code block after the heading `name`, or else from the first text that contains `name`.

    `guide` is a file of docs/docsite/rst, or README.md.
    """
    if guide.endswith(".md"):
        return _block_of_markdown(guide, name)
    places = [*read_guide(guide).findall(nodes.TextElement)]
    titles = [at for at, place in enumerate(places) if isinstance(place, nodes.title) and place.astext() == name]
    texts = [at for at, place in enumerate(places) if name in place.astext() and not _is_code(place)]
    for start in (titles or texts)[:1]:
        for place in places[start:]:
            if _is_code(place):
                return f"{place.astext()}\n"
    raise LookupError(f"{guide} has no code block after {name}.")


def headings(guide: str) -> list[str]:
    """Return the headings of a guide."""
    return [title.astext() for title in read_guide(guide).findall(nodes.title)]


def rows(guide: str, name: str) -> list[list[str]]:
    """Return the cells of each row of the tables under the heading `name`, without the rows of the heads."""
    (start,) = (title for title in read_guide(guide).findall(nodes.title) if title.astext() == name)
    table = [row for row in start.parent.findall(nodes.row) if not isinstance(row.parent, nodes.thead)]
    return [[cell.astext() for cell in row] for row in table]


@cache
def read_guide(guide: str) -> nodes.document:
    """Return the tree of a file in docs/docsite/rst."""
    register_local_role("ref", _reference)
    text = (GUIDES / guide).read_text(encoding="utf-8")
    tree: nodes.document = publish_doctree(text, settings_overrides={"halt_level": 2})
    return tree


def _reference(
    name: str,
    raw: str,
    text: str,
    line: int,
    inliner: Inliner,
    options: Mapping[str, Any] | None = None,
    content: Sequence[str] = (),
) -> tuple[list[nodes.reference], list[nodes.reference]]:
    """Return the text of a reference in place of the reference, which only Sphinx can resolve."""
    return [nodes.reference(raw, text.partition(" <")[0])], []


def _is_code(place: nodes.TextElement) -> bool:
    return isinstance(place, nodes.literal_block)


def _block_of_markdown(guide: str, name: str) -> str:
    _before, found, after = (CHECKOUT / guide).read_text(encoding="utf-8").partition(name)
    match = re.search(r"^```\w+\n(.*?)^```$", after, flags=re.MULTILINE | re.DOTALL)
    if not found or match is None:
        raise LookupError(f"{guide} has no code block after {name}.")
    return match[1]
