# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decodes versions: those of resources, those that builds took and made, and those that jobs take next.

The types are in atc/build_inputs_outputs.go and atc/version.go of 8.2. All functions raise MalformedResponse.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._core.concourse.model import BuildResources, StepVersion, Version
from .fields import MalformedResponse, id_field, list_field, object_field, required_list, text_field


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version in a list of them. Ids grow over all resources: a later one was found later.

    `lock` is the lock, as `pool/lock`, that the last step with the version named; None without a role in the team.
    """

    id: int
    version: Version
    lock: str | None = field(default=None, compare=False)


def decode_build_resources(value: t.Any) -> BuildResources:
    entry = object_field(value, "the build's resources")
    if "inputs" not in entry or "outputs" not in entry:
        raise MalformedResponse("inputs or outputs are missing")
    return BuildResources(
        inputs=list_field(entry["inputs"], "inputs", _step_version),
        outputs=list_field(entry["outputs"], "outputs", _step_version),
    )


def decode_next_inputs(value: t.Any) -> dict[str, Version | None]:
    """Return the versions by step, and nothing else: the response includes the sources of resources, with secrets.

    None is a version that the resource no longer has, as its source has changed (atc/db/job.go: getNextBuildInputs).
    """

    def step(item: t.Any) -> tuple[str, Version | None]:
        entry = object_field(item, "a step")
        return text_field(entry, "name"), None if entry.get("version") is None else _version(entry)

    return dict(required_list(value, "the list of inputs", step))


def decode_versions(value: t.Any) -> tuple[ListedVersion, ...]:
    def version(item: t.Any) -> ListedVersion:
        entry = object_field(item, "a version")
        return ListedVersion(id_field(entry, "id"), _version(entry), _named_lock(entry.get("metadata")))

    return required_list(value, "the list of versions", version)


def _named_lock(metadata: t.Any) -> str | None:
    """Return the lock that the pool resource names: each put and get does (out/main.go and in/main.go)."""
    entries = [one for one in metadata if isinstance(one, dict)] if isinstance(metadata, list) else []
    named = {str(one.get("name")): one.get("value") for one in entries}
    pool, lock = named.get("pool_name"), named.get("lock_name")
    return f"{pool.strip('/')}/{lock}" if isinstance(pool, str) and isinstance(lock, str) else None


def _step_version(value: t.Any) -> StepVersion:
    entry = object_field(value, "a step")
    return StepVersion(text_field(entry, "name"), _version(entry))


def _version(entry: dict[str, t.Any]) -> Version:
    fields = object_field(entry.get("version"), "version")
    if not all(isinstance(field, str) for field in fields.values()):
        raise MalformedResponse("a field of a version is not text")
    return Version.of(fields)
