# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong with whichever answer: there is no answer then, and never a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import (
    ConcourseQueries,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Build,
    BuildStatus,
    Version,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import (
    NoCredibleResponse,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect

FLOW = PipelineReference("main", "flow")
FIRST = Build(1, "1", BuildStatus.SUCCEEDED, "main", FLOW, "claim")
V1, V2 = Version.of_commit("v1"), Version.of_commit("v2")

QUESTIONS: dict[str, tuple[str, Callable[[ConcourseQueries], Any]]] = {
    "build by id": ("/builds/1$", lambda facts: facts.build(BuildReference(id=1))),
    "build by name": (
        "/jobs/claim/builds/1$",
        lambda facts: facts.build(BuildReference(None, None, FLOW, "claim", "1")),
    ),
    "pipelines": ("/teams/main/pipelines$", lambda facts: facts.pipelines("main")),
    "is_archived": ("/pipelines/flow$", lambda facts: facts.is_archived(FLOW)),
    "jobs": ("/pipelines/flow/jobs$", lambda facts: facts.jobs(FLOW)),
    "build_resources": ("/builds/1/resources$", lambda facts: facts.build_resources(FIRST)),
    "version_id": ("/versions[?]filter", lambda facts: facts.version_id(FLOW, "lock", V1)),
    "builds_with_input": ("/input_to$", lambda facts: facts.builds_with_input(FLOW, "lock", 1)),
    "builds_with_input again": ("/input_to$", lambda facts: facts.builds_with_input(FLOW, "lock", 1, again=True)),
    "builds_with_output": ("/output_of$", lambda facts: facts.builds_with_output(FLOW, "lock", 1)),
    "is_newer": ("/versions[?]limit", lambda facts: facts.is_newer(FLOW, "lock", V2, V1)),
    "next_inputs": ("/jobs/use/inputs$", lambda facts: facts.next_inputs(FLOW, "use")),
    "latest_builds": ("/jobs/claim/builds$", lambda facts: facts.latest_builds(FLOW, "claim")),
    "builds_from": ("/jobs/claim/builds[?]from", lambda facts: facts.builds_from(FLOW, "claim", FIRST)),
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
    """Facts of a client that has logged in; version 2 is known too, and taken by a build."""
    atc.record_build("main/flow", "claim", outputs=[{"name": "taken", "version": {"ref": "v2"}}])
    atc.record_build("main/flow", "use", inputs=[{"name": "held", "version": {"ref": "v1"}}])
    concourse = connect(atc.url, timeout=1)
    concourse.connect()
    return concourse.queries()


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_a_fault_there_is_an_answer(question: str, ready: ConcourseQueries) -> None:
    path, ask = QUESTIONS[question]
    assert ask(ready) is not None
    assert path


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "late"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_credible_answer(question: str, fault: str, atc: Emulator, ready: ConcourseQueries) -> None:
    path, ask = QUESTIONS[question]
    kind, fields, words = FAULTS[fault]
    number = atc.add_fault(kind, path=path, **fields)
    with pytest.raises(NoCredibleResponse) as error:
        ask(ready)
    assert atc.fault_hits()[str(number)] > 0
    assert words in str(error.value)
    assert str(error.value)[-1] not in ".\n"
    assert "s3cret" not in str(error.value)
    # It is remembered: the same question is not asked again.
    atc.clear_faults()
    if "again" not in question:
        with pytest.raises(NoCredibleResponse):
            ask(ready)


@pytest.mark.parametrize("question", ["build by id", "is_newer"])
def test_an_answer_that_comes_too_late(question: str, atc: Emulator, ready: ConcourseQueries) -> None:
    path, ask = QUESTIONS[question]
    kind, fields, words = FAULTS["late"]
    atc.add_fault(kind, path=path, **fields)
    with pytest.raises(NoCredibleResponse, match=words):
        ask(ready)


@pytest.mark.parametrize("question", QUESTIONS)
def test_404_with_the_header(question: str, atc: Emulator, ready: ConcourseQueries) -> None:
    """An answer where the protocol names one, and nowhere else."""
    path, ask = QUESTIONS[question]
    atc.add_fault("status", path=path, status=404, version_header=True)
    if question in ("build by id", "build by name", "version_id", "next_inputs"):
        assert ask(ready) is None
    elif question == "pipelines":
        assert ask(ready) == ()
    else:
        with pytest.raises(NoCredibleResponse):
            ask(ready)


OTHER_BUILD = '{"id": 77, "team_name": "main", "name": "9", "status": "failed", "pipeline_name": "x", "job_name": "y"}'
OTHER_JOB = '{"name": "claim", "team_name": "main", "pipeline_name": "x"}'
OTHER_PIPELINE = '{"name": "x", "team_name": "other", "archived": true}'
MIXED_UP = {
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


@pytest.mark.parametrize("question", MIXED_UP)
def test_an_answer_about_something_else(question: str, atc: Emulator, ready: ConcourseQueries) -> None:
    path, ask = QUESTIONS[question]
    atc.add_fault("status", path=path, body=MIXED_UP[question], **JSON)
    with pytest.raises(NoCredibleResponse, match="answered about"):
        ask(ready)


def test_versions_that_were_not_searched(atc: Emulator, ready: ConcourseQueries) -> None:
    """Before 5.5 the filter is not known: the latest hundred come instead."""
    page = ", ".join(f'{{"id": {number}, "version": {{"ref": "x{number}"}}}}' for number in range(1, 101))
    atc.add_fault("status", path="filter", body=f"[{page}]", **JSON)
    with pytest.raises(NoCredibleResponse, match="did not filter the versions of lock"):
        ready.version_id(FLOW, "lock", V1)
    assert ready.version_id(FLOW, "lock", Version.of_commit("x7")) == 7


def test_a_first_page_that_is_missing_holds_no_version(atc: Emulator, ready: ConcourseQueries) -> None:
    """Not even for the second who looks for one there: that would say that Concourse does not have it."""
    atc.add_fault("status", path="versions[?]limit", status=403, version_header=True)
    for version in (V1, V1, V2):
        with pytest.raises(NoCredibleResponse, match="answered 403"):
            ready.version_id(FLOW, "lock", version, among_latest=True)
    assert len(atc.requests(path="/versions$")) == 1


@pytest.mark.usefixtures("short_pauses")
def test_a_page_in_the_middle_that_is_missing(atc: Emulator, connect: Connect) -> None:
    for number in range(2, 700):
        atc.save_version("main/flow", "lock", {"ref": f"w{number}"})
    atc.add_fault("status", path="versions[?].*to=", status=500, version_header=True)
    facts = connect(atc.url).queries()
    assert facts.is_newer(FLOW, "lock", Version.of_commit("w699"), V1)
    for other in ("w10", "w11"):
        with pytest.raises(NoCredibleResponse, match="answered 500"):
            facts.is_newer(FLOW, "lock", Version.of_commit(other), V1)
    # The missing page is asked for once, with its two further tries.
    assert len([entry for entry in atc.requests(path="/versions$") if "to=" in entry["query"]]) == 3
