# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for AWX that keeps what the modules of awx.awx write: lists by name, items, associations and surveys.

The addresses and shapes are those that these modules of release 24.6.1 ask for; no real AWX has been recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.poolboy.concourse.tests.atc.http.messages import (
    Request,
    Response,
    empty_response,
    json_response,
)
from ansible_collections.poolboy.concourse.tests.atc.http.server import HttpServer

TOKEN = "t0ken-of-awx"
_ENCRYPTED = "$encrypted$"
_SECRETS = ("concourse_password", "private_key", "repo_password")
_KINDS = {
    "credential_types": "credential_type",
    "credentials": "credential",
    "execution_environments": "execution_environment",
    "hosts": "host",
    "inventories": "inventory",
    "job_templates": "job_template",
    "notification_templates": "notification_template",
    "organizations": "organization",
    "projects": "project",
    "schedules": "schedule",
}
# What AWX itself adds: the project was fetched at once, the inventory is none of the special ones.
_ADDED = {"projects": {"scm_revision": "0" * 40}, "inventories": {"kind": ""}}

Item = dict[str, Any]


class Controller:
    """What AWX has: the things of each kind by their ids, the ids linked with one by address, the surveys by id."""

    def __init__(self) -> None:
        self.items: dict[str, dict[int, Item]] = {kind: {} for kind in _KINDS}
        self.linked: dict[str, list[int]] = {}
        self.surveys: dict[int, Item] = {}
        self.writes = 0
        self.server = HttpServer(self._respond)
        self._add("organizations", {"name": "Default"})
        self._add("notification_templates", {"name": "Team chat"})

    def named(self, kind: str, name: str) -> Item:
        """The one thing of this name, as it was written."""
        (found,) = (item for item in self.items[kind].values() if item["name"] == name)
        return found

    def linked_with(self, item: Item, what: str) -> list[Item]:
        """The things of another kind that were associated with one."""
        kind = "notification_templates" if what.startswith("notification_templates") else what
        return [self.items[kind][number] for number in self.linked.get(f"{item['url']}{what}/", [])]

    def _add(self, kind: str, given: Mapping[str, Any]) -> Item:
        number = sum(map(len, self.items.values())) + 1
        address = f"/api/v2/{kind}/{number}/"
        related = {"survey_spec": f"{address}survey_spec/"}
        frame = {"id": number, "type": _KINDS[kind], "url": address, "related": related, "summary_fields": {}}
        self.items[kind][number] = {**_ADDED.get(kind, {}), **given, **frame}
        return self.items[kind][number]

    def _respond(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return json_response({"detail": "Authentication credentials were not provided."}, 401)
        if request.method != "GET":
            self.writes += 1
        kind, *rest = request.path.removeprefix("/api/v2/").strip("/").split("/")
        kind = "job_templates" if kind == "unified_job_templates" else kind
        match [request.method, *rest]:
            case ["POST"]:
                return json_response(_shown(kind, self._add(kind, request.json())), 201)
            case ["GET"]:
                return _listing(_shown(kind, item) for item in self.items[kind].values() if _fits(item, request))
            case ["PATCH", number]:
                self.items[kind][int(number)] |= request.json()
                return json_response(_shown(kind, self.items[kind][int(number)]))
            case ["POST", number, "survey_spec"]:
                self.surveys[int(number)] = request.json()
                return json_response({})
            case ["GET", number, "survey_spec"]:
                return json_response(self.surveys.get(int(number), {}))
            case ["POST", _number, _what]:
                self.linked.setdefault(request.path, []).append(request.json()["id"])
                return empty_response(204)
            case ["GET", _number, _what]:
                return _listing({"id": one} for one in self.linked.get(request.path, []))
        raise NotImplementedError(f"{request.method} {request.path}")


def _fits(item: Item, request: Request) -> bool:
    """Whether an item is what a query asks for: as in AWX all conditions, and of those with `or__` one."""
    given = {name: values[0] for name, values in request.query.items()}
    others = [str(item.get(name[4:])) == value for name, value in given.items() if name.startswith("or__")]
    # A condition on what was not written is taken as met: a template has its organization from its project.
    musts = [str(item.get(name, value)) == value for name, value in given.items() if not name.startswith("or__")]
    return all(musts) and (any(others) or not others)


def _shown(kind: str, item: Item) -> Item:
    """An item as AWX shows it: never with a secret."""
    if kind != "credentials":
        return item
    shown = {name: _ENCRYPTED if name in _SECRETS else text for name, text in item["inputs"].items()}
    return {**item, "inputs": shown}


def _listing(items: Iterable[Item]) -> Response:
    found = list(items)
    return json_response({"count": len(found), "next": None, "results": found})


@contextmanager
def serve_controller() -> Iterator[Controller]:
    """Serve an AWX that has one organization, Default, and one notification template, Team chat."""
    controller = Controller()
    controller.server.start()
    try:
        yield controller
    finally:
        controller.server.stop()
