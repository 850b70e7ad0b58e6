# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats in which pool resources have named their build in commit messages since 2015."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote_plus

from .holders import UNNAMED, Build, ExpectedHolder, go_text

Names = Literal["simple", "any", "instanced", "untyped"]


@dataclass(frozen=True)
class Format:
    """One way to write `verb: lock` (such as `claiming: env-1`).

    `era` is its period as fractions of a long history, from 0 (2015) to 1 (now). `names`: `simple` for formats
    that separate names by slashes, `any` where names may contain slashes, `instanced` for builds with instance vars,
    `untyped` for builds whose keys Concourse 8.0 did not quote.
    """

    write: Callable[[Build, str], str]
    expect: Callable[[Build], ExpectedHolder]
    era: tuple[float, float]
    names: Names = "simple"


def _nobody(build: Build) -> ExpectedHolder:
    return UNNAMED


def _of_pipeline(build: Build) -> ExpectedHolder:
    return ExpectedHolder("build", pipeline=build.pipeline, job=build.job, build=build.name)


def _of_team(build: Build) -> ExpectedHolder:
    return ExpectedHolder("build", team=build.team, pipeline=build.pipeline, job=build.job, build=build.name)


def _of_instance(build: Build, *, base_url: str | None = None, untyped: bool = False) -> ExpectedHolder:
    return ExpectedHolder(
        "build",
        team=build.team,
        pipeline=build.pipeline,
        job=build.job,
        build=build.name,
        base_url=base_url,
        instance_vars=build.instance_vars,
        untyped=untyped,
    )


def _of_url(build: Build) -> ExpectedHolder:
    return _of_instance(build, base_url=build.base_url)


def compact_json(value: Any) -> str:
    """Return JSON as Concourse passes it to resources: no spaces, sorted keys, unescaped characters."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def build_url(build: Build) -> str:
    """Return the BUILD_URL of a job's build; names are not escaped."""
    names = f"teams/{build.team}/pipelines/{build.pipeline}/jobs/{build.job}/builds/{build.name}"
    return f"{build.base_url}/{names}"


def _query(parts: Iterator[tuple[str, str]]) -> str:
    return "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in sorted(parts))


def _leaves(variables: Mapping[str, Any], above: str = "vars") -> Iterator[tuple[str, str]]:
    for key, value in variables.items():
        path = f'{above}."{key}"' if set(key) & set(",.:/ ") else f"{above}.{key}"
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, path)
        else:
            yield path, compact_json(value)


def _instanced_url(build: Build) -> str:
    return f"{build_url(build)}?{_query(_leaves(build.instance_vars or {}))}"


def _untyped_url(build: Build) -> str:
    variables = ((f"vars.{key}", go_text(value)) for key, value in (build.instance_vars or {}).items())
    return f"{build_url(build)}?{_query(variables)}"


def _with_url(text: str, url: str) -> str:
    return f"{text}\nBuild URL: {url}".rstrip() + "\n"


FORMATS: Mapping[str, Format] = {
    "bare": Format(lambda build, text: text, _nobody, (0.0, 0.1)),
    "numbered": Format(lambda b, text: f"{b.pipeline}/{b.job} #{b.name} {text}", _of_pipeline, (0.0, 0.12)),
    "ticked": Format(lambda b, text: f"{b.pipeline}/{b.job} `#{b.name}` {text}", _of_pipeline, (0.1, 0.14)),
    "pipeline": Format(lambda b, text: f"{b.pipeline}/{b.job} build {b.name} {text}", _of_pipeline, (0.12, 0.4)),
    "one_off": Format(
        lambda b, text: f"one-off build {b.id} {text}", lambda b: ExpectedHolder("build", build_id=b.id), (0.12, 0.96)
    ),
    "team": Format(lambda b, text: f"{b.team}/{b.pipeline}/{b.job} build {b.name} {text}", _of_team, (0.35, 0.97)),
    "instanced": Format(
        lambda b, text: f"{b.team}/{b.pipeline}/{compact_json(b.instance_vars)}/{b.job} build {b.name} {text}",
        _of_instance,
        (0.94, 0.98),
        "instanced",
    ),
    "url": Format(lambda b, text: _with_url(text, build_url(b)), _of_url, (0.95, 1.0), "any"),
    "url_instanced": Format(lambda b, text: _with_url(text, _instanced_url(b)), _of_url, (0.96, 1.0), "instanced"),
    "url_untyped": Format(
        lambda b, text: _with_url(text, _untyped_url(b)),
        lambda b: _of_instance(b, base_url=b.base_url, untyped=True),
        (0.95, 0.98),
        "untyped",
    ),
    "url_one_off": Format(
        lambda b, text: _with_url(text, f"{b.base_url}/builds/{b.id}"),
        lambda b: ExpectedHolder("build", build_id=b.id, base_url=b.base_url),
        (0.95, 1.0),
    ),
    "url_empty": Format(lambda build, text: _with_url(text, ""), _nobody, (0.95, 1.0)),
}
