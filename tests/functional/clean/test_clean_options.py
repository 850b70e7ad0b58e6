# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options beyond the policies: release_to, exclude, max_releases, force, git_author."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ...lockrepo import File, Folder, LockRepository, Submodule, Symlink
from ...lockrepo.entries import Entry, Text
from ...lockrepo.git_command import git
from ...scene import Scene
from ..running import Workplace, refusal
from .reading import commits_since, files, lock_that_get_finds, locks_in, released_tree, tip
from .runs import Clean, actions, login, released


def test_without_a_concourse_only_unverified_claims_are_released(clean: Clean, locks: LockRepository) -> None:
    before = files(locks.path)
    run = clean(repo=locks.url, pools="aws")
    assert released(run) == {"aws/env-1", "aws/env-2"}
    assert actions(run)["aws/env-4"] == "keep", "a person's"
    moves = {f"aws/claimed/{name}": f"aws/unclaimed/{name}" for name in ("env-1", "env-2")}
    assert files(locks.path) == released_tree(before, moves), ".gitkeep, README.md and all else are as they were"


def test_release_to(clean: Clean, locks: LockRepository) -> None:
    base, before = tip(locks.path), files(locks.path)
    run = clean(repo=locks.url, pools=["aws"], release_to="sick")
    assert {(one["name"], one["to_pool"]) for one in run.values["released"]} == {("env-1", "sick"), ("env-2", "sick")}
    assert actions(run)["aws/env-1"] == "move"
    moves = {f"aws/claimed/{name}": f"sick/unclaimed/{name}" for name in ("env-1", "env-2")}
    assert files(locks.path) == released_tree(before, moves)
    commits = commits_since(locks.path, base)
    assert [lock_that_get_finds(locks.path, commit.sha, "sick") for commit in commits] == ["env-1", "env-2"]
    assert {commit.trailers["Released-To"] for commit in commits} == {"sick"}
    assert clean(repo=locks.url, pools=["aws"], release_to="sick").values["changed"] is False


def test_release_to_of_one_pool(clean: Clean, locks: LockRepository) -> None:
    locks.add("gcp", "vm-1")
    locks.claim("gcp", "vm-1", message="claiming: vm-1")
    run = clean(repo=locks.url, pools=[{"name": "aws", "release_to": "sick"}, "gcp"])
    assert {f"{one['name']} to {one['to_pool']}" for one in run.values["released"]} == {
        "env-1 to sick",
        "env-2 to sick",
        "vm-1 to gcp",
    }


def test_release_to_a_pool_with_a_lock_of_that_name(clean: Clean, locks: LockRepository) -> None:
    locks.add("sick", "env-1", entry="another environment of that name")
    before = files(locks.path)
    run = clean(repo=locks.url, pools="aws", release_to="sick")
    assert released(run) == {"aws/env-2"}
    assert "has a lock of this name" in run.locks["aws/env-1"]["action_reason"]
    assert files(locks.path)["sick/unclaimed/env-1"] == before["sick/unclaimed/env-1"]


def test_release_to_of_two_pools(clean: Clean, locks: LockRepository) -> None:
    locks.add("gcp", "env-1", entry="of gcp")
    locks.claim("gcp", "env-1", message="claiming: env-1")
    run = clean(repo=locks.url, pools="aws,gcp", release_to="sick")
    assert released(run) == {"aws/env-1", "aws/env-2"}
    assert locks_in(files(locks.path))["gcp/env-1"] == {"claimed"}


def test_release_to_a_nested_pool_and_pools_without_gitkeep(clean: Clean, locks: LockRepository) -> None:
    """`aws/sick` is inside `aws`; without .gitkeep, git drops claimed/ with its last file."""
    locks.commit({"aws/sick/unclaimed/.gitkeep": "", "bare/claimed/env-9": "env-9\n"}, message="claiming: env-9")
    run = clean(repo=locks.url, pools=[{"name": "aws", "release_to": "aws/sick"}, "bare"])
    assert released(run) == {"aws/env-1", "aws/env-2", "bare/env-9"}
    after = files(locks.path)
    assert {"aws/sick/unclaimed/env-1", "aws/claimed/.gitkeep", "bare/unclaimed/env-9"} <= after.keys()
    again = clean(repo=locks.url, pools=["aws", "bare"])
    assert again.values["changed"] is False


def test_pools_at_the_root_and_nested(clean: Clean, locks: LockRepository) -> None:
    locks.commit({"unclaimed/top-1": "top", "claimed/.gitkeep": "", "unclaimed/.gitkeep": ""}, message="top")
    locks.commit(moves=[(b"unclaimed/top-1", b"claimed/top-1")], message="claiming: top-1")
    locks.add("cf/fresh", "deep-1")
    locks.claim("cf/fresh", "deep-1", message="claiming: deep-1")
    run = clean(repo=locks.url, pools=[".", "cf/fresh"])
    assert released(run) == {"./top-1", "cf/fresh/deep-1"}
    found = locks_in(files(locks.path))
    assert found["./top-1"] == found["cf/fresh/deep-1"] == {"unclaimed"}


HARD_NAMES = [
    "-rf",
    "with space",
    'quote"d',
    "back\\slash",
    "caf\u00e9",
    "new\nline",
    "a\tb",
    "\x1b[2J",
    "a..env",
    "*?[x]",
]


@pytest.mark.parametrize("name", [*HARD_NAMES, b"caf\xe9"], ids=range(len(HARD_NAMES) + 1))
def test_names_of_any_bytes(clean: Clean, locks: LockRepository, name: str | bytes) -> None:
    locks.add("aws", name, entry=File(b"\x00\xff" + b"x" * 5000, executable=True))
    locks.claim("aws", name, message="claiming: gibberish")
    before = files(locks.path)
    run = clean(repo=locks.url, pools="aws", policy={"manual": "release"}, exclude=["aws/env-*"])
    assert len(run.values["released"]) == 1, run.locks
    text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    moved = {f"aws/claimed/{text}": f"aws/unclaimed/{text}"}
    assert files(locks.path) == released_tree(before, moved)
    assert before[f"aws/claimed/{text}"].startswith("100755")


def test_a_lock_in_both_states_is_reported_and_kept(clean: Clean, locks: LockRepository) -> None:
    locks.add("aws", "env-1", entry="another content")
    before = files(locks.path)
    run = clean(repo=locks.url, pools="aws", force=[])
    assert released(run) == {"aws/env-2"}
    assert "both claimed and unclaimed" in run.locks["aws/env-1"]["action_reason"]
    assert any("env-1" in problem["text"] for problem in run.values["problems"])
    after = files(locks.path)
    assert {path: after[path] for path in before if "env-1" in path} == {
        path: about for path, about in before.items() if "env-1" in path
    }


IN_THE_WAY: list[tuple[str, Mapping[Text, Entry | Text | None], str]] = [
    ("folder", {"aws/unclaimed/env-1/notes": "x"}, "aws/unclaimed/env-1"),
    ("submodule", {"aws/unclaimed/env-1": Submodule()}, "aws/unclaimed/env-1"),
    ("folder of quarantine", {"sick/unclaimed/env-1/notes": "x"}, "sick/unclaimed/env-1"),
    ("submodule in quarantine", {"sick/unclaimed/env-1": Submodule()}, "sick/unclaimed/env-1"),
    (
        "empty folder in quarantine",
        {"sick/unclaimed": Folder({".gitkeep": "", "env-1": Folder({})})},
        "sick/unclaimed/env-1",
    ),
]


@pytest.mark.parametrize(("kind", "changes", "path"), IN_THE_WAY, ids=[kind for kind, _changes, _path in IN_THE_WAY])
def test_an_obstacle_keeps_only_its_lock(
    clean: Clean, locks: LockRepository, kind: str, changes: Mapping[Text, Entry | Text | None], path: str
) -> None:
    locks.commit(changes, message="put something there")
    options = {"repo": locks.url, "pools": "aws", "release_to": "sick" if "quarantine" in kind else None}
    checked, run = clean(**options, check_mode=True), clean(**options)
    assert released(checked) == released(run) == {"aws/env-2"}
    reason = f"{path} is in the way and is not a lock; move it elsewhere"
    assert checked.locks["aws/env-1"]["action_reason"] == run.locks["aws/env-1"]["action_reason"] == reason
    assert released(clean(**options)) == set(), "what the run before left to be found knows it too"


@pytest.mark.parametrize("entry", ["x", Submodule(), Symlink("elsewhere")], ids=["file", "submodule", "link"])
def test_an_obstacle_at_unclaimed_keeps_only_the_locks_of_its_pool(
    clean: Clean, locks: LockRepository, entry: Entry | str
) -> None:
    locks.commit({"odd/claimed/env-9": "x", "odd/unclaimed": entry}, message="claiming: env-9")
    run = clean(repo=locks.url, pools=["aws", "odd"])
    assert released(run) == {"aws/env-1", "aws/env-2"}
    assert run.locks["odd/env-9"]["action_reason"].startswith("odd/unclaimed is in the way")
    assert any(one["text"].endswith("not a folder: replace it with a folder") for one in run.values["problems"])


def test_exclude(clean: Clean, locks: LockRepository) -> None:
    run = clean(repo=locks.url, pools="aws", exclude=["*/env-1", "gcp/*"])
    assert released(run) == {"aws/env-2"}
    assert run.locks["aws/env-1"]["action_reason"] == "it is excluded"
    warning, _by_age = run.warnings
    assert "'gcp/*' matches no lock of the chosen pools" in warning


def test_a_pattern_without_its_pool(clean: Clean, locks: LockRepository) -> None:
    options = {"repo": locks.url, "pools": "aws", "exclude": ["gcp-*", "aws/env-2"]}
    checked, run = clean(**options, check_mode=True), clean(**options)
    assert checked.warnings == run.warnings
    assert run.warnings[0] == (
        "exclude: the pattern 'gcp-*' matches no lock of the chosen pools. "
        "Write patterns as pool/lock, such as aws/env-*."
    )
    assert len(run.warnings) == 2, "the other is about releases by age"
    assert released(run) == {"aws/env-1"}


def test_exclude_as_text(clean: Clean, locks: LockRepository) -> None:
    run = clean(repo=locks.url, pools="aws", exclude="aws/env-1, aws/env-2")
    assert not released(run)
    assert run.locks["aws/env-2"]["action_reason"] == "it is excluded"


def test_releases_of_unchecked_builds_are_a_warning(clean: Clean, locks: LockRepository) -> None:
    """Without a Concourse the lock of a running build is released by its age; that needs a warning."""
    page = "https://ci.example.com/teams/main/pipelines/p/jobs/j/builds/1"
    locks.claim("aws", "env-3", message=f"claiming: env-3\nBuild URL: {page}\n")
    options = {"repo": locks.url, "pools": "aws"}
    kept = clean(**options, no_concourse="keep", check_mode=True)
    assert kept.warnings == []
    checked, run = clean(**options, check_mode=True), clean(**options)
    assert "aws/env-3" in released(run)
    assert checked.warnings == run.warnings
    (warning,) = run.warnings
    assert "3 locks that builds claimed are released by age alone" in warning
    assert "Set concourse_url (CONCOURSE_BASE_URL), or set no_concourse to keep." in warning
    assert clean(**options).warnings == [], "nothing more goes"


@pytest.mark.parametrize("module", ["concourse_pool_clean", "concourse_pool_status"])
def test_a_missing_login_is_a_warning(scene: Scene, workplace: Workplace, module: str) -> None:
    source = {"uri": "file:///locks.git", "branch": "main", "pool": "aws"}
    job = {"name": "up", "plan": [{"put": "env", "params": {"acquire": True}}]}
    resource = {"name": "env", "type": "pool", "source": source}
    scene.atc.set_pipeline("main/ci", {"resources": [resource], "jobs": [job]})
    for lock in ("env-1", "env-2"):
        scene.locks.add("aws", lock, at=scene.now)
        scene.claim(scene.start("main/ci", "up"), "env", f"aws/{lock}")
    scene.atc.follow_wall_clock()
    run = workplace.run_module(module, {"repo": scene.repo, "concourse_url": scene.atc.url, "pools": "aws"})
    assert set(run.verdicts.values()) == {"unreachable"}
    (warning,) = run.warnings
    assert warning == (
        "Concourse requires a login, and none is configured: set concourse_username and concourse_password "
        "(CONCOURSE_USERNAME, CONCOURSE_PASSWORD), concourse_token or concourse_target."
    )
    assert workplace.run_module(module, login(scene, pools="aws")).warnings == []


def test_more_than_max_releases_is_a_failure_that_shows_the_plan(clean: Clean, locks: LockRepository) -> None:
    base = tip(locks.path)
    run = clean(repo=locks.url, pools="aws", max_releases=1)
    message = refusal(run)
    assert "2 locks" in message
    assert "max_releases allows 1" in message
    assert {name for name, action in actions(run).items() if action == "release"} == {"aws/env-1", "aws/env-2"}
    assert tip(locks.path) == base
    checked = clean(repo=locks.url, pools="aws", max_releases=1, check_mode=True)
    assert refusal(checked) == message
    assert released(clean(repo=locks.url, pools="aws", max_releases=2)) == {"aws/env-1", "aws/env-2"}


def test_force_releases_what_the_policy_keeps(clean: Clean, locks: LockRepository) -> None:
    commit = git("log", "-1", "--format=%H", "--", "aws/claimed/env-4", folder=locks.path).decode().strip()
    options = {"repo": locks.url, "pools": "aws", "exclude": ["aws/env-[12]"]}
    force = [{"lock": "aws/env-4", "commit": commit}]
    base = tip(locks.path)
    assert released(clean(**options)) == set()
    run = clean(**options, force=[{"lock": "aws/env-4", "commit": commit[:7]}])
    assert released(run) == {"aws/env-4"}
    assert "forced" in run.locks["aws/env-4"]["action_reason"]
    (made,) = commits_since(locks.path, base)
    assert made.trailers["Claim-Commit"] == commit
    assert made.trailers["Forced"] == "yes, against the policy (manual, the policy keeps it)"
    assert "is now free" in refusal(clean(**options, force=force)), "the nonce is spent"


def test_force_with_an_earlier_claim(clean: Clean, locks: LockRepository) -> None:
    options = {"repo": locks.url, "pools": "aws", "exclude": ["*/env-[12]"]}
    seen = clean(check_mode=True, **options).locks["aws/env-4"]["commit"]
    locks.release("aws", "env-4")
    locks.claim("aws", "env-4", message="manually claim env-4, again")
    base = tip(locks.path)
    message = refusal(clean(**options, force=[{"lock": "aws/env-4", "commit": seen}]))
    assert "aws/env-4" in message
    assert "check the lock again" in message
    assert tip(locks.path) == base


@pytest.mark.parametrize("author", ["Ada Larsson <ada@example.com>", "\u00c5sa <a@b>"])
def test_the_author_of_the_commits(clean: Clean, locks: LockRepository, author: str) -> None:
    base = tip(locks.path)
    clean(repo=locks.url, pools="aws", git_author=author)
    assert {(one.author, one.committer) for one in commits_since(locks.path, base)} == {(author, author)}


def test_another_branch(clean: Clean, locks: LockRepository) -> None:
    locks.fork("staging")
    base = tip(locks.path)
    assert len(clean(repo=locks.url, pools="aws", branch="staging").values["released"]) == 2
    assert tip(locks.path) == base
    assert len(commits_since(locks.path, base, "staging")) == 2


def test_a_manual_release_in_between_is_no_error(clean: Clean, locks: LockRepository) -> None:
    clean(repo=locks.url, pools="aws", check_mode=True)
    locks.release("aws", "env-1", message="manually unclaim env-1")
    run = clean(repo=locks.url, pools="aws")
    assert released(run) == {"aws/env-2"}
