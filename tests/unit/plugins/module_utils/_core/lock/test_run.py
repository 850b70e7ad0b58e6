# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run while others push, responses are lost, and the server is down."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import Choice, LockRequest
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.until import Until
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.plan import LockRefused, NotAvailable
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.run import FIRST_PAUSE, LONGEST_PAUSE
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.change import PoolChange
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption, RepositoryError

from .lock_builders import HOUR, NOW, claiming, request, subjects
from .lock_model import ModelStore, Server, begin, carry_out, retry


@pytest.fixture
def server() -> Server:
    """Pool aws with the free locks env-1 and env-2."""
    server = Server()
    server.add("aws/env-1", "aws/env-2")
    return server


def at(server: Server, name: str, numbers: range | tuple[int, ...], act: Callable[[], object]) -> list[float]:
    """Have others act before these requests of a name, counted from 1; return the times of all these requests."""
    times: list[float] = []

    def step(given: str) -> None:
        if given == name:
            times.append(server.now)
            if len(times) in numbers:
                act()

    server.step = step
    return times


def holders(server: Server) -> dict[str, str]:
    """The owner of each claimed lock, empty for a build."""
    claims = server.commits[server.tip].claims
    return {path.rpartition("/")[2]: read_hold(claim.message).owner for path, claim in claims.items()}


def test_a_claim_and_a_release(server: Server) -> None:
    run = carry_out(server, claiming(choose=Choice.NAME))
    assert run.has_pushed
    assert holders(server) == {"env-1": "ada"}
    again = carry_out(server, claiming())
    assert (again.changes(), again.has_pushed) == ((), False)
    assert again.plan.locks[0].hold == run.plan.locks[0].hold
    carry_out(server, request("unclaimed", owner="ada"))
    assert server.places() == ["aws/unclaimed/env-1", "aws/unclaimed/env-2"]
    assert not carry_out(server, request("unclaimed", owner="ada")).has_pushed


@pytest.mark.parametrize("choose", list(Choice))
def test_check_mode_plans_what_the_run_does(server: Server, choose: Choice) -> None:
    wanted = claiming(choose=choose)
    checked = begin(server, wanted)
    checked.decide()
    assert (server.pushes, checked.has_pushed) == (0, False)
    assert carry_out(server, wanted).plan == checked.plan


def test_the_lock_that_has_been_free_for_the_longest_time(server: Server) -> None:
    server.now += 60
    server.claim_by_build(server.find("env-1"))
    server.release(server.find("env-1"))
    carry_out(server, claiming(choose=Choice.OLDEST_FREE))
    assert holders(server) == {"env-2": "ada"}


def test_overtaken_for_the_same_lock(server: Server) -> None:
    at(server, "push", (1,), lambda: server.claim_by_build(server.find("env-1")))
    run = carry_out(server, claiming(choose=Choice.NAME))
    assert holders(server) == {"env-1": "", "env-2": "ada"}
    assert [lock.name for lock in run.plan.locks] == ["env-2"]


def test_overtaken_for_a_named_lock(server: Server) -> None:
    at(server, "push", (1,), lambda: server.claim_by_build(server.find("env-1")))
    with pytest.raises(NotAvailable, match=r"^Lock aws/env-1 is not free\. Held: env-1 by main/ci/deploy 12"):
        carry_out(server, claiming(name="env-1"))
    assert holders(server) == {"env-1": ""}


def test_overtaken_for_one_of_several(server: Server) -> None:
    at(server, "push", (1,), lambda: server.claim_by_build(server.find("env-2")))
    with pytest.raises(NotAvailable, match="none was claimed"):
        carry_out(server, claiming(count=2))
    assert holders(server) == {"env-2": ""}


def test_overtaken_by_the_same_owner(server: Server) -> None:
    at(server, "push", (1,), lambda: server.others(*begun.changes()))
    begun = begin(server, claiming(), "another run")
    begun.decide()
    run = carry_out(server, claiming())
    assert (len(holders(server)), run.has_pushed, run.changes()) == (1, False, ())


def test_an_extension_that_comes_too_late(server: Server) -> None:
    carry_out(server, claiming(name="env-1"))

    def clean_and_claim() -> None:
        server.release(server.find("env-1"))
        server.claim_by_build(server.find("env-1"))

    at(server, "push", (1,), clean_and_claim)
    with pytest.raises(NotAvailable, match="env-1 by main/ci/deploy 12"):
        carry_out(server, claiming(name="env-1", until=Until()))
    assert holders(server) == {"env-1": ""}


def test_a_release_that_comes_too_late(server: Server) -> None:
    claim = carry_out(server, claiming(name="env-1"))
    commit = server.commits[server.tip].name

    def next_holder() -> None:
        server.release(server.find("env-1"))
        server.claim_by_build(server.find("env-1"))

    at(server, "push", (1,), next_holder)
    with pytest.raises(LockRefused, match="held by main/ci/deploy 12"):
        carry_out(server, request("unclaimed", owner="ada", name="env-1"))
    with pytest.raises(LockRefused, match=f"^Lock aws/env-1 is not claimed by commit {commit[:8]}. "):
        carry_out(server, request("unclaimed", name="env-1", claim_commit=commit[:8]))
    assert claim.has_pushed
    assert holders(server) == {"env-1": ""}


def test_always_overtaken(server: Server) -> None:
    numbers = iter(range(10_000))
    at(server, "push", range(10_000), lambda: server.add(f"gcp/x-{next(numbers)}"))
    with pytest.raises(RepositoryError, match=r"so nothing was changed\. Run again when"):
        carry_out(server, claiming())
    assert holders(server) == {}
    assert 120 <= server.now - NOW < 240


@pytest.mark.parametrize("lost", ["response", "late", "push"])
def test_a_lost_response(server: Server, lost: str) -> None:
    server.lose = lambda push: lost if push == 1 else ""
    at(server, "snapshot", (2,), server.carry_out_late)
    run = carry_out(server, claiming(choose=Choice.NAME))
    assert (holders(server), len(server.accepted), run.has_pushed) == ({"env-1": "ada"}, 1, True)
    assert subjects(run.plan.changes) == ["claiming: env-1"]


@pytest.mark.parametrize("lost", ["response", "late", "push"])
def test_a_lost_response_while_others_push(server: Server, lost: str) -> None:
    server.lose = lambda push: lost if push == 1 else ""

    def others() -> None:
        server.carry_out_late()
        server.add("gcp/x")

    at(server, "snapshot", (2,), others)
    run = carry_out(server, claiming(choose=Choice.NAME))
    assert (holders(server), len(server.accepted), run.has_pushed) == ({"env-1": "ada"}, 1, True)


def test_a_lost_response_and_a_rewritten_branch(server: Server) -> None:
    server.lose = lambda push: "response" if push == 1 else ""
    at(server, "snapshot", (2,), server.rewrite)
    run = carry_out(server, claiming(choose=Choice.NAME))
    assert (holders(server), len(server.accepted)) == ({"env-1": "ada"}, 1)
    assert run.changes() == (), "the run finds what it has"


def test_the_response_is_lost_and_the_server_does_not_return(server: Server) -> None:
    server.lose = lambda push: "response"

    def go_down() -> None:
        server.is_down = True

    at(server, "snapshot", (2,), go_down)
    with pytest.raises(RepositoryError, match=r"^It is not known whether a push of this run was carried out"):
        carry_out(server, claiming(choose=Choice.NAME), wait=60)
    server.is_down = False
    assert carry_out(server, claiming()).changes() == (), "the next run finds what it has"


def test_a_wait_ends_with_the_lock(server: Server) -> None:
    for name in ("env-1", "env-2"):
        server.claim_by_build(server.find(name))
    times = at(server, "snapshot", (5,), lambda: server.release(server.find("env-2")))
    run = carry_out(server, claiming(), wait=600)
    assert holders(server) == {"env-1": "", "env-2": "ada"}
    assert [after - before for before, after in itertools.pairwise(times)] == [1, 2, 4, 8]
    end = run.plan.locks[0].hold
    assert end is not None
    assert end.until == int(server.now) + 4 * HOUR, "the span counts from the claim"


@pytest.mark.parametrize("wait", [0, 1, 100, 3600])
def test_a_wait_ends_without_a_lock(server: Server, wait: int) -> None:
    for name in ("env-1", "env-2"):
        server.claim_by_build(server.find(name))
    times = at(server, "snapshot", (), lambda: None)
    with pytest.raises(NotAvailable, match="has no free lock"):
        carry_out(server, claiming(), wait=wait)
    assert server.now == NOW + wait
    assert times[-1] == NOW + wait, "the last request is at the end"
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert max(pauses, default=0) <= LONGEST_PAUSE
    assert len(times) <= 6 + wait / LONGEST_PAUSE
    assert server.pushes == 0


def test_pauses_are_random() -> None:
    server = Server()
    server.add("aws/env-1")
    server.claim_by_build(server.find("env-1"))
    ranges: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        ranges.append((low, high))
        return high

    run = begin(server, claiming())
    run.uniform = uniform
    times = at(server, "snapshot", (), lambda: None)
    with pytest.raises(NotAvailable):
        run.carry_out(lambda: retry(server), 10)
    assert set(ranges) == {(0.5, 1.5)}
    assert times == [NOW, NOW + 1.5 * FIRST_PAUSE, NOW + 4.5, NOW + 10]


def test_the_end_passes_during_the_wait(server: Server) -> None:
    for name in ("env-1", "env-2"):
        server.claim_by_build(server.find(name))
    at(server, "snapshot", (6,), lambda: server.release(server.find("env-2")))
    with pytest.raises(BadOption, match=r"^until: 2026-09-21T14:13:30Z has passed"):
        carry_out(server, claiming(until=Until(at=NOW + 10)), wait=600)
    assert holders(server) == {"env-1": ""}


def outage(server: Server, requests: range) -> None:
    """Have the server down for these requests of a snapshot."""

    def switch() -> None:
        server.is_down = len(times) in requests

    times = at(server, "snapshot", range(1000), switch)


def test_a_server_that_is_down_at_first(server: Server) -> None:
    outage(server, range(1, 2))
    with pytest.raises(RepositoryError, match="cannot be reached"):
        carry_out(server, claiming(), wait=60)
    assert server.now == NOW


def test_a_server_that_is_down_for_a_while_during_the_wait() -> None:
    server = Server()
    server.add("aws/env-1")
    server.claim_by_build(server.find("env-1"))
    server.release(server.find("env-1"))
    server.claim_by_build(server.find("env-1"))
    outage(server, range(2, 5))

    def release_while_down(seconds: float) -> None:
        server.now += seconds
        if server.now == NOW + 3:
            server.release(server.find("env-1"))

    run = begin(server, claiming(), sleep=release_while_down)
    run.carry_out(lambda: retry(server), 60)
    assert holders(server) == {"env-1": "ada"}


def test_a_server_that_stays_down_ends_the_wait(server: Server) -> None:
    for name in ("env-1", "env-2"):
        server.claim_by_build(server.find(name))
    outage(server, range(2, 1000))
    with pytest.raises(RepositoryError, match="cannot be reached"):
        carry_out(server, claiming(), wait=60)
    assert server.now == NOW + 60


def test_an_update_waits_for_the_holder(server: Server) -> None:
    server.claim_by_build(server.find("env-1"))
    at(server, "snapshot", (3,), lambda: server.release(server.find("env-1")))
    wanted = request("present", name="env-1", content=b"new")
    carry_out(server, wanted, wait=60)
    assert server.find("env-1").blob == "new"
    assert not carry_out(server, wanted).has_pushed


def test_the_same_content(server: Server) -> None:
    assert not carry_out(server, request("present", name="env-1")).has_pushed
    for content, is_data, pushes in ((b"a: 1 # x\n", False, True), (b"a: 1\n", True, False), (b"a: 1\n", False, True)):
        wanted = request("present", name="env-1", content=content, content_is_data=is_data)
        assert carry_out(server, wanted).has_pushed is pushes


@pytest.mark.parametrize("is_data", [False, True])
def test_a_content_that_is_too_large_to_compare_is_written(
    server: Server, monkeypatch: pytest.MonkeyPatch, is_data: bool
) -> None:
    monkeypatch.setattr(ModelStore, "contents", lambda _self, _snapshot, locks: dict.fromkeys(locks))
    wanted = request("present", name="env-1", content=b"a: 1\n", content_is_data=is_data)
    assert carry_out(server, wanted).has_pushed


def test_absence(server: Server) -> None:
    carry_out(server, request("absent", name="env-1"))
    assert server.places() == ["aws/unclaimed/env-2"]
    assert not carry_out(server, request("absent", name="env-1")).has_pushed


def test_an_extended_claim_is_in_claimed_in_every_commit_that_has_it(server: Server) -> None:
    carry_out(server, claiming(name="env-1"))
    base = server.tip
    server.now += 2 * HOUR
    carry_out(server, claiming())
    removed, added = server.log()[-2:]
    assert server.commits[base].name == removed.parent
    assert sorted(removed.files) == ["aws/unclaimed/env-2"]
    assert sorted(added.files) == ["aws/claimed/env-1", "aws/unclaimed/env-2"]
    hold = read_hold(added.claims["aws/claimed/env-1"].message)
    assert (hold.since, hold.until) == (NOW, NOW + 6 * HOUR)


@pytest.mark.parametrize(
    ("wanted", "commits"),
    [
        (claiming(), 1),
        (claiming(owner="bob", until=Until()), 2),
        (request("unclaimed", owner="bob"), 1),
        (request("absent", name="env-1"), 1),
        (request("present", name="env-1", content=b"new"), 1),
        (request("present", name="env-3"), 1),
        (request("present", name="env-3", claimed=True, owner="ada", until=Until()), 1),
        (request("present", name="env-3", pool="new", create_pool=True), 2),
    ],
)
def test_each_commit_has_the_word_of_its_run(server: Server, wanted: LockRequest, commits: int) -> None:
    """Without it two runs write the same commit, and both take the one push for their own."""
    carry_out(server, claiming(name="env-2", owner="bob"))
    run = begin(server, wanted, "a0b1c2d3")
    run.decide()
    assert len(run.changes()) == commits
    for change in run.changes():
        assert isinstance(change, PoolChange) or change.message.endswith("-Run: a0b1c2d3\n")
