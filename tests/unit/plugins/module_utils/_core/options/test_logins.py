# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins that a server takes for wrong ones, and what is wrong about them."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.logins import check_logins, login_hint
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption


@pytest.mark.parametrize(
    ("value", "where"),
    [("secret\n", "begins or ends with"), ("\rsecret", "begins or ends with"), ("sec\nret", "contains")],
)
def test_a_login_with_a_line_break_is_refused(value: str, where: str) -> None:
    with pytest.raises(BadOption, match=f"^concourse_password {where} a line break"):
        check_logins({"concourse_password": value})


def test_a_token_may_have_a_line_break_and_other_logins_need_not_be_given() -> None:
    check_logins({"concourse_token": "token\n", "repo_password": None, "repo_username": "pool-boy"})


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("'secret'", "begins and ends with quotes"),
        ('"secret"', "begins and ends with quotes"),
        (" secret", "begins or ends with spaces"),
        ("secret ", "begins or ends with spaces"),
    ],
)
def test_a_login_that_looks_wrong_is_named(value: str, what: str) -> None:
    hint = f" concourse_token {what}: remove them, unless they are part of it."
    assert login_hint({"concourse_token": value}) == hint


@pytest.mark.parametrize("value", ["secret", "'", "'secret\"", "it's", None, ""])
def test_a_login_that_looks_right_has_no_hint(value: str | None) -> None:
    assert login_hint({"repo_password": value}) == ""
