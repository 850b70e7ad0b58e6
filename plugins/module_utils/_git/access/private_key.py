# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private key in a file for ssh that does not outlive the run."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator

from ..._core.shared.errors import BadOption

_BEGIN = b"-----BEGIN "
_FIRST_LINE = re.compile(r"-----BEGIN [A-Z0-9 ]+-----")
_END = "-----END "
_BYTE_ORDER_MARK = "\ufeff".encode()
_LONGEST_KEY = 1 << 20  # bytes
_ONLY_OWNER = 0o600  # ssh refuses a key that others can read


@contextlib.contextmanager
def private_key_file(text: str) -> Iterator[str]:
    """Write a key to a file for the time of the context, and give the path of the file. Raises BadOption.

    On Linux the file is in memory only and ends with the process, even with a killed one.
    """
    with _file_with(_normalized(text, "ssh_private_key")) as path:
        yield path


@contextlib.contextmanager
def readable_key_file(path: str) -> Iterator[str]:
    """Give the path of a key that ssh can read: the file, or a copy with the line ends that ssh needs.

    Raises BadOption for a key without its line breaks.
    """
    content = _content(path)
    mended = None if content is None else _normalized(content.decode("utf-8", "surrogateescape"), "key_file")
    if mended is None or content == mended:
        yield path
    else:
        with _file_with(mended) as copy:
            yield copy


def _content(path: str) -> bytes | None:
    """Return the content of a key file; None for one that ssh itself has to judge, as it reads it or refuses it.

    It refuses an own file that others can read. A pipe can be read only once.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or (status.st_mode & 0o077 and status.st_uid == os.geteuid()):
            return None
        with open(path, "rb") as file:
            content = file.read(_LONGEST_KEY)
    except OSError:
        return None
    return content if content.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(_BEGIN) else None


@contextlib.contextmanager
def _file_with(content: bytes) -> Iterator[str]:
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


def _normalized(text: str, option: str) -> bytes:
    """Return a key with the line ends that ssh needs, which YAML, environment variables and copying change."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").strip().splitlines()]
    if not lines or not lines[0].startswith(_BEGIN.decode()) or "\0" in text:
        raise BadOption(
            f"{option} is not a private key: give the key itself, from its line -----BEGIN to its line -----END,"
            " or name its file in key_file."
        )
    if not _FIRST_LINE.fullmatch(lines[0]) or any(_END in line and not line.startswith(_END) for line in lines):
        raise BadOption(
            f"{option} has lost its line breaks: give the key with each of its lines on a line of its own. In YAML,"
            " write it as a block after |; in the shell, put its variable in double quotes."
        )
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


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
