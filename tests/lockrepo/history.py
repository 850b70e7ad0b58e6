# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare repository whose history a test writes commit by commit through `git fast-import`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypedDict, Unpack

from .entries import Entry, Existing, File, Folder, Submodule, Symlink, Text, to_bytes
from .git_command import git, git_text
from .stream import RESOURCE, Person, header, rename, write

BEGIN = 1_790_000_000  # committer time of the first commit: 2026-09-21
# One pack for each commit is quicker to write and to fetch than its single objects.
IMPORT = ("-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--force")
MOST_PACKS = 50  # as gc.autoPackLimit
STEP = 60  # seconds between commits, unless a test sets the time


class CommitOptions(TypedDict, total=False):
    """Options of any commit; times are seconds since the epoch. `committer` defaults to the author."""

    message: Text
    at: int
    authored_at: int
    author: Person
    committer: Person
    branch: str
    parents: Sequence[str]


class GitHistory:
    """A new bare repository at `path` without commits. Every method that commits returns the SHA."""

    def __init__(self, path: Path, *, branch: str = "main") -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path.resolve()
        self.branch = branch
        self.now = BEGIN
        git("init", "--quiet", "--bare", f"--initial-branch={branch}", "--template=", ".", folder=self.path)

    @property
    def url(self) -> str:
        """The repository's file:// address."""
        return self.path.as_uri()

    def tip(self, branch: str | None = None) -> str | None:
        """Return the SHA of a branch's newest commit, or None."""
        name = f"refs/heads/{branch or self.branch}"
        with suppress(FileNotFoundError):
            return self.path.joinpath(name).read_text().strip()
        return git_text("for-each-ref", "--format=%(objectname)", name, folder=self.path) or None

    def commit(
        self,
        files: Mapping[Text, Entry | Text | None] | None = None,
        *,
        moves: Sequence[tuple[bytes, bytes]] = (),
        **options: Unpack[CommitOptions],
    ) -> str:
        """Commit `moves`, then `files`: paths with new entry or content; None removes. Both empty: an empty commit.

        `parents` replaces the branch's tip: no parent starts a new history, an older parent rewrites it.
        """
        changes = [rename(source, target) for source, target in moves]
        changes += [write(to_bytes(path), self._stored(entry)) for path, entry in (files or {}).items()]
        branch = options.get("branch", self.branch)
        tip = self.tip(branch)
        self.now = at = options.get("at", self.now + STEP)
        author = options.get("author", RESOURCE)
        start = header(
            branch,
            mark=1,
            message=options.get("message", "change"),
            author=author.at(options.get("authored_at", at)),
            committer=options.get("committer", author).at(at),
            parents=options.get("parents", [tip] if tip else []),
        )
        root = options.get("parents", [tip]) == []
        reset = b"reset refs/heads/%s\n" % branch.encode() if root else b""
        stream = b"".join([reset, start, *changes, b"get-mark :1\n"])
        commit = git(*IMPORT, folder=self.path, given=stream).decode().strip()
        if len(list(self.path.glob("objects/pack/*.pack"))) > MOST_PACKS:
            git("repack", "-a", "-d", "--keep-unreachable", "--quiet", folder=self.path)
        return commit

    def merge(
        self, *others: str, files: Mapping[Text, Entry | Text | None] | None = None, **options: Unpack[CommitOptions]
    ) -> str:
        """Merge branches or commits into a branch: the changes of each since its fork, then `files` (an evil merge)."""
        first = self.commit_of(options.get("branch", self.branch))
        merged: dict[Text, Entry | Text | None] = {}
        for other in others:
            merged |= self._changes_since_parting(first, self.commit_of(other))
        options.setdefault("message", f"Merge {' and '.join(others)}")
        options["parents"] = [first, *map(self.commit_of, others)]
        return self.commit({**merged, **(files or {})}, **options)

    def commit_of(self, name: str) -> str:
        """Return the SHA of a branch, tag or expression such as `main~3`."""
        return git_text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", folder=self.path)

    def fork(self, branch: str, *, at: str | None = None) -> str:
        """Create `branch` at a commit, by default the tip of the repository's branch; return the commit."""
        return self.force(self.commit_of(at or self.branch), branch=branch)

    def force(self, to: str, *, branch: str | None = None) -> str:
        """Set a branch to a commit, as a push with --force does; return the commit."""
        commit = self.commit_of(to)
        git("update-ref", f"refs/heads/{branch or self.branch}", commit, folder=self.path)
        return commit

    def restart(self, **options: Unpack[CommitOptions]) -> str:
        """Replace a branch's history by one root commit with the same files, as a squash and a forced push do."""
        tree = git_text("rev-parse", f"{options.get('branch', self.branch)}^{{tree}}", folder=self.path)
        options["parents"] = []
        return self.commit({b"": Existing("040000", tree)}, **options)

    def rename_branch(self, old: str, new: str) -> None:
        """Rename a branch; HEAD follows if it pointed there."""
        git("branch", "--move", "--force", old, new, folder=self.path)
        self.branch = new if self.branch == old else self.branch

    def delete_branch(self, branch: str) -> None:
        """Delete a branch; its commits stay unreachable."""
        git("update-ref", "-d", f"refs/heads/{branch}", folder=self.path)

    def set_head(self, branch: str) -> None:
        """Make `branch` the remote's HEAD, whether it exists or not."""
        git("symbolic-ref", "HEAD", f"refs/heads/{branch}", folder=self.path)

    def _changes_since_parting(self, ours: str, theirs: str) -> dict[Text, Entry | Text | None]:
        base = git_text("merge-base", ours, theirs, folder=self.path)
        fields = git("diff-tree", "-r", "-z", "--no-renames", base, theirs, folder=self.path).split(b"\0")
        changes: dict[Text, Entry | Text | None] = {}
        for description, path in zip(fields[0:-1:2], fields[1::2], strict=True):
            _old_mode, mode, _old_name, name, status = description.decode().split()
            changes[path] = None if status == "D" else Existing(mode, name)
        return changes

    def _stored(self, entry: Entry | Text | None) -> Entry | None:
        if isinstance(entry, Folder):
            return Existing("040000", self._store_folder(entry))
        return File(entry) if isinstance(entry, str | bytes) else entry

    def _store_folder(self, folder: Folder) -> str:
        entries = [(to_bytes(name), *self._named(entry)) for name, entry in folder.entries.items()]
        # git sorts a folder's name as if it ended with a slash
        entries.sort(key=lambda entry: entry[0] + b"/" if entry[1] == "40000" else entry[0])
        content = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(sha) for name, mode, sha in entries)
        # write raw names that other git commands refuse, such as `..`, `.git` and `a/b`
        return self._store(content, "-t", "tree", "--literally")

    def _named(self, entry: Entry | Text) -> tuple[str, str]:
        stored = self._stored(entry)
        if isinstance(stored, Existing):
            return stored.mode.lstrip("0"), stored.name
        if isinstance(stored, Submodule):
            return "160000", stored.commit
        if isinstance(stored, Symlink):
            return "120000", self._store(to_bytes(stored.target))
        if isinstance(stored, File):
            return "100755" if stored.executable else "100644", self._store(to_bytes(stored.content))
        raise TypeError(f"{entry!r} is not allowed in a folder")

    def _store(self, content: bytes, *options: str) -> str:
        return git("hash-object", "-w", *options, "--stdin", folder=self.path, given=content).decode().strip()
