# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""After the same events, the emulator sends all recorded responses, including the scheduler's choices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.recorded_story import (
    CONTRACT,
    repeat_until_exchanges,
    repeat_until_world,
)

EXCHANGES: list[dict[str, Any]] = json.loads((CONTRACT / "world.json").read_text())["answers"]

HEADERS = ("Content-Type", "X-Concourse-Version", "Link")


def request(response: dict[str, Any]) -> str:
    return f"{response['path']} {json.dumps(response.get('params', {}), sort_keys=True)}"


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[requests.Session, str]]:
    with Emulator() as atc, requests.Session() as session:
        session.trust_env = False
        repeat_until_exchanges(atc)
        repeat_until_world(atc)
        session.headers["Authorization"] = f"Bearer {atc.issue_token('local:admin')}"
        yield session, atc.url
        assert atc.server.errors == []


@pytest.mark.parametrize("recorded", [pytest.param(response, id=request(response)) for response in EXCHANGES])
def test_response_is_the_recorded_one(world: tuple[requests.Session, str], recorded: dict[str, Any]) -> None:
    session, url = world
    given = session.get(url + recorded["path"], params=recorded.get("params"), timeout=5)
    assert given.status_code == recorded["status"]
    assert {name: given.headers[name] for name in HEADERS if name in given.headers} == recorded["headers"]
    body = given.json() if given.content else ""
    if recorded["path"].endswith(("/input_to", "/output_of")):
        # These lists are unordered; the emulator shuffles them.
        body, expected = (sorted(builds, key=lambda build: build["id"]) for builds in (body, recorded["body"]))
        assert body == expected
    else:
        assert body == recorded["body"]
