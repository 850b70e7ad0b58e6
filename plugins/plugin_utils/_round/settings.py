# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role is asked to do in a round."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from os.path import splitext

from ...module_utils._core.shared.errors import BadOption
from ...module_utils._core.verdict.pool_options import pool_entries

_NOT_ONLY_TEXT = frozenset({"pools"})


@dataclass(frozen=True, kw_only=True)
class RoundSettings:
    """The variables of the role that decide about a round, without their prefix; an empty text means not set.

    `fixed` are the files that a rename cannot replace. `unwritable` has for each file that cannot be written either a
    word for the reason, with the user after a colon, and the path without links. `mistyped` are the names of texts that
    were something else. Times are in UTC, such as 2026-11-22T03:00:00.123456Z; `finished` is empty until the end; then
    `now` counts.
    """

    name: str = ""
    repo: str = ""
    pools: t.Any = ""
    trigger: bool | None = None
    page_file: str = ""
    page_commit_url: str = ""
    index_file: str = ""
    metrics_file: str = ""
    pushgateway_url: str = ""
    pushgateway_username: str = ""
    pushgateway_password: str = ""
    webhook_url: str = ""
    state_file: str = ""
    kept_too_long: t.Any = 0
    page_old_after: t.Any = 1
    fixed: tuple[str, ...] = ()
    unwritable: Mapping[str, str] = field(default_factory=dict)
    playbook_dir: str = ""
    mistyped: tuple[str, ...] = ()
    fatal_steps: tuple[str, ...] = ("clean", "trigger", "status", "page", "metrics")
    unreachable_ok: bool = False
    check_mode: bool = False
    started: str = ""
    finished: str = ""
    now: str = ""

    @property
    def pools_with_job(self) -> list[t.Any]:
        """The pools that name a job, by the key `job` or after an equals sign; the other pools get no builds."""
        try:
            entries = pool_entries(self.pools)
        except BadOption:
            return []  # the modules refuse it with a sentence
        return [one for one in entries if (isinstance(one, Mapping) and "job" in one) or (_is_text(one) and "=" in one)]

    @property
    def starts_builds(self) -> bool:
        return bool(self.pools_with_job) if self.trigger is None else self.trigger

    @property
    def data_file(self) -> str:
        """The JSON file beside the page, "" without a page."""
        if not self.page_file:
            return ""
        beside = f"{splitext(self.page_file)[0]}.json"
        is_taken = beside in (self.page_file, self.state_file, self.metrics_file)
        return f"{self.page_file}.json" if is_taken else beside

    @property
    def page_files(self) -> list[str]:
        """The page and the file beside it, which a folder that takes no new files may not get."""
        wanted = [self.page_file, self.data_file] if self.page_file else []
        return wanted[:1] if self.page_file in self.fixed and self.data_file not in self.fixed else wanted

    @property
    def output_files(self) -> list[str]:
        """The files that the round writes, each once; none if only a state file is set, which then nobody needs."""
        wanted = (self.page_file, self.data_file, self.index_file, self.metrics_file, self.state_file)
        return [*dict.fromkeys(file for file in wanted if file)] if self.is_published else []

    @property
    def reports(self) -> dict[str, list[str]]:
        """The parts in which the role reports a round, by stage: names of files in its folder tasks/report.

        Ansible puts the parts of all hosts of a play into one order, which can differ from that of a host: what has to
        come before or after other parts has a stage of its own.
        """
        stages: dict[str, dict[str, object]] = {
            "read": {"state": self.state_file, "last_metrics": self.metrics_file},
            "publish": {
                "page": self.page_file,
                "index": self.index_file,
                "metrics": self.metrics_file,
                "push": self.pushgateway_url,
                "news": self.webhook_url,
            },
            "finish": {"late": self.has_metrics or self.webhook_url, "save": self.state_file},
        }
        return {stage: [part for part, wanted in parts.items() if wanted] for stage, parts in stages.items()}

    @property
    def late_reports(self) -> list[str]:
        """The parts that show what failed after the page was written."""
        return [part for part in self.reports["publish"] if part != "news"]

    @property
    def has_history(self) -> bool:
        """Whether the page shows the last rounds, which the state file keeps."""
        return bool(self.page_file and self.state_file)

    @property
    def has_metrics(self) -> bool:
        return bool(self.metrics_file or self.pushgateway_url)

    @property
    def is_published(self) -> bool:
        """Whether the round is shown or sent anywhere."""
        return bool(self.page_file or self.has_metrics or self.webhook_url)


def read_settings(value: Mapping[str, t.Any]) -> RoundSettings:
    """Read the settings from a dictionary of the role's variables."""
    known = {one.name for one in fields(RoundSettings)} - {"mistyped"}
    given = {name: one for name, one in value.items() if name in known and one is not None}
    if _is_text(steps := given.get("fatal_steps")):
        # Ansible takes such a text for a list where it checks the types.
        given["fatal_steps"] = [step.strip() for step in steps.split(",") if step.strip()]
    for name in {"fatal_steps", "fixed"} & given.keys():
        given[name] = tuple(given[name])
    # Only the check of `mistakes` may see a wrong type: everything else would end in an error of Python.
    texts = [one.name for one in fields(RoundSettings) if one.default == "" and one.name not in _NOT_ONLY_TEXT]
    mistyped = tuple(name for name in texts if isinstance(given.get(name), Mapping | list | tuple))
    given |= {name: "" if name in mistyped else str(given[name]) for name in texts if name in given}
    return RoundSettings(**given, mistyped=mistyped)


def _is_text(value: object) -> t.TypeGuard[str]:
    return isinstance(value, str)
