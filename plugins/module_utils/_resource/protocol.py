# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol of Concourse's resource types: JSON on stdin, the answer on stdout and nothing else there.

Warnings and errors go to stderr. A script that fails prints one sentence there, nothing on stdout, and exits with 1.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .._core.options.texts import check_texts
from .._core.shared.errors import BadOption, PoolboyError
from .._core.shared.text import printable
from .hidden import hide, secrets_of
from .user import USER, leave_root, use_own_home

_LONGEST_MESSAGE = 2000  # characters


@dataclass(frozen=True, slots=True)
class Request:
    """What Concourse asks for. `version` is None in the first check; `folder` is the argument of `in` and `out`."""

    source: Mapping[str, t.Any] = field(repr=False)
    version: Mapping[str, t.Any] | None = None
    params: Mapping[str, t.Any] = field(default_factory=dict)
    folder: str | None = None


def answer(handle: Callable[[Request], object], *, writes: bool = False) -> t.NoReturn:
    """Read the request, print what `handle` returns for it, and end the process; `writes` if it writes to the folder.

    Where it can, it does not continue as root.
    """
    # Whatever else is printed, by a library or by git, must not get into the answer.
    stdout = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    secrets: Sequence[str] = ()
    answered, message = b"", None
    try:
        leave_root(USER, next(iter(sys.argv[1:]), None) if writes else None)
        use_own_home(os.environ)
        request = read_request(sys.stdin.buffer.read(), sys.argv[1:])
        secrets = secrets_of(request.source)
        answered = json.dumps(handle(request)).encode("ascii")
    except PoolboyError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename or 'A file'} cannot be used: {error.strerror or error}."
    except Exception as error:  # noqa: BLE001
        message = f"This is a defect of poolboy.concourse, please report it: {type(error).__name__}: {error}"
    # Not in the handlers, where the traceback is at hand.
    if message is not None:
        say(message, secrets)
        raise SystemExit(1)
    with open(stdout, "wb") as file:
        file.write(answered + b"\n")
    raise SystemExit(0)


def say(message: str, secrets: Sequence[str]) -> None:
    """Print a message to stderr on one line, without the secrets."""
    sys.stderr.write(f"{printable(hide(message, secrets), _LONGEST_MESSAGE)}\n")


def read_request(content: bytes, arguments: Sequence[str]) -> Request:
    """Read what Concourse writes to stdin. Raises BadOption."""
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        raise BadOption("stdin is not JSON: Concourse runs this script with a source and a version.") from None
    if not isinstance(given, Mapping):
        raise BadOption("stdin is not a mapping with the key source.")
    parts = {name: given.get(name) or {} for name in ("source", "version", "params")}
    for name, part in parts.items():
        if not isinstance(part, Mapping):
            raise BadOption(f"{name} is not a mapping.")
        check_texts({f"{name}: {key}": value for key, value in part.items()})
    if not parts["source"]:
        raise BadOption("source is missing: give at least the repository as uri.")
    return Request(parts["source"], parts["version"] or None, parts["params"], next(iter(arguments), None))
