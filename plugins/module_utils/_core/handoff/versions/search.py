# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds that made or took a claim's version, whatever they and their pipelines are called now.

Names change while builds run, but the version of a claim, its commit, does not. Concourse finds it in every resource
that watches the pool (atc/api/versionserver/list.go), and names the builds that put it there and that took it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ...concourse.model import Build, Version
from ...concourse.queries import BuildQueries, NoCredibleResponse
from ...concourse.references import BuildReference, PipelineReference, ResourceReference
from ...shared.times import latest_time
from .reruns import ask_for_active_rerun
from .use import TakenVersion

# A login can see the resources of thousands of pipelines; each costs one request for each claim.
MOST_RESOURCES = 3000
# Archived pipelines add up. After a pipeline was archived, no build there takes a new version, and only a build from
# before can make one (seconds; so long that neither wrong clocks nor a build that was just starting matter).
ARCHIVED_LONG_BEFORE = 30 * 86400


@dataclass(frozen=True, slots=True)
class VersionUsers:
    """The builds that took a claim's version; `is_known` is False if no resource has the version.

    `taken` has the resources that have it, each with the builds that took it there.
    """

    is_known: bool
    builds: tuple[Build, ...] = ()
    taken: Mapping[ResourceReference, TakenVersion] = field(default_factory=dict, compare=False)

    @property
    def active_build(self) -> Build | None:
        return next((build for build in self.builds if build.is_active), None)

    @property
    def last_end(self) -> int | None:
        """When the last of them ended (seconds since 1970, UTC); None if none has."""
        return latest_time(build.end_time for build in self.builds)


@dataclass(frozen=True, slots=True)
class MakingBuild:
    """A build that has a claim's commit as an output, and the resources that list it there, none before the search."""

    build: Build
    resources: tuple[ResourceReference, ...] = ()


def ask_for_making_builds(
    commit: str,
    teams: frozenset[str],
    queries: BuildQueries,
    remembered: int | None = None,
    *,
    claimed_at: int | None = None,
) -> Iterator[MakingBuild]:
    """Yield the builds that have the claim's commit as an output; resources of `teams` are searched first.

    `claimed_at` is the time of the claim (seconds since 1970, UTC): pipelines in which no build can have made it are
    not searched. None searches all.

    There can be several: a put that only checks a pool (`check`, `check_unclaimed`) changes nothing, and its output is
    the latest commit of the branch, which can be a claim (pool-resource, out/git_lock_handler.go: CheckLock).
    `remembered` is the id of the build that an earlier run found: it comes first, and again when it is found. Raises
    NoCredibleResponse if any answer is missing.
    """
    if not queries.can_search_versions():
        return
    known = None if remembered is None else queries.build(BuildReference(id=remembered))
    if known is not None and has_made(known, commit, queries):
        yield MakingBuild(known)
    for found in _search(commit, _resources(teams, queries, claimed_at, of_makers=True), teams, queries):
        makers: dict[int, MakingBuild] = {}
        for resource, number in found.items():
            for build in queries.builds_with_output(resource.pipeline, resource.name, number):
                earlier = makers[build.id].resources if build.id in makers else ()
                makers[build.id] = MakingBuild(build, (*earlier, resource))
        for maker in sorted(makers.values(), key=lambda one: (one.build.is_active, one.build.id), reverse=True):
            if not has_made(maker.build, commit, queries):
                raise NoCredibleResponse(
                    f"Concourse lists {maker.build} for the version of the claim, but not the version for it"
                )
            yield maker


def ask_for_version_users(
    commit: str, teams: frozenset[str], queries: BuildQueries, claimed_at: int | None = None
) -> VersionUsers:
    """Find the builds of all visible pipelines that took the claim's version. Raises NoCredibleResponse.

    `claimed_at` is the time of the claim: pipelines in which no build can have taken it are not searched.
    """
    if not queries.can_search_versions():
        return VersionUsers(is_known=False)
    resources = _resources(teams, queries, claimed_at, of_makers=False)
    parts = _search(commit, resources, teams, queries)
    found = {resource: number for part in parts for resource, number in part.items()}
    taken = {
        resource: TakenVersion(number, queries.builds_with_input(resource.pipeline, resource.name, number))
        for resource, number in found.items()
    }
    takers = {build.id: build for one in taken.values() for build in one.builds}
    is_in_use = any(build.is_active for build in takers.values())
    reruns = () if is_in_use else _ask_for_reruns(takers.values(), queries)
    return VersionUsers(bool(found), (*takers.values(), *reruns), taken)


def _ask_for_reruns(builds: Iterable[Build], queries: BuildQueries) -> Iterator[Build]:
    """Yield active re-runs, one for each pipeline: Concourse lists one that has not started at no version."""
    by_pipeline: dict[PipelineReference, list[Build]] = {}
    for build in builds:
        if build.pipeline is not None:
            by_pipeline.setdefault(build.pipeline, []).append(build)
    for pipeline, originals in by_pipeline.items():
        rerun = ask_for_active_rerun(queries, pipeline, originals)
        if rerun is not None:
            yield rerun


def is_known_version(commit: str, teams: frozenset[str], queries: BuildQueries, claimed_at: int) -> bool:
    """Return whether any resource has the version; True if it cannot be searched for. Raises NoCredibleResponse."""
    if not queries.can_search_versions():
        return True
    return any(_search(commit, _resources(teams, queries, claimed_at, of_makers=True), teams, queries))


def has_made(build: Build, commit: str, queries: BuildQueries) -> bool:
    """Return whether the outputs of a build name the commit: then it made the claim. Raises NoCredibleResponse."""
    version = Version.of_commit(commit)
    return any(output.version == version for output in queries.build_resources(build).outputs)


def ask_for_other_commits(build: Build, commit: str, queries: BuildQueries) -> frozenset[str]:
    """Return the commits that the outputs of a build name, none if they name this one. Raises NoCredibleResponse.

    They can be the claims of other locks, this claim before the history was rewritten, or those of other repositories.
    """
    outputs = queries.build_resources(build).outputs
    commits = frozenset(output.version.commit for output in outputs if output.version.commit is not None)
    return frozenset() if commit in commits else commits


def has_made_another_claim(build: Build, commit: str, queries: BuildQueries) -> bool:
    """Return whether a build lists other commits, and can have made no claim beside them. Raises NoCredibleResponse.

    They prove it only if every put step of the job has one: the commits can be those of other git repositories, while
    Concourse has forgotten the claim, or the build has yet to make it.
    """
    if build.pipeline is None or not ask_for_other_commits(build, commit, queries):
        return False
    job = next((one for one in queries.jobs(build.pipeline) if one.name == build.job), None)
    listed = {output.step for output in queries.build_resources(build).outputs}
    return job is not None and {put.step for put in job.outputs} <= listed


def _resources(
    teams: frozenset[str], queries: BuildQueries, claimed_at: int | None, *, of_makers: bool
) -> tuple[ResourceReference, ...]:
    """Return the resources that can have a version which was made at that time. Raises NoCredibleResponse."""
    since = None if claimed_at is None else claimed_at - ARCHIVED_LONG_BEFORE
    resources = queries.resources(teams, since, of_makers=of_makers)
    if len(resources) > MOST_RESOURCES:
        raise NoCredibleResponse(
            f"this user sees {len(resources)} resources, counting archived pipelines, but the version of the claim is"
            f" searched for in at most {MOST_RESOURCES}: destroy archived pipelines (fly destroy-pipeline), or give the"
            " user roles in fewer teams"
        )
    return resources


def _search(
    commit: str, resources: Iterable[ResourceReference], teams: frozenset[str], queries: BuildQueries
) -> Iterator[Mapping[ResourceReference, int]]:
    """Yield where the version is: in resources of the teams, then in all others."""
    version = Version.of_commit(commit)
    own = [one for one in resources if one.pipeline.team in teams]
    others = [one for one in resources if one.pipeline.team not in teams]
    for part in (own, others):
        if part:
            yield queries.version_ids(part, version)
