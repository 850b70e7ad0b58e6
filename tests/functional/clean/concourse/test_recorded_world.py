# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded world: exactly the locks are released that the verdicts and the default policy release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ....atc import Replay
from ....lockrepo.git_command import git
from ...running import Workplace
from ..reading import changes_of, check_whole, commits_since, files, lock_that_get_finds, released_tree, tip
from ..runs import Clean, actions, released

CONTRACT = Path(__file__).parents[3] / "contract"
VERDICTS: dict[str, str] = {
    lock: entry["verdict"] for lock, entry in yaml.safe_load((CONTRACT / "world-verdicts.yml").read_text()).items()
}
GOING = {"failed", "errored", "aborted", "zombie", "leaked"}
RELEASED = {lock for lock, verdict in VERDICTS.items() if verdict in GOING}
GONE = {lock for lock, verdict in VERDICTS.items() if verdict == "gone"}
IN_USE = {lock for lock, verdict in VERDICTS.items() if verdict == "running"}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "locks.git"
    git("clone", "--quiet", "--bare", "--branch", "main", str(CONTRACT / "locks.bundle"), str(path))
    yield path
    check_whole(path)


@pytest.fixture
def world() -> Iterator[Replay]:
    """The recorded Concourse; every request must be a recorded one."""
    with Replay(CONTRACT / "world.json", password="pa55word") as replay:
        yield replay
        assert replay.missed == []
        assert replay.server.errors == []


@pytest.fixture
def options(repository: Path, world: Replay) -> dict[str, Any]:
    return {
        "repo": str(repository),
        "concourse_url": world.url,
        "concourse_username": world.user,
        "concourse_password": "pa55word",
        "pools": ["envs", "more"],
    }


def path_of(lock: str, state: str) -> str:
    pool, _separator, name = lock.rpartition("/")
    return f"{pool}/{state}/{name}"


def test_what_is_released_and_how(clean: Clean, options: dict[str, Any], repository: Path) -> None:
    base, before = tip(repository), files(repository)
    run = clean(**options)
    assert len(RELEASED) == 9
    assert released(run) == RELEASED
    assert run.values["changed"] is True
    assert run.warnings == []
    assert run.values["commit"] == base
    assert run.verdicts | VERDICTS == run.verdicts
    assert {lock for lock, action in actions(run).items() if action == "release"} == RELEASED
    assert {one["to_pool"] for one in run.values["released"]} == {"envs", "more"}
    moves = {path_of(lock, "claimed"): path_of(lock, "unclaimed") for lock in RELEASED}
    assert files(repository) == released_tree(before, moves)


def test_one_commit_per_release_for_the_pool_resource(clean: Clean, options: dict[str, Any], repository: Path) -> None:
    base, before = tip(repository), files(repository)
    run = clean(**options)
    commits = commits_since(repository, base)
    assert len(commits) == len(RELEASED)
    parent, seen = base, set()
    for commit in commits:
        name = commit.message.partition("\n")[0].removeprefix("unclaiming: ")
        (lock,) = (one for one in RELEASED if one.rpartition("/")[2] == name)
        pool = lock.rpartition("/")[0]
        seen.add(lock)
        assert lock_that_get_finds(repository, commit.sha, pool) == name
        assert lock_that_get_finds(repository, commit.sha, ".") == name
        mode = before[path_of(lock, "claimed")].split()[0]
        assert sorted(changes_of(repository, commit.sha)) == sorted(
            [("A", mode, path_of(lock, "unclaimed")), ("D", "000000", path_of(lock, "claimed"))]
        )
        assert commit.parents == (parent,)
        parent = commit.sha
        told = run.locks[lock]
        subject, blank, reason, *_trailers = commit.message.split("\n")
        assert (subject, blank, reason) == (f"unclaiming: {name}", "", told["reason"])
        assert commit.trailers["Released-By"] == "poolboy.concourse.concourse_pool_clean"
        assert commit.trailers["Verdict"] == VERDICTS[lock]
        assert commit.trailers["Claim-Commit"] == told["commit"]
        assert commit.trailers["Holder"] == (told["holder"]["url"] or told["holder"]["text"])
        assert commit.author == commit.committer == "poolboy.concourse <poolboy@localhost>"
    assert seen == RELEASED


def test_what_is_gone_counts_from_the_first_run(clean: Clean, options: dict[str, Any]) -> None:
    """The claims are older than any stale timeout, but a lost database or a rename would make all of them gone."""
    assert len(GONE) == 3
    assert all("releasable at" in clean(check_mode=True, **options).locks[lock]["action_reason"] for lock in GONE)
    at_once = {lock.rpartition("/")[2] for lock in released(clean(**{**options, "pools": ["more:0"]}))}
    assert {lock.rpartition("/")[2] for lock in GONE} <= at_once


def test_the_second_run_is_unchanged(clean: Clean, options: dict[str, Any], repository: Path) -> None:
    clean(**options)
    after = tip(repository)
    again = clean(**options)
    assert again.values["changed"] is False
    assert again.values["released"] == []
    assert tip(repository) == after
    assert again.locks["envs/env-3"]["action_reason"] == "it is free"


def test_check_mode_returns_what_the_run_returns(clean: Clean, options: dict[str, Any], repository: Path) -> None:
    base = tip(repository)
    checked = clean(check_mode=True, _ansible_diff=True, **options)
    assert tip(repository) == base
    real = clean(_ansible_diff=True, **options)
    assert tip(repository) != base
    assert set(checked.values) == set(real.values)
    # A minute may be over between the two runs.
    for key in checked.values.keys() - {"invocation", "locks", "pools", "report"}:
        assert checked.values[key] == real.values[key], key
    for key, age in (("locks", "age_minutes"), ("pools", "oldest_claim_minutes")):
        ageless = [[{**one, age: None} for one in run.values[key]] for run in (checked, real)]
        assert ageless[0] == ageless[1]


def test_pools_as_json(clean: Clean, options: dict[str, Any]) -> None:
    run = clean(**{**options, "pools": '["envs", {"name": "more", "policy": {"leaked": "keep"}}]'}, check_mode=True)
    assert {one["name"] for one in run.values["pools"]} == {"envs", "more"}
    assert released(run) < RELEASED


def test_the_diff_is_what_git_shows(clean: Clean, options: dict[str, Any], repository: Path) -> None:
    before = files(repository)
    diff = clean(_ansible_diff=True, **options).values["diff"]
    after = files(repository)
    assert sorted(diff["before"].splitlines()) == sorted(before.keys() - after.keys())
    assert sorted(diff["after"].splitlines()) == sorted(after.keys() - before.keys())
    assert "diff" not in clean(**options).values


def test_preset_pool_boy_releases_all_locks_that_are_not_in_use(clean: Clean, options: dict[str, Any]) -> None:
    """Also the lock of a pipeline that waits at a gate, so it is not the default; but never that of a running build."""
    run = clean(**options, preset="pool_boy", policy={"foreign": "keep"})
    handed_off = {lock for lock, verdict in VERDICTS.items() if verdict == "handed_off"}
    manual = {lock for lock, verdict in VERDICTS.items() if verdict == "manual"}
    assert released(run) == RELEASED | (handed_off - {"more/m-02"}) | manual
    assert "in use" in run.locks["more/m-02"]["action_reason"], "flow/run 1 is running with it"
    assert not released(run) & IN_USE


def test_policies_of_a_pool_come_before_those_of_the_call(clean: Clean, options: dict[str, Any]) -> None:
    pools = [
        {"name": "envs", "policy": {"errored": "keep"}, "stale_timeout": 525_600},
        {"name": "more", "policy": {"manual": "release"}},
    ]
    run = clean(**{**options, "pools": pools}, policy={"leaked": "keep", "zombie": "keep"})
    left = released(run)
    assert left == {"envs/env-6", "more/m-04"}
    assert "releasable at" in run.locks["envs/env-2"]["action_reason"]


def test_other_pools_are_not_even_looked_at(clean: Clean, options: dict[str, Any]) -> None:
    run = clean(**{**options, "pools": "more:30"})
    assert {name.split("/")[0] for name in run.locks} == {"more"}
    assert released(run) == {lock for lock in RELEASED if lock.startswith("more/")}


def test_the_playbook_needs_nothing_but_the_environment(
    workplace: Workplace, options: dict[str, Any], world: Replay, repository: Path
) -> None:
    environment = {
        "POOL_REPO": options["repo"],
        "POOLS": "envs,more:60",
        "CONCOURSE_BASE_URL": world.url,
        "CONCOURSE_USERNAME": world.user,
        "CONCOURSE_PASSWORD": "pa55word",
    }
    base = tip(repository)
    run = workplace.ansible("ansible-playbook", "poolboy.concourse.clean", environment=environment)
    assert (run.code, run.stderr) == (0, "")
    assert "changed=1" in run.stdout
    after = tip(repository)
    assert len(commits_since(repository, base)) == len(RELEASED)
    again = workplace.ansible("ansible-playbook", "poolboy.concourse.clean", environment=environment)
    assert "changed=0" in again.stdout
    assert tip(repository) == after
