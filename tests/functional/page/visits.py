# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A round's page in a real browser, with the browser's errors and requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from playwright.sync_api import BrowserContext, Dialog, Locator, Page

LOCKS = "#table tbody tr"


@dataclass
class Visit:
    """An open page. `complaints` are console errors, script errors and dialogs; `requests` are addresses."""

    context: BrowserContext
    tab: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tab.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        # A dialog with a listener waits for a response.
        self.tab.on("dialog", self._dismiss)
        self.context.on("request", lambda request: self.requests.append(request.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    @property
    def rows(self) -> Locator:
        """The visible locks."""
        return self.tab.locator(f"{LOCKS}:visible")

    def names(self) -> list[str]:
        """Return the names of the visible locks in order."""
        return self.rows.locator("th").all_inner_texts()

    def head(self, title: str) -> Locator:
        """Return the header of a column."""
        return self.tab.get_by_role("columnheader", name=title).filter(has=self.tab.get_by_role("button"))

    def value(self, expression: str) -> Any:
        """Evaluate an expression in the page."""
        return self.tab.evaluate(expression)

    def work_of(self, action: Callable[[], None]) -> float:
        """Return the processor seconds that the page uses for an action."""
        session = self.context.new_cdp_session(self.tab)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        action()
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        session.detach()
        return float(metrics["TaskDuration"])

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return cast("int", self.value("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
