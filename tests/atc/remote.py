# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control operations of an emulator in another process."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any


class RemoteControl:
    """`RemoteControl(url).finish(build_id=12, status="failed")`: every operation of `Emulator`, by keyword.

    Raises ValueError with the emulator's message if the operation fails.
    """

    def __init__(self, url: str, *, tls: ssl.SSLContext | None = None) -> None:
        self._url = url
        self._tls = tls

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            return self._post(operation, arguments)

        return call

    def _post(self, operation: str, arguments: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self._url}/_control/{operation}", data=json.dumps(arguments).encode(), method="POST"
        )
        # Ignore the environment's proxy settings.
        handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._tls)]
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from None
