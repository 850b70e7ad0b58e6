# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the holder of a lock from the message of its claim.

The pool resource writes one of a few messages; a person wrote every other message. Facts: out/git_lock_handler.go of
pool-resource 1.0 to 1.8.1, and public lock repositories since 2015.
"""

from __future__ import annotations

import enum
import json
import re
from dataclasses import dataclass, replace

from ..concourse.instance_vars import compact_json
from ..concourse.references import BuildReference, PipelineReference
from ..shared.text import printable
from .build_url import read_build_url
from .claim import Claim
from .hold import Hold, read_claimed_hold

# Followed by the lock; before 1.8.0 after a prefix that names the build. add_claimed writes the second.
_VERBS = ("claiming: ", "adding claimed: ")
_URL_LINE = "Build URL:"
# A message names a one-off build by its id, any other build by its names and its number.
_ONE_OFF = re.compile(r"one-off build (?P<id>\d{1,18})")
_NAMED = re.compile(r"(?P<names>.+) (?:build |#|`#)(?P<build>\d+(?:\.\d+)?)`?")
_PERSONS_PREFIX = ('Revert "', 'Reapply "')
# An old message with more readings than this would need too many requests.
_MOST_READINGS = 12
_LONGEST_SUBJECT = 4096


class HolderKind(enum.StrEnum):
    """Who holds a lock: a build, a person, or a build that the message does not name."""

    BUILD = "build"
    PERSON = "person"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a lock, according to the message of its claim.

    `references` are the builds that the message can mean, likeliest first: old formats join names by slashes, and
    names may contain slashes. Empty unless `kind` is BUILD. `url` is the page of the build as the message gives it.
    `hold` is what the trailers of a person's claim say; for a build, what those of a person say who has taken the lock
    over by a later change of its file, None if nobody has.
    """

    kind: HolderKind
    text: str
    references: tuple[BuildReference, ...] = ()
    url: str | None = None
    hold: Hold | None = None

    @property
    def owner(self) -> str | None:
        """The owner that the claim of a person or a playbook states, None if it states none."""
        return (self.hold.owner or None) if self.hold is not None else None


def read_holder(claim: Claim, lock_name: str, default_team: str) -> Holder:
    """Return the holder of a claim. `default_team` is the team of builds whose message names none (before 2018-12).

    >>> claim = Claim("c0ffee", 1_500_000_000, "CI Pool Resource", "main/ci/deploy build 12 claiming: env-1")
    >>> read_holder(claim, "env-1", "main").text
    'main/ci/deploy 12'
    >>> url = "https://ci.example.com/teams/main/pipelines/ci/jobs/deploy/builds/12"
    >>> claim = Claim("c0ffee", 1_700_000_000, "CI Pool Resource", f"claiming: env-1\\nBuild URL: {url}")
    >>> read_holder(claim, "env-1", "main").kind.value
    'build'
    >>> claim = Claim("c0ffee", 1_700_000_000, "Ada", "Take env-1 for a demo")
    >>> read_holder(claim, "env-1", "main").kind.value
    'person'
    """
    holder = _read_message(claim, lock_name, default_team)
    return replace(holder, hold=read_claimed_hold(claim)) if claim.later_trailers else holder


def _read_message(claim: Claim, lock_name: str, default_team: str) -> Holder:
    subject, *rest = claim.message.rstrip("\n").split("\n")
    prefix = _prefix(subject, lock_name) if claim.alone else None
    if prefix is None or subject.startswith(_PERSONS_PREFIX):
        return _person(claim)
    if prefix:
        return (None if rest else _read_prefix(prefix, default_team)) or _person(claim)
    if not rest:
        return _unnamed()
    if len(rest) == 1 and rest[0].startswith(_URL_LINE):
        return _read_url(rest[0].removeprefix(_URL_LINE).strip())
    return _person(claim)


def _prefix(subject: str, lock_name: str) -> str | None:
    """Return the part before the verb and the lock, None if the subject does not end with them."""
    for verb in _VERBS:
        # git strips white space at the end of a line, so a lock's name can have lost some in the message.
        ending = verb + lock_name.rstrip()
        if subject == ending:
            return ""
        if subject.endswith(f" {ending}") and len(subject) <= _LONGEST_SUBJECT:
            return subject.removesuffix(f" {ending}") or None
    return None


def _read_url(url: str) -> Holder:
    if not url:
        return _unnamed()
    references = read_build_url(url)
    text = str(references[0]) if references else url
    return Holder(HolderKind.BUILD, printable(text, 120), references, printable(url, 500))


def _read_prefix(prefix: str, default_team: str) -> Holder | None:
    one_off = _ONE_OFF.fullmatch(prefix)
    if one_off:
        reading = BuildReference(id=int(one_off["id"]))
        return Holder(HolderKind.BUILD, str(reading), (reading,))
    named = _NAMED.fullmatch(prefix)
    pipelines = _read_names(named["names"], default_team) if named else []
    if not named or not pipelines:
        return None
    references = tuple(BuildReference(pipeline=pipeline, job=job, name=named["build"]) for pipeline, job in pipelines)
    text = printable(str(references[0]), 120)
    return Holder(HolderKind.BUILD, text, references if len(references) <= _MOST_READINGS else ())


def _read_names(names: str, default_team: str) -> list[tuple[PipelineReference, str]]:
    """Read `team/pipeline/job`, `pipeline/job` (before 2018-12) or `team/pipeline/{instance vars}/job` (1.7.1).

    Pipelines and jobs may have slashes in their names, so there can be several readings; the likeliest comes first.
    """
    instanced = _read_instanced(names)
    if instanced:
        return instanced
    parts = names.split("/")
    with_team = [
        (PipelineReference(parts[0], "/".join(parts[1:cut])), "/".join(parts[cut:])) for cut in range(2, len(parts))
    ]
    without_team = [
        (PipelineReference(default_team, "/".join(parts[:cut])), "/".join(parts[cut:])) for cut in range(1, len(parts))
    ]
    return [(pipeline, job) for pipeline, job in with_team + without_team if pipeline.team and pipeline.name and job]


def _read_instanced(names: str) -> list[tuple[PipelineReference, str]]:
    head, found, tail = names.partition("/{")
    if not found:
        return []
    try:
        variables, end = json.JSONDecoder().raw_decode("{" + tail)
    except (ValueError, RecursionError):
        return []
    team, _separator, pipeline = head.partition("/")
    job = ("{" + tail)[end:]
    if not (variables and team and pipeline and job.startswith("/") and job[1:]):
        return []
    return [(PipelineReference(team, pipeline, compact_json(variables)), job[1:])]


def _person(claim: Claim) -> Holder:
    hold = read_claimed_hold(claim)
    subject = claim.message.partition("\n")[0]
    text = f"{hold.owner or claim.author}: {hold.reason or subject}"
    if hold.owner and not hold.reason:
        text = hold.owner  # the first line is the verb of the resource, which says nothing more
    return Holder(HolderKind.PERSON, printable(text, 120), hold=hold)


def _unnamed() -> Holder:
    return Holder(HolderKind.UNNAMED, "a build that the claim does not name")
