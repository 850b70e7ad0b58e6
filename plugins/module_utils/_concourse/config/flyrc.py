# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets of fly in ~/.flyrc (fly/rc/targets.go)."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..._core.shared.errors import BadOption
from ..._core.shared.text import printable


@dataclass(frozen=True, slots=True)
class FlyTarget:
    """A target. `ca_cert` is PEM text, trusted besides the system's certificates; the client's files are paths."""

    name: str
    api: str
    team: str = "main"
    token: str | None = field(default=None, repr=False)
    insecure: bool = False
    ca_cert: str | None = field(default=None, repr=False)
    client_cert_path: str | None = None
    client_key_path: str | None = None


def flyrc_path(environment: Mapping[str, str]) -> Path:
    """Return the path of .flyrc: in $FLY_HOME, else in the home directory. Raises BadOption if neither is known."""
    home = environment.get("FLY_HOME") or environment.get("HOME") or os.path.expanduser("~")
    if home == "~":
        raise BadOption(
            "concourse_target needs a home folder with .flyrc, and the user of this run has none: set FLY_HOME."
        )
    return Path(home) / ".flyrc"


def read_target(name: str, path: Path) -> FlyTarget:
    """Read a target. Raises BadOption if it cannot be used; for an unknown one the message lists the known ones."""
    targets = _read_targets(path)
    entry = targets.get(name)
    if entry is None:
        known = ", ".join(sorted(printable(str(one), 60) for one in targets)) or "none"
        raise BadOption(
            f"concourse_target '{printable(name, 60)}' is not in {path}, which has these targets: {known}. "
            f"Create it with 'fly -t {printable(name, 60)} login'."
        )
    if not isinstance(entry, dict) or not isinstance(entry.get("api"), str):
        raise BadOption(f"Target '{printable(name, 60)}' in {path} has no address (api): log in again with fly.")
    token = entry.get("token")
    return FlyTarget(
        name=name,
        api=entry["api"],
        team=_text(entry, "team") or "main",
        token=_text(token, "value") if isinstance(token, dict) else None,
        insecure=entry.get("insecure") is True,
        ca_cert=_text(entry, "ca_cert"),
        client_cert_path=_text(entry, "client_cert_path"),
        client_key_path=_text(entry, "client_key_path"),
    )


def _text(entry: Mapping[str, t.Any], key: str) -> str | None:
    value = entry.get(key)
    return value if isinstance(value, str) and value else None


def _read_targets(path: Path) -> dict[t.Any, t.Any]:
    try:
        import yaml
    except ImportError:
        raise BadOption(f"concourse_target needs the Python library PyYAML to read {path}: install PyYAML.") from None
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadOption(
            f"concourse_target needs {path}, which does not exist: log in with fly as the user of this run, or set"
            " FLY_HOME to the folder that contains .flyrc."
        ) from None
    except OSError as error:
        raise BadOption(
            f"concourse_target needs {path}, which cannot be read: {error.strerror}. Let the user of this run read"
            " it, or set FLY_HOME to the folder that contains another one."
        ) from None
    except (yaml.YAMLError, ValueError):
        # The parser's message quotes the line, which can contain a token.
        raise BadOption(f"{path} is not valid YAML: log in again with fly, or correct the file.") from None
    targets = content.get("targets") if isinstance(content, dict) else None
    return targets if isinstance(targets, dict) else {}
