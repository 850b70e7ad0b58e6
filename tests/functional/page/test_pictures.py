# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The screenshots of the documentation can be recreated and stay small."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from ansible_collections.poolboy.concourse.plugins.filter.pool_page import pool_page
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PACKAGE
from ansible_collections.poolboy.concourse.tests.page.past_rounds import past_rounds
from ansible_collections.poolboy.concourse.tests.page.pictures import INDEX_PICTURES, PICTURES, Picture, take
from ansible_collections.poolboy.concourse.tests.page.repositories import an_index

IMAGES = COLLECTIONS.joinpath(*PACKAGE.split("."), "docs", "images")


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture(browser: Browser, demo: dict[str, Any], tmp_path: Path, picture: Picture) -> None:
    check(browser, pool_page(demo, history=past_rounds(demo)), tmp_path, picture)


@pytest.mark.parametrize("picture", INDEX_PICTURES, ids=lambda picture: picture.name)
def test_a_picture_of_the_index(browser: Browser, tmp_path: Path, picture: Picture) -> None:
    check(browser, an_index(), tmp_path, picture)


def check(browser: Browser, content: str, folder: Path, picture: Picture) -> None:
    page = folder / "page.html"
    page.write_text(content, encoding="utf-8")
    made = take(browser, page, picture, folder)
    kept = IMAGES / made.name
    assert _size(made) == _size(kept) == (picture.size["width"] * picture.scale, picture.size["height"] * picture.scale)
    assert made.stat().st_size < 150_000
    assert kept.stat().st_size < 150_000


def _size(file: Path) -> tuple[int, int]:
    """Return width and height of a PNG from its first chunk."""
    start = file.read_bytes()[:24]
    assert start[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", start[16:24])
    return width, height
