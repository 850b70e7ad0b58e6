# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user information of every address is secret: in lists, without a password, with characters left unescaped."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.options.secrets import secrets_in_addresses

TOKEN = "ghp_0123456789abcdef"


def hidden(*options: object) -> str:
    """Return the options as Ansible shows them: without the secrets, the longest first."""
    text = repr(options)
    for secret in sorted(secrets_in_addresses(options), key=len, reverse=True):
        text = text.replace(secret, "*")
    return text


@pytest.mark.parametrize(
    "address",
    [
        f"https://{TOKEN}@host/x",
        f"https://{TOKEN}:x-oauth-basic@host/x",
        f"https://me:{TOKEN}@host/x",
        f"HTTPS://me:{TOKEN}@host/x",
        f"https://me:a/{TOKEN}@host/x",
        f"https://me:a?{TOKEN}@host/x",
        f"https://me:a#{TOKEN}@host/x",
        f"https://me:a@{TOKEN}@host/x",
        f"https://me:12/{TOKEN}@host/x",
        f"https://a/{TOKEN}@host/x",
        f"ssh://me:{TOKEN}@host/x",
        f"git+ssh://me:{TOKEN}@host/x",
        f"see https://host and https://me:{TOKEN}@host/x",
    ],
)
def test_an_address(address: str) -> None:
    assert TOKEN not in hidden(address)
    assert TOKEN not in hidden([address], {"key": [address]}, {address: 1})
    assert "host/x" in hidden(address)


@pytest.mark.parametrize("user_information", [TOKEN, f"{TOKEN}:", f"{TOKEN}:x-oauth-basic", f"me:{TOKEN}"])
def test_a_token_is_hidden_everywhere(user_information: str) -> None:
    assert TOKEN not in hidden(f"https://{user_information}@host/x", f"the server says {TOKEN}")


def test_both_forms_of_what_is_escaped() -> None:
    found = secrets_in_addresses([f"https://{quote('a/b@c', safe='')}-token-1:{quote('p/q@r', safe='')}@host/x"])
    assert {"a%2Fb%40c-token-1", "a/b@c-token-1", "p%2Fq%40r", "p/q@r"} <= found


@pytest.mark.parametrize(
    "address",
    ["ssh://git@host/x", "git@host:x", "https://host/x", "file:///srv/a@b/x", "/srv/a@b/x", "https://host:8080/x"],
)
def test_what_is_no_secret(address: str) -> None:
    assert hidden(address) == repr((address,))


@pytest.mark.parametrize("address", ["https://git@host/git", "https://ci:pa55word@host/ci"])
def test_a_short_user_name_is_hidden_only_in_its_address(address: str) -> None:
    name = address.rpartition("/")[2]
    assert hidden(address, f"lock of {name}").endswith(f"host/{name}', 'lock of {name}')")
    assert f"{name}@" not in hidden(address)
    assert f"{name}:" not in hidden(address)


def test_a_path_with_an_at_sign_garbles_nothing_else() -> None:
    assert hidden("https://host:8080/@group/x", "https://host:8080/y").endswith("'https://host:8080/y')")


@given(
    st.sampled_from(["http", "https"]),
    st.text("abcXYZ012-_.~/?#@:%+ ", max_size=12),
    st.text("abcXYZ012-_.~/?#@%+ ", min_size=1, max_size=12),
)
def test_any_password(scheme: str, name: str, password: str) -> None:
    """The password is behind the first colon; whatever it contains, the address shows no piece between : and @."""
    address = f"{scheme}://{name}:{password}ZZZZ@host.example/x"
    assert "ZZZZ" not in hidden(address)
