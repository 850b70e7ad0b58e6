# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator sends the recorded response of a real Concourse to every recorded request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.unit.atc.recorded_story import CONTRACT, repeat_until_exchanges

RECORDING: dict[str, Any] = json.loads((CONTRACT / "exchanges.json").read_text())
EXCHANGES: dict[str, dict[str, Any]] = {exchange["name"]: exchange for exchange in RECORDING["exchanges"]}

LEFT_OUT: dict[str, str] = {}
"""Exchanges that are not compared, and why."""

HEADERS = ("content-type", "x-concourse-version", "link", "location")

SCOPE = "openid profile email federated:id groups"
PEOPLE = ("admin", "operator", "viewer", "nobody")


@dataclass(frozen=True)
class Given:
    """The response of the emulator."""

    status: int
    headers: dict[str, str]
    body: Any


@pytest.fixture(scope="module")
def answers() -> Iterator[dict[str, Given]]:
    """Send all requests in order, because some change later responses."""
    with Emulator() as atc, requests.Session() as session:
        session.trust_env = False
        repeat_until_exchanges(atc)
        tokens = {name: _log_in(session, atc.url, name) for name in PEOPLE} | {"bot": _log_in_bot(session, atc.url)}
        tokens["bad"] = {"access_token": "bad"}
        yield {name: _ask(session, atc.url, exchange["request"], tokens) for name, exchange in EXCHANGES.items()}
        assert atc.server.errors == []


def test_recorded_exchanges_have_unique_names() -> None:
    assert len(EXCHANGES) == len(RECORDING["exchanges"]) == 160


@pytest.mark.parametrize("name", [name for name in EXCHANGES if name not in LEFT_OUT])
def test_response_is_the_recorded_one(answers: dict[str, Given], name: str) -> None:
    recorded, given = EXCHANGES[name]["response"], answers[name]
    assert given.status == recorded["status"]
    assert given.headers == {header: recorded["headers"][header] for header in HEADERS if header in recorded["headers"]}
    if "html" in recorded["headers"].get("content-type", "") and recorded["status"] == 200:
        assert _is_concourses_page(recorded["body"])
        assert _is_concourses_page(given.body)
    else:
        assert _without_token_values(given.body) == _without_token_values(recorded["body"])


def _log_in(session: requests.Session, url: str, name: str) -> dict[str, str]:
    form = {"grant_type": "password", "username": name, "password": name, "scope": SCOPE}
    return _token(session, url, form, ("fly", "Zmx5"))


def _log_in_bot(session: requests.Session, url: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "scope": "openid federated:id"}
    return _token(session, url, form, ("bot", "secret"))


def _token(session: requests.Session, url: str, form: dict[str, str], client: tuple[str, str]) -> dict[str, str]:
    response = session.post(f"{url}/sky/issuer/token", data=form, auth=client, timeout=5)
    response.raise_for_status()
    found: dict[str, str] = response.json()
    return found


def _ask(session: requests.Session, url: str, asked: dict[str, Any], tokens: dict[str, dict[str, str]]) -> Given:
    headers = dict(asked.get("headers", {}))
    if asked["as"] != "anonymous":
        headers["Authorization"] = f"Bearer {tokens[asked['as']]['access_token']}"
    if headers.get("Authorization") == "Bearer <id_token>":
        headers["Authorization"] = f"Bearer {tokens['admin']['id_token']}"
    response = session.request(
        asked["method"],
        url + asked["path"],
        params=asked.get("params"),
        data=asked.get("form"),
        json=asked.get("json"),
        auth=tuple(asked["basic"].split(":")) if "basic" in asked else None,
        headers=headers,
        allow_redirects=False,
        timeout=5,
    )
    is_json = response.text != "" and response.text[0] in "[{"
    body = response.json() if is_json else response.text
    return Given(
        response.status_code, {name: response.headers[name] for name in HEADERS if name in response.headers}, body
    )


def _without_token_values(body: Any) -> Any:
    """Replace tokens, which always differ: access tokens by their length, ID tokens by their presence."""
    if not isinstance(body, dict) or "access_token" not in body:
        return body
    length = re.sub(r"<(\d+) characters>", lambda found: "x" * int(found[1]), body["access_token"])
    return {**body, "access_token": len(length), "id_token": "id_token" in body}


def _is_concourses_page(page: str) -> bool:
    """Whether a page is HTML; the recording has only its first lines."""
    return page.startswith("<!DOCTYPE html>") and "<title>Concourse</title>" in page
