# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the project's checks: ``python -m scripts.check [GROUP...]``, by default those of `make test`.

Every stage runs even if an earlier one failed. The summary lists what ran, what did not run, and why.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from pathlib import Path
from typing import IO

from scripts.junit import TestCase, read_cases, report_files
from scripts.skips import Skip, find_skips
from scripts.slowest import slowest_tests
from scripts.stage import Stage
from scripts.stages import AT_ONCE, GROUPS, ON_REQUEST


@dataclass
class Outcome:
    """The result of a stage: exit code (None if it did not run), duration in seconds and tests."""

    stage: Stage
    code: int | None = None
    seconds: float = 0.0
    tests: list[TestCase] = field(default_factory=list)

    @property
    def skips(self) -> list[Skip]:
        """Return the skipped tests, if skips count in this stage."""
        return list(find_skips(self.tests)) if self.stage.skips_count else []

    @property
    def word(self) -> str:
        """Return the outcome as one word."""
        if self.code is None:
            return "skipped"
        return "FAILED" if self.code else "passed"


def run_stage(stage: Stage) -> Outcome:
    """Run one stage alone and show its output while it runs."""
    if stage.obstacle:
        return Outcome(stage)
    print(f"\n=== {stage.name}", flush=True)
    outcome = _run(replace(stage, command=[*stage.command, *stage.when_alone]), None)
    print(f"=== {stage.name}: {outcome.word}, {outcome.seconds:.1f} s", flush=True)
    return outcome


def run_at_once(stages: Sequence[Stage]) -> list[Outcome]:
    """Run single-core stages in parallel, one for each core, and show the output of each when it ends.

    Stages that share a workplace run one after the other.
    """
    rows: dict[object, list[Stage]] = {}
    for stage in stages:
        rows.setdefault(stage.workplace or stage.name, []).append(stage)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(chain.from_iterable(threads.map(lambda row: list(map(_run_unseen, row)), rows.values())))


def _run_unseen(stage: Stage) -> Outcome:
    if stage.obstacle:
        return Outcome(stage)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        outcome = _run(stage, output)
        output.seek(0)
        closing = f"=== {stage.name}: {outcome.word}, {outcome.seconds:.1f} s"
        print(f"\n=== {stage.name}\n{output.read()}{closing}", flush=True)
    return outcome


def _run(stage: Stage, output: IO[str] | None) -> Outcome:
    # Remove the report of an earlier run so that it is not read as this run's.
    for file in report_files(stage.reports) if stage.reports else []:
        file.unlink()
    start = time.monotonic()
    done = subprocess.run(
        stage.command, cwd=stage.folder, env=_variables(stage), check=False, stdout=output, stderr=output
    )
    outcome = Outcome(stage, done.returncode, time.monotonic() - start)
    if stage.reports and not report_files(stage.reports):
        print("The stage wrote no report, so it ran no tests.", file=output)
        outcome.code = done.returncode or 1
    if stage.reports:
        outcome.tests = list(read_cases(stage.reports))
    return outcome


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the summary: one line for each stage, the slowest tests, and the skipped tests with their reasons."""
    lines = ["", "=== Summary"]
    for outcome in outcomes:
        ending = outcome.stage.obstacle or f"{outcome.seconds:.1f} s"
        lines.append(f"{outcome.word:8} {outcome.stage.name:44} {ending}")
    lines.append(f"{'':8} {'total':44} {sum(outcome.seconds for outcome in outcomes):.1f} s")
    lines += slowest_tests({outcome.stage.name: outcome.tests for outcome in outcomes})
    skips = [f"  {skip.test} ({outcome.stage.name}): {skip.reason}" for outcome in outcomes for skip in outcome.skips]
    lines += [f"Skipped tests: {len(skips) or 'none'}", *skips]
    return "\n".join(lines)


def missing_parts(outcomes: Sequence[Outcome]) -> list[Skip]:
    """Return the tests skipped because a component is missing, if POOLBOY_REQUIRE_REAL=1 is set."""
    if os.environ.get("POOLBOY_REQUIRE_REAL") != "1":
        return []
    return [skip for outcome in outcomes for skip in outcome.skips if skip.hides_a_missing_part]


def _variables(stage: Stage) -> dict[str, str]:
    # A git hook sets these variables to this checkout; the tests' repositories would then write into it.
    command = ["git", "rev-parse", "--local-env-vars"]
    of_git = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    variables = {name: value for name, value in os.environ.items() if name not in of_git}
    tools = str(Path(sys.executable).parent)
    return {**variables, "PATH": os.pathsep.join([tools, os.environ.get("PATH", os.defpath)]), **stage.variables}


def main(names: Sequence[str]) -> int:
    """Run the named groups of stages, or those of `make test`, and return the exit code."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"Unknown group: {', '.join(unknown)}. Groups: {', '.join(GROUPS)}.", file=sys.stderr)
        return 2
    outcomes: list[Outcome] = []
    chosen = names or [name for name in GROUPS if name not in ON_REQUEST]
    for at_once, group in groupby(chosen, key=AT_ONCE.__contains__):
        stages = [stage for name in group for stage in GROUPS[name]()]
        together = at_once and len(stages) > 1
        outcomes += run_at_once(stages) if together else [run_stage(stage) for stage in stages]
    print(summary(outcomes), flush=True)
    missing = missing_parts(outcomes)
    if missing:
        print(f"POOLBOY_REQUIRE_REAL=1 is set, and {len(missing)} tests were skipped because a component is missing.")
    return 1 if missing or any(outcome.code for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
