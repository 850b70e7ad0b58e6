# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority for one test run, made by the openssl command."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .require import require_program

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
AUTHORITY_EXTENSIONS = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, both PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class CertificateAuthority:
    """A CA for server and client certificates. Clients trust `ca_file` or the hashed folder `ca_folder`."""

    work: Path
    ca_file: Path
    ca_folder: Path

    def server_certificate(self, *, addresses: tuple[str, ...] = ("127.0.0.1",)) -> Certificate:
        """Return a certificate for localhost and these IP addresses."""
        names = ",".join(["DNS:localhost", *(f"IP:{address}" for address in addresses)])
        return self._issue("server", f"subjectAltName={names}", "extendedKeyUsage=serverAuth")

    def client_certificate(self, name: str = "client") -> Certificate:
        """Return a client certificate with the common name `name`."""
        return self._issue(name, "extendedKeyUsage=clientAuth")

    def server_context(self, *, client_certificates: bool = False) -> ssl.SSLContext:
        """Return a TLS context with a server certificate of this CA; it can require client certificates."""
        certificate = self.server_certificate()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        if client_certificates:
            context.load_verify_locations(self.ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _issue(self, name: str, *extensions: str) -> Certificate:
        request, certificate, key = (self.work / f"{name}.{suffix}" for suffix in ("csr", "crt", "key"))
        settings = self.work / f"{name}.extensions"
        lines = ["authorityKeyIdentifier=keyid", "subjectKeyIdentifier=hash", *extensions]
        settings.write_text("".join(f"{line}\n" for line in lines))
        _openssl("req", "-new", *CURVE, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        signing = ("-CA", self.ca_file, "-CAkey", self.work / "ca.key", "-CAcreateserial", "-days", "2")
        _openssl("x509", "-req", "-in", request, *signing, "-extfile", settings, "-out", certificate)
        return Certificate(certificate, key)


def new_authority(work: Path, *, name: str = "poolboy tests") -> CertificateAuthority:
    """Create a CA below the existing folder `work`, valid for two days."""
    ca_folder = work / "trusted"
    ca_folder.mkdir()
    ca_file = ca_folder / "ca.pem"
    extensions = [part for extension in AUTHORITY_EXTENSIONS for part in ("-addext", extension)]
    target = ("-keyout", work / "ca.key", "-out", ca_file, "-subj", f"/CN={name}", "-days", "2")
    _openssl("req", "-x509", *CURVE, *extensions, *target)
    _openssl("rehash", ca_folder)
    return CertificateAuthority(work, ca_file, ca_folder)


def _openssl(*arguments: str | Path) -> None:
    command = [require_program("openssl"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=60)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
