# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys for a test's sshd and its clients, created by ssh-keygen."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .require import require_program


@dataclass(frozen=True)
class KeyPair:
    """A private key file and its public key line (`ssh-ed25519 AAAA... comment`)."""

    file: Path
    public: str

    @property
    def private(self) -> str:
        """The text of the private key, as a user pastes it into an option."""
        return self.file.read_text()


def new_key(file: Path, *, passphrase: str = "") -> KeyPair:
    """Create an ed25519 key pair at `file` and replace an existing one."""
    public = file.with_name(f"{file.name}.pub")
    for old in (file, public):
        old.unlink(missing_ok=True)
    keygen = require_program("ssh-keygen")
    command = [keygen, "-q", "-t", "ed25519", "-N", passphrase, "-C", file.name, "-f", str(file)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=30)
    return KeyPair(file, public.read_text().strip())


def write_known_hosts(file: Path, port: int, *keys: KeyPair) -> Path:
    """Write a known_hosts file with `keys` for 127.0.0.1 and localhost at `port`; without keys it is empty."""
    kinds = (" ".join(key.public.split()[:2]) for key in keys)
    file.write_text("".join(f"[127.0.0.1]:{port},[localhost]:{port} {kind}\n" for kind in kinds))
    return file
