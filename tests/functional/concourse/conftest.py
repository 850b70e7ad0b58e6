# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A populated Concourse, and clients that are closed at the end of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.api.queries import ConcourseQueries
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import ConcourseOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http import retry
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.model import Version
from ansible_collections.poolboy.concourse.plugins.module_utils._core.concourse.references import (
    BuildReference,
    PipelineReference,
)
from ansible_collections.poolboy.concourse.tests.atc import Emulator
from ansible_collections.poolboy.concourse.tests.servers import CertificateAuthority, new_authority

Connect = Callable[..., ConcourseClient]

CONFIG = {
    "resources": [{"name": "lock", "type": "pool", "source": {"uri": "git@host:locks.git", "private_key": "s3cret"}}],
    "jobs": [
        {"name": "claim", "plan": [{"put": "taken", "resource": "lock"}]},
        {"name": "use", "plan": [{"get": "held", "resource": "lock", "passed": ["claim"]}]},
    ],
}
"""Two jobs whose steps and resource have different names."""

VARIABLES = {"branch": "feature/x", "num": 9000}
FLOW = PipelineReference("main", "flow")
V1 = Version.of_commit("v1")


def finds_build(concourse: ConcourseClient) -> bool:
    return concourse.queries().build(BuildReference(id=1)) is not None


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Isolate from the machine: no proxies, no certificate bundles, no files of the home directory."""
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle", "netrc")
    for name in names:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.delenv("FLY_HOME", raising=False)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many tries as usual, without the pauses between them."""
    monkeypatch.setattr(retry, "_BACKOFF", 0.01)


def populate(atc: Emulator) -> None:
    """Users, a client, teams and pipelines; build 1 of main/flow/claim succeeded with version v1."""
    for name in ("admin", "viewer", "nobody"):
        atc.set_user(name, f"{name}-pa55word")
    atc.set_client("bot", "b0t-s3cret")
    atc.set_team("main", {"owner": ["local:admin"]})
    atc.set_team("ops", {"owner": ["local:admin"], "viewer": ["local:viewer", "client:bot"]})
    atc.set_pipeline("main/flow", CONFIG)
    atc.set_pipeline("ops/deploy", CONFIG, instance_vars=VARIABLES)
    atc.set_pipeline("ops/open", CONFIG, public=True)
    atc.record_build("main/flow", "claim", outputs=[{"name": "taken", "version": {"ref": "v1"}}])


@pytest.fixture
def atc() -> Iterator[Emulator]:
    """A populated Concourse of the newest version."""
    with Emulator() as emulator:
        populate(emulator)
        emulator.clear_log()
        yield emulator
        assert emulator.server.errors == []


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return a function that creates clients: by default as admin; other options replace the login."""
    with ExitStack() as closing:

        def made(url: str, **options: Any) -> ConcourseClient:
            logins = {"username", "token", "client_id", "target", "anonymous"}
            if not logins & set(options):
                options |= {"username": "admin", "password": "admin-pa55word"}
            options.pop("anonymous", None)
            address = None if options.get("target") else url
            return closing.enter_context(ConcourseClient(ConcourseOptions(url=address, **options)))

        yield made


@pytest.fixture
def queries(atc: Emulator, connect: Connect) -> ConcourseQueries:
    """The queries of a new client, as admin."""
    return connect(atc.url).queries()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """A certificate authority that is not trusted by default."""
    return new_authority(tmp_path_factory.mktemp("authority"))
