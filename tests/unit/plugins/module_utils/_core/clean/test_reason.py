# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences for each cause."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.reason import Cause, Reason, reason_text

from .clean_model import ERRORED, ModelPools, judge_all

SENTENCES = {
    Cause.POLICY_RELEASES: "errored, since 2026-09-14T15:33:20Z",
    Cause.NOT_YET: "errored, releasable at 2026-09-14T15:38:20Z",
    Cause.POLICY_KEEPS: "errored, the policy keeps it",
    Cause.IN_USE: "errored, it is in use",
    Cause.FORCED: "its release is forced",
    Cause.NOT_FORCED: "a run with force releases no other lock",
    Cause.FREE: "it is free",
    Cause.EXCLUDED: "it is excluded",
    Cause.IN_BOTH_STATES: "it is both claimed and unclaimed; find out which file is right, and remove the other",
    Cause.NAME_TAKEN: "pool {x}\\x1b already has a lock of this name",
    Cause.OBSTACLE: "{x}\\x1b is in the way and is not a lock; move it elsewhere",
    Cause.CHANGED_HANDS: "it changed hands during this run",
    Cause.TARGET_MISSING: "pool {x}\\x1b, where it was to be moved, no longer exists",
    Cause.NOBODY_ASKED: "Concourse could not be asked about any lock of a build, so nothing is released",
    Cause.BUILDS_LOST: "too many builds are gone at once, so nothing is released",
    Cause.SLOW_RESPONSES: "Concourse responds too slowly to judge it again before the push",
}


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_sentence_without_control_characters(cause: Cause) -> None:
    pools = ModelPools()
    pools.add("aws/env-1", ERRORED)
    (judged,), _snapshot = judge_all(pools)
    assert reason_text(Reason(cause, "{x}\x1b"), judged) == SENTENCES[cause]
