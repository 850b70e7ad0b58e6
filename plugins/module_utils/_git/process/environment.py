# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of git: the user's, less what would lead it elsewhere or make it ask."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping

# Of the caller's GIT_* variables only these reach git. GIT_DIR and its kin would lead it to another repository, and
# traces print what nobody should see (git(1), section Environment Variables; `git rev-parse --local-env-vars`).
_KEPT = (
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_EXEC_PATH",
    "GIT_HTTP_",
    "GIT_PROXY_SSL_",
    "GIT_PYTHON_",
    "GIT_SSH",
    "GIT_SSL_",
)

_NEVER_ASKS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # set but empty: git then tries no other program either (prompt.c)
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
}
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
# Settings of the user that would change what git prints, or what it does with our own copy of the repository.
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    # git's own caches are made for big work trees: these keep a look at 100,000 commits below 100 MB, as fast.
    "core.deltaBaseCacheLimit": "16m",
    "core.packedGitWindowSize": "1m",
    "core.packedGitLimit": "8m",
    "fastimport.unpackLimit": "0",  # else a second process makes files of the few objects of a release
    "fetch.fsckObjects": "false",  # nothing is ever checked out, and old histories have odd objects
    "fetch.unpackLimit": "1",  # one pack for each fetch: loose objects would be thousands of files in a year
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "i18n.commitEncoding": "UTF-8",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "pack.useSparse": "true",  # a push reads the folders that changed, not the whole tree
    "push.negotiate": "false",
}

_changing = threading.Lock()


def base_environment() -> dict[str, str]:
    """The variables that every git command gets on top of the user's own."""
    return {**_NEVER_ASKS, **_SAFE}


def settings_environment(settings: Mapping[str, str] | list[tuple[str, str]]) -> dict[str, str]:
    """Settings for git in the environment, where no other user sees them (git-config(1), GIT_CONFIG_COUNT)."""
    pairs = list(settings.items()) if isinstance(settings, Mapping) else settings
    environment = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


@contextlib.contextmanager
def without_git_variables() -> Iterator[None]:
    """Hide the caller's GIT_* variables while GitPython copies the environment: it can add to it, not take away."""
    with _changing:
        hidden = {name: os.environ.pop(name) for name in list(os.environ) if _is_unwanted(name)}
        try:
            yield
        finally:
            os.environ.update(hidden)


def _is_unwanted(name: str) -> bool:
    return name.startswith("GIT_") and not name.startswith(_KEPT)
