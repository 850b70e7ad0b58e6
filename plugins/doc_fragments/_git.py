# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the lock repository, the same as in `module_utils/_core/options/repository_options.py`."""

from __future__ import annotations


class ModuleDocFragment:
    """The lock repository and how to reach it."""

    DOCUMENTATION = r"""
requirements:
  - Python >= 3.11
  - git >= 2.31
  - GitPython >= 3.2.1
options:
  repo:
    description:
      - URL of the git repository that holds the pools, over C(https), C(http), C(ssh) (also as C(user@host:path)),
        C(git) or C(file), or a path.
      - A user name and password in the URL are removed from it and used like O(repo_username) and O(repo_password).
        They are hidden in results and logs, as in all other options that are URLs.
      - If not provided, it is read from E(POOL_REPO) where the module runs.
    type: str
    required: true
  branch:
    description:
      - The branch that holds the pools.
      - If not provided, the default branch of the repository is used (its C(HEAD)).
    type: str
  key_file:
    description:
      - Path of a private SSH key. SSH offers no other key.
      - A key with Windows line endings, or without a line break at its end, works, too.
    type: path
  ssh_private_key:
    description:
      - The content of a private SSH key, instead of O(key_file). On Linux, it is never written to a disk.
      - If not provided, it is read from E(POOL_REPO_SSH_PRIVATE_KEY) where the module runs.
    type: str
  accept_newhostkey:
    description:
      - Whether to accept the SSH key of an unknown host. A key that has changed is always rejected.
      - SSH keeps the accepted key in the C(known_hosts) file. If the user of the run cannot write it, the module warns,
        because each run then accepts any key.
    type: bool
    default: false
  known_hosts_file:
    description: Path of the C(known_hosts) file. If not provided, SSH uses its default files.
    type: path
  repo_username:
    description:
      - User name for the repository over C(https) or C(http).
      - This login takes precedence over C(~/.netrc). Without O(repo_password), git uses the password of this user in
        C(~/.netrc), or from the credential helpers in the settings of git.
    type: str
  repo_password:
    description: Password or access token for the repository over C(https) or C(http).
    type: str
  ca_path:
    description:
      - Path of a PEM file with the trusted CA certificates, for the repository over C(https) and for Concourse.
      - These certificates replace those of the system.
    type: path
  git_timeout:
    description: Seconds after which a git command that talks to the repository is stopped. At least V(1).
    type: int
    default: 300
  cache_dir:
    description:
      - Folder that keeps a copy of the repository between runs, so that the next run fetches only what is new.
      - If not provided, C(poolboy.concourse) below E(XDG_CACHE_HOME) or below C(~/.cache) is used.
      - A copy that another user could have written is not used, but fetched again.
      - With C(become), the folder must be one of the C(become_user). The module fails if it belongs to another user.
    type: path
  cache:
    description: Whether to keep a copy of the repository between runs.
    type: bool
    default: true
notes:
  - Git uses the settings of the user, such as C(core.sshCommand), C(url.BASE.insteadOf), C(http.proxy), credential
    helpers and C(commit.gpgSign). E(GIT_SSH_COMMAND) takes precedence over C(core.sshCommand), and O(key_file) and
    O(ssh_private_key) over a C(core.sshCommand) that names a key.
  - Of the settings in E(GIT_CONFIG_COUNT), only those that define how to reach a server and how to sign are used. The
    module warns about all others.
  - Git uses E(GIT_ASKPASS) and C(core.askPass) only if neither O(repo_password) nor the URL has a password.
"""
