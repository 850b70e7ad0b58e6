# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings: precedence, contradictions, and no secret in a repr."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.credentials import (
    Anonymous,
    ClientLogin,
    PasswordLogin,
    TokenLogin,
    secrets_of,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.options import ConcourseOptions
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.config.settings import resolve_settings
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

URL = "https://ci.example.com"
SECRETS = {"password": "open sesame", "token": "t0kenvalue", "client_secret": "cl1entsecret"}
FLYRC = """
targets:
  ops:
    api: https://ci.example.com/
    team: ops
    token: {type: bearer, value: t0kenvalue}
    ca_cert: |
      -----BEGIN CERTIFICATE-----
  bare:
    api: https://bare.example.com
    insecure: true
  half:
    api: https://ci.example.com
    token: {type: bearer, value: t0kenvalue}
    client_cert_path: /p/c.pem
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / ".flyrc").write_text(FLYRC, encoding="utf-8")
    return {"HOME": str(tmp_path)}


def test_a_url_alone_is_anonymous() -> None:
    settings = resolve_settings(ConcourseOptions(url=f"{URL}/"))
    assert (settings.address, settings.credentials, settings.team) == (URL, Anonymous(), "main")
    assert settings.tls.verify


def test_empty_text_counts_as_not_given() -> None:
    empty = ConcourseOptions(
        url=URL, username="", password="", token="", client_id="", client_secret="", target="", team="", ca_path=""
    )
    assert resolve_settings(empty) == resolve_settings(ConcourseOptions(url=URL))
    assert ConcourseOptions(url="", token="").is_empty
    assert not ConcourseOptions(token="x").is_empty


@pytest.mark.parametrize(
    ("options", "credentials"),
    [
        (ConcourseOptions(url=URL, username="u", password="p"), PasswordLogin("u", "p")),
        (ConcourseOptions(url=URL, client_id="c", client_secret="s"), ClientLogin("c", "s")),
        (ConcourseOptions(url=URL, token="t0ken"), TokenLogin("t0ken")),
        (ConcourseOptions(url=URL, token=" Bearer t0ken\n"), TokenLogin("t0ken")),
    ],
)
def test_credentials(options: ConcourseOptions, credentials: object) -> None:
    assert resolve_settings(options).credentials == credentials


def test_settings_from_a_fly_target(home: dict[str, str]) -> None:
    settings = resolve_settings(ConcourseOptions(target="ops"), home)
    assert (settings.address, settings.team) == (URL, "ops")
    assert secrets_of(settings.credentials) == ("t0kenvalue",)
    assert settings.tls.extra_ca is not None
    assert settings.tls.verify


def test_options_win_over_the_target(home: dict[str, str], tmp_path: Path) -> None:
    for name in ("ca.pem", "c.pem", "k.pem"):
        (tmp_path / name).touch()
    certificate, key = str(tmp_path / "c.pem"), str(tmp_path / "k.pem")
    options = ConcourseOptions(
        target="half", team="other", validate_certs=False, client_cert=certificate, client_key=key, timeout=3
    )
    settings = resolve_settings(options, home)
    assert (settings.team, settings.tls.verify, settings.timeout) == ("other", False, 3)
    assert (settings.tls.client_cert, settings.tls.client_key) == (certificate, key)


def test_url_and_target_with_the_same_address(home: dict[str, str]) -> None:
    assert resolve_settings(ConcourseOptions(target="ops", url="https://CI.example.com:443"), home).address == URL


def test_aliases_are_normalized() -> None:
    options = ConcourseOptions(url=URL, url_aliases=("http://OLD.example.com/", "https://new:8443/ci/"))
    assert resolve_settings(options).aliases == {"http://old.example.com:80", "https://new:8443/ci"}


CONTRADICTIONS = [
    ({"username": "u", "password": "open sesame", "token": "t0kenvalue"}, "concourse_username and concourse_token are"),
    ({"target": "ops", "token": "t0kenvalue"}, "concourse_token and concourse_target are different ways"),
    (
        {"client_id": "c", "client_secret": "cl1entsecret", "username": "u", "password": "open sesame"},
        "concourse_username and concourse_client_id are",
    ),
    ({"username": "u"}, "concourse_username is given without concourse_password"),
    ({"password": "open sesame"}, "concourse_password is given without concourse_username"),
    ({"client_id": "c"}, "concourse_client_id is given without concourse_client_secret"),
    ({"client_secret": "cl1entsecret"}, "concourse_client_secret is given without concourse_client_id"),
    ({"url": None, "username": "u", "password": "open sesame"}, "concourse_username needs a Concourse"),
    ({"url": None}, "give its address as concourse_url"),
    ({"url": None, "target": "nix"}, "which has these targets: bare, half, ops"),
    ({"url": None, "target": "bare"}, "is not logged in: run 'fly -t bare login'"),
    ({"url": None, "target": "half"}, "client_cert_path of fly target 'half' is given without its client_key_path"),
    ({"url": "https://other.example.com", "target": "ops"}, "give one of them"),
    ({"url": "ci.example.com"}, "which is not the address of a Concourse"),
    ({"url": "ftp://ci.example.com"}, "which is not the address of a Concourse"),
    ({"url": "https://ci.example.com:70000"}, "which is not the address of a Concourse"),
    ({"url": "https://[::1"}, "which is not the address of a Concourse"),
    ({"url": "https://ci.example.com/?a=1"}, "which is not the address of a Concourse"),
    ({"url": "https://u:open%20sesame@ci.example.com"}, "contains a user or a password"),
    ({"url": "https://u:open/sesame@ci.example.com"}, "contains a user or a password"),
    ({"url": "https://open/sesame@ci.example.com"}, "contains a user or a password"),
    ({"url_aliases": ("nonsense",)}, "concourse_url_aliases is 'nonsense'"),
    ({"timeout": 0}, "at least 1 second"),
    ({"token": "t0ken value"}, "is invalid"),
    ({"token": "t0ken\r\nX-Evil: 1"}, "is invalid"),
    ({"client_cert": "/dev/null"}, "client_cert is given without client_key"),
    ({"client_key": "/dev/null"}, "client_key is given without client_cert"),
    ({"ca_path": "/nowhere/ca.pem"}, "/nowhere/ca.pem does not exist"),
]


@pytest.mark.parametrize(("given", "sentence"), CONTRADICTIONS)
def test_contradictions(given: dict[str, object], sentence: str, home: dict[str, str]) -> None:
    options = dataclasses.replace(ConcourseOptions(url=URL), **given)  # type: ignore[arg-type]
    with pytest.raises(BadOption) as error:
        resolve_settings(options, home)
    assert sentence in str(error.value)
    assert str(error.value).endswith(".")
    assert not any(secret in str(error.value) for secret in (*SECRETS.values(), "open%20sesame"))


def test_no_secret_in_repr(home: dict[str, str]) -> None:
    for options in (
        ConcourseOptions(url=URL, username="u", password="open sesame"),
        ConcourseOptions(url=URL, token="t0kenvalue"),
    ):
        shown = f"{options!r} {resolve_settings(options)!r}"
        assert not any(secret in shown for secret in SECRETS.values())
    client = ConcourseOptions(url=URL, client_id="c", client_secret="cl1entsecret")
    target = ConcourseOptions(target="ops")
    shown = f"{client!r} {resolve_settings(client)!r} {resolve_settings(target, home)!r}"
    assert not any(secret in shown for secret in SECRETS.values())
