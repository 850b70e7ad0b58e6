# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second search for a version asks only the resources that can have got it since the first one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Version
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect

NOW = 1_790_000_000
WANTED = Version.of_commit("wanted")
MAIN = frozenset({"main"})
NAMES = ("first", "second", "third", "never")
CONFIG = {
    "resources": [{"name": name, "type": "pool", "source": {"uri": name}} for name in NAMES],
    "jobs": [{"name": "use", "plan": [{"get": "first"}]}],
}


@pytest.fixture
def checked() -> Iterator[Emulator]:
    """Three resources that were checked one second after the other, and one that never was."""
    with Emulator() as atc:
        atc.set_user("admin", "admin-pa55word")
        atc.set_team("main", {"owner": ["local:admin"]})
        atc.set_time(NOW)
        atc.set_pipeline("main/ci", CONFIG)
        for second, name in enumerate(NAMES[:3]):
            atc.set_time(NOW + second)
            atc.save_version("main/ci", name, {"ref": "another"})
        yield atc
        assert atc.server.errors == []


def search(client: ConcourseClient) -> Mapping[str, int]:
    """Search with new queries, as each look at Concourse does."""
    queries = client.queries()
    return {one.name: number for one, number in queries.version_ids(queries.resources(MAIN), WANTED).items()}


def asked(atc: Emulator) -> list[str]:
    """The resources whose versions were asked for since the last call."""
    paths = [str(one["path"]) for one in atc.requests(path="/versions")]
    atc.clear_log()
    return sorted(path.split("/resources/")[1].split("/")[0] for path in paths)


def test_what_was_not_checked_since_is_not_asked_again(checked: Emulator, connect: Connect) -> None:
    client = connect(checked.url)
    assert search(client) == {}
    assert asked(checked) == sorted(NAMES)
    assert search(client) == {}
    assert asked(checked) == ["never", "third"], "another check can end in the second of the latest one"


def test_a_check_can_bring_the_version(checked: Emulator, connect: Connect) -> None:
    client = connect(checked.url)
    search(client)
    asked(checked)
    checked.set_time(NOW + 60)
    number = checked.save_version("main/ci", "second", {"ref": "wanted"})
    checked.set_time(NOW + 120)
    checked.save_version("main/ci", "third", {"ref": "another-one"})
    assert search(client) == {"second": number}
    assert asked(checked) == ["never", "second", "third"]


def test_a_check_in_the_second_of_the_latest_one_is_seen(checked: Emulator, connect: Connect) -> None:
    client = connect(checked.url)
    search(client)
    number = checked.save_version("main/ci", "third", {"ref": "wanted"})
    assert search(client) == {"third": number}


def test_what_is_there_is_always_asked_again(checked: Emulator, connect: Connect) -> None:
    client = connect(checked.url)
    checked.set_time(NOW + 60)
    number = checked.save_version("main/ci", "first", {"ref": "wanted"})
    checked.set_time(NOW + 120)
    checked.save_version("main/ci", "second", {"ref": "yet-another"})
    for _look in range(2):
        assert search(client) == {"first": number}
        assert "first" in asked(checked)


def test_a_renamed_pipeline_is_asked(checked: Emulator, connect: Connect) -> None:
    client = connect(checked.url)
    search(client)
    asked(checked)
    checked.rename_pipeline("main/ci", "cd")
    search(client)
    assert asked(checked) == sorted(NAMES)


def test_without_times_of_checks_all_are_asked(checked: Emulator, connect: Connect) -> None:
    for resource in checked.world.resources.values():
        resource.last_checked = None
    client = connect(checked.url)
    for _look in range(2):
        search(client)
        assert asked(checked) == sorted(NAMES)


def test_another_version_is_asked_for(checked: Emulator, connect: Connect) -> None:
    client = connect(checked.url)
    search(client)
    asked(checked)
    queries = client.queries()
    found = queries.version_ids(queries.resources(MAIN), Version.of_commit("another"))
    assert {one.name for one in found} == set(NAMES[:3])
