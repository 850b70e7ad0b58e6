# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder with the mirror of a repository, its lock file and the last snapshot."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..._core.shared.errors import RepositoryError
from ..access.address import Address
from ..access.options import RepositoryOptions, absolute_path
from .files import NEW, WRITABLE_BY_OTHERS, is_own, other_owner, remove, remove_folder_at, user_name

if TYPE_CHECKING:
    from types import TracebackType

_ONLY_OWNER = 0o700
_OLD = "old-"
_NOT_ALLOWED = (errno.EACCES, errno.EPERM)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.5  # seconds between two tries for a lock that another run holds


class CacheFolder:
    """The cache of one branch of one repository, in a folder that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mirror = path / "mirror.git"
        self.snapshot_file = path / "snapshot.json"

    @contextlib.contextmanager
    def locked(self, timeout: float) -> Iterator[None]:
        """Lock the folder for the context; wait for other runs `timeout` seconds at most. Raises RepositoryError."""
        with self._reporting_errors(), remove_folder_at(self.path / "lock").open("ab") as file:
            deadline = time.monotonic() + timeout
            pause = _FIRST_PAUSE
            while not _try_lock(file.fileno()):
                if time.monotonic() >= deadline:
                    raise RepositoryError(
                        f"Another run has been using {self.path} for more than {timeout:g} seconds:"
                        " wait for it, stop it if it hangs, or set cache to false."
                    )
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            self._remove_leftovers()
            yield

    def new_path(self) -> Path:
        """Return a path for a new mirror that no other run, alive or killed, writes to."""
        return Path(tempfile.mkdtemp(prefix=NEW, dir=self.path))

    def replace_mirror(self, new: Path) -> None:
        """Replace the mirror, if there is one, by a new one."""
        if os.path.lexists(self.mirror):
            self.mirror.rename(Path(tempfile.mkdtemp(prefix=_OLD, dir=self.path)) / self.mirror.name)
        new.rename(self.mirror)
        self._remove_leftovers()

    def _remove_leftovers(self) -> None:
        """Remove the files of killed runs; where their git still writes, a later run removes the rest."""
        for path in self.path.iterdir():
            if path.name.startswith((NEW, _OLD)):
                remove(path)

    @contextlib.contextmanager
    def _reporting_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise cache_error(self.path, error) from error


class FolderLock(contextlib.AbstractContextManager["FolderLock"]):
    """The lock of a folder, held over several steps. To acquire it twice, or to release it twice, changes nothing.

    As a context it is acquired at the start and released at the end, also if it was acquired before; an OSError in it
    becomes a RepositoryError. `timeout` is in seconds.
    """

    def __init__(self, folder: CacheFolder, timeout: float) -> None:
        self._folder = folder
        self._timeout = timeout
        self._held: contextlib.ExitStack | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # The context of CacheFolder.locked() reports the errors of a full disk.
        held, self._held = self._held, None
        if held is not None:
            held.__exit__(kind, error, traceback)

    def acquire(self) -> None:
        """Keep other runs out, see CacheFolder.locked(). Raises RepositoryError."""
        if self._held is None:
            with contextlib.ExitStack() as stack:
                stack.enter_context(self._folder.locked(self._timeout))
                self._held = stack.pop_all()

    def release(self) -> None:
        """Let other runs use the folder."""
        if self._held is not None:
            self._held.close()
            self._held = None


def open_cache_folder(options: RepositoryOptions, address: Address) -> CacheFolder:
    """Return the folder for the repository and branch of the options, created if missing. Raises RepositoryError."""
    base = Path(absolute_path(options.cache_dir, "cache_dir")) if options.cache_dir else _default_base()
    identity = "\0".join(("1", address.url, options.branch or ""))
    path = base / hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    try:
        base.mkdir(mode=_ONLY_OWNER, parents=True, exist_ok=True)
        path.mkdir(mode=_ONLY_OWNER, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory")
        if not is_own(found):
            raise RepositoryError(
                f"{path} belongs to {user_name(found.st_uid)}, who could change the cache of {user_name()}, the user of"
                " this run: set a cache_dir for this user alone, or set cache to false."
            )
        if found.st_mode & 0o077:
            path.chmod(_ONLY_OWNER)
        if found.st_mode & WRITABLE_BY_OTHERS:
            # Others could have changed the copy, and what earlier runs have found out.
            for entry in path.iterdir():
                remove(entry)
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "Permission denied")
    except OSError as error:
        raise cache_error(base, error) from error
    return CacheFolder(path)


@contextlib.contextmanager
def temporary_folder() -> Iterator[CacheFolder]:
    """Create a folder that is removed at the end. Raises RepositoryError."""
    try:
        path = Path(tempfile.mkdtemp(prefix="poolboy-"))
    except OSError as error:
        # Not gettempdir(), which fails as well if no folder can be written.
        raise cache_error(Path(os.environ.get("TMPDIR") or "/tmp"), error) from error
    try:
        yield CacheFolder(path)
    finally:
        remove(path)


def cache_error(path: Path, error: OSError) -> RepositoryError:
    """Return the error for a folder that cannot be read or written."""
    remedy, reason = "Make it writable and free some space", error.strerror or str(error)
    if error.errno in _NOT_ALLOWED:
        remedy = f"Let {user_name()}, the user of this run, write to it"
        reason += f", as it belongs to {owner}" if (owner := other_owner(path)) else ""
    return RepositoryError(
        f"The cache folder {path} cannot be used: {reason}. {remedy}, set another cache_dir, or set cache to false."
    )


def _default_base() -> Path:
    # An empty or relative XDG_CACHE_HOME is ignored (XDG Base Directory Specification).
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        home = os.path.expanduser("~")
        if home == "~":
            raise RepositoryError(
                "There is no folder for the cache, because the user of this run has no home folder (HOME):"
                " set cache_dir, or set cache to false."
            )
        base = Path(home, ".cache").absolute()
    return base / "poolboy.concourse"


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
