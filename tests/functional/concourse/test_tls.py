# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the client trusts and how it proves itself, against servers with certificates of an authority of our own."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import (
    BadOption,
    ConcourseError,
    PoolboyError,
)
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect, furnish
from ansible_collections.poolboy.concourse.tests.servers import (
    Certificate,
    CertificateAuthority,
    new_authority,
)


@pytest.fixture
def secure(authority: CertificateAuthority) -> Iterator[Emulator]:
    """A furnished Concourse that serves https with a certificate of the authority."""
    with Emulator(tls=authority.server_context()) as emulator:
        furnish(emulator)
        emulator.clear_log()
        yield emulator


@pytest.fixture
def guarded(authority: CertificateAuthority) -> Iterator[Emulator]:
    """The same, and it demands certificates of its clients."""
    with Emulator(tls=authority.server_context(client_certificates=True)) as emulator:
        furnish(emulator)
        yield emulator


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return new_authority(tmp_path_factory.mktemp("other"), name="another authority")


@pytest.fixture(scope="session")
def client(authority: CertificateAuthority) -> Certificate:
    return authority.client_certificate()


def works(concourse: ConcourseClient) -> bool:
    return concourse.queries().build(BuildReference(id=1)) is not None


def refusal(concourse: ConcourseClient) -> str:
    with pytest.raises(PoolboyError) as error:
        concourse.connect()
    return str(error.value)


def test_own_authority(secure: Emulator, connect: Connect, authority: CertificateAuthority) -> None:
    assert works(connect(secure.url, ca_path=str(authority.ca_file)))
    assert works(connect(secure.url, ca_path=str(authority.ca_folder)))
    # Each client shakes hands once.
    assert secure.connections() == 2


def test_unknown_authority(secure: Emulator, connect: Connect, other: CertificateAuthority) -> None:
    for options in ({}, {"ca_path": str(other.ca_file)}):
        told = refusal(connect(secure.url, **options))
        assert f"The certificate of {secure.url} is not trusted" in told
        assert "as ca_path" in told
    assert secure.log.entries == []


def test_certificate_of_another_host(authority: CertificateAuthority, connect: Connect) -> None:
    issued = authority.server_certificate(addresses=())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    with Emulator(tls=context) as emulator:
        told = refusal(connect(emulator.url, ca_path=str(authority.ca_file)))
        assert "IP address mismatch" in told
        furnish(emulator)
        assert works(connect(emulator.url.replace("127.0.0.1", "localhost"), ca_path=str(authority.ca_file)))


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environment_never_changes_what_an_option_says(
    variable: str,
    secure: Emulator,
    connect: Connect,
    authority: CertificateAuthority,
    other: CertificateAuthority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, str(other.ca_file))
    assert works(connect(secure.url, validate_certs=False))
    assert works(connect(secure.url, ca_path=str(authority.ca_file)))
    monkeypatch.setenv(variable, str(authority.ca_file))
    assert "is not trusted" in refusal(connect(secure.url, ca_path=str(other.ca_file)))
    # Without an option it is what people use to make requests trust their authority.
    assert works(connect(secure.url))
    monkeypatch.setenv(variable, "/nowhere.pem")
    assert "/nowhere.pem" in refusal(connect(secure.url))


def test_no_check_at_all(secure: Emulator, connect: Connect, recwarn: pytest.WarningsRecorder) -> None:
    assert works(connect(secure.url, validate_certs=False))
    assert "InsecureRequestWarning" not in {warning.category.__name__ for warning in recwarn}


def flyrc(folder: Path, monkeypatch: pytest.MonkeyPatch, **target: object) -> None:
    (folder / ".flyrc").write_text(yaml.safe_dump({"targets": {"ci": target}}), encoding="utf-8")
    monkeypatch.setenv("FLY_HOME", str(folder))


def test_fly_target_with_its_authority_inside(
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
    assert works(connect("", target="ci"))
    flyrc(tmp_path, monkeypatch, api=secure.url, token=token, insecure=True)
    assert works(connect("", target="ci"))
    assert "is not trusted" in refusal(connect("", target="ci", validate_certs=True))
    flyrc(tmp_path, monkeypatch, api=secure.url, token=token, ca_cert="nonsense")
    assert "ca_cert of the fly target" in refusal(connect("", target="ci"))


def test_client_certificate(
    guarded: Emulator, connect: Connect, authority: CertificateAuthority, client: Certificate
) -> None:
    own = {"client_cert": str(client.certificate), "client_key": str(client.key)}
    assert works(connect(guarded.url, ca_path=str(authority.ca_file), **own))


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
    assert works(connect("", target="ci"))


def told_by(concourse: ConcourseClient) -> str:
    """What is said where TLS 1.3 may lose the server's alert: the error, or the trouble."""
    try:
        concourse.connect()
    except ConcourseError as error:
        return str(error)
    return concourse.failure or ""


def test_without_the_client_certificate_that_is_demanded(
    guarded: Emulator, connect: Connect, authority: CertificateAuthority
) -> None:
    told = told_by(connect(guarded.url, ca_path=str(authority.ca_file)))
    # In TLS 1.3 the server's refusal comes after the handshake, and can be lost when it closes the connection.
    assert "client_cert and client_key" in told or "it was cut off" in told
    assert guarded.log.entries == []


def test_client_certificate_of_a_stranger(
    guarded: Emulator, connect: Connect, authority: CertificateAuthority, other: CertificateAuthority
) -> None:
    stranger = other.client_certificate("stranger")
    own = {"client_cert": str(stranger.certificate), "client_key": str(stranger.key)}
    told = told_by(connect(guarded.url, ca_path=str(authority.ca_file), **own))
    assert "refused the client certificate" in told or "closed the connection" in told
    assert guarded.log.entries == []


def test_tls_where_there_is_none_and_none_where_there_is(
    atc: Emulator, secure: Emulator, connect: Connect, authority: CertificateAuthority
) -> None:
    told = refusal(connect(atc.url.replace("http:", "https:")))
    assert "does not speak TLS" in told
    assert "http://" in told
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
def test_files_that_cannot_be_used(
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
