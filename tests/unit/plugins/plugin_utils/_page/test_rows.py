# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of locks: no sentence twice, and links to what uses a lock now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import VerdictName
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.locks import LockRow, lock_rows
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.page import page
from ansible_collections.poolboy.concourse.plugins.plugin_utils._page.users import User
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.read import read_round
from ansible_collections.poolboy.concourse.tests.page.rounds import (
    MADE,
    PAGE_OF_BUILD,
    a_claim,
    a_cleaning,
    a_free_lock,
    a_hold,
    a_holder,
    a_look,
    a_release,
    a_round,
    a_step,
    a_user,
    iso,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.plugin_utils._html.html_reading import read_page

ROBIN = a_holder(kind="person", text="Robin: manually claim env-6 for the kernel upgrade", url=None)
UNNAMED = a_holder(kind="unnamed", text="a build that the claim does not name", url=None)
COMMIT = "d0850b46e5200ff4c85718fad1652bdcdd611339"
PAGE_OF_COMMIT = f"https://git.example.com/locks/commit/{COMMIT}"

# Locks of each verdict with the reasons that the modules give.
LOCKS: dict[VerdictName, list[dict[str, Any]]] = {
    VerdictName.FREE: [a_free_lock("aws", "env-6")],
    VerdictName.RUNNING: [a_claim("aws", "env-6", "running", reason="ci/deploy 12 is started")],
    VerdictName.HANDED_OFF: [
        a_claim("aws", "env-6", "handed_off", reason="ci/deploy 12 succeeded; job test can still take the lock"),
        a_claim("aws", "env-6", "handed_off", reason="ci/deploy 12 succeeded; ci/test 3 is started", user=a_user()),
    ],
    VerdictName.MANUAL: [
        a_claim("aws", "env-6", "manual", reason=f"not claimed by a build: {ROBIN['text']}", holder=ROBIN),
    ],
    VerdictName.HELD: [a_hold("aws", "env-6"), a_hold("aws", "env-6", until="2026-11-22T05:00:00Z")],
    VerdictName.EXPIRED: [a_hold("aws", "env-6", "expired", until="2026-11-21T05:00:00Z", releasable=True)],
    VerdictName.FOREIGN: [
        a_claim("aws", "env-6", "foreign", reason="claimed from another Concourse: https://other.example.com/builds/3"),
    ],
    VerdictName.UNVERIFIED: [
        a_claim(
            "aws",
            "env-6",
            "unverified",
            reason="the claim names no build, and no Concourse is configured to ask: set concourse_url",
            holder=UNNAMED,
        ),
    ],
    VerdictName.UNREACHABLE: [
        a_claim(
            "aws",
            "env-6",
            "unreachable",
            reason=f"claimed by {UNNAMED['text']}, but the connection was refused",
            holder=UNNAMED,
        ),
    ],
    **{
        name: [a_claim("aws", "env-6", name, reason=f"ci/deploy 12 {name} and left it claimed", releasable=True)]
        for name in (
            VerdictName.LEAKED,
            VerdictName.FAILED,
            VerdictName.ERRORED,
            VerdictName.ABORTED,
            VerdictName.ZOMBIE,
            VerdictName.GONE,
        )
    },
}


def row_of(lock: dict[str, Any], **changes: Any) -> LockRow:
    (row,) = lock_rows(read_round(a_round(status=a_look(lock), **changes)))
    return row


def sentences(row: LockRow) -> Iterator[str]:
    """Yield the parts of three words or more of what a row says."""
    for text in (*(f"{user.role} {user.text}" for user in row.users), row.reason, row.next_step.text):
        for part in re.split(r"[.;:,]\s|[.()]", text):
            if len(part.split()) >= 3:
                yield part.strip()


@pytest.mark.parametrize("name", VerdictName)
@pytest.mark.parametrize("action", ["", "keep", "release"])
def test_a_row_says_no_sentence_twice(name: VerdictName, action: str) -> None:
    for lock in LOCKS[name]:
        step = a_step(lock, action, "it is excluded")
        row = row_of(lock, clean=a_cleaning(step) if action else None)
        said = list(sentences(row))
        for number, sentence in enumerate(said):
            others = " | ".join(said[:number] + said[number + 1 :])
            assert sentence not in others, f"{sentence!r} is there twice"


def test_the_running_build_with_a_lock_that_was_handed_off_comes_first() -> None:
    lock = a_claim("aws", "env-1", "handed_off", user=a_user())
    assert row_of(lock).users == [
        User("ci/test 3", a_user()["url"]),
        User("ci/deploy 12", PAGE_OF_BUILD, "claimed by"),
    ]


def test_a_job_that_can_still_take_a_lock_comes_after_who_claimed_it() -> None:
    user = a_user(text="ci/test", url="https://ci.example.com/teams/main/pipelines/ci/jobs/test", build=None)
    lock = a_claim("aws", "env-1", "handed_off", user=user)
    assert row_of(lock).users == [User("ci/deploy 12", PAGE_OF_BUILD), User("ci/test", user["url"], "next")]


def test_a_claim_of_before_build_urls_has_a_link_while_its_build_runs() -> None:
    user = a_user(text="ci/deploy 12", url=PAGE_OF_BUILD)
    assert row_of(a_claim("aws", "env-1", holder=a_holder(url=None), user=user)).users == [
        User("ci/deploy 12", PAGE_OF_BUILD)
    ]


def test_an_address_that_is_no_web_page_is_no_link() -> None:
    lock = a_claim("aws", "env-1", "handed_off", user=a_user(url="javascript:alert(1)"))
    assert row_of(lock).users[0].link is None


def test_commits_and_the_repository_have_links() -> None:
    released = a_release("aws", "env-2", commit=COMMIT)
    clean = a_cleaning(a_step(a_claim("aws", "env-2", "errored"), "release"), released=[released])
    told = a_round(
        clean=clean,
        status=a_look(a_claim("aws", "env-1", commit=COMMIT), commit=COMMIT),
        repository_url="https://git.example.com/locks",
        commit_url="https://git.example.com/locks/commit/{commit}",
    )
    made = read_page(page(told, old_after=60))
    assert [link.text for link in made.all("a", href=PAGE_OF_COMMIT)] == ["commit d0850b46", "claim", COMMIT[:12]]
    assert made.only("a", href="https://git.example.com/locks").text == "repository"
    released_part = made.only("section", aria_labelledby="round")
    assert released_part.only("a", href=PAGE_OF_BUILD).text == "build", "the build that left it claimed"


@pytest.mark.parametrize("commit", ["", "HEAD", "../../etc", 'd0850b46"onclick='])
def test_what_is_no_commit_has_no_link(commit: str) -> None:
    round_ = read_round(a_round(commit_url="https://git.example.com/{commit}", finished_at=iso(MADE)))
    assert round_.commit_page(commit) is None


def test_a_commit_has_a_link_only_to_a_web_page() -> None:
    assert read_round(a_round(commit_url="javascript:{commit}")).commit_page(COMMIT) is None
    assert read_round(a_round()).commit_page(COMMIT) is None


def test_a_job_has_a_link() -> None:
    job = "https://ci.example.com/teams/main/pipelines/ci/jobs/claim"
    pool = {"name": "aws", "job": "main/ci/claim", "job_url": job, "state": "satisfied", "reason": ""}
    made = read_page(page(a_round(trigger={"triggered": [], "pools": [pool]}), old_after=60))
    assert made.only("a", href=job).text == "main/ci/claim"
