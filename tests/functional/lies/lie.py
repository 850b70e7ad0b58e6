# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong responses: a real one altered in one place, exchanged for another real one, or broken."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from ....plugins.module_utils._concourse.http.response import Response

Json = Any
Place = tuple[str | int, ...]

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Lie:
    """A wrong response to one request, and how it was made: `change` in words, at a `place` in the JSON."""

    path: str
    change: str
    place: Place
    response: Response

    @property
    def kind(self) -> str:
        """The kind of request: the path without names and numbers."""
        return kind_of(self.path)

    @property
    def field(self) -> str:
        """The innermost name at the place."""
        return next((str(part) for part in reversed(self.place) if isinstance(part, str)), "")

    def __str__(self) -> str:
        where = ".".join(map(str, self.place))
        return f"{self.path}: {self.change} {where}\n    {self.response.status} {self.response.body[:1500].decode()}"


def kind_of(path: str) -> str:
    """Return a path with N for each number and NAME for each name.

    >>> kind_of("/api/v1/teams/main/pipelines/p/jobs/use/builds/2?limit=3")
    '/teams/NAME/pipelines/NAME/jobs/NAME/builds/N'
    >>> kind_of("/api/v1/teams/main/pipelines/p/resources/envs/versions?filter=ref%3Aa")
    '/teams/NAME/pipelines/NAME/resources/NAME/versions?filter'
    """
    bare, _separator, query = path.removeprefix("/api/v1").partition("?")
    parts = bare.split("/")
    named = [
        "NAME" if before in ("teams", "pipelines", "jobs", "resources") else part
        for before, part in zip(["", *parts], parts, strict=False)
    ]
    parts = ["N" if _NUMBER.fullmatch(part) else part for part in named]
    return "/".join(parts) + ("?filter" if query.startswith("filter") else "")


def draw_lie(random: Random, path: str, known: Mapping[str, Response]) -> Lie | None:
    """Return a wrong response to a request; `known` has the real responses, whose parts it can be made of."""
    real = known[path]
    draw = random.choice([_broken, _exchanged, _altered, _altered, _altered, _altered, _altered, _altered])
    lie = draw(random, path, real, known)
    return None if lie is None or lie.response == real else lie


def _broken(random: Random, path: str, real: Response, _known: Mapping[str, Response]) -> Lie:
    version = real.version
    change, response = random.choice(
        [
            ("404 with the header", Response(404, b"", version)),
            ("404 without the header", Response(404, b"404 page not found")),
            ("403", Response(403, b"forbidden", version)),
            ("500", Response(500, b"", version)),
            ("204", Response(204, b"", version)),
            ("web page", Response(200, b"<!DOCTYPE html><html></html>", None, "text/html")),
            ("web page with the header", Response(200, b"<html></html>", version, "text/html")),
            ("cut off", replace(real, body=real.body[: random.randrange(len(real.body) or 1)])),
            ("nothing", replace(real, body=b"")),
            *((body, Response(200, body.encode(), version, real.content_type)) for body in ("null", "[]", "{}")),
        ]
    )
    return Lie(path, change, (), response)


def _exchanged(random: Random, path: str, _real: Response, known: Mapping[str, Response]) -> Lie | None:
    others = [other for other in sorted(known) if other != path and kind_of(other) == kind_of(path)]
    if not others:
        return None
    other = random.choice(others)
    return Lie(path, f"exchanged for {other}", (), known[other])


def _altered(random: Random, path: str, real: Response, known: Mapping[str, Response]) -> Lie | None:
    try:
        changed: Json = json.loads(real.body)
    except ValueError:
        return None
    places = list(_places(changed))
    if real.status != 200 or not places:
        return None
    place = random.choice(places)
    holder = changed
    for part in place[:-1]:
        holder = holder[part]
    change = _alter(random, holder, place[-1], _values_of(known, place))
    if change is None:
        return None
    return Lie(path, change, place, replace(real, body=json.dumps(changed).encode()))


def _alter(random: Random, holder: Json, key: str | int, others: list[Json]) -> str | None:
    """Change one item of a list or one field of an object; return what was done."""
    value = holder[key]
    others = [other for other in others if other != value]
    changes = ["drop", "null", "another", "another", "another", "empty"]
    changes += ["twice", "drop all but it"] if isinstance(holder, list) else []
    match random.choice(changes):
        case "drop":
            del holder[key]
            return "dropped"
        case "twice":
            holder.append(copy.deepcopy(value))
            return "repeated"
        case "drop all but it":
            holder[:] = [value]
            return "all dropped but"
        case "null":
            holder[key] = None
            return "null at"
        case "empty" if isinstance(value, (list, dict, str)):
            holder[key] = type(value)()
            return "emptied"
        case "another" if others:
            holder[key] = copy.deepcopy(random.choice(others))
            return "another value at"
        case "another" if isinstance(value, bool):
            holder[key] = not value
            return "another value at"
        case "another" if isinstance(value, int):
            holder[key] = value + random.choice([-(10**6), -120, -1, 1, 120, 10**6])
            return "another value at"
    return None


def _places(value: Json, above: Place = ()) -> list[Place]:
    """Return the place of every item and field."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[Place] = []
    for key, item in items:
        found += [(*above, key), *_places(item, (*above, key))]
    return found


def _values_of(known: Mapping[str, Response], place: Place) -> list[Json]:
    """Return the values that real responses have under the same name."""
    name = next((part for part in reversed(place) if isinstance(part, str)), None)
    is_item = isinstance(place[-1], int)
    found: list[Json] = []
    for response in known.values():
        try:
            value: Json = json.loads(response.body)
        except ValueError:
            continue
        for other in _places(value):
            if next(
                (part for part in reversed(other) if isinstance(part, str)), None
            ) == name and is_item == isinstance(other[-1], int):
                item = value
                for part in other:
                    item = item[part]
                if item not in found:
                    found.append(item)
    return found
