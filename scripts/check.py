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
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import IO

from scripts.junit import TestCase, read_cases, report_files
from scripts.skips import Skip, find_skips
from scripts.slowest import slowest_tests
from scripts.stage import Stage, in_background
from scripts.stages import AT_ONCE, BESIDE, GROUPS, ON_REQUEST

# Stages with the same workplace wait for each other.
_WORKPLACES: defaultdict[object, Lock] = defaultdict(Lock)


@dataclass
class Outcome:
    """The result of a stage: exit code (None if it did not run), duration in seconds, tests, output to be shown."""

    stage: Stage
    code: int | None = None
    seconds: float = 0.0
    tests: list[TestCase] = field(default_factory=list)
    output: str = ""

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

    @property
    def closing(self) -> str:
        """Return the line below the output of the stage."""
        return f"=== {self.stage.name}: {self.word}, {self.seconds:.1f} s"


def run_in_order(stages: Sequence[Stage]) -> list[Outcome]:
    """Run stages one after the other and show the output of each while it runs."""
    outcomes = []
    for stage in stages:
        if not stage.obstacle:
            print(f"\n=== {stage.name}", flush=True)
        outcome = _run(replace(stage, command=[*stage.command, *stage.when_alone]), None)
        outcomes.append(outcome)
        if not stage.obstacle:
            print(outcome.closing, flush=True)
    return outcomes


def run_at_once(stages: Sequence[Stage]) -> Iterator[Outcome]:
    """Run single-core stages in parallel, one for each core."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from threads.map(_run_unseen, stages)


def show(outcome: Outcome) -> Outcome:
    """Show the output of a stage that has ended."""
    if not outcome.stage.obstacle:
        print(f"\n=== {outcome.stage.name}\n{outcome.output}{outcome.closing}", flush=True)
    return outcome


def _run_unseen(stage: Stage) -> Outcome:
    with (
        _WORKPLACES[stage.workplace or stage.name],
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
    ):
        outcome = _run(stage, output)
        output.seek(0)
        return replace(outcome, output=output.read())


def _run(stage: Stage, output: IO[str] | None) -> Outcome:
    if stage.obstacle:
        return Outcome(stage)
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


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Return the summary: a line for each stage, the duration of all in seconds, the slowest and the skipped tests."""
    lines = ["", "=== Summary"]
    for outcome in outcomes:
        ending = outcome.stage.obstacle or f"{outcome.seconds:.1f} s"
        lines.append(f"{outcome.word:8} {outcome.stage.name:44} {ending}")
    lines.append(f"{'':8} {'total':44} {seconds:.1f} s")
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


def run_groups(names: Sequence[str]) -> list[Outcome]:
    """Run groups of stages and return their outcomes."""
    tests = [name for name in names if name not in BESIDE]
    beside = [in_background(stage) for name in names if tests and name in BESIDE for stage in GROUPS[name]()]
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(1) as background:
        done_beside = background.submit(lambda: list(run_at_once(beside)))
        for at_once, group in groupby(tests or names, key=AT_ONCE.__contains__):
            stages = [stage for name in group for stage in GROUPS[name]()]
            together = at_once and len(stages) > 1
            outcomes += map(show, run_at_once(stages)) if together else run_in_order(stages)
        return [*map(show, done_beside.result()), *outcomes]


def main(names: Sequence[str]) -> int:
    """Run the named groups of stages, or those of `make test`, and return the exit code."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"Unknown group: {', '.join(unknown)}. Groups: {', '.join(GROUPS)}.", file=sys.stderr)
        return 2
    start = time.monotonic()
    outcomes = run_groups(names or [name for name in GROUPS if name not in ON_REQUEST])
    print(summary(outcomes, time.monotonic() - start), flush=True)
    missing = missing_parts(outcomes)
    if missing:
        print(f"POOLBOY_REQUIRE_REAL=1 is set, and {len(missing)} tests were skipped because a component is missing.")
    return 1 if missing or any(outcome.code for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
