# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real git servers on 127.0.0.1 for tests of the transports: sshd, HTTPS, git daemon, and one that never answers."""

from __future__ import annotations

from .certificates import Certificate, CertificateAuthority, new_authority
from .daemon import GitDaemon, serve_git_daemon
from .hanging import HangingServer, serve_nothing
from .http_answers import Answer, dumb, failing, login_page, one_line_page, redirecting, smart
from .https import GitHttpServer, Request, serve_https
from .ssh_keys import KeyPair
from .sshd import SshServer, serve_ssh

__all__ = [
    "Answer",
    "Certificate",
    "CertificateAuthority",
    "GitDaemon",
    "GitHttpServer",
    "HangingServer",
    "KeyPair",
    "Request",
    "SshServer",
    "dumb",
    "failing",
    "login_page",
    "new_authority",
    "one_line_page",
    "redirecting",
    "serve_git_daemon",
    "serve_https",
    "serve_nothing",
    "serve_ssh",
    "smart",
]
