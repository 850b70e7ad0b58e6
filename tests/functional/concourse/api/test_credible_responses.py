# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault in every response raises NoCredibleResponse: no query returns a wrong result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import ConcourseQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Build, BuildStatus, Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import BuildReference
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import FLOW, V1, Connect

FIRST = Build(1, "1", BuildStatus.SUCCEEDED, "main", FLOW, "claim")
V2 = Version.of_commit("v2")

QUERIES: dict[str, tuple[str, Callable[[ConcourseQueries], Any]]] = {
    "build by id": ("/builds/1$", lambda queries: queries.build(BuildReference(id=1))),
    "build by name": (
        "/jobs/claim/builds/1$",
        lambda queries: queries.build(BuildReference(None, None, FLOW, "claim", "1")),
    ),
    "pipelines": ("/teams/main/pipelines$", lambda queries: queries.pipelines("main")),
    "is_archived": ("/pipelines/flow$", lambda queries: queries.is_archived(FLOW)),
    "jobs": ("/pipelines/flow/jobs$", lambda queries: queries.jobs(FLOW)),
    "build_resources": ("/builds/1/resources$", lambda queries: queries.build_resources(FIRST)),
    "version_id": ("/versions[?]filter", lambda queries: queries.version_id(FLOW, "lock", V1)),
    "builds_with_input": ("/input_to$", lambda queries: queries.builds_with_input(FLOW, "lock", 1)),
    "builds_with_input again": ("/input_to$", lambda queries: queries.builds_with_input(FLOW, "lock", 1, again=True)),
    "builds_with_output": ("/output_of$", lambda queries: queries.builds_with_output(FLOW, "lock", 1)),
    "is_newer": ("/versions[?]limit", lambda queries: queries.is_newer(FLOW, "lock", V2, V1)),
    "next_inputs": ("/jobs/use/inputs$", lambda queries: queries.next_inputs(FLOW, "use")),
    "latest_builds": ("/jobs/claim/builds$", lambda queries: queries.latest_builds(FLOW, "claim")),
    "builds_from": ("/jobs/claim/builds[?]from", lambda queries: queries.builds_from(FLOW, "claim", FIRST)),
}

JSON = {"content_type": "application/json", "version_header": True, "status": 200}
FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "400": ("status", {"status": 400, "version_header": True}, "answered 400 to GET /api/v1/"),
    "401": ("status", {"status": 401, "version_header": True}, "answered 401 to GET /api/v1/"),
    "403": ("status", {"status": 403, "version_header": True}, "answered 403 to GET /api/v1/"),
    "404 without header": ("status", {"status": 404}, "without the header"),
    "405": ("status", {"status": 405}, "without the header"),
    "429": ("status", {"status": 429, "version_header": True}, "answered 429"),
    "500": ("status", {"status": 500, "version_header": True}, "answered 500"),
    "501": ("status", {"status": 501, "version_header": True}, "answered 501"),
    "502": ("status", {"status": 502}, "response without the header"),
    "503": ("status", {"status": 503, "version_header": True}, "answered 503"),
    "204": ("status", {"status": 204, "version_header": True}, "answered 204"),
    "206": ("status", {**JSON, "status": 206, "body": "[]"}, "answered 206"),
    "redirect": ("status", {"status": 302}, "was answered with a redirect"),
    "redirect with header": ("status", {"status": 307, "version_header": True}, "answered 307"),
    "web page": ("html", {}, "a web page"),
    "empty": ("status", {**JSON, "body": ""}, "cut off or is not JSON"),
    "null": ("status", {**JSON, "body": "null"}, "is malformed"),
    "another shape": ("status", {**JSON, "body": '"text"'}, "is malformed"),
    "null inside": ("status", {**JSON, "body": "[null]"}, "is malformed"),
    "no number": ("status", {**JSON, "body": '{"id": NaN}'}, "cut off or is not JSON"),
    "cut JSON": ("cut_json", {}, "cut off or is not JSON"),
    "cut body": ("cut_body", {}, "was cut off"),
    "no header": ("no_version_header", {}, "without the header X-Concourse-Version"),
    "lost": ("lost", {}, "closed the connection"),
    "reset": ("reset", {}, "closed the connection"),
    "late": ("delay", {"seconds": 1.3}, "did not answer within 1 seconds"),
}


@pytest.fixture
def ready(atc: Emulator, connect: Connect) -> ConcourseQueries:
    """Queries after the login; version 2 exists too, and a build has taken version 1."""
    atc.record_build("main/flow", "claim", outputs=[{"name": "taken", "version": {"ref": "v2"}}])
    atc.record_build("main/flow", "use", inputs=[{"name": "held", "version": {"ref": "v1"}}])
    concourse = connect(atc.url, timeout=1)
    concourse.connect()
    return concourse.queries()


@pytest.mark.parametrize("query", QUERIES)
def test_without_a_fault(query: str, ready: ConcourseQueries) -> None:
    path, send = QUERIES[query]
    assert send(ready) is not None
    assert path


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "late"])
@pytest.mark.parametrize("query", QUERIES)
def test_faults(query: str, fault: str, atc: Emulator, ready: ConcourseQueries) -> None:
    path, send = QUERIES[query]
    kind, fields, words = FAULTS[fault]
    number = atc.add_fault(kind, path=path, **fields)
    with pytest.raises(NoCredibleResponse) as error:
        send(ready)
    assert atc.fault_hits()[str(number)] > 0
    assert words in str(error.value)
    assert str(error.value)[-1] not in ".\n"
    assert "s3cret" not in str(error.value)
    # The failure is kept: the same request is not sent again.
    atc.clear_faults()
    if "again" not in query:
        with pytest.raises(NoCredibleResponse):
            send(ready)


@pytest.mark.parametrize("query", ["build by id", "is_newer"])
def test_a_late_response(query: str, atc: Emulator, ready: ConcourseQueries) -> None:
    path, send = QUERIES[query]
    kind, fields, words = FAULTS["late"]
    atc.add_fault(kind, path=path, **fields)
    with pytest.raises(NoCredibleResponse, match=words):
        send(ready)


@pytest.mark.parametrize("query", QUERIES)
def test_404_with_the_header(query: str, atc: Emulator, ready: ConcourseQueries) -> None:
    """A 404 is a result only where BuildQueries says so."""
    path, send = QUERIES[query]
    atc.add_fault("status", path=path, status=404, version_header=True)
    if query in ("build by id", "build by name", "version_id", "next_inputs"):
        assert send(ready) is None
    elif query == "pipelines":
        assert send(ready) == ()
    else:
        with pytest.raises(NoCredibleResponse):
            send(ready)


OTHER_BUILD = '{"id": 77, "team_name": "main", "name": "9", "status": "pending", "pipeline_name": "x", "job_name": "y"}'
OTHER_JOB = '{"name": "claim", "team_name": "main", "pipeline_name": "x"}'
OTHER_PIPELINE = '{"name": "x", "team_name": "other", "archived": true, "paused": true}'
WRONG_SUBJECT = {
    "build by id": OTHER_BUILD,
    "build by name": OTHER_BUILD,
    "pipelines": f"[{OTHER_PIPELINE}]",
    "is_archived": OTHER_PIPELINE,
    "jobs": f"[{OTHER_JOB}]",
    "builds_with_input": f"[{OTHER_BUILD}]",
    "builds_with_output": f"[{OTHER_BUILD}]",
    "latest_builds": f"[{OTHER_BUILD}]",
    "builds_from": f"[{OTHER_BUILD}]",
}


@pytest.mark.parametrize("query", WRONG_SUBJECT)
def test_responses_about_something_else(query: str, atc: Emulator, ready: ConcourseQueries) -> None:
    path, send = QUERIES[query]
    atc.add_fault("status", path=path, body=WRONG_SUBJECT[query], **JSON)
    with pytest.raises(NoCredibleResponse, match="answered about"):
        send(ready)


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param('{"id": 9, "version": {"ref": "other"}}', id="another ref"),
        pytest.param('{"id": 9, "version": {}}', id="no field"),
        pytest.param('{"id": 9, "version": {"sha": "v1"}}', id="another field"),
    ],
)
@pytest.mark.parametrize("wanted", ["", '{"id": 1, "version": {"ref": "v1"}}, '])
def test_a_version_that_the_filter_excludes(wanted: str, foreign: str, atc: Emulator, ready: ConcourseQueries) -> None:
    """Such a list is no proof that the version does not exist, nor that the id next to it is right."""
    atc.add_fault("status", path="filter", body=f"[{wanted}{foreign}]", **JSON)
    with pytest.raises(NoCredibleResponse, match="listed another version of lock than the one"):
        ready.version_id(FLOW, "lock", V1)


def test_versions_with_more_fields_than_the_filter(atc: Emulator, ready: ConcourseQueries) -> None:
    """Concourse compares only the given fields (atc/db/resource.go)."""
    atc.add_fault("status", path="filter", body='[{"id": 9, "version": {"ref": "v1", "path": "p"}}]', **JSON)
    assert ready.version_id(FLOW, "lock", V1) is None


def test_a_short_list_of_a_concourse_without_filters(atc: Emulator, connect: Connect) -> None:
    atc.change_settings(version="5.4.1")
    atc.add_fault("status", path="filter", body='[{"id": 9, "version": {"ref": "other"}}]', **JSON)
    assert connect(atc.url).queries().version_id(FLOW, "lock", V1) is None


def test_an_ignored_filter(atc: Emulator, connect: Connect) -> None:
    """Before 5.5 Concourse ignores the filter and lists the latest hundred."""
    atc.change_settings(version="5.4.1")
    ready = connect(atc.url).queries()
    page = ", ".join(f'{{"id": {number}, "version": {{"ref": "x{number}"}}}}' for number in range(1, 101))
    atc.add_fault("status", path="filter", body=f"[{page}]", **JSON)
    with pytest.raises(NoCredibleResponse, match="did not filter the versions of lock"):
        ready.version_id(FLOW, "lock", V1)
    assert ready.version_id(FLOW, "lock", Version.of_commit("x7")) == 7


def test_a_failed_first_page_is_not_empty(atc: Emulator, ready: ConcourseQueries) -> None:
    """Nor at the second call: an empty page would mean that the version does not exist."""
    atc.add_fault("status", path="versions[?]limit", status=403, version_header=True)
    for version in (V1, V1, V2):
        with pytest.raises(NoCredibleResponse, match="answered 403"):
            ready.version_id(FLOW, "lock", version, among_latest=True)
    assert len(atc.requests(path="/versions$")) == 1


@pytest.mark.usefixtures("short_pauses")
def test_a_failed_page_in_the_middle(atc: Emulator, connect: Connect) -> None:
    for number in range(2, 700):
        atc.save_version("main/flow", "lock", {"ref": f"w{number}"})
    atc.add_fault("status", path="versions[?].*to=", status=500, version_header=True)
    queries = connect(atc.url).queries()
    assert queries.is_newer(FLOW, "lock", Version.of_commit("w699"), V1)
    for other in ("w10", "w11"):
        with pytest.raises(NoCredibleResponse, match="answered 500"):
            queries.is_newer(FLOW, "lock", Version.of_commit(other), V1)
    # The page is requested once, with two retries.
    assert len([entry for entry in atc.requests(path="/versions$") if "to=" in entry["query"]]) == 3
