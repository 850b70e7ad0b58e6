# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library requests: imported late, with a message if it is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.client import ConcourseClient
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import ConcourseOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http import requests_library
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.http.requests_library import (
    MissingLibrary,
    import_requests,
)

PACKAGE = "ansible_collections.poolboy.concourse.plugins.module_utils._concourse"


def test_requests_is_installed() -> None:
    import_requests()


def test_requests_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(MissingLibrary, match="install it there, for example with 'pip install requests'") as error:
        import_requests()
    assert sys.executable in str(error.value)
    with ConcourseClient(ConcourseOptions(url="http://127.0.0.1:1")) as concourse, pytest.raises(MissingLibrary):
        concourse.connect()


def test_requests_is_imported_late() -> None:
    program = (
        "import sys\n"
        f"from {PACKAGE}.client import ConcourseClient\n"
        f"from {PACKAGE}.config.options import ConcourseOptions\n"
        "ConcourseClient(ConcourseOptions(url='http://127.0.0.1:1')).queries()\n"
        "sys.exit('requests' in sys.modules)\n"
    )
    # Under ansible-test the collections come by an import hook that a new process does not have.
    collections = Path(requests_library.__file__).parents[7]
    variables = {**os.environ, "PYTHONPATH": str(collections)}
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60, env=variables).returncode == 0
