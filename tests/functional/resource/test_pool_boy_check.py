# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`check` of the resource type pool-boy: a version exactly when something is to do."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import Scripts, scripts_of
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import CertificateAuthority, serve_https, serve_ssh

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

SECRET = "pa55word-of-the-login"


def source_of(scene: Scene, **more: Any) -> dict[str, Any]:
    login = {"concourse_url": scene.atc.url, "concourse_username": "pool-boy", "concourse_password": SECRET}
    return {"uri": scene.repo, "branch": "main", "pools": ["aws"], **login, **more}


def with_job(scene: Scene, **more: Any) -> dict[str, Any]:
    return source_of(scene, pools=[{"name": "aws", "job": "main/ci/claim"}], **more)


def claim_and_error(scene: Scene, lock: str = "env-1") -> str:
    """A build claims a lock and loses its worker, six minutes ago: the policy releases the lock now."""
    scene.locks.add("aws", lock, at=scene.now)
    build = scene.start("main/ci", "claim")
    commit = scene.claim(build, "env", f"aws/{lock}")
    scene.finish(build, "errored")
    return commit


def test_nothing_to_do_is_no_version(pool_boy: Scripts, scene: Scene) -> None:
    assert pool_boy.check(source_of(scene)) == []
    scene.locks.add("aws", "env-1", at=scene.now)
    assert pool_boy.check(source_of(scene)) == []
    version = {"digest": "0" * 16, "counter": "3", "time": "2026-01-01T00:00:00Z"}
    assert pool_boy.check(source_of(scene), version) == [version]


def test_a_lock_that_is_releasable_is_one_version(pool_boy: Scripts, scene: Scene) -> None:
    """The same in a new container, the next for another lock; nothing is changed by a check."""
    claim_and_error(scene)
    tip = scene.locks.tip()
    (first,) = pool_boy.check(source_of(scene))
    assert first["counter"] == "1"
    assert all(isinstance(value, str) for value in first.values())
    assert pool_boy.check(source_of(scene), first) == [first]
    assert scripts_of("pool-boy", pool_boy.home / "new").check(source_of(scene), first) == [first]
    claim_and_error(scene, "env-2")
    (second,) = pool_boy.check(source_of(scene), first)
    assert second["counter"] == "2"
    assert second["digest"] != first["digest"]
    scene.locks.release("aws", "env-1", at=scene.now)
    scene.locks.release("aws", "env-2", at=scene.now)
    assert pool_boy.check(source_of(scene), second) == [second]
    assert scene.locks.commit_of("main~4") == tip


def test_work_that_stays_undone_is_a_new_version_after_a_while(pool_boy: Scripts, scene: Scene) -> None:
    claim_and_error(scene)
    (first,) = pool_boy.check(source_of(scene))
    early = {**first, "time": "2026-01-01T00:00:00Z"}
    (again,) = pool_boy.check(source_of(scene, retry_after=30), early)
    assert (again["digest"], again["counter"]) == (first["digest"], "2")
    assert pool_boy.check(source_of(scene, retry_after=30), again) == [again]
    for broken in ({**first, "time": "soon"}, {**first, "time": "2999-01-01T00:00:00Z"}, {"digest": first["digest"]}):
        (found,) = pool_boy.check(source_of(scene), broken)
        assert found not in (broken, first) or "time" not in broken


def test_a_free_lock_without_a_build_is_a_version(pool_boy: Scripts, scene: Scene) -> None:
    """Once; then a build waits for it. The same lock is work again when it comes back."""
    scene.locks.add("aws", "env-1", at=scene.now)
    (first,) = pool_boy.check(with_job(scene))
    assert pool_boy.check(with_job(scene), first) == [first]
    assert scene.atc.list_builds(job="claim") == []
    build = scene.start("main/ci", "claim")
    assert pool_boy.check(with_job(scene), first) == [first]
    scene.claim(build, "env", "aws/env-1")
    scene.release(build, "env", "aws/env-1")
    scene.finish(build, "succeeded")
    (second,) = pool_boy.check(with_job(scene), first)
    assert second["counter"] == "2"


def test_names_of_the_pool_resource_and_of_the_modules(pool_boy: Scripts, scene: Scene) -> None:
    claim_and_error(scene)
    source = source_of(scene)
    del source["pools"]
    (by_pool,) = pool_boy.check({**source, "pool": "aws"})
    of_modules = {**source, "repo": source.pop("uri"), "pools": "aws"}
    del of_modules["uri"]
    (by_module,) = pool_boy.check(of_modules)
    assert by_pool["digest"] == by_module["digest"]
    held = {"policy": {"errored": "keep"}}
    assert pool_boy.check({**of_modules, **held}) == []
    assert pool_boy.check({**of_modules, "pools": [{"name": "aws", **held}]}) == []
    assert pool_boy.check({**of_modules, "grace": 600}) == []


def test_pools_of_one_repository_are_apart(pool_boy: Scripts, scene: Scene) -> None:
    """A pool inside a pool, and both in one source."""
    claim_and_error(scene)
    scene.locks.add("aws/inner", "deep-1", at=scene.now)
    inner, outer = source_of(scene, pools=["aws/inner"]), source_of(scene)
    assert pool_boy.check(inner) == []
    (version,) = pool_boy.check(outer)
    (both,) = pool_boy.check(source_of(scene, pools=["aws", "aws/inner"]))
    assert both["digest"] == version["digest"]


def test_over_ssh_and_https(
    pool_boy: Scripts, scene: Scene, tmp_path: Path, certificate_authority: CertificateAuthority
) -> None:
    """`check` and `in`; the git password is not that of Concourse."""
    claim_and_error(scene)
    served = scene.locks.path.parent
    with (
        serve_ssh(served) as ssh,
        serve_https(served, authority=certificate_authority, user="bot", password="of-git") as https,
    ):
        ca = [{"name": "http.sslCAInfo", "value": str(https.ca_file)}]
        for more in (
            {"uri": ssh.url("locks.git"), "private_key": ssh.key.private},
            {"uri": https.url("locks.git"), "username": "bot", "password": "of-git", "git_config": ca},
        ):
            (version,) = pool_boy.check(source_of(scene, **more))
            folder = tmp_path / str(len(more))
            folder.mkdir()
            pool_boy.run("in", {"source": source_of(scene, **more), "version": version}, str(folder))
            assert '"errored"' in (folder / "status.json").read_text()
            assert "of-git" not in "".join(path.read_text() for path in folder.iterdir())


def test_a_killed_check_changes_nothing(pool_boy: Scripts, scene: Scene) -> None:
    claim_and_error(scene)
    tip = scene.locks.tip()
    for delay in (0.1, 0.2, 0.3, 0.4):
        with subprocess.Popen(
            pool_boy.command("check"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=pool_boy.environment
        ) as process:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"source": with_job(scene)}).encode())
            process.stdin.close()
            time.sleep(delay)
            process.kill()
    (version,) = pool_boy.check(with_job(scene))
    assert version["counter"] == "1"
    assert scene.locks.tip() == tip
    assert len(scene.atc.list_builds(job="claim")) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"pools": []}, "pools is missing"),
        ({"pools": ["gcp"]}, "no pool gcp. It has: aws"),
        ({"pools": [{"name": "aws", "jobs": "x"}]}, "unknown key jobs"),
        ({"pool": "aws"}, "pool and pools are both set"),
        ({"policy": {"errored": "sometimes"}}, "sometimes"),
        ({"policy": "release"}, "policy is 'release', which is not a mapping"),
        ({"grace": "soon"}, "grace is 'soon'"),
        ({"preset": "bold"}, "preset is 'bold', but must be one of: safe, pool_boy"),
        ({"retry_after": 0}, "retry_after is 0"),
        ({"force": ["aws/env-1"]}, "force is not an option"),
        ({"concourse_password": "wrong"}, "refuse"),
        ({"concourse_password": f"{SECRET}\n"}, "line break"),
        ({"concourse_url": "ftp://ci"}, "concourse_url"),
        ({"pools": [{"name": "aws", "job": "claim"}]}, "names no job"),
        ({"max_releases": 0}, "max_releases is 0"),
        ({"git_author": "nobody"}, "git_author"),
    ],
)
def test_a_bad_source_is_named(pool_boy: Scripts, scene: Scene, more: dict[str, Any], words: str) -> None:
    claim_and_error(scene)
    run = pool_boy.run("check", {"source": source_of(scene, **more)})
    assert run.code == 1
    assert words in run.stderr
    assert SECRET not in run.stderr


def test_a_concourse_that_does_not_answer(pool_boy: Scripts, scene: Scene) -> None:
    """Nobody knows whether there is work: check fails where it may start builds, and otherwise keeps all locks."""
    claim_and_error(scene)
    dead = {"concourse_url": "http://127.0.0.1:9"}
    run = pool_boy.run("check", {"source": with_job(scene, **dead)}, says_more=True)
    assert run.code == 1
    assert "so no build was started: http://127.0.0.1:9 refused the connection" in run.stderr
    assert run.stderr.count("its builds are unknown") == 1
    assert SECRET not in run.stderr


def test_checks_at_once_agree(pool_boy: Scripts, scene: Scene) -> None:
    claim_and_error(scene)
    with ThreadPoolExecutor(3) as threads:
        answers = [*threads.map(lambda _number: pool_boy.check(source_of(scene)), range(3))]
    assert len({answer[0]["digest"] for answer in answers}) == 1


def test_check_does_not_start_ansible(pool_boy: Scripts, trigger: Scripts, scene: Scene) -> None:
    """It never imports any part of it."""
    claim_and_error(scene)
    scene.locks.add("aws", "env-9", at=scene.now)
    sources = {pool_boy: with_job(scene), trigger: {"uri": scene.repo, "pool": "aws"}}
    for scripts, source in sources.items():
        program = (
            "import atexit, runpy, sys\n"
            "atexit.register(lambda: print(*(name for name in sys.modules if name.split('.')[0] == 'ansible'),"
            " 'end', file=sys.stderr))\n"
            f"runpy.run_path({str(scripts.folder / 'check')!r}, run_name='__main__')\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps({"source": source}),
            capture_output=True,
            text=True,
            check=True,
            env=scripts.environment,
        )
        assert json.loads(done.stdout) != []
        assert done.stderr.splitlines()[-1] == "end"
