# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Screenshots of page and index for the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize

from .browser import DESKTOP, PHONE
from .repositories import NOW


@dataclass(frozen=True)
class Picture:
    """Settings of a screenshot: `scale` is image pixels per page pixel, `place` is where it starts.

    `now` is the time of the browser in seconds since 1970; None for that of this machine.
    """

    name: str
    size: ViewportSize
    scheme: Literal["light", "dark"]
    scale: float = 1
    place: str = ""
    now: int | None = None


PICTURES = (
    Picture("page-light", DESKTOP, "light"),
    Picture("page-dark", DESKTOP, "dark"),
    Picture("page-trend", {"width": 1280, "height": 400}, "light", 1, "#trend"),
    Picture("page-phone", PHONE, "light", 1.5, "#locks"),
)


INDEX_PICTURES = (Picture("index-light", {"width": 1280, "height": 700}, "light", now=NOW),)


def take(browser: Browser, page: Path, picture: Picture, folder: Path) -> Path:
    """Take a screenshot of a page and return its file."""
    context = browser.new_context(
        viewport=picture.size,
        color_scheme=picture.scheme,
        device_scale_factor=picture.scale,
        locale="en-GB",
        timezone_id="UTC",
    )
    try:
        tab = context.new_page()
        if picture.now is not None:
            tab.clock.set_fixed_time(picture.now)
        tab.goto(page.as_uri() + picture.place)
        file = folder / f"{picture.name}.png"
        tab.screenshot(path=file)
    finally:
        context.close()
    return file
