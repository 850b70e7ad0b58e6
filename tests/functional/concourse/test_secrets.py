# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is ever shown, and no host but the configured one gets a request."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests.sessions

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import ConcourseQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import PoolboyError
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.atc.http.messages import (
    Request,
    Response,
    json_response,
    text_response,
)
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import FLOW, Connect
from ansible_collections.poolboy.concourse.tests.functional.concourse.scripted_server import ScriptedServer

PASSWORD, SECRET = "admin-pa55word", "b0t-s3cret"


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    """Everything that any library logs, at level DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


def shown(query: Callable[[], object]) -> str:
    """Return the repr of the result, or the traceback with all causes."""
    try:
        return repr(query())
    except (NoCredibleResponse, PoolboyError) as error:
        return "".join(traceback.format_exception(error))


def all_queries(queries: ConcourseQueries) -> list[Callable[[], object]]:
    return [
        lambda: queries.build(BuildReference(id=1)),
        lambda: queries.jobs(FLOW),
        lambda: queries.next_inputs(FLOW, "use"),
        lambda: queries.version_id(
            PipelineReference("ops", "deploy", '{"key":"var-s3cret"}'), "lock", Version.of_commit("v1")
        ),
    ]


FAULTS = [None, ("status", 403), ("status", 500), ("html", 0), ("cut_json", 0), ("cut_body", 0), ("reset", 0)]


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("fault", FAULTS)
def test_no_secrets_in_logs_errors_and_results(
    fault: tuple[str, int] | None, atc: Emulator, connect: Connect, log: Callable[[], str]
) -> None:
    atc.set_team("main", {"owner": ["local:admin", "client:bot"]})
    tokens = {"token": atc.issue_token("local:admin")}
    clients = [
        connect(atc.url),
        connect(atc.url, client_id="bot", client_secret=SECRET),
        connect(atc.url, **tokens),
        connect(atc.url, username="admin", password="wr0ng-pa55word"),
        connect(atc.url, token="wr0ng-t0ken"),
    ]
    output = ""
    for concourse in clients:
        output += shown(concourse.connect)
    if fault is not None:
        atc.add_fault(fault[0], path="/api/v1/(builds|teams)", status=fault[1], version_header=True)
    for concourse in clients:
        queries = concourse.queries()
        output += "".join(map(shown, all_queries(queries)))
        output += repr(vars(concourse)) + repr(concourse._settings) + repr(concourse._connection._outcome)
    output += log()
    assert "/sky/issuer/token" in log()
    secrets = [PASSWORD, SECRET, tokens["token"], "wr0ng-pa55word", "wr0ng-t0ken", "s3cret", *atc.world.tokens]
    # Instance variables are part of the URL by Concourse's design; nothing else may appear.
    output = output.replace("var-s3cret", "").replace("%22var-", "")
    assert [secret for secret in secrets if secret in output] == []


def test_no_secrets_in_urls(atc: Emulator, connect: Connect) -> None:
    connect(atc.url).queries().jobs(FLOW)
    sent = "".join(f"{entry.path}?{entry.query}" for entry in atc.log.entries)
    assert not any(secret in sent for secret in (PASSWORD, *atc.world.tokens))


def test_no_cookies_are_kept(connect: Connect) -> None:
    """With a cookie named skymarshal_auth, Concourse would require a CSRF token."""

    def respond(request: Request) -> Response:
        cookie = ("Set-Cookie", "skymarshal_auth=x; Path=/")
        response = json_response({"version": "8.2.5"}) if request.path == "/api/v1/info" else text_response(404, "")
        return response.with_headers(("X-Concourse-Version", "8.2.5"), cookie)

    with ScriptedServer(respond) as server:
        queries = connect(server.url, anonymous=True).queries()
        assert queries.build(BuildReference(id=1)) is None
        assert queries.build(BuildReference(id=2)) is None
        assert not any("cookie" in request.headers for request in server.requests)


@pytest.mark.parametrize("anonymous", [True, False])
def test_netrc_is_ignored(
    anonymous: bool, atc: Emulator, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login intruder password n3trc\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    # requests itself would use it: this test can fail.
    assert requests.sessions.get_netrc_auth(atc.url) == ("intruder", "n3trc")
    queries = connect(atc.url, anonymous=True).queries() if anonymous else connect(atc.url).queries()
    shown(lambda: queries.build(BuildReference(id=1)))
    assert atc.log.entries[-1].who == ("anonymous" if anonymous else "local:admin")


def test_another_host_gets_no_request(atc: Emulator, connect: Connect) -> None:
    with ScriptedServer(json_response([])) as attacker:
        queries = connect(atc.url).queries()
        assert not queries.names_this_concourse(attacker.url)
        assert not queries.names_this_concourse(f"{attacker.url}/@{atc.url}")
        queries.build(BuildReference(base=attacker.url, id=1))
        queries.build(BuildReference(base=attacker.url, pipeline=FLOW, job=f"x/../../{attacker.url}", name="1"))
        atc.add_fault("status", path="/jobs", status=307, version_header=True)
        shown(lambda: queries.jobs(FLOW))
        # Nor the next page of a list, whose URL Concourse itself sends.
        atc.change_settings(external_url=attacker.url)
        for number in range(2, 450):
            atc.save_version("main/flow", "lock", {"ref": f"v{number}"})
        assert queries.is_newer(FLOW, "lock", Version.of_commit("v3"), Version.of_commit("v2"))
        assert any("to=" in entry["query"] for entry in atc.requests(path="/versions$"))
        assert attacker.requests == []


def test_a_redirect_to_another_host_is_not_followed(connect: Connect) -> None:
    with ScriptedServer(json_response({})) as attacker:
        location = ("Location", f"{attacker.url}/api/v1/info")

        def respond(request: Request) -> Response:
            if request.path == "/api/v1/info":
                return json_response({"version": "8.2.5"}).with_headers(("X-Concourse-Version", "8.2.5"))
            return text_response(307, "").with_headers(location)

        with ScriptedServer(respond) as concourse:
            made: ConcourseClient = connect(concourse.url)
            with pytest.raises(PoolboyError, match="only redirects, to"):
                made.connect()
        assert attacker.requests == []
