# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page says, read by the parser of Python: its elements, its texts, and the rows of its table of locks."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = ("meta", "link", "br", "input", "img", "rect", "path")


@dataclass
class Element:
    """An element with its attributes, and the text in it and below it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all(self, tag: str, **wanted: str) -> list[Element]:
        """The elements below this one with such a tag and such attributes; `class_` stands for `class`."""
        attributes = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        found = []
        for one in self.inside:
            if one.tag == tag and attributes.items() <= one.attributes.items():
                found.append(one)
            found.extend(one.all(tag, **wanted))
        return found

    def only(self, tag: str, **wanted: str) -> Element:
        """The one element with such a tag and such attributes."""
        (found,) = self.all(tag, **wanted)
        return found

    def every(self) -> list[Element]:
        """All elements below this one."""
        return [one for child in self.inside for one in (child, *child.every())]

    def skeleton(self) -> tuple[object, ...]:
        """The tags and the names of the attributes, without any text."""
        return (self.tag, tuple(sorted(self.attributes)), tuple(one.skeleton() for one in self.inside))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(attrs) == len(element.attributes), f"an attribute of {tag} stands twice"
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def read_page(page: str) -> Element:
    """Return the page; an AssertionError says that its elements are not closed in their order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    (root,) = reader.open
    return root


def lock_cells(page: str) -> dict[str, list[str]]:
    """Return the cells of the table of locks, by the name of the lock."""
    body = read_page(page).only("table", id="table").only("tbody")
    rows = [[cell.text.strip() for cell in row.inside] for row in body.all("tr")]
    return {row[2]: row for row in rows}


def check_self_contained(page: str) -> None:
    """Check that a page loads nothing, and that its policy lets nothing in but its own style and script."""
    told = read_page(page)
    (policy,) = (one for one in told.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.attributes["content"].split("; "))
    hashes = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(told.only(name).text.encode()).digest()).decode()}'"
        for name in ("style", "script")
    }
    assert rules == {
        "default-src": "'none'",
        "style-src": hashes["style"],
        "script-src": hashes["script"],
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    # Neither would the policy let these work, nor could their texts be escaped.
    names = {name for one in told.every() for name in one.attributes}
    assert [name for name in names if name == "style" or name.startswith("on")] == []
    assert [one.attributes["src"] for one in told.every() if "src" in one.attributes] == []
    assert [one.attributes["href"] for one in told.all("link")] == ["data:,"]
    assert not re.search(r"url\(|@import", told.only("style").text)
