# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ``make test`` that pytest runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace

from scripts.checkout import CHECKOUT
from scripts.stage import Stage
from scripts.temporary_files import temporary_files_in_memory

COLLECTIONS = CHECKOUT / ".collections"
PACKAGE = "ansible_collections.poolboy.concourse"
COLLECTION = COLLECTIONS.joinpath(*PACKAGE.split("."))
REPORTS = CHECKOUT / ".cache" / "reports"


def pytest_stage(kind: str, *folders: str, variables: Mapping[str, str] | None = None) -> Stage:
    """Return the stage of some tests, in one process."""
    report = REPORTS / f"{kind}.xml"
    tests = [str(COLLECTION / "tests" / folder) for folder in folders]
    # pytest derives the module names, and so the relative imports, from the full path through the link.
    return Stage(
        name=f"pytest {kind}",
        command=[sys.executable, "-m", "pytest", *tests, f"--junitxml={report}"],
        folder=COLLECTION,
        variables={"PYTHONPATH": str(COLLECTIONS), **temporary_files_in_memory(), **(variables or {})},
        reports=report,
    )


def functional_stage(kind: str, *folders: str, variables: Mapping[str, str] | None = None) -> Stage:
    """Return the stage of some functional tests: in more processes than cores, as they also wait for clocks."""
    stage = pytest_stage(kind, *folders, variables=variables)
    return replace(stage, command=[*stage.command, *processes(min(8, (os.cpu_count() or 1) + 3))])


def processes(number: int) -> list[str]:
    """Return the arguments of pytest for some processes. Tests of one file share servers, so they stay together."""
    return [f"--numprocesses={number}", "--dist=loadfile", "--no-loadscope-reorder"]
