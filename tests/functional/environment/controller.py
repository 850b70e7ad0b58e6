# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake AWX that stores what the modules of awx.awx write: lists by name, items, associations and surveys.

Addresses and shapes are those that the modules of release 24.6.1 use; no real AWX was recorded.
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
# Fields that AWX adds: the project is already fetched, the inventory is a normal one.
_ADDED = {"projects": {"scm_revision": "0" * 40}, "inventories": {"kind": ""}}

Item = dict[str, Any]


class Controller:
    """The data of AWX: items of each kind by id, linked ids by address, surveys by id."""

    def __init__(self) -> None:
        self.items: dict[str, dict[int, Item]] = {kind: {} for kind in _KINDS}
        self.linked: dict[str, list[int]] = {}
        self.surveys: dict[int, Item] = {}
        self.writes = 0
        self.server = HttpServer(self._respond)
        self._add("organizations", {"name": "Default"})
        self._add("notification_templates", {"name": "Team chat"})

    def named(self, kind: str, name: str) -> Item:
        """Return the item of this name as it was written."""
        (found,) = (item for item in self.items[kind].values() if item["name"] == name)
        return found

    def linked_with(self, item: Item, what: str) -> list[Item]:
        """Return the associated items of another kind."""
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
    """Whether an item matches a query: as in AWX all conditions, and one of those with `or__`."""
    given = {name: values[0] for name, values in request.query.items()}
    others = [str(item.get(name[4:])) == value for name, value in given.items() if name.startswith("or__")]
    # A condition on a missing field counts as met: a template gets its organization from its project.
    musts = [str(item.get(name, value)) == value for name, value in given.items() if not name.startswith("or__")]
    return all(musts) and (any(others) or not others)


def _shown(kind: str, item: Item) -> Item:
    """Return an item as AWX does, without secrets."""
    if kind != "credentials":
        return item
    shown = {name: _ENCRYPTED if name in _SECRETS else text for name, text in item["inputs"].items()}
    return {**item, "inputs": shown}


def _listing(items: Iterable[Item]) -> Response:
    found = list(items)
    return json_response({"count": len(found), "next": None, "results": found})


@contextmanager
def serve_controller() -> Iterator[Controller]:
    """Serve an AWX with the organization Default and the notification template Team chat."""
    controller = Controller()
    controller.server.start()
    try:
        yield controller
    finally:
        controller.server.stop()
