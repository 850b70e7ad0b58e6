# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code blocks of README.md and the guides: their kinds and places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from docutils import nodes

from ansible_collections.poolboy.concourse.tests.functional.environment.guide import GUIDES, read_guide
from ansible_collections.poolboy.concourse.tests.functional.environment.tools import CHECKOUT

README = "README.md"
# What a program prints, or what a commit says: nothing to run.
OUTPUT = frozenset({"text", "diff"})
SHELL, YAML, JSON = "shell", "yaml", "json"
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A code block; `number` counts the blocks of its page from 1."""

    page: str
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        first = self.text.strip().partition("\n")[0]
        return f"{self.page}, block {self.number}: {first}"

    @property
    def value(self) -> Any:
        """The data of a block of YAML."""
        return yaml.safe_load(self.text)


def pages() -> list[str]:
    """Return README.md and the names of all guides."""
    return [README, *sorted(file.name for file in GUIDES.glob("*.rst"))]


def blocks(page: str) -> list[Block]:
    """Return the code blocks of a page in its order, without those that only show output."""
    numbered = [Block(page, number, language, text) for number, (language, text) in enumerate(_found(page), 1)]
    return [block for block in numbered if block.language not in OUTPUT]


def outputs(page: str) -> list[str]:
    """Return the blocks of a page that only show output."""
    return [text for language, text in _found(page) if language in OUTPUT]


def _found(page: str) -> Iterator[tuple[str, str]]:
    """Yield language and text of each block."""
    return _of_readme() if page == README else _of_guide(page)


def _of_readme() -> Iterator[tuple[str, str]]:
    for match in _FENCED.finditer((CHECKOUT / README).read_text(encoding="utf-8")):
        yield match[1], match[2]


def _of_guide(page: str) -> Iterator[tuple[str, str]]:
    for literal in read_guide(page).findall(nodes.literal_block):
        languages = [name for name in literal["classes"] if name != "code"]
        yield "".join(languages), f"{literal.astext()}\n"
