# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a lock, in errors and in trailers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.holders import (
    held_by_another,
    holder_name,
    holder_text,
    owner_of,
)

from .lock_builders import BUILD_URL, HOUR, NOW, by_build, held, lock_of, snapshot

PERSON = Claim("d" * 40, NOW, "Ada <ada@example.com>", "Take env-1\n\nfor a demo")

BEFORE_TEAMS = Claim("e" * 40, NOW, "CI", "ci/deploy build 12 claiming: env-1")


@pytest.mark.parametrize(
    ("claim", "owner", "text", "name"),
    [
        (held("ada"), "ada", "ada since 2026-09-21T14:13:20Z until 2026-09-21T18:13:20Z", "ada"),
        (held("ada", "never"), "ada", "ada since 2026-09-21T14:13:20Z without an end", "ada"),
        (held("ada", "soon"), "ada", "ada since 2026-09-21T14:13:20Z until a time that cannot be read", "ada"),
        (
            held("ada", more="Reason: demo\n"),
            "ada",
            "ada since 2026-09-21T14:13:20Z until 2026-09-21T18:13:20Z (demo)",
            "ada",
        ),
        (
            held("ada", "never", more="Reason: demo\n"),
            "ada",
            "ada since 2026-09-21T14:13:20Z without an end (demo)",
            "ada",
        ),
        (by_build("env-1"), "", "main/ci/deploy 12 since 2026-09-21T14:13:20Z", BUILD_URL),
        (BEFORE_TEAMS, "", "main/ci/deploy 12 since 2026-09-21T14:13:20Z", "main/ci/deploy 12"),
        (PERSON, "", "Ada <ada@example.com>: Take env-1 since 2026-09-21T14:13:20Z", "Ada <ada@example.com>: Take"),
        (held("ada", "never", at=10**15), "ada", "ada since a time that cannot be read without an end", "ada"),
    ],
)
def test_holders(claim: Claim, owner: str, text: str, name: str) -> None:
    state = snapshot("aws/env-1", env_1=claim)
    lock = lock_of(state, "env-1")
    assert owner_of(claim) == owner
    assert holder_text(lock, state).startswith(text)
    assert holder_name(lock, state).startswith(name)


def test_the_error_shows_the_command() -> None:
    claim = held("bob", NOW + HOUR)
    state = snapshot("aws/env-1", env_1=claim)
    digits = claim.commit[:8]
    assert held_by_another(lock_of(state, "env-1"), state) == (
        "Lock aws/env-1 is held by bob since 2026-09-21T14:13:20Z until 2026-09-21T15:13:20Z. To release it, ask"
        f" the holder first; then set claim_commit to '{digits}', or run: ansible-playbook poolboy.concourse.release"
        f" -e pool_boy_pool=aws -e pool_boy_lock=env-1 -e pool_boy_claim_commit={digits}"
    )


def test_no_command_that_is_too_long() -> None:
    name = "x" * 3000
    claims: dict[str, Any] = {name: held("bob")}
    state = snapshot(f"aws/{name}", **claims)
    text = held_by_another(lock_of(state, name), state)
    assert text.endswith(f"set claim_commit to '{held('bob').commit[:8]}'.")
    assert len(text) < 500
