# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the lock repository. In keeping with _ansible/option_groups.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The lock repository, and how to get at it."""

    DOCUMENTATION = r"""
requirements:
  - Python >= 3.11
  - git >= 2.31
  - GitPython >= 3.2.1
options:
  repo:
    description:
      - Address of the git repository that holds the pools, over C(https), C(http), C(ssh) (also as C(user@host:path)),
        C(git) or C(file), or a path.
      - A user name and password in the address are taken out of it and used like O(repo_username) and O(repo_password).
      - If not provided, will be read from E(POOL_REPO) where the module runs.
    type: str
    required: true
  branch:
    description:
      - The branch that holds the pools.
      - If not provided, the branch that the repository's C(HEAD) names.
    type: str
  key_file:
    description: Path of a private SSH key. It is the only key that is offered.
    type: path
  ssh_private_key:
    description:
      - A private SSH key itself, instead of O(key_file). It is never written to a disk on Linux.
      - If not provided, will be read from E(POOL_REPO_SSH_PRIVATE_KEY) where the module runs.
    type: str
  accept_newhostkey:
    description:
      - Whether to accept the SSH key of a host that is not known yet. A key that has changed is always refused.
    type: bool
    default: false
  known_hosts_file:
    description: Path of the file with the known SSH keys of hosts. If not provided, SSH uses its own files.
    type: path
  repo_username:
    description: User name for the repository over C(https) or C(http).
    type: str
  repo_password:
    description: Password or access token for the repository over C(https) or C(http).
    type: str
  ca_path:
    description:
      - Path of a PEM file with the certificates that are trusted, for the repository over C(https) and for Concourse.
      - It takes the place of the certificates that the system trusts.
    type: path
  git_timeout:
    description: The longest time, in seconds, that one look at the repository over the network may take.
    type: int
    default: 300
  cache_dir:
    description:
      - Folder in which a copy of the repository is kept between runs, so that the next run fetches only what is new.
      - If not provided, C(poolboy.concourse) below E(XDG_CACHE_HOME), or below C(~/.cache).
    type: path
  cache:
    description: Whether to keep a copy of the repository between runs.
    type: bool
    default: true
"""
