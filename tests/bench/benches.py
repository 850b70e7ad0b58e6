# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All benches. To add one, write a module in `goals` with a `measure` that yields findings, and add a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .finding import Finding
from .goals import (
    ad_hoc,
    claims,
    cold,
    many_builds,
    many_repositories,
    many_triggers,
    peak_memory,
    releases,
    resource_check,
    unchanged,
)
from .workshop import Workshop


@dataclass(frozen=True)
class Bench:
    """A bench: its description and its function."""

    title: str
    measure: Callable[[Workshop], Iterator[Finding]]


BENCHES: Mapping[str, Bench] = {
    "a": Bench("the first run on a big repository", cold.measure),
    "b": Bench("a run when nothing is new", unchanged.measure),
    "c": Bench("many builds at a slow Concourse", many_builds.measure),
    "d": Bench("a small repository from the command line", ad_hoc.measure),
    "e": Bench("memory of the first run on a big repository", peak_memory.measure),
    "f": Bench("many repositories in one run", many_repositories.measure),
    "g": Bench("many free locks at a slow Concourse", many_triggers.measure),
    "h": Bench("releasing 200 locks at once", releases.measure),
    "i": Bench("a check of the resource when nothing is new", resource_check.measure),
    "j": Bench("claiming a lock", claims.measure),
}
