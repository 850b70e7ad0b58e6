# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Concourse emulator: its state (world), the API, and the operations that change it."""

from __future__ import annotations

import json
import ssl
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

from . import description
from .auth.access import identify
from .auth.tokens import version_of
from .control.builds import BuildControl
from .control.control import operation
from .control.pipelines import PipelineControl
from .control.setup import SetupControl
from .control.traffic import TrafficControl
from .http.faults import Fault
from .http.messages import Delivery, Request, Response, json_response
from .http.request_log import LoggedRequest, RequestLog
from .http.server import HttpServer
from .routes.routing import Call, find
from .routes.table import ROUTES
from .world import snapshot
from .world.entities import JsonObject
from .world.world import World

CONTROL = "/_control/"


class Emulator(SetupControl, PipelineControl, BuildControl, TrafficControl):
    """`with Emulator() as atc:` serves at `atc.url` until the block ends; every operation is a method of it.

    `port` 0 selects a free port; `tls` enables HTTPS, with client certificates if the context requires them.
    """

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None, world: World | None = None) -> None:
        self.world = world or World()
        self.faults: list[Fault] = []
        self.log = RequestLog()
        self.server = HttpServer(self.respond, port=port, tls=tls)

    def __enter__(self) -> Emulator:
        self.server.start()
        return self

    def __exit__(self, *_other: object) -> None:
        self.server.stop()

    @property
    def url(self) -> str:
        return self.server.url

    @operation
    def load_world(self, world: JsonObject, *, folder: str = ".") -> None:
        """Load a description, see `description.load`."""
        description.load(self, world, Path(folder))

    @operation
    def save_state(self, path: str) -> None:
        """Write the state to a file for `--state-file`."""
        snapshot.save(self.world, Path(path))

    def respond(self, request: Request) -> Response:
        if request.path.startswith(CONTROL):
            return self._control(request)
        with self.world.lock:
            applied = [fault for fault in self.faults if fault.applies_to(request)]
            late = sum(fault.seconds for fault in applied if fault.after)
            wait = sum(fault.seconds for fault in applied if not fault.after) + self.world.settings.latency
        _sleep(wait)
        with self.world.lock:
            who = identify(self.world, request.headers.get("authorization")).label
            failing = next((fault for fault in applied if fault.kind != "delay"), None)
            carried_out = failing is None or failing.carries_out
            response = self._carry_out(request) if carried_out else Response(500)
            if failing is not None:
                response = failing.apply(response, self.world.settings.version)
            self._log(request, who, response, applied)
        _sleep(late)
        return self._dated(response)

    def _carry_out(self, request: Request) -> Response:
        found = find(ROUTES, request, version_of(self.world.settings.version))
        if isinstance(found, Response):
            return found
        route, names = found
        caller = identify(self.world, request.headers.get("authorization"))
        base_url = self.world.settings.external_url or self.url
        response = route.handler(Call(request, self.world, caller, base_url, names))
        if request.method not in ("GET", "HEAD"):
            self.settle()
        return response

    def _dated(self, response: Response) -> Response:
        """Return the response with the header Date of the settings; the server itself adds the time of the machine."""
        date = self.world.settings.date
        if date == "machine":
            return response
        own = formatdate(self.world.clock.now(), usegmt=True)
        return response.with_headers(("Date", own if date == "clock" else date))

    def _log(self, request: Request, who: str, response: Response, applied: list[Fault]) -> None:
        sent = response.delivery in (Delivery.WHOLE, Delivery.CUT)
        self.log.entries.append(
            LoggedRequest(
                number=len(self.log.entries) + 1,
                time=self.world.clock.now(),
                connection=request.connection,
                method=request.method,
                path=request.path,
                query=request.query_string,
                who=who,
                status=response.status if sent else 0,
                faults=[fault.id for fault in applied],
            )
        )

    def _control(self, request: Request) -> Response:
        """Run `/_control/OPERATION` with arguments as a JSON object; return 400 with a message on failure."""
        name = request.path.removeprefix(CONTROL)
        try:
            arguments: JsonObject = json.loads(request.body or b"{}")
            result: Any = self.call(name, arguments)
        except (LookupError, ValueError, TypeError, OSError) as error:
            return json_response({"error": f"{name}: {error}"}, 400)
        return json_response(result)


def _sleep(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
