# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths and queries: every name stays one segment."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.paths import (
    api_path,
    pipeline_path,
    request_line,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.queries import NoCredibleResponse
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import PipelineReference

NAMES = st.text(min_size=1, max_size=40).filter(lambda name: name not in (".", ".."))


@given(NAMES, NAMES, NAMES)
def test_names_survive(team: str, pipeline: str, job: str) -> None:
    path = pipeline_path(PipelineReference(team, pipeline), "jobs", job)
    assert urlsplit(path).query == ""
    assert path.isascii()
    assert [unquote(part) for part in path.split("/")[3:]] == ["teams", team, "pipelines", pipeline, "jobs", job]


def test_undecodable_bytes_are_kept() -> None:
    name = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert api_path("teams", name) == "/api/v1/teams/caf%E9"


def test_instance_variables() -> None:
    pipeline = PipelineReference("main", "p", '{"a":"x y","b":1}')
    path = pipeline_path(pipeline, "jobs", pairs=[("limit", "200")])
    assert parse_qsl(urlsplit(path).query) == [("limit", "200"), ("vars", '{"a":"x y","b":1}')]


@pytest.mark.parametrize("variables", [None, "", "{}"])
def test_empty_instance_variables_are_omitted(variables: str | None) -> None:
    assert pipeline_path(PipelineReference("main", "p", variables)) == "/api/v1/teams/main/pipelines/p"


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 7000, "\ud800"])
def test_names_that_no_request_can_hold(name: str) -> None:
    with pytest.raises(NoCredibleResponse):
        api_path("teams", name, "pipelines")


def test_the_request_line_omits_the_query() -> None:
    assert request_line('/api/v1/teams/a?vars={"key":"s3cret"}') == "GET /api/v1/teams/a"
    assert len(request_line("/api/v1/" + "x" * 5000)) < 250
