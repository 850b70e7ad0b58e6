# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builders of judged locks."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import Holder, HolderKind
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.lock import Lock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.judge import JudgedLock
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import PoolPolicy
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.verdict import FREE, Verdict, VerdictName

NOW = 1_767_225_600
MINUTE = 60
PIPELINE = PipelineReference("relint", "deploy", '{"branch":"main"}')
READING = BuildReference("https://ci.example.com", None, PIPELINE, "up", "3")
BUILD = Build(42, "3", BuildStatus.ABORTED, "relint", PIPELINE, "up", NOW - 90 * MINUTE, NOW - 80 * MINUTE)
HOLDER = Holder(HolderKind.BUILD, str(READING), (READING,), "https://ci.example.com/builds/42")
PERSON = Holder(HolderKind.PERSON, "Ada Larsson: manually claim env-1")


def free(pool: str, name: str) -> JudgedLock:
    return JudgedLock(Lock(pool, name, State.UNCLAIMED), None, None, FREE, PoolPolicy())


def claimed(
    pool: str,
    name: str,
    verdict: VerdictName | str = VerdictName.ABORTED,
    *,
    minutes: int = 80,
    reason: str = "ci/up 3 was aborted and left it claimed",
    holder: Holder = HOLDER,
    build: Build | None = None,
    dead: bool = True,
) -> JudgedLock:
    """Return a lock that was claimed `minutes` before NOW, and that is dead since then."""
    since = NOW - minutes * MINUTE
    claim = Claim("c" * 40, since, "CI Pool Resource", "claiming: " + name)
    judged = Verdict(VerdictName(verdict), reason, since if dead else None, build)
    return JudgedLock(Lock(pool, name, State.CLAIMED), claim, holder, judged, PoolPolicy())
