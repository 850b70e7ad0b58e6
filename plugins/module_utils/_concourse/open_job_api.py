# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the job API of a Concourse; apart from the client, so that modules that start no build do not carry it."""

from __future__ import annotations

from .api.jobs import ConcourseJobApi
from .client import ConcourseClient


def open_job_api(concourse: ConcourseClient) -> ConcourseJobApi:
    """Return what starts builds in a Concourse; if it did not answer before, it is asked again."""
    return ConcourseJobApi(concourse.requests(), concourse.queries(), concourse.address)
