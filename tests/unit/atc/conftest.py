# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An emulator with an owner, and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ansible_collections.poolboy.concourse.tests.atc import Emulator


class ApiClient:
    """Sends requests as one identity over one kept-alive connection; paths are below `/api/v1/`."""

    def __init__(self, atc: Emulator, identity: str | None = "local:admin") -> None:
        self._url = atc.url
        self._session = requests.Session()
        self._session.trust_env = False
        if identity is not None:
            self._session.headers["Authorization"] = f"Bearer {atc.issue_token(identity)}"

    def request(self, path: str, method: str = "GET", **arguments: Any) -> requests.Response:
        return self._session.request(method, f"{self._url}/api/v1/{path}", timeout=10, **arguments)

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a response, which must be a 200."""
        response = self.request(path, params=params)
        assert response.status_code == 200, (response.status_code, response.text)
        return response.json()

    def status(self, path: str, method: str = "GET", **arguments: Any) -> int:
        return self.request(path, method, **arguments).status_code

    def close(self) -> None:
        self._session.close()


@pytest.fixture
def atc() -> Iterator[Emulator]:
    """An emulator with team main, owned by admin (password admin), and a frozen clock."""
    with Emulator() as emulator:
        emulator.set_time(1_800_000_000)
        emulator.set_user("admin", "admin")
        emulator.set_team("main", {"owner": ["local:admin"]})
        yield emulator
        assert emulator.server.errors == []


@pytest.fixture
def admin(atc: Emulator) -> Iterator[ApiClient]:
    client = ApiClient(atc)
    yield client
    client.close()
