# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of git: that of the user, without misleading variables and without prompts."""

from __future__ import annotations

import os
from collections.abc import Mapping

# Only these of the caller's GIT_* variables reach git. Others name another repository, or print secrets in a trace
# (git(1), section Environment Variables; `git rev-parse --local-env-vars`).
_KEPT = (
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_EXEC_PATH",
    "GIT_HTTP_",
    "GIT_PROXY_SSL_",
    "GIT_SSH",
    "GIT_SSL_",
)

ASKPASS = "GIT_ASKPASS"
_NO_PROMPTS = {
    "GIT_TERMINAL_PROMPT": "0",
    ASKPASS: "",  # set but empty: git then tries no other program either (prompt.c)
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
}
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
# In place of user settings that would change what git prints, or what it does to the mirror.
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.ignoreCase": "false",  # else `git fast-import` moves env-1 where a commit is to move ENV-1
    # git's caches are made for big work trees: these keep a read of 100,000 commits below 100 MB, and as fast.
    "core.deltaBaseCacheLimit": "16m",
    "core.packedGitWindowSize": "1m",
    "core.packedGitLimit": "8m",
    "fastimport.unpackLimit": "0",  # else a second process unpacks the few objects of a release
    "fetch.fsckObjects": "false",  # nothing is checked out, and old histories have invalid objects
    "fetch.unpackLimit": "1",  # one pack for each fetch, not thousands of loose objects a year
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "i18n.commitEncoding": "UTF-8",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "pack.useSparse": "true",  # a push reads the folders that changed, not the whole tree
    "push.negotiate": "false",
}


def base_environment() -> dict[str, str]:
    """Return the variables that every git command gets on top of inherited_environment()."""
    return {**_NO_PROMPTS, **_SAFE}


def settings_environment(settings: Mapping[str, str] | list[tuple[str, str]]) -> dict[str, str]:
    """Return variables with settings for git: no other user sees them there (git-config(1), GIT_CONFIG_COUNT)."""
    pairs = list(settings.items()) if isinstance(settings, Mapping) else settings
    environment = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


def inherited_environment() -> dict[str, str]:
    """Return the caller's environment for git: messages in English, and none of the variables that mislead git."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    return {**kept, "LANGUAGE": "C", "LC_ALL": "C"}
