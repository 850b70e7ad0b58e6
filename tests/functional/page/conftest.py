# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of the page tests: a browser, and a function that opens a round's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ViewportSize

from ansible_collections.poolboy.concourse.plugins.filter.pool_page import pool_page
from ansible_collections.poolboy.concourse.tests.functional.page.visits import Visit
from ansible_collections.poolboy.concourse.tests.page.browser import DESKTOP, PROGRAM, chromium
from ansible_collections.poolboy.concourse.tests.page.demo_round import demo_round
from ansible_collections.poolboy.concourse.tests.servers.require import require_program

OpenPage = Callable[..., Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    with chromium(require_program(PROGRAM)) as started:
        yield started


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The round of the demo, run by the real modules."""
    return demo_round(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def visits(browser: Browser) -> Iterator[list[Visit]]:
    """The open pages of a test; each must request only itself."""
    opened: list[Visit] = []
    yield opened
    for visit in opened:
        visit.context.close()
    for visit in opened:
        assert [url for url in visit.requests if not url.startswith(("file:", "data:,"))] == []
        assert len([url for url in visit.requests if url.startswith("file:")]) == 1


@pytest.fixture
def open_file(browser: Browser, visits: list[Visit], tmp_path: Path) -> OpenPage:
    """Open an HTML file with this content; `clock` is the browser's time in milliseconds since 1970."""

    def opened(
        content: str,
        *,
        size: ViewportSize | None = None,
        scheme: Literal["light", "dark"] = "light",
        javascript: bool = True,
        clock: int | None = None,
    ) -> Visit:
        file = tmp_path / f"page-{len(visits)}.html"
        file.write_text(content, encoding="utf-8")
        context = browser.new_context(viewport=size or DESKTOP, color_scheme=scheme, java_script_enabled=javascript)
        context.set_default_timeout(20_000)
        visit = Visit(context, context.new_page())
        visits.append(visit)
        if clock is not None:
            visit.tab.clock.install(time=clock / 1000)
        visit.tab.goto(file.as_uri())
        return visit

    return opened


@pytest.fixture
def open_page(open_file: OpenPage) -> OpenPage:
    """Open the page of a round, with what `open_file` takes."""

    def opened(told: dict[str, Any], *, history: dict[str, Any] | None = None, **how: Any) -> Visit:
        return open_file(pool_page(told, history=history), **how)

    return opened
