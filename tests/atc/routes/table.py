# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of all routes: method, path, access control, handler."""

from __future__ import annotations

from ..auth.tokens import ISSUER_SINCE
from ..http.messages import Response
from .builds import (
    abort,
    build_resources,
    get_build,
    list_builds,
    list_pipeline_builds,
    list_team_builds,
    set_comment,
)
from .guards import (
    logged_in,
    open_to_all,
    pipeline_role,
    readable_build,
    readable_pipeline,
    team_role,
    unless_archived,
    writable_build,
)
from .info import info, user, userinfo
from .jobs import (
    create_job_build,
    get_job,
    get_job_build,
    list_all_jobs,
    list_job_builds,
    list_job_inputs,
    list_jobs,
    rerun_job_build,
)
from .login import issuer_token, issuer_token_by_get, sky_token
from .pipelines import get_config, get_pipeline, list_all_pipelines, list_pipelines
from .preparation import build_preparation
from .resources import (
    check_resource,
    downstream,
    list_all_resources,
    list_input_to,
    list_output_of,
    list_resources,
    list_versions,
)
from .routing import Call, Handler, Route

BUILD = "/api/v1/builds/:build"
TEAM = "/api/v1/teams/:team"
PIPELINE = f"{TEAM}/pipelines/:pipeline"
JOB = f"{PIPELINE}/jobs/:job"
RESOURCE = f"{PIPELINE}/resources/:resource"
VERSION = f"{RESOURCE}/versions/:version"


def _api(handler: Handler) -> Handler:
    """Add the version header, which every API response has, even errors."""

    def with_version(call: Call) -> Response:
        return handler(call).with_headers(("X-Concourse-Version", call.world.settings.version))

    return with_version


API = [
    Route("GET", "/api/v1/info", _api(open_to_all(info))),
    Route("GET", "/api/v1/user", _api(logged_in(user)), since=ISSUER_SINCE),
    Route("GET", "/api/v1/builds", _api(open_to_all(list_builds))),
    Route("GET", BUILD, _api(readable_build(get_build))),
    Route("GET", f"{BUILD}/resources", _api(readable_build(build_resources))),
    Route("GET", f"{BUILD}/preparation", _api(readable_build(build_preparation, even_of_private_job=False))),
    Route("PUT", f"{BUILD}/abort", _api(writable_build("pipeline-operator", abort))),
    Route("PUT", f"{BUILD}/comment", _api(writable_build("pipeline-operator", set_comment)), since=(7, 4)),
    Route("GET", f"{TEAM}/builds", _api(team_role("viewer", list_team_builds))),
    Route("GET", "/api/v1/pipelines", _api(open_to_all(list_all_pipelines))),
    Route("GET", f"{TEAM}/pipelines", _api(open_to_all(list_pipelines))),
    Route("GET", PIPELINE, _api(readable_pipeline(get_pipeline))),
    Route("GET", f"{PIPELINE}/config", _api(pipeline_role("viewer", get_config))),
    Route("GET", f"{PIPELINE}/builds", _api(readable_pipeline(list_pipeline_builds))),
    Route("GET", "/api/v1/jobs", _api(open_to_all(list_all_jobs))),
    Route("GET", f"{PIPELINE}/jobs", _api(readable_pipeline(list_jobs))),
    Route("GET", JOB, _api(readable_pipeline(get_job))),
    Route("GET", f"{JOB}/inputs", _api(pipeline_role("viewer", list_job_inputs))),
    Route("GET", f"{JOB}/builds", _api(readable_pipeline(list_job_builds))),
    Route("GET", f"{JOB}/builds/:build", _api(readable_pipeline(get_job_build))),
    Route("POST", f"{JOB}/builds", _api(unless_archived(pipeline_role("pipeline-operator", create_job_build)))),
    Route(
        "POST",
        f"{JOB}/builds/:build",
        _api(unless_archived(pipeline_role("pipeline-operator", rerun_job_build))),
        since=(6, 0),
    ),
    Route("GET", "/api/v1/resources", _api(open_to_all(list_all_resources))),
    Route("GET", f"{PIPELINE}/resources", _api(readable_pipeline(list_resources))),
    Route("GET", f"{RESOURCE}/versions", _api(readable_pipeline(list_versions))),
    Route("GET", f"{VERSION}/input_to", _api(readable_pipeline(list_input_to))),
    Route("GET", f"{VERSION}/output_of", _api(readable_pipeline(list_output_of))),
    Route("GET", f"{VERSION}/downstream", _api(readable_pipeline(downstream)), since=(7, 4)),
    Route("GET", f"{VERSION}/upstream", _api(readable_pipeline(downstream)), since=(7, 4)),
    Route("POST", f"{RESOURCE}/check", _api(unless_archived(pipeline_role("pipeline-operator", check_resource)))),
]

SKY = [
    Route("POST", "/sky/issuer/token", issuer_token),
    Route("GET", "/sky/issuer/token", issuer_token_by_get),
    Route("POST", "/sky/token", sky_token, until=ISSUER_SINCE),
    Route("GET", "/sky/userinfo", logged_in(userinfo), until=ISSUER_SINCE),
]

ROUTES = [*API, *SKY]
