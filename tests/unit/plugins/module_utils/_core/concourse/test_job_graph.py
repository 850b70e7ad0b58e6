# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of a pipeline and the ways between them."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.job_graph import JobGraph
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import (
    Job,
    JobInput,
    JobOutput,
    Version,
)

GRAPH = JobGraph(
    [
        Job("claim", (JobInput("src", "src", frozenset()),), (JobOutput("envs", "envs"),)),
        Job("test", (JobInput("envs", "envs", frozenset({"claim"})),), ()),
    ]
)


def test_a_removed_job_can_have_used_every_resource() -> None:
    assert GRAPH.resources_of("test") == {"envs"}
    assert GRAPH.resources_of("removed") == {"src", "envs"}


def test_versions_with_the_same_fields_are_equal_in_any_order() -> None:
    assert Version.of({"ref": "c", "lock": "env-1"}) == Version.of({"lock": "env-1", "ref": "c"})
    assert Version.of({"ref": "c"}) == Version.of_commit("c")


def test_only_a_ref_alone_is_the_commit_of_a_lock() -> None:
    assert Version.of({"ref": "c"}).commit == "c"
    assert Version.of({"ref": "c", "branch": "main"}).commit is None
    assert Version.of({"digest": "c"}).commit is None
