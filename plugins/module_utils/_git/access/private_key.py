# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private key in a file for ssh that does not outlive the run."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

from ..._core.shared.errors import BadOption

_ONLY_OWNER = 0o600  # ssh refuses a key that others can read


@contextlib.contextmanager
def private_key_file(text: str) -> Iterator[str]:
    """Write a key to a file for the time of the context, and give the path of the file. Raises BadOption.

    On Linux the file is in memory only and ends with the process, even with a killed one.
    """
    content = _normalized(text)
    descriptor = _in_memory(content)
    if descriptor is None:
        with _on_disk(content) as path:
            yield path
        return
    try:
        # Not /dev/fd/N: ssh closes inherited files before it reads its keys (ssh.c, closefrom).
        yield _path_of(descriptor)
    finally:
        os.close(descriptor)


def _normalized(text: str) -> bytes:
    """Return a key with the line ends that ssh needs, which YAML, environment variables and copying change."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if not lines or not lines[0].startswith("-----BEGIN ") or "\0" in text:
        raise BadOption(
            "ssh_private_key is not a private key: give the key itself, from its line -----BEGIN to its line -----END,"
            " or name its file in key_file."
        )
    return "".join(f"{line}\n" for line in lines).encode()


def _in_memory(content: bytes) -> int | None:
    """Write the key to anonymous memory (memfd_create(2)); return None where /proc does not show it."""
    try:
        descriptor = os.memfd_create("poolboy")
    except (AttributeError, OSError):
        return None
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, _ONLY_OWNER)
        if os.write(descriptor, content) == len(content) and os.access(_path_of(descriptor), os.R_OK):
            return descriptor
    os.close(descriptor)
    return None


@contextlib.contextmanager
def _on_disk(content: bytes) -> Iterator[str]:
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="poolboy-"))  # of mode 0600
            file.write(content)
            file.flush()
        except OSError as error:
            raise BadOption(
                f"The private key cannot be written to a temporary file for ssh: {error.strerror or error}."
                " Free space, or name a folder that this user can write to in TMPDIR."
            ) from error
        yield file.name


def _path_of(descriptor: int) -> str:
    return f"/proc/{os.getpid()}/fd/{descriptor}"
