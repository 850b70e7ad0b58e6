# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Concourse to talk to, and clients that are closed when a test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import (
    ConcourseOptions,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http import retry
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
"""Two jobs whose steps are not called as their resource is."""

VARIABLES = {"branch": "feature/x", "num": 9000}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own: no proxies, no bundles of certificates, no files of the home folder."""
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


def furnish(atc: Emulator) -> None:
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
    """A furnished Concourse of the newest version."""
    with Emulator() as emulator:
        furnish(emulator)
        emulator.clear_log()
        yield emulator
        assert emulator.server.errors == []


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes clients: by default as admin; other options replace the login."""
    with ExitStack() as closing:

        def made(url: str, **options: Any) -> ConcourseClient:
            logins = {"username", "token", "client_id", "target", "anonymous"}
            if not logins & set(options):
                options |= {"username": "admin", "password": "admin-pa55word"}
            options.pop("anonymous", None)
            address = None if options.get("target") else url
            return closing.enter_context(ConcourseClient(ConcourseOptions(url=address, **options)))

        yield made


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """A certificate authority that nothing trusts by itself."""
    return new_authority(tmp_path_factory.mktemp("authority"))
