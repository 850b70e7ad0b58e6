# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builds that made or took a claim's version: who counts, and how little is asked for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import ResourceReference
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions import search
from ansible_collections.poolboy.concourse.plugins.module_utils._core.handoff.versions.search import (
    MakingBuild,
    VersionUsers,
    ask_for_making_builds,
    ask_for_version_users,
    has_made,
    has_made_another_claim,
    is_known_version,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.claim_builders import (
    FAILED,
    STARTED,
    SUCCEEDED,
    claimed,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.handoff.pipeline_model import (
    PipelineModel,
    get,
    put,
)
from ansible_collections.poolboy.concourse.tests.unit.plugins.module_utils._core.verdict.queries_model import (
    ModelQueries,
    Query,
)

TEAMS = frozenset({"main"})


def first_maker(
    commit: str, teams: frozenset[str], queries: ModelQueries, remembered: int | None = None
) -> Build | None:
    return next((one.build for one in ask_for_making_builds(commit, teams, queries, remembered)), None)


def methods(queries: ModelQueries) -> list[str]:
    return [query.method for query in queries.asked]


def test_a_build_that_an_earlier_run_found_is_asked_for_by_its_id_and_not_searched_for() -> None:
    model, claiming = claimed()
    queries = ModelQueries(model)
    assert first_maker("v2", TEAMS, queries, claiming.id) == claiming
    assert methods(queries) == ["can_search_versions", "build", "build_resources"]


@pytest.mark.parametrize("remembered", [1, 99], ids=["another build", "no build"])
def test_a_remembered_build_that_did_not_make_the_claim_is_not_believed(remembered: int) -> None:
    model, claiming = claimed()
    assert first_maker("v2", TEAMS, ModelQueries(model), remembered) == claiming


def test_without_a_remembered_build_none_is_asked_for() -> None:
    model, claiming = claimed()
    queries = ModelQueries(model)
    assert first_maker("v2", TEAMS, queries) == claiming
    assert "build" not in methods(queries)


def test_a_version_that_no_resource_knows_was_made_by_nobody() -> None:
    model, _claiming = claimed()
    assert first_maker("unknown", TEAMS, ModelQueries(model)) is None


@pytest.mark.parametrize("statuses", [(STARTED, SUCCEEDED), (SUCCEEDED, STARTED)])
def test_of_two_builds_with_the_output_the_active_one_comes_first(statuses: tuple[BuildStatus, BuildStatus]) -> None:
    model = PipelineModel()
    model.job("claim", put("envs"))
    builds = [model.build("claim", status, made={"envs": "v2"}) for status in statuses]
    maker = first_maker("v2", TEAMS, ModelQueries(model))
    assert maker == builds[statuses.index(STARTED)]


def test_all_builds_with_the_output_are_found_each_once() -> None:
    """One that only checked the pool lists the latest commit as well."""
    own, other = (PipelineModel(team=team, first_id=first) for team, first in (("main", 1), ("others", 100)))
    for model in (other, own):
        model.job("claim", put("envs"))
    first, second = (own.build("claim", made={"envs": "v2"}) for _count in range(2))
    third = other.build("claim", made={"envs": "v2"})
    queries = ModelQueries(other, own)
    assert [one.build for one in ask_for_making_builds("v2", TEAMS, queries)] == [second, first, third]
    assert [one.build for one in ask_for_making_builds("v2", TEAMS, queries, first.id)] == [first, second, first, third]


def test_the_teams_of_the_claim_are_searched_first_and_alone_until_another_build_is_asked_for() -> None:
    own, other = (PipelineModel(team=team, first_id=first) for team, first in (("main", 1), ("others", 100)))
    for model in (other, own):
        model.job("claim", put("envs"))
        model.build("claim", made={"envs": "v2"})
    queries = ModelQueries(other, own)
    maker = first_maker("v2", TEAMS, queries)
    assert maker == own.builds[1]
    assert all(other.ref not in query.about for query in queries.asked)


def test_a_build_that_another_team_knows_is_found_by_its_version() -> None:
    model = PipelineModel(team="others")
    model.job("claim", put("envs"))
    maker = model.build("claim", made={"envs": "v2"})
    model.job("use", get("envs"))
    user = model.build("use", STARTED, took={"envs": "v2"})
    queries = ModelQueries(model)
    assert first_maker("v2", TEAMS, queries) == maker
    assert ask_for_version_users("v2", TEAMS, queries) == VersionUsers(True, (user,))


def test_a_version_is_known_where_a_resource_has_it_whether_or_not_a_build_took_it() -> None:
    model, _claiming = claimed()
    queries = ModelQueries(model)
    assert ask_for_version_users("v2", TEAMS, queries) == VersionUsers(True)
    assert Query("resources", (TEAMS, None, False)) in queries.asked
    assert ask_for_version_users("unknown", TEAMS, ModelQueries(model)) == VersionUsers(False)
    queries = ModelQueries(model)
    queries.has_filter = False
    assert ask_for_version_users("v2", TEAMS, queries) == VersionUsers(False), "nobody knows before Concourse 5.5"


def test_as_many_resources_as_can_be_searched_are(monkeypatch: pytest.MonkeyPatch) -> None:
    model, claiming = claimed()
    queries = ModelQueries(model)
    monkeypatch.setattr(search, "MOST_RESOURCES", len(model.order))
    assert first_maker("v2", TEAMS, queries) == claiming
    assert Query("resources", (TEAMS, None, True)) in queries.asked
    monkeypatch.setattr(search, "MOST_RESOURCES", len(model.order) - 1)
    with pytest.raises(NoCredibleResponse, match=r"this user sees 1 resources.* in at most 0: destroy archived"):
        first_maker("v2", TEAMS, queries)


def archived_before_claim(seconds: int) -> tuple[PipelineModel, ModelQueries, int]:
    """The pipeline of a taker, archived so long before a claim, and the time of the claim."""
    own, claiming = claimed()
    archived = PipelineModel("merged", first_id=100)
    archived.job("use", get("envs"))
    archived.archived = True
    claimed_at = (claiming.end_time or 0) + 100 * search.ARCHIVED_LONG_BEFORE
    archived.last_updated = claimed_at - seconds
    return archived, ModelQueries(own, archived), claimed_at


@pytest.mark.parametrize("later", [0, 1])
def test_no_taker_is_searched_for_in_a_pipeline_archived_long_before_the_claim(later: int) -> None:
    archived, queries, claimed_at = archived_before_claim(search.ARCHIVED_LONG_BEFORE + later)
    taker = archived.build("use", took={"envs": "v2"})
    found = () if later else (taker,)
    assert ask_for_version_users("v2", TEAMS, queries, claimed_at).builds == found
    assert ask_for_version_users("v2", TEAMS, queries).builds == (taker,), "the time of the claim is unknown"
    archived.archived = False
    assert ask_for_version_users("v2", TEAMS, ModelQueries(archived), claimed_at).builds == (taker,)


@pytest.mark.parametrize("later", [0, 1])
def test_no_maker_is_searched_for_in_a_pipeline_archived_long_before_where_no_build_has_run_since(later: int) -> None:
    archived, queries, claimed_at = archived_before_claim(search.ARCHIVED_LONG_BEFORE + 1)
    archived.job("claim", put("envs"))
    maker = archived.build("claim", made={"envs": "v3"}, start=1)
    maker = archived.change(maker, end_time=claimed_at - search.ARCHIVED_LONG_BEFORE - later)
    makers = [one.build.id for one in ask_for_making_builds("v3", TEAMS, queries, claimed_at=claimed_at)]
    assert (maker.id in makers) == (not later)
    assert maker.id in [one.build.id for one in ask_for_making_builds("v3", TEAMS, queries)]


def test_a_build_that_is_listed_at_the_version_and_does_not_list_it_is_no_credible_answer() -> None:
    model, _claiming = claimed()
    queries = ModelQueries(model)
    model.made = dict.fromkeys(model.made, ())
    queries.builds_with_output = lambda *about: (model.builds[2],)  # type: ignore[method-assign]
    with pytest.raises(NoCredibleResponse, match="ci/claim 2 for the version of the claim, but not the version for it"):
        first_maker("v2", TEAMS, queries)


@pytest.mark.parametrize(("commit", "expected"), [("v2", True), ("v1", False), ("unknown", False)])
def test_the_outputs_of_a_build_prove_a_claim(commit: str, expected: bool) -> None:
    model, claiming = claimed()
    assert has_made(claiming, commit, ModelQueries(model)) is expected


def remove_job(model: PipelineModel) -> None:
    del model.steps["claim"]


def put_to_code_too(model: PipelineModel) -> None:
    model.job("claim", put("envs"), put("code"))


def put_no_more(model: PipelineModel) -> None:
    model.job("claim", get("envs"))


def keep(model: PipelineModel) -> None:
    """Change nothing; the pipeline has another job, which puts elsewhere."""
    model.job("another", put("code"))


@pytest.mark.parametrize(
    ("made", "commit", "change", "expected"),
    [
        pytest.param({"envs": "v2"}, "v9", keep, True, id="another commit"),
        pytest.param({"envs": "v2"}, "v9", put_no_more, True, id="another commit, and the put was removed since"),
        pytest.param({"envs": "v2"}, "v2", keep, False, id="the claim itself"),
        pytest.param({}, "v9", keep, False, id="no output"),
        pytest.param({"envs": "v2"}, "v9", put_to_code_too, False, id="one of two puts has yet to end"),
        pytest.param({"envs": "v2"}, "v9", remove_job, False, id="the job was removed"),
    ],
)
def test_other_outputs_prove_another_claim_only_if_none_can_be_missing(
    made: Mapping[str, str], commit: str, change: Callable[[PipelineModel], None], expected: bool
) -> None:
    model, _other = claimed()
    build = model.build("claim", FAILED, made=made)
    change(model)
    assert has_made_another_claim(build, commit, ModelQueries(model)) is expected


def test_a_one_off_build_is_not_shown_to_have_made_another_claim() -> None:
    model, claiming = claimed()
    queries = ModelQueries(model)
    resources = model.resources_of(claiming)
    queries.build_resources = lambda build: resources  # type: ignore[method-assign]
    one_off: Build = replace(claiming, pipeline=None, job=None)
    assert not has_made_another_claim(one_off, "v9", queries)


def test_a_build_is_found_with_all_resources_that_list_the_claim_there() -> None:
    model, claiming = claimed()
    model.job("watch", put("all-envs"))
    model.made[claiming.id] += model._carried("watch", {"all-envs": "v2"}, type(put("all-envs")))
    expected = tuple(ResourceReference(model.ref, name) for name in ("envs", "all-envs"))
    queries = ModelQueries(model)
    assert list(ask_for_making_builds("v2", TEAMS, queries)) == [MakingBuild(claiming, expected)]
    remembered = next(ask_for_making_builds("v2", TEAMS, queries, claiming.id))
    assert remembered == MakingBuild(claiming), "it has not been searched for"


@pytest.mark.parametrize(("commit", "expected"), [("v2", True), ("v9", False)])
def test_a_version_is_known_where_any_resource_that_a_maker_can_have_put_to_has_it(commit: str, expected: bool) -> None:
    model, claiming = claimed()
    queries = ModelQueries(model)
    claimed_at = claiming.end_time or 0
    assert is_known_version(commit, TEAMS, queries, claimed_at) is expected
    searched = [query for query in queries.asked if query.method == "resources"]
    assert searched == [Query("resources", (TEAMS, claimed_at - search.ARCHIVED_LONG_BEFORE, True))]


def test_before_concourse_5_5_any_version_can_be_known() -> None:
    model, _claiming = claimed()
    queries = ModelQueries(model)
    queries.has_filter = False
    assert is_known_version("v9", TEAMS, queries, 0)
