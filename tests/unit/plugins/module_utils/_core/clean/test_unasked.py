# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a run fails because Concourse could not be asked about any lock of a build."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.options import CleanRules
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.unasked import (
    nobody_asked,
    unasked_warning,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import Policy, PoolPolicy
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.report.judged_locks import (
    HOLDER,
    PERSON,
    claimed,
    free,
)

UNNAMED = Holder(HolderKind.UNNAMED, "a build that the claim does not name")
ALIVE = claimed("aws", "running", "running", dead=False)
KEPT = [claimed("aws", "mine", "manual", holder=PERSON), claimed("aws", "theirs", "foreign"), free("aws", "idle")]
STRICT, LENIENT = CleanRules(), CleanRules(unreachable_ok=True)


def unreachable(name: str, holder: Holder = HOLDER) -> JudgedLock:
    reason = f"claimed by ci/up {name}, but Concourse answered 502"
    return claimed("aws", name, "unreachable", reason=reason, dead=False, holder=holder)


def unasked(name: str, decided: Policy | None = None, holder: Holder = HOLDER) -> JudgedLock:
    judged = claimed("aws", name, "unverified", holder=holder)
    return replace(judged, pool_policy=PoolPolicy(no_concourse=decided, has_concourse=False))


FAILING = [
    (
        [unreachable("1")],
        "about the 1 lock that a build holds: aws/1 is claimed by ci/up 1, but Concourse answered 502",
    ),
    ([unreachable("1"), unreachable("2", UNNAMED)], "about 2 of the 2 locks that builds hold: aws/1 is claimed by"),
    ([unasked("1")], "no Concourse is configured, so it is unknown whether the build that claimed 1 lock is still"),
    ([unasked("1"), unasked("2", holder=UNNAMED)], "whether the builds that claimed 2 locks are still running"),
    ([unasked("1"), unasked("2", Policy.STALE)], "whether the build that claimed 1 lock is still running"),
]


@pytest.mark.parametrize(("locks", "words"), FAILING)
def test_no_lock_of_a_build_could_be_asked_about(locks: list[JudgedLock], words: str) -> None:
    message = str(nobody_asked([*KEPT, *locks], STRICT))
    assert message.startswith("Nothing was released: ")
    assert words in message
    assert nobody_asked([*KEPT, *locks], LENIENT) is None
    assert nobody_asked([*KEPT, *locks], CleanRules(force={"aws/1": "c" * 40})) is None


def test_the_failure_says_what_to_set() -> None:
    forgotten, silent = (str(nobody_asked([one("1")], STRICT)) for one in (unasked, unreachable))
    assert "Set concourse_url (CONCOURSE_BASE_URL), or set no_concourse to stale" in forgotten
    assert "Check concourse_url and the login; to let such a run succeed, set unreachable_ok to true." in silent


ACCEPTED = [
    [],
    [ALIVE],
    [unreachable("1"), ALIVE],
    [unreachable("1"), claimed("aws", "unnamed", "unverified", holder=UNNAMED)],
    [unasked("1", Policy.STALE), unasked("2", Policy.KEEP)],
]


@pytest.mark.parametrize("locks", ACCEPTED)
def test_whatever_else_is_no_failure(locks: list[JudgedLock]) -> None:
    assert nobody_asked([*KEPT, *locks], STRICT) is None


def test_locks_that_could_not_be_asked_about_are_a_warning() -> None:
    assert unasked_warning([*KEPT, ALIVE, unasked("1", Policy.STALE)]) is None
    one, two, none = (unasked_warning(locks) for locks in ([unreachable("1"), ALIVE], FAILING[1][0], FAILING[3][0]))
    assert one == (
        "Concourse gave no credible response about 1 of the 2 locks that builds hold:"
        " aws/1 is claimed by ci/up 1, but Concourse answered 502; it is kept."
    )
    assert two is not None
    assert two.endswith("; they are kept.")
    assert none == (
        "No Concourse is configured, so it is unknown whether the builds that claimed 2 locks are still running;"
        " they are kept. Set concourse_url (CONCOURSE_BASE_URL), or set no_concourse to stale to go by age alone,"
        " or to keep to keep them."
    )
