# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start the emulator from a shell: `python -m tests.atc --world FILE --ready-file FILE`."""

from __future__ import annotations

import argparse
import os
import signal
import ssl
import threading
from pathlib import Path

from . import description
from .emulator import Emulator
from .world import snapshot


def main() -> None:
    options = _options()
    restored = options.state_file is not None and options.state_file.exists()
    world = snapshot.load(options.state_file) if restored else None
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_other: ended.set())
    with Emulator(port=options.port, tls=_tls(options), world=world) as atc:
        if options.world is not None and not restored:
            description.load_file(atc, options.world)
        print(atc.url, flush=True)
        if options.ready_file is not None:
            _write(options.ready_file, f"{atc.url}\n")
        ended.wait()
        if options.state_file is not None:
            atc.save_state(str(options.state_file))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.atc", description="A Concourse emulator on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="port; 0, the default, selects a free one")
    parser.add_argument("--world", type=Path, help="YAML or JSON description to start with")
    parser.add_argument("--state-file", type=Path, help="continue from this state if it exists; saved on exit")
    parser.add_argument("--ready-file", type=Path, help="file that receives the URL when the server is ready")
    parser.add_argument("--tls-certificate", type=Path, help="serve https with this certificate (PEM)")
    parser.add_argument("--tls-key", type=Path, help="and this key")
    parser.add_argument("--tls-client-ca", type=Path, help="require client certificates of this authority")
    return parser.parse_args()


def _tls(options: argparse.Namespace) -> ssl.SSLContext | None:
    if options.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=options.tls_client_ca)
    context.load_cert_chain(options.tls_certificate, options.tls_key)
    if options.tls_client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _write(path: Path, text: str) -> None:
    """Write the file atomically, so that readers see the complete URL."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    main()
