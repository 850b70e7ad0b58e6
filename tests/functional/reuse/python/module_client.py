# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands the module of this process over to a server that has imported Ansible, see module_server.py."""

from __future__ import annotations

import _socket
import array
import marshal
import os
import sys
import zlib

# Python reads these itself; others change how it starts.
_KNOWN = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
KILLED = 137


def hand_over(folder: str) -> None:
    """Let a server run the module and exit as it did; return if this process has to run it itself.

    Without a server, this starts one for the next modules.
    """
    variables = {name for name in os.environ if name.startswith("PYTHON")}
    if len(sys.orig_argv) != 2 or variables - _KNOWN or sys.getfilesystemencoding() != "utf-8":
        return
    address = _address(folder)
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        server.connect(address)
    except OSError:
        _start_server(folder, address)
        return
    try:
        _send(server)
        is_taken = server.recv(1) == b"t"
    except OSError:
        return
    if is_taken:
        code = server.recv(1)
        os._exit(code[0] if code else KILLED)


def _address(folder: str) -> str:
    """Return the socket of the server for this Python, user and machine: a namespace of Linux can hide files."""
    spaces = "-".join(str(os.stat(f"/proc/self/ns/{name}").st_ino) for name in ("mnt", "user", "net"))
    return f"{folder}/{sys.hexversion:x}-{zlib.crc32(sys.prefix.encode()):x}-{os.getuid()}-{spaces}"


def _send(server: _socket.socket) -> None:
    """Send what a process has: its files, folder, mask of permissions, variables and program."""
    here = os.open(".", os.O_RDONLY)
    mask = os.umask(0)
    os.umask(mask)
    told = marshal.dumps((sys.orig_argv[1], sys.path, dict(os.environ), mask))
    files = array.array("i", [0, 1, 2, here])
    server.sendmsg([len(told).to_bytes(8, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
    server.sendall(told)


def _start_server(folder: str, address: str) -> None:
    """Start a server that does not belong to this process, unless another one does."""
    try:
        os.close(os.open(f"{address}.started", os.O_CREAT | os.O_EXCL))
    except OSError:
        return
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            nothing = os.open(os.devnull, os.O_RDWR)
            for file in (0, 1, 2):
                os.dup2(nothing, file)
            os.closerange(3, 1024)
            os.chdir("/")
            here = os.path.dirname(__file__)
            # Nothing of this run: its variables can be secret.
            variables = {"LC_ALL": "C.UTF-8", "PATH": os.defpath, "PYTHONPATH": here, "POOLBOY_REUSE": folder}
            os.execve(sys.executable, [sys.executable, f"{here}/module_server.py", address], variables)
    finally:
        os._exit(0)
