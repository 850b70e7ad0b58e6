# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the goals of docs/docsite/rst/performance.rst: `make bench`, or `make bench ONLY=b,d` for some.

Exits with 1 if a goal was missed. The figures are saved as JSON in .cache/bench/results/.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from . import machine, table
from .benches import BENCHES
from .finding import Finding, NotMeasured
from .sizes import PROMISED, QUICK
from .workshop import CannotMeasure, Workshop

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "bench"


def main() -> int:
    options = _options()
    about = machine.describe()
    print(table.about(about))
    if options.quick:
        print("Small sizes: this only tests the benchmarks; the goals do not apply.")
    started = time.monotonic()
    findings = []
    with Workshop(FOLDER, QUICK if options.quick else PROMISED) as workshop:
        print(f"\n{table.HEADER}", flush=True)
        for found in _run(workshop, options.only):
            if options.quick and isinstance(found, Finding):
                found = replace(found, goal=None)
            print(table.line(found), flush=True)
            findings.append(found)
    seconds = time.monotonic() - started
    print(f"\n{table.summary(findings, seconds)}")
    print(f"Written to {_save(about, findings, quick=options.quick, seconds=seconds)}")
    return 1 if any(isinstance(found, Finding) and found.is_missed for found in findings) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure the goals of docs/docsite/rst/performance.rst."
    )
    names = ", ".join(f"{name} ({bench.title})" for name, bench in BENCHES.items())
    parser.add_argument("--only", type=_names, default=tuple(BENCHES), help=f"some of {names}")
    parser.add_argument("--quick", action="store_true", help="small sizes, to test the benchmarks")
    return parser.parse_args()


def _names(given: str) -> tuple[str, ...]:
    names = tuple(given.replace(",", " ").split())
    if unknown := [name for name in names if name not in BENCHES]:
        raise argparse.ArgumentTypeError(f"unknown bench: {', '.join(unknown)}; the benches are {', '.join(BENCHES)}")
    return names


def _run(workshop: Workshop, names: Sequence[str]) -> Iterator[Finding | NotMeasured]:
    for name in names:
        try:
            yield from BENCHES[name].measure(workshop)
        except CannotMeasure as missing:
            yield NotMeasured(name, BENCHES[name].title, str(missing))


def _save(about: dict[str, object], findings: Sequence[Finding | NotMeasured], *, quick: bool, seconds: float) -> Path:
    folder = FOLDER / "results"
    folder.mkdir(exist_ok=True)
    file = folder / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.json"
    shown = [
        asdict(found) | ({"median": found.median, "verdict": found.verdict} if isinstance(found, Finding) else {})
        for found in findings
    ]
    content = {"machine": about, "quick": quick, "seconds": round(seconds, 1), "findings": shown}
    file.write_text(json.dumps(content, indent=1) + "\n")
    return file


if __name__ == "__main__":
    sys.exit(main())
