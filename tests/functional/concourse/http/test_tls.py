# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: trusted authorities and client certificates, against servers with certificates of a test authority."""

from __future__ import annotations

import re
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import (
    BadOption,
    ConcourseError,
    PoolboyError,
)
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect, finds_build, populate
from ansible_collections.poolboy.concourse.tests.servers import Certificate, CertificateAuthority, new_authority


@pytest.fixture
def secure(authority: CertificateAuthority) -> Iterator[Emulator]:
    """A populated Concourse that serves https with a certificate of the authority."""
    with Emulator(tls=authority.server_context()) as emulator:
        populate(emulator)
        emulator.clear_log()
        yield emulator


@pytest.fixture
def guarded(authority: CertificateAuthority) -> Iterator[Emulator]:
    """The same, and it requires client certificates."""
    with Emulator(tls=authority.server_context(client_certificates=True)) as emulator:
        populate(emulator)
        yield emulator


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return new_authority(tmp_path_factory.mktemp("other"), name="another authority")


@pytest.fixture(scope="session")
def client(authority: CertificateAuthority) -> Certificate:
    return authority.client_certificate()


def refusal(concourse: ConcourseClient) -> str:
    with pytest.raises(PoolboyError) as error:
        concourse.connect()
    return str(error.value)


def test_own_authority(secure: Emulator, connect: Connect, authority: CertificateAuthority) -> None:
    assert finds_build(connect(secure.url, ca_path=str(authority.ca_file)))
    assert finds_build(connect(secure.url, ca_path=str(authority.ca_folder)))
    # One handshake for each client.
    assert secure.connections() == 2


def test_unknown_authority(secure: Emulator, connect: Connect, other: CertificateAuthority) -> None:
    for options in ({}, {"ca_path": str(other.ca_file)}):
        message = refusal(connect(secure.url, **options))
        assert f"The certificate of {secure.url} is not trusted" in message
        assert "as ca_path" in message
    assert secure.log.entries == []


def test_certificate_of_another_host(authority: CertificateAuthority, connect: Connect) -> None:
    issued = authority.server_certificate(addresses=())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    with Emulator(tls=context) as emulator:
        message = refusal(connect(emulator.url, ca_path=str(authority.ca_file)))
        assert "IP address mismatch" in message
        populate(emulator)
        assert finds_build(connect(emulator.url.replace("127.0.0.1", "localhost"), ca_path=str(authority.ca_file)))


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_options_win_over_the_environment(
    variable: str,
    secure: Emulator,
    connect: Connect,
    authority: CertificateAuthority,
    other: CertificateAuthority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, str(other.ca_file))
    assert finds_build(connect(secure.url, validate_certs=False))
    assert finds_build(connect(secure.url, ca_path=str(authority.ca_file)))
    monkeypatch.setenv(variable, str(authority.ca_file))
    assert "is not trusted" in refusal(connect(secure.url, ca_path=str(other.ca_file)))
    # Without an option the variable counts, as for requests itself.
    assert finds_build(connect(secure.url))
    monkeypatch.setenv(variable, "/nowhere.pem")
    assert "/nowhere.pem" in refusal(connect(secure.url))


def test_validate_certs_false(secure: Emulator, connect: Connect, recwarn: pytest.WarningsRecorder) -> None:
    assert finds_build(connect(secure.url, validate_certs=False))
    assert "InsecureRequestWarning" not in {warning.category.__name__ for warning in recwarn}


def flyrc(folder: Path, monkeypatch: pytest.MonkeyPatch, **target: object) -> None:
    (folder / ".flyrc").write_text(yaml.safe_dump({"targets": {"ci": target}}), encoding="utf-8")
    monkeypatch.setenv("FLY_HOME", str(folder))


def test_fly_target_with_ca_cert(
    secure: Emulator,
    connect: Connect,
    authority: CertificateAuthority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = {"type": "bearer", "value": secure.issue_token("local:admin")}
    flyrc(tmp_path, monkeypatch, api=secure.url, token=token)
    assert "is not trusted" in refusal(connect("", target="ci"))
    flyrc(tmp_path, monkeypatch, api=secure.url, token=token, ca_cert=authority.ca_file.read_text())
    assert finds_build(connect("", target="ci"))
    flyrc(tmp_path, monkeypatch, api=secure.url, token=token, insecure=True)
    assert finds_build(connect("", target="ci"))
    assert "is not trusted" in refusal(connect("", target="ci", validate_certs=True))
    flyrc(tmp_path, monkeypatch, api=secure.url, token=token, ca_cert="nonsense")
    assert "ca_cert of the fly target" in refusal(connect("", target="ci"))


def test_client_certificate(
    guarded: Emulator, connect: Connect, authority: CertificateAuthority, client: Certificate
) -> None:
    own = {"client_cert": str(client.certificate), "client_key": str(client.key)}
    assert finds_build(connect(guarded.url, ca_path=str(authority.ca_file), **own))


def test_client_certificate_of_a_fly_target(
    guarded: Emulator,
    connect: Connect,
    authority: CertificateAuthority,
    client: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flyrc(
        tmp_path,
        monkeypatch,
        api=guarded.url,
        token={"value": guarded.issue_token("local:admin")},
        ca_cert=authority.ca_file.read_text(),
        client_cert_path=str(client.certificate),
        client_key_path=str(client.key),
    )
    assert finds_build(connect("", target="ci"))


# In TLS 1.3 the alert follows the handshake. It is lost if the server closes the connection first: the client then sees
# the end of the TLS connection, or a connection that is reset.
NO_ALERT = re.compile(r"it was cut off|closed the connection without a response")


def failure_of(concourse: ConcourseClient) -> str:
    """Return the error, or the failure, as TLS 1.3 can lose the server's alert."""
    try:
        concourse.connect()
    except ConcourseError as error:
        return str(error)
    return concourse.failure or ""


def test_a_missing_client_certificate(guarded: Emulator, connect: Connect, authority: CertificateAuthority) -> None:
    message = failure_of(connect(guarded.url, ca_path=str(authority.ca_file)))
    assert "client_cert and client_key" in message or NO_ALERT.search(message)
    assert guarded.log.entries == []


def test_an_unknown_client_certificate(
    guarded: Emulator, connect: Connect, authority: CertificateAuthority, other: CertificateAuthority
) -> None:
    stranger = other.client_certificate("stranger")
    own = {"client_cert": str(stranger.certificate), "client_key": str(stranger.key)}
    message = failure_of(connect(guarded.url, ca_path=str(authority.ca_file), **own))
    assert "refused the client certificate" in message or NO_ALERT.search(message)
    assert guarded.log.entries == []


def test_https_and_http_mixed_up(
    atc: Emulator, secure: Emulator, connect: Connect, authority: CertificateAuthority
) -> None:
    message = refusal(connect(atc.url.replace("http:", "https:")))
    assert "does not speak TLS" in message
    assert "http://" in message
    plain = connect(secure.url.replace("https:", "http:"), ca_path=str(authority.ca_file))
    plain.connect()
    assert plain.failure


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"ca_path": "garbage"}, "no usable certificate"),
        ({"client_cert": "garbage", "client_key": "key"}, "no usable certificate"),
        ({"client_cert": "certificate", "client_key": "garbage"}, "no usable certificate"),
        ({"client_cert": "certificate", "client_key": "foreign"}, "do not match"),
        ({"client_cert": "certificate", "client_key": "locked"}, "protected by a password"),
    ],
)
def test_unusable_files(
    names: dict[str, str],
    words: str,
    client: Certificate,
    other: CertificateAuthority,
    connect: Connect,
    tmp_path: Path,
) -> None:
    garbage, locked = tmp_path / "garbage.pem", tmp_path / "locked.pem"
    garbage.write_text("not a certificate")
    lock = ["openssl", "ec", "-in", str(client.key), "-aes256", "-passout", "pass:x", "-out", str(locked)]
    subprocess.run(lock, check=True, capture_output=True, timeout=60)
    foreign = other.client_certificate("foreign").key
    files = {
        "garbage": garbage,
        "certificate": client.certificate,
        "key": client.key,
        "foreign": foreign,
        "locked": locked,
    }
    concourse = connect("https://127.0.0.1:1", **{option: str(files[name]) for option, name in names.items()})
    with pytest.raises(BadOption, match=words):
        concourse.connect()
