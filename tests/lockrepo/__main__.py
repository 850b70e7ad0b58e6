# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a lock repository from the command line: `python -m tests.lockrepo PATH --locks 2000 --claimed 500 ...`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .generated.generator import generate
from .generated.plan import KINDS
from .generated.timeline import UNTIL


def main() -> None:
    """Generate the repository that the command line describes and print a summary."""
    parser = argparse.ArgumentParser(prog="python -m tests.lockrepo", description="Write a lock repository for tests.")
    parser.add_argument("path", type=Path, help="folder of the new bare repository")
    parser.add_argument("--locks", type=int, default=200, help="locks in the newest commit")
    parser.add_argument("--claimed", type=int, default=50, help="how many of them are claimed")
    parser.add_argument("--commits", type=int, default=20_000, help="commits in all")
    parser.add_argument("--oldest", type=int, help="commits after the oldest lasting claim, default: half of them")
    parser.add_argument("--seed", type=int, default=1, help="the same seed writes the same repository")
    parser.add_argument("--pool", action="append", help="name of a pool, may be repeated")
    parser.add_argument("--format", action="append", choices=KINDS, help="a format of claims, may be repeated")
    parser.add_argument("--merges", type=int, help="maximum number of side branches")
    parser.add_argument("--unrelated-files", type=int, default=5, help="files outside the pools that also change")
    parser.add_argument("--branch", default="main")
    parser.add_argument("--until", type=int, default=UNTIL, help="time of the newest commit, seconds since the epoch")
    parser.add_argument("--truth", type=Path, help="JSON file with the expected state of every lock")
    options = parser.parse_args()
    truth = generate(
        options.path,
        locks=options.locks,
        claimed=options.claimed,
        commits=options.commits,
        oldest_claim_depth=options.commits // 2 if options.oldest is None else options.oldest,
        seed=options.seed,
        pools=options.pool,
        formats=options.format or "all",
        merges=options.merges,
        unrelated_files=options.unrelated_files,
        branch=options.branch,
        until=options.until,
    )
    if options.truth:
        truth.save(options.truth)
    print(f"{truth.path}: {truth.commits} commits, {len(truth.locks)} locks, {len(truth.claimed)} of them claimed")


if __name__ == "__main__":
    main()
