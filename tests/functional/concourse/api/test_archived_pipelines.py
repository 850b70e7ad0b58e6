# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of archived pipelines: which are left out, and which are not requested again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect

NOW = 1_790_000_000
OLD = "main/old"
LIST = "/pipelines/old/resources$"
BUILDS = "/pipelines/old/builds$"
CONFIG = {"resources": [{"name": "lock", "type": "pool"}], "jobs": [{"name": "claim", "plan": [{"put": "lock"}]}]}


@pytest.fixture
def archived() -> Iterator[Emulator]:
    """A pipeline that is archived, with a build that ended an hour before, and an active pipeline."""
    with Emulator() as atc:
        atc.set_user("admin", "admin-pa55word")
        atc.set_team("main", {"owner": ["local:admin"]})
        atc.set_time(NOW - 3600)
        for pipeline in (OLD, "main/ci"):
            atc.set_pipeline(pipeline, CONFIG)
        atc.finish(int(atc.trigger(OLD, "claim")["id"]), "failed")
        atc.set_time(NOW)
        atc.archive_pipeline(OLD)
        yield atc
        assert atc.server.errors == []


def listed(client: ConcourseClient, since: int | None = None, *, of_makers: bool = False) -> set[str]:
    """Look anew; return the pipelines whose resources count."""
    found = client.queries().resources(frozenset({"main"}), since, of_makers=of_makers)
    return {one.pipeline.name for one in found}


@pytest.mark.parametrize("of_makers", [False, True])
def test_those_archived_before_the_time_are_left_out(archived: Emulator, connect: Connect, of_makers: bool) -> None:
    client = connect(archived.url)
    assert listed(client, NOW + 1, of_makers=of_makers) == {"ci"}
    assert archived.requests(path=LIST) == []
    assert len(archived.requests(path=BUILDS)) == of_makers
    for since in (NOW, None):
        assert listed(client, since, of_makers=of_makers) == {"ci", "old"}


@pytest.mark.parametrize("since", [1, NOW + 1])
def test_without_the_time_of_the_archiving_none_is_left_out(archived: Emulator, connect: Connect, since: int) -> None:
    (pipeline,) = (one for one in archived.world.pipelines.values() if one.name == "old")
    pipeline.last_updated = 0
    client = connect(archived.url)
    for look in (1, 2):
        assert listed(client, since) == {"ci", "old"}
        assert len(archived.requests(path=LIST)) == look, "nothing shows that it is unchanged"


def test_one_in_which_a_build_has_run_since_can_have_makers(archived: Emulator, connect: Connect) -> None:
    archived.set_pipeline(OLD, CONFIG)
    archived.unpause_pipeline(OLD)
    build = int(archived.trigger(OLD, "claim")["id"])
    archived.schedule()
    archived.set_time(NOW + 10)
    archived.archive_pipeline(OLD)
    archived.set_time(NOW + 100)
    client = connect(archived.url)
    assert listed(client, NOW + 50) == {"ci"}
    assert listed(client, NOW + 50, of_makers=True) == {"ci", "old"}, "it has not ended"
    archived.finish(build, "failed")
    client = connect(archived.url)
    assert listed(client, NOW + 50, of_makers=True) == {"ci", "old"}, "it ended later"
    assert listed(client, NOW + 101, of_makers=True) == {"ci"}


def test_one_with_more_builds_than_are_read_can_have_makers(archived: Emulator, connect: Connect) -> None:
    archived.set_pipeline(OLD, CONFIG)
    archived.set_time(NOW + 10)
    for _count in range(99):
        archived.record_build(OLD, "claim", status="failed")
    archived.archive_pipeline(OLD)
    archived.set_time(NOW + 100)
    assert listed(connect(archived.url), NOW + 50, of_makers=True) == {"ci", "old"}


def test_one_whose_builds_cannot_be_listed_any_more_can_have_makers(archived: Emulator, connect: Connect) -> None:
    """It has been destroyed or renamed since."""
    archived.add_fault("status", status=404, path=r"/pipelines/old/builds\?", version_header=True)
    assert listed(connect(archived.url), NOW + 1, of_makers=True) == {"ci", "old"}


def test_what_is_archived_is_listed_once_in_all_looks(archived: Emulator, connect: Connect) -> None:
    client = connect(archived.url)
    for _look in range(3):
        assert listed(client) == {"ci", "old"}
        assert listed(client, NOW + 1, of_makers=True) == {"ci"}
    assert (len(archived.requests(path=LIST)), len(archived.requests(path=BUILDS))) == (1, 1)


def test_what_was_archived_again_is_listed_again(archived: Emulator, connect: Connect) -> None:
    client = connect(archived.url)
    listed(client)
    archived.set_time(NOW + 60)
    archived.set_pipeline(OLD, CONFIG)
    assert listed(client) == {"ci", "old"}
    archived.archive_pipeline(OLD)
    assert listed(client, NOW + 60) == {"ci", "old"}
    assert len(archived.requests(path=LIST)) == 2
