# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the project's checks: ``python -m scripts.check [GROUP...]``, by default all groups of scripts/stages.py.

Every stage runs even if an earlier one failed; the summary at the end says what ran, what did not, and why.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.skips import Skip, read_skips, report_files
from scripts.stages import GROUPS, Stage


@dataclass
class Outcome:
    """What became of a stage: its exit code (None where it did not run), its seconds and its skipped tests."""

    stage: Stage
    code: int | None = None
    seconds: float = 0.0
    skips: list[Skip] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The outcome in one word."""
        if self.code is None:
            return "skipped"
        return "FAILED" if self.code else "passed"


def run_stage(stage: Stage) -> Outcome:
    """Run one stage with its output shown as it comes."""
    if stage.obstacle:
        return Outcome(stage)
    print(f"\n=== {stage.name}", flush=True)
    # What an earlier run left must not be taken for this run's report.
    for file in report_files(stage.reports) if stage.reports else []:
        file.unlink()
    start = time.monotonic()
    code = subprocess.run(stage.command, cwd=stage.folder, env=_variables(stage), check=False).returncode
    outcome = Outcome(stage, code, time.monotonic() - start)
    if stage.reports and not report_files(stage.reports):
        print("It left no report, so it ran nothing.")
        outcome.code = code or 1
    if stage.reports and stage.skips_count:
        outcome.skips = list(read_skips(stage.reports))
    print(f"=== {stage.name}: {outcome.word}, {outcome.seconds:.1f} s", flush=True)
    return outcome


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the closing report: a line for every stage, then the skipped tests with their reasons."""
    lines = ["", "=== Summary"]
    for outcome in outcomes:
        ending = outcome.stage.obstacle or f"{outcome.seconds:.1f} s"
        lines.append(f"{outcome.word:8} {outcome.stage.name:44} {ending}")
    lines.append(f"{'':8} {'in all':44} {sum(outcome.seconds for outcome in outcomes):.1f} s")
    skips = [f"  {skip.test} ({outcome.stage.name}): {skip.reason}" for outcome in outcomes for skip in outcome.skips]
    lines += [f"Skipped tests: {len(skips) or 'none'}", *skips]
    return "\n".join(lines)


def missing_parts(outcomes: Sequence[Outcome]) -> list[Skip]:
    """Return the tests that were skipped for want of a real component, if POOLBOY_REQUIRE_REAL=1 asks for them all."""
    if os.environ.get("POOLBOY_REQUIRE_REAL") != "1":
        return []
    return [skip for outcome in outcomes for skip in outcome.skips if skip.hides_a_missing_part]


def _variables(stage: Stage) -> dict[str, str]:
    # In a git hook these point at this checkout, where the tests' own repositories would then write.
    command = ["git", "rev-parse", "--local-env-vars"]
    of_git = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    variables = {name: value for name, value in os.environ.items() if name not in of_git}
    tools = str(Path(sys.executable).parent)
    return {**variables, "PATH": os.pathsep.join([tools, os.environ.get("PATH", os.defpath)]), **stage.variables}


def main(names: Sequence[str]) -> int:
    """Run the named groups of stages, or all; return the exit code."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"There is no group {', '.join(unknown)}, only {', '.join(GROUPS)}.", file=sys.stderr)
        return 2
    outcomes = [run_stage(stage) for name in names or GROUPS for stage in GROUPS[name]()]
    print(summary(outcomes), flush=True)
    missing = missing_parts(outcomes)
    if missing:
        print(f"POOLBOY_REQUIRE_REAL=1 forbids skips for want of a component, there are {len(missing)}.")
    return 1 if missing or any(outcome.code for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
