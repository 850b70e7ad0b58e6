# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which builds of a job have claimed a lock of a pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ...claim.claim import Claim
from ...claim.holder import Holder, HolderKind, read_holder
from ...concourse.instance_vars import matches_untyped
from ...concourse.model import Build, BuildResources, Version
from ...concourse.references import BuildReference, JobReference, PipelineReference
from ...pool.move import Move, MoveKind
from ...pool.snapshot import Snapshot
from ...verdict.claiming_build import CLOCK_SKEW


@dataclass(frozen=True, slots=True)
class LockClaim:
    """A claim of a lock of the pool, and who made it."""

    claim: Claim
    holder: Holder


@dataclass(slots=True)
class ClaimReader:
    """Finds out which builds of a job made which claims.

    `is_own_base` returns whether a URL is that of the configured Concourse. `resources` asks it for the outputs of a
    build, which is needed only if a claim names no build (a Concourse before 8.0 with a pool resource since 1.8), or a
    build of the same number under another name: pipelines and jobs are renamed, their builds keep their numbers.
    """

    job: JobReference
    default_team: str
    is_own_base: Callable[[str], bool]
    resources: Callable[[Build], BuildResources]
    _resources: dict[int, BuildResources] = field(default_factory=dict)

    def current(self, snapshot: Snapshot, pool: str) -> tuple[LockClaim, ...]:
        """Return the claims of the claimed locks of a pool."""
        held = [lock for lock in snapshot.locks if lock.pool == pool and lock.is_claimed]
        return tuple(self._read(snapshot.claim(lock), lock.name) for lock in held)

    def past(self, moves: Iterable[Move], pool: str) -> tuple[LockClaim, ...]:
        """Return the claims among the moves of the locks of a pool."""
        claims = [move for move in moves if move.pool == pool and move.kind is MoveKind.CLAIMED]
        return tuple(self._read(move.claim, move.lock) for move in claims)

    def is_by_job(self, claim: LockClaim) -> bool:
        """Return whether a claim names a build of the job."""
        return any(self._names_job(reference) for reference in claim.holder.references)

    def is_named(self, build: Build, claims: Iterable[LockClaim]) -> bool:
        """Return whether one of the claims names the build."""
        return any(self._names(named, build) for one in _since(build, claims) for named in one.holder.references)

    def fetch_has_claimed(self, build: Build, claims: Iterable[LockClaim]) -> bool:
        """Return whether the build made one of the claims, by name or by its outputs. Raises NoCredibleResponse."""
        candidates = _since(build, claims)
        if self.is_named(build, candidates):
            return True
        possible = {one.claim.commit for one in candidates if self._may_be_by(one, build)}
        return bool(possible) and self._fetch_has_output(build, possible)

    def _read(self, claim: Claim, lock_name: str) -> LockClaim:
        return LockClaim(claim, read_holder(claim, lock_name, self.default_team))

    def _names(self, reference: BuildReference, build: Build) -> bool:
        if reference.id is not None:
            return reference.id == build.id and self._is_own(reference)
        return reference.name == build.name and self._names_job(reference)

    def _may_be_by(self, claim: LockClaim, build: Build) -> bool:
        """Return whether a claim that does not name the build can be its own, so that the outputs have to tell."""
        has_number = any(one.name == build.name and self._is_own(one) for one in claim.holder.references)
        return has_number or claim.holder.kind is HolderKind.UNNAMED

    def _names_job(self, reference: BuildReference) -> bool:
        pipeline, own = reference.pipeline, self.job.pipeline
        if pipeline is None or (pipeline.team, pipeline.name, reference.job) != (own.team, own.name, self.job.name):
            return False
        return _same_instance(reference, pipeline, own) and self._is_own(reference)

    def _is_own(self, reference: BuildReference) -> bool:
        return reference.base is None or self.is_own_base(reference.base)

    def _fetch_has_output(self, build: Build, commits: set[str]) -> bool:
        if build.id not in self._resources:
            self._resources[build.id] = self.resources(build)
        versions = {Version.of_commit(commit) for commit in commits}
        return any(output.version in versions for output in self._resources[build.id].outputs)


def _since(build: Build, claims: Iterable[LockClaim]) -> list[LockClaim]:
    """Return the claims since the start of a build: a new pipeline uses the names of builds again."""
    if build.start_time is None:
        return []
    return [one for one in claims if one.claim.claimed_at >= build.start_time - CLOCK_SKEW]


def _same_instance(reference: BuildReference, pipeline: PipelineReference, own: PipelineReference) -> bool:
    if reference.untyped_vars is not None:
        return matches_untyped(own.instance_vars, reference.untyped_vars)
    return pipeline.instance_vars == own.instance_vars
