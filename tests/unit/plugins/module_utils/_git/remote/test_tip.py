# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a remote says of its branches."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._git.remote.tip import (
    RemoteReferences,
    Tip,
    check_branch_name,
    guess_default_tip,
    missing_tip_error,
)

A, B = "a" * 40, "b" * 40


def references(**lines: str) -> RemoteReferences:
    return RemoteReferences({name.replace("__", "/"): commit for name, commit in lines.items()})


def test_the_default_branch() -> None:
    printed = f"ref: refs/heads/trunk\tHEAD\n{A}\tHEAD\n".encode()
    assert RemoteReferences.parse(printed).tip(None) == Tip("trunk", A)


def test_a_named_branch_and_no_other() -> None:
    printed = f"{A}\trefs/heads/main\n{B}\trefs/remotes/refs/heads/main\n".encode()
    assert RemoteReferences.parse(printed).tip("main") == Tip("main", A)
    assert RemoteReferences.parse(printed).tip("mai") is None
    assert RemoteReferences.parse(printed).tip(None) is None


def test_a_head_that_names_no_branch() -> None:
    assert RemoteReferences.parse(f"ref: refs/pull/1\tHEAD\n{A}\tHEAD\n".encode()).tip(None) is None
    assert RemoteReferences.parse(b"ref: refs/heads/unborn\tHEAD\n").tip(None) is None
    assert RemoteReferences.parse(b"").tip(None) is None


def test_names_in_any_bytes() -> None:
    assert RemoteReferences.parse(b"%s\trefs/heads/\xff\n" % A.encode()).branches == ("\udcff",)


def test_a_guess_where_the_server_gives_no_name() -> None:
    assert guess_default_tip(references(HEAD=A, refs__heads__x=A, refs__heads__y=B)) == Tip("x", A)
    assert guess_default_tip(references(HEAD=A, refs__heads__x=A, refs__heads__main=A)) == Tip("main", A)
    assert guess_default_tip(references(HEAD=A, refs__heads__x=A, refs__heads__y=A)) is None
    assert guess_default_tip(references(HEAD=A, refs__heads__x=B)) is None
    assert guess_default_tip(references(refs__heads__x=B)) is None


@pytest.mark.parametrize("name", ["main", "feature/x", "v1.2", "@home", "ünïcode", "a{b}"])
def test_good_names(name: str) -> None:
    assert check_branch_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "a*",
        "a?",
        "[a]",
        "a..b",
        "-a",
        ".a",
        "a/.b",
        "a.",
        "a.lock",
        "a//b",
        "a/",
        "a~1",
        "a^",
        "a:b",
        "@{1}",
        "@",
        "a\\b",
        "a\nb",
        "\x7f",
    ],
)
def test_names_that_no_branch_can_have(name: str) -> None:
    with pytest.raises(BadOption, match="which is not a valid branch name"):
        check_branch_name(name)


def test_the_branches_there_are() -> None:
    many = RemoteReferences({f"refs/heads/b{number:02}": A for number in range(25)})
    text = str(missing_tip_error(many, "nope", "host"))
    assert text.startswith("There is no branch nope at host. It has: b00, b01")
    assert text.endswith("b19 and 5 more.")
    assert "set branch" in str(missing_tip_error(many, None, "host"))
    assert "has no branch" in str(missing_tip_error(RemoteReferences({}), None, "host"))
