# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets of a source, in any form in which they appear in a message."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._resource.hidden import hide, secrets_of

KEY = "-----BEGIN KEY-----\nYWJjZGVmZ2hp\n  amtsbW5vcHFy\n-----END KEY-----\n"


@pytest.mark.parametrize(
    ("source", "message", "shown"),
    [
        ({"password": "hunter2"}, "no hunter2 here", "no ******** here"),
        ({"private_key": KEY}, "line YWJjZGVmZ2hp and amtsbW5vcHFy", "line ******** and ********"),
        ({"concourse_token": "t0ken", "password": "t0ken-and-more"}, "t0ken-and-more", "********"),
        ({"uri": "https://bot:pa55word@host/x"}, "of pa55word", "of ********"),
        ({"git_config": [{"name": "http.extraHeader", "value": "Basic abc="}]}, "http.extraHeader=Basic abc=", None),
        ({"git_config": "hunter2"}, "hunter2", "********"),
        ({"pool": "password", "password": "abc"}, "pool password abc", "pool password abc"),
        ({"concourse_client_secret": 7, "git_config": [{"name": "x"}]}, "7", "7"),
    ],
)
def test_no_secret_is_shown(source: dict[str, object], message: str, shown: str | None) -> None:
    assert hide(message, secrets_of(source)) == (shown or "http.extraHeader=********")
