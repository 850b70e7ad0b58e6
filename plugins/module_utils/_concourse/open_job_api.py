# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job API of a Concourse. It is not part of the client: modules that start no build do not need its files."""

from __future__ import annotations

from .api.jobs import ConcourseJobApi
from .client import ConcourseClient


def open_job_api(concourse: ConcourseClient) -> ConcourseJobApi:
    """Return the job API; if Concourse did not answer before, requests are sent again."""
    return ConcourseJobApi(concourse.requests(), concourse.queries(), concourse.address)
