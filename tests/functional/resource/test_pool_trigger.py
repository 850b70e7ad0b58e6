# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol of the resource type pool-trigger: its three scripts, as processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.tests.functional.resource.scripts import Scripts, scripts_of
from ansible_collections.poolboy.concourse.tests.lockrepo import LockRepository
from ansible_collections.poolboy.concourse.tests.servers import CertificateAuthority, serve_https, serve_ssh

pytest_plugins = ["ansible_collections.poolboy.concourse.tests.servers.fixtures"]

SECRET = "s3cr3t-of-the-source"


def source_of(locks: LockRepository, **more: Any) -> dict[str, Any]:
    return {"uri": locks.url, "branch": "main", "pool": "aws", **more}


def test_each_check_announces_one_lock(trigger: Scripts, locks: LockRepository) -> None:
    """The first check, later ones, nothing new, and a lock that comes again; the repository stays as it is."""
    source, tip = source_of(locks, retry_delay="10s", depth=5), locks.tip()
    (first,) = trigger.check(source)
    (second,) = trigger.check(source, first)
    assert (first, second) == ({"commit": tip, "lock": "env-1"}, {"commit": tip, "lock": "env-2"})
    assert trigger.check(source, second) == [second]
    assert locks.tip() == tip
    locks.claim("aws", "env-1")
    assert trigger.check(source, second) == [second]
    commit = locks.release("aws", "env-1")
    assert trigger.check(source, second) == [{"commit": commit, "lock": "env-1"}]


def test_versions_survive_the_container_and_its_cache(locks: LockRepository, tmp_path: Path) -> None:
    version = None
    for number, lock in enumerate(["env-1", "env-2", "env-3"]):
        if number == 2:
            locks.add("aws", "env-3")
        (version,) = scripts_of("pool-trigger", tmp_path / str(number)).check(source_of(locks), version)
        assert version["lock"] == lock


def test_an_empty_pool_has_no_version(trigger: Scripts, locks: LockRepository) -> None:
    locks.add_pool("gcp")
    source = source_of(locks, pool="gcp")
    assert trigger.check(source) == []
    commit = locks.add("gcp", "vm-1")
    (version,) = trigger.check(source)
    assert version == {"commit": commit, "lock": "vm-1"}
    locks.remove("gcp", "vm-1", state="unclaimed")
    assert trigger.check(source, version) == [version]


def test_pools_of_one_repository_are_apart(trigger: Scripts, locks: LockRepository) -> None:
    """Two pools, one of them inside the other."""
    inner = source_of(locks, pool="aws/inner")
    locks.add("aws/inner", "deep-1")
    (outer_version,) = trigger.check(source_of(locks))
    (inner_version,) = trigger.check(inner)
    assert (outer_version["lock"], inner_version["lock"]) == ("env-1", "deep-1")
    locks.add("aws/inner", "deep-2")
    assert trigger.check(inner, inner_version)[0]["lock"] == "deep-2"
    assert trigger.check(source_of(locks), outer_version)[0]["lock"] == "env-2"


def test_pools_that_get_a_lock_of_one_name_in_one_commit_are_apart(trigger: Scripts, locks: LockRepository) -> None:
    """Both have the same version then, and different ones after it."""
    commit = locks.commit({f"{pool}/unclaimed/same": "x" for pool in ("aws", "gcp")})
    gcp = source_of(locks, pool="gcp")
    assert trigger.check(gcp) == [{"commit": commit, "lock": "same"}]
    only_here = locks.add("gcp", "vm-1")
    version = {"commit": commit, "lock": "same"}
    assert trigger.check(gcp, version) == [{"commit": only_here, "lock": "vm-1"}]
    assert trigger.check(source_of(locks), version) == [version]
    assert trigger.check(gcp, version) == [{"commit": only_here, "lock": "vm-1"}]


@pytest.mark.parametrize("version", [{}, {"commit": "0" * 40, "lock": "env-1"}])
def test_an_unknown_version_announces_the_free_locks(
    trigger: Scripts, locks: LockRepository, version: dict[str, str]
) -> None:
    (found,) = trigger.check(source_of(locks), version)
    assert found == {"commit": locks.tip(), "lock": "env-1"} | ({"rewrites": "1"} if version else {})


def test_a_rewritten_history_announces_the_free_locks_again(trigger: Scripts, locks: LockRepository) -> None:
    (version,) = trigger.check(source_of(locks))
    tip = locks.restart()
    for lock in ("env-1", "env-2"):
        (version,) = trigger.check(source_of(locks), version)
        assert version == {"commit": tip, "lock": lock, "rewrites": "1"}
    assert trigger.check(source_of(locks), version) == [version]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("", "stdin is not JSON"),
        ("[]", "not a mapping"),
        ({}, "source is missing"),
        ({"source": []}, "source is missing"),
        ({"source": "x"}, "source is not a mapping"),
        ({"source": {"pool": "aws"}}, "uri is missing"),
        ({"source": {"uri": "{repo}"}}, "pool is missing"),
        ({"source": {"uri": "{repo}", "pool": " / "}}, "pool is missing"),
        ({"source": {"uri": "{repo}", "pool": ["aws"]}}, "pool is .* not a text"),
        ({"source": {"uri": "{repo}", "repo": "{repo}", "pool": "aws"}}, "uri and repo are both set"),
        ({"source": {"uri": "{repo}", "pool": "aws", "pools": "aws"}}, "pools is not an option"),
        ({"source": {"uri": "{repo}", "pool": "gcp"}}, r"no pool gcp\. It has: aws"),
        ({"source": {"uri": "{repo}", "pool": "aws", "branch": "gone"}}, "no branch gone"),
        ({"source": {"uri": "{repo}-gone", "pool": "aws"}}, "no git repository"),
        ({"source": {"uri": "ext::sh -c true", "pool": "aws"}}, "not an address"),
        ({"source": {"uri": "{repo}", "pool": "aws", "git_config": {"user.name": "x"}}}, "git_config is not a list"),
        ({"source": {"uri": "{repo}", "pool": "aws", "skip_ssl_verification": "often"}}, "not true or false"),
        ({"source": {"uri": "{repo}", "pool": "aws", "known_hosts": "x", "known_hosts_file": "/x"}}, "both set"),
        ({"source": {"uri": "ssh://git@127.0.0.1:1/x", "pool": "aws", "private_key": SECRET}}, "private"),
        ({"source": {"uri": "{repo}", "pool": "a\x00b"}}, "NUL"),
        ({"source": {"uri": "{repo}", "pool": "aws"}, "version": "x"}, "version is not a mapping"),
        ({"source": {"uri": "{repo}", "pool": "aws"}, "version": {"ref": "x"}}, "version is"),
        ({"source": {"uri": "{repo}", "pool": "aws"}, "version": {"commit": "--all", "lock": "x"}}, "version is"),
        ({"source": {"uri": "{repo}", "pool": "aws"}, "version": {"commit": 7, "lock": "x"}}, "version is"),
    ],
)
def test_a_bad_request_is_named(trigger: Scripts, locks: LockRepository, request_: object, words: str) -> None:
    given = request_ if isinstance(request_, str) else json.dumps(request_).replace("{repo}", locks.url)
    run = trigger.run("check", given)
    assert run.code == 1
    assert re.search(words, run.stderr), run.stderr
    assert SECRET not in run.stderr


def test_over_ssh(trigger: Scripts, locks: LockRepository) -> None:
    """As the pool resource, it accepts an unknown server, but not if the source knows others."""
    with serve_ssh(locks.path.parent) as ssh:
        source = {**source_of(locks), "uri": ssh.url("locks.git"), "private_key": ssh.key.private}
        (version,) = trigger.check(source)
        assert version["lock"] == "env-1"
        strict = {**source, "known_hosts": "example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEtG"}
        refused = scripts_of("pool-trigger", trigger.home / "strict").run("check", {"source": strict})
        assert "host key" in refused.stderr
        known = {**source, "known_hosts": ssh.known_hosts.read_text()}
        assert trigger.check(known, version)[0]["lock"] == "env-2"
        key = ssh.key.private
    said = refused.stderr + trigger.run("check", {"source": source}).stderr
    assert not any(line in said for line in key.splitlines()[1:-1])


def test_over_https(trigger: Scripts, locks: LockRepository, certificate_authority: CertificateAuthority) -> None:
    with serve_https(locks.path.parent, authority=certificate_authority, user="bot", password=SECRET) as server:
        source = {**source_of(locks), "uri": server.url("locks.git"), "username": "bot", "password": SECRET}
        untrusted = trigger.run("check", {"source": source})
        assert "certificate" in untrusted.stderr
        assert trigger.check({**source, "skip_ssl_verification": True})[0]["lock"] == "env-1"
        ca = [{"name": "http.sslCAInfo", "value": str(server.ca_file)}]
        assert trigger.check({**source, "git_config": ca})[0]["lock"] == "env-1"
        wrong = trigger.run("check", {"source": {**source, "password": f"{SECRET}?", "git_config": ca}})
        assert "refuses the user name or the password" in wrong.stderr
        address = server.url("locks.git").replace("https://", f"https://bot:{SECRET}@")
        inside = {"uri": address, "pool": "nowhere", "git_config": ca}
        unknown = trigger.run("check", {"source": inside})
        assert "no pool nowhere" in unknown.stderr
        assert SECRET not in untrusted.stderr + wrong.stderr + unknown.stderr


def test_unused_settings_of_git_are_named_on_stderr_alone(trigger: Scripts, locks: LockRepository) -> None:
    source = source_of(locks, git_config=[{"name": "core.bare", "value": SECRET}])
    run = trigger.run("check", {"source": source})
    assert run.value[0]["lock"] == "env-1"
    assert "core.bare" in run.stderr
    assert SECRET not in run.stderr


def test_checks_at_once_agree(trigger: Scripts, locks: LockRepository) -> None:
    (version,) = trigger.check(source_of(locks))
    locks.claim("aws", "env-1")
    locks.release("aws", "env-1")
    with ThreadPoolExecutor(4) as threads:
        answers = [*threads.map(lambda _number: trigger.check(source_of(locks), version), range(4))]
    assert [[one["lock"] for one in answer] for answer in answers] == [["env-2"]] * 4


def test_a_check_killed_anywhere_changes_nothing(trigger: Scripts, locks: LockRepository) -> None:
    """The next check finds what it would have found."""
    source = source_of(locks)
    (version,) = trigger.check(source)
    for number in range(6):
        locks.claim("aws", "env-1")
        locks.release("aws", "env-1")
        environment = trigger.environment
        with subprocess.Popen(
            trigger.command("check"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        ) as process:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"source": source, "version": version}).encode())
            process.stdin.close()
            time.sleep(0.06 + number * 0.03)
            os.kill(process.pid, signal.SIGKILL)
    seen = []
    while True:
        (following,) = trigger.check(source, version)
        if following == version:
            break
        version = following
        seen.append(version["lock"])
    assert seen == ["env-2", *["env-1"] * 6]


def test_a_broken_cache_is_no_obstacle(trigger: Scripts, locks: LockRepository) -> None:
    source = source_of(locks)
    (version,) = trigger.check(source)
    for file in trigger.home.rglob("arrivals-*.json"):
        file.write_text('{"format": 1, "tip": 7')
    for mirror in trigger.home.rglob("mirror.git"):
        shutil.rmtree(mirror / "objects")
    assert trigger.check(source, version)[0]["lock"] == "env-2"


def test_in_and_out_do_nothing(trigger: Scripts, locks: LockRepository, tmp_path: Path) -> None:
    """Also for an old version, in a pool that is gone."""
    version = {"commit": "1" * 40, "lock": "env-1"}
    target = tmp_path / "target"
    target.mkdir()
    tip = locks.tip()
    run = trigger.run("in", {"source": source_of(locks, pool="gone"), "version": version}, str(target))
    assert run.value["version"] == version
    assert {"name": "lock", "value": "env-1"} in run.value["metadata"]
    assert [*target.iterdir()] == []
    put = trigger.run("out", {"source": source_of(locks), "params": {"anything": 1}}, str(target))
    assert {*put.value["version"]} == {"put"}
    assert locks.tip() == tip


def test_after_a_put_the_free_locks_are_announced_again(trigger: Scripts, locks: LockRepository) -> None:
    """By versions that Concourse does not know: it takes that of the put for the latest."""
    known = [*trigger.check(source_of(locks))]
    put = trigger.run("out", {"source": source_of(locks)}, "folder").value["version"]
    version, found = put, []
    for lock in ("env-1", "env-2"):
        (version,) = trigger.check(source_of(locks), version)
        assert version["lock"] == lock
        found.append(version)
    assert trigger.check(source_of(locks), version) == [version]
    assert not any(one in known for one in found)
    again = trigger.check(source_of(locks), {"put": str(int(put["put"]) + 60)})
    assert again[0] not in found
