# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real OpenSSH sshd that serves a folder of bare repositories on 127.0.0.1."""

from __future__ import annotations

import getpass
import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .processes import start, start_on_free_port, stop
from .require import require_program
from .ssh_keys import KeyPair, new_key, write_known_hosts

READY_LINE = "Server listening on"

CONFIGURATION = """\
ListenAddress 127.0.0.1:{port}
HostKey {work}/host_key
AuthorizedKeysFile {work}/authorized_keys
PidFile {work}/sshd.pid
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AcceptEnv GIT_PROTOCOL
MaxStartups 100
LogLevel VERBOSE
SetEnv HOME={work}
"""

READ_ONLY = """\
#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
    "git-upload-pack "*|"git upload-pack "*) exec {git_shell} -c "$SSH_ORIGINAL_COMMAND" ;;
esac
echo "This key may only read." >&2
exit 1
"""


@dataclass
class SshServer:
    """A running sshd with keys and known_hosts files for its clients.

    `known_hosts` holds the server's first key, `empty_known_hosts` no key, `changed_known_hosts`
    another key for the same address. `passphrase_key` is accepted and encrypted with `passphrase`.
    """

    root: Path
    port: int
    key: KeyPair
    read_only_key: KeyPair
    passphrase_key: KeyPair
    stranger_key: KeyPair
    known_hosts: Path
    empty_known_hosts: Path
    changed_known_hosts: Path
    log_file: Path
    passphrase: str
    user: str = field(default_factory=getpass.getuser)
    _work: Path = field(kw_only=True, repr=False)
    _process: subprocess.Popen[bytes] = field(kw_only=True, repr=False)

    def url(self, repository: Path | str, *, host: str = "127.0.0.1") -> str:
        """Return the ssh:// address of a repository, given its path below the served folder."""
        return f"ssh://{self.user}@{host}:{self.port}{self.root / repository}"

    def log(self) -> str:
        """Return sshd's log (level VERBOSE: each accepted key, each refusal)."""
        return self.log_file.read_text(errors="replace")

    def ssh_command(self, *, key: KeyPair | None = None, known_hosts: Path | None = None) -> str:
        """Return a GIT_SSH_COMMAND that uses only this key and this known_hosts file, with strict checking."""
        options = {
            "IdentityFile": (key or self.key).file,
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": known_hosts or self.known_hosts,
            "GlobalKnownHostsFile": os.devnull,
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
        }
        return shlex.join(["ssh", "-F", os.devnull, *(f"-o{name}={value}" for name, value in options.items())])

    def replace_host_key(self) -> Path:
        """Replace the server's host key, as on a rebuilt machine; return a known_hosts file with the new key."""
        stop(self._process)
        key = new_key(self._work / "host_key")
        self._process = start(_command(self._work), log_file=self.log_file, ready_line=READY_LINE)
        return write_known_hosts(self._work / "replaced_known_hosts", self.port, key)


@contextmanager
def serve_ssh(root: Path) -> Iterator[SshServer]:
    """Serve the bare repositories below `root` over ssh until the context ends."""
    require_program("sshd")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd run by root refuses to start without it
    with tempfile.TemporaryDirectory(prefix="poolboy-sshd-") as folder:
        work = Path(folder).resolve()
        host_key, other_key = new_key(work / "host_key"), new_key(work / "other_host_key")
        key, read_only_key, stranger_key = (new_key(work / name) for name in ("key", "read_only_key", "stranger_key"))
        passphrase = "open sesame, please"
        passphrase_key = new_key(work / "passphrase_key", passphrase=passphrase)
        _authorize(work, key, passphrase_key, read_only=read_only_key)
        log_file = work / "sshd.log"
        port, process = start_on_free_port(
            lambda port: _configure(work, port), log_file=log_file, ready_line=READY_LINE
        )
        server = SshServer(
            root=root.resolve(),
            port=port,
            key=key,
            read_only_key=read_only_key,
            passphrase_key=passphrase_key,
            stranger_key=stranger_key,
            known_hosts=write_known_hosts(work / "known_hosts", port, host_key),
            empty_known_hosts=write_known_hosts(work / "empty_known_hosts", port),
            changed_known_hosts=write_known_hosts(work / "changed_known_hosts", port, other_key),
            log_file=log_file,
            passphrase=passphrase,
            _work=work,
            _process=process,
        )
        try:
            yield server
        finally:
            stop(server._process)


def _authorize(work: Path, *keys: KeyPair, read_only: KeyPair) -> None:
    script = work / "read_only"
    script.write_text(READ_ONLY.format(git_shell=shlex.quote(require_program("git-shell"))))
    script.chmod(0o755)
    lines = [key.public for key in keys]
    lines.append(f'command="{script}",restrict {read_only.public}')
    (work / "authorized_keys").write_text("\n".join(lines) + "\n")


def _configure(work: Path, port: int) -> list[str]:
    (work / "sshd_config").write_text(CONFIGURATION.format(work=work, port=port))
    return _command(work)


def _command(work: Path) -> list[str]:
    # absolute paths, because sshd re-executes itself in another folder for each connection
    return [require_program("sshd"), "-D", "-e", "-f", str(work / "sshd_config")]
