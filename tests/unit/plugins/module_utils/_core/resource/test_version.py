# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of the resource types: what check prints is what it reads again."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.resource.arrivals import Arrival
from ansible_collections.poolboy.concourse.plugins.module_utils._core.resource.version import (
    arrival_version,
    put_version,
    read_arrival,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption

SHA1, SHA256 = "1f" * 20, "1f" * 32


@pytest.mark.parametrize("arrival", [Arrival(SHA1, "env-1", 0), Arrival(SHA256, "two words", 12)])
def test_an_arrival_is_read_as_it_was_printed(arrival: Arrival) -> None:
    assert read_arrival(arrival_version(arrival)) == arrival


def test_rewrites_are_left_out_until_there_are_some() -> None:
    assert arrival_version(Arrival(SHA1, "env-1", 0)) == {"commit": SHA1, "lock": "env-1"}


def test_the_version_of_a_put_is_an_arrival_without_a_commit() -> None:
    assert put_version(1_790_000_000) == {"put": "1790000000"}
    assert read_arrival(put_version(1_790_000_000)) == Arrival("", "", 1_790_000_000)


@pytest.mark.parametrize(
    "change",
    [
        {"commit": None},
        {"commit": SHA1[:-1]},
        {"commit": SHA1.upper()},
        {"commit": f"{SHA1}\n"},
        {"lock": None},
        {"lock": ""},
        {"lock": 7},
        {"rewrites": 1},
        {"rewrites": "-1"},
        {"rewrites": "1" * 19},
        {"commit": None, "put": "soon"},
    ],
)
def test_a_version_that_check_does_not_print_is_refused(change: dict[str, t.Any]) -> None:
    with pytest.raises(BadOption, match="give a commit and a lock, as check prints them"):
        read_arrival({"commit": SHA1, "lock": "env-1", **change})
