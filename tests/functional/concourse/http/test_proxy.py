# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies of the environment: used, left out, refused and away."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.functional.concourse.conftest import Connect, finds_build, populate
from ansible_collections.poolboy.concourse.tests.functional.concourse.http.proxy import Proxy
from ansible_collections.poolboy.concourse.tests.servers import CertificateAuthority


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as started:
        yield started


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY"])
def test_http_proxy(
    variable: str, proxy: Proxy, atc: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
    assert finds_build(connect(atc.url))
    assert [line.split(" ")[1] for line in proxy.request_lines] == [
        f"{atc.url}{path}" for path in ("/api/v1/info", "/sky/issuer/token", "/api/v1/user", "/api/v1/builds/1")
    ]


@pytest.mark.parametrize("exempt", ["127.0.0.1", "localhost,127.0.0.0/8", "*"])
def test_no_proxy(exempt: str, proxy: Proxy, atc: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("no_proxy", exempt)
    assert finds_build(connect(atc.url))
    assert proxy.request_lines == []


def test_https_proxy(
    proxy: Proxy, authority: CertificateAuthority, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = authority.client_certificate("through-a-tunnel")
    own = {"client_cert": str(client.certificate), "client_key": str(client.key)}
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
    with Emulator(tls=authority.server_context(client_certificates=True)) as emulator:
        populate(emulator)
        assert finds_build(connect(emulator.url, ca_path=str(authority.ca_file), **own))
        assert finds_build(connect(emulator.url, validate_certs=False, **own))
    tunnel = f"CONNECT 127.0.0.1:{emulator.server.port} HTTP/1."
    assert [line[: len(tunnel)] for line in proxy.request_lines] == [tunnel, tunnel]
    assert not any("Authorization" in head for head in proxy.heads)


def test_a_proxy_with_a_password(atc: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy(user=base64.b64encode(b"me:pr0xysecret").decode()) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:pr0xysecret@127.0.0.1:{proxy.port}")
        assert finds_build(connect(atc.url))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_unreachable_proxy(scheme: str, atc: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", "http://me:pr0xysecret@127.0.0.1:1")
    concourse = connect(atc.url.replace("http:", f"{scheme}:"))
    concourse.connect()
    assert "the proxy between here and" in (concourse.failure or "")
    assert "pr0xysecret" not in (concourse.failure or "")
    assert atc.log.entries == []


def test_a_proxy_that_refuses(atc: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy(user="somebody") as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        concourse = connect("https://127.0.0.1:9")
        concourse.connect()
        assert "the proxy between here and" in (concourse.failure or "")
