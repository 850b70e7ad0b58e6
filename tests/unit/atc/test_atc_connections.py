# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP of the emulator: keep-alive, threads, TLS, stop and start."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.servers.certificates import CertificateAuthority, new_authority
from ansible_collections.poolboy.concourse.tests.unit.atc.conftest import ApiClient


def test_one_connection_carries_requests_of_all_kinds(atc: Emulator, admin: ApiClient) -> None:
    atc.set_pipeline("main/p", {"jobs": [{"name": "j", "plan": []}]})
    for method, path in [
        ("GET", "info"),
        ("POST", "teams/main/pipelines/p/jobs/j/builds"),
        ("GET", "builds/99"),
        ("PUT", "builds/1/abort"),
        ("HEAD", "builds/1"),
        ("PUT", "info"),
        ("GET", "nothing"),
        ("DELETE", "builds/1"),
    ]:
        admin.request(path, method)
    assert [entry["status"] for entry in atc.requests()] == [200, 200, 404, 204, 200, 405, 404, 405]
    assert atc.connections() == 1


def test_kept_alive_requests_are_fast(atc: Emulator, admin: ApiClient) -> None:
    """Sending header and body in two packets costs 40 ms for each request."""
    begin = time.monotonic()
    for _count in range(100):
        admin.request("info")
    assert time.monotonic() - begin < 2


def test_every_response_has_a_content_length(atc: Emulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", atc.server.port, timeout=5)
    for path in ("/api/v1/info", "/api/v1/builds/1", "/nothing", "//api/v1/info"):
        connection.request("GET", path)
        response = connection.getresponse()
        assert int(response.headers["Content-Length"]) == len(response.read())
        assert response.version == 11
    connection.close()


def test_many_clients_are_served_at_once(atc: Emulator) -> None:
    atc.change_settings(latency=0.2)
    begin = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda _other: requests.get(f"{atc.url}/api/v1/info", timeout=10).status_code, range(40))
        )
    assert answers == [200] * 40
    assert time.monotonic() - begin < 4, "serial requests take 8 seconds"


def test_parallel_posts_create_a_build_each(atc: Emulator) -> None:
    atc.set_pipeline("main/p", {"jobs": [{"name": "j", "plan": []}]})

    def trigger_five_times(client: ApiClient) -> None:
        for _count in range(5):
            client.request("teams/main/pipelines/p/jobs/j/builds", "POST")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(trigger_five_times, [ApiClient(atc) for _count in range(8)]))
    assert sorted(build["id"] for build in atc.list_builds()) == list(range(1, 41))


def test_stop_and_start_on_the_same_port(atc: Emulator, admin: ApiClient) -> None:
    url = atc.url
    assert admin.status("info") == 200
    atc.server.stop()
    with pytest.raises(requests.exceptions.ConnectionError):
        admin.request("info")
    atc.server.start()
    assert atc.url == url
    assert admin.status("info") == 200


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return new_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure(authority: CertificateAuthority) -> Iterator[Emulator]:
    with Emulator(tls=authority.server_context()) as emulator:
        yield emulator


def test_https_with_a_test_authority(secure: Emulator, authority: CertificateAuthority) -> None:
    url = f"{secure.url}/api/v1/info"
    assert url.startswith("https://")
    assert requests.get(url, verify=str(authority.ca_file), timeout=5).json()["external_url"] == secure.url
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        requests.get(url, timeout=5)


def test_a_client_without_a_handshake_blocks_no_other(secure: Emulator, authority: CertificateAuthority) -> None:
    silent = http.client.HTTPConnection("127.0.0.1", secure.server.port, timeout=5)
    silent.connect()
    assert requests.get(f"{secure.url}/api/v1/info", verify=str(authority.ca_file), timeout=5).status_code == 200
    silent.close()


@pytest.mark.parametrize("kind", ["cut_body", "lost", "reset"])
def test_faults_over_tls(secure: Emulator, authority: CertificateAuthority, kind: str) -> None:
    secure.add_fault(kind)
    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.get(f"{secure.url}/api/v1/info", verify=str(authority.ca_file), timeout=5)
    assert len(secure.requests()) == 1


def test_client_certificates_can_be_required(authority: CertificateAuthority) -> None:
    client = authority.client_certificate()
    with Emulator(tls=authority.server_context(client_certificates=True)) as atc:
        context = ssl.create_default_context(cafile=authority.ca_file)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            _info(atc, context)
        context.load_cert_chain(client.certificate, client.key)
        assert _info(atc, context) == 200
        assert len(atc.requests()) == 1


def _info(atc: Emulator, context: ssl.SSLContext) -> int:
    connection = http.client.HTTPSConnection("127.0.0.1", atc.server.port, timeout=5, context=context)
    try:
        connection.request("GET", "/api/v1/info")
        return connection.getresponse().status
    finally:
        connection.close()
