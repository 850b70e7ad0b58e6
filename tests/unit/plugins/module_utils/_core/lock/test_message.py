# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the commits. tests/functional/lock/test_trailers.py reads them with git."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.claim import Claim
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.hold import Hold, HoldEnd, read_hold
from ansible_collections.poolboy.concourse.plugins.module_utils._core.claim.holder import HolderKind, read_holder
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.message import (
    added,
    change_message,
    claim_message,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.lock.options.request import check_request
from ansible_collections.poolboy.concourse.plugins.module_utils._core.pool.layout import State
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.text import printable

from .lock_builders import NOW, RUN, claiming, request

HOLD = Hold("ada", "kernel upgrade", HoldEnd.AT_TIME, 1_795_975_200)


def test_a_claim() -> None:
    assert claim_message("claiming", "env-1", HOLD, "2026-11-29T18:00:00Z", RUN) == (
        "claiming: env-1\n"
        "\n"
        "Reason: kernel upgrade\n"
        "Held-By: ada\n"
        "Hold-Until: 2026-11-29T18:00:00Z\n"
        "Claimed-By: poolboy.concourse.concourse_pool_lock\n"
        f"Claim-Run: {RUN}\n"
    )


def test_an_extended_claim_has_its_first_time() -> None:
    message = claim_message(added(State.CLAIMED), "env-1", Hold("ada", since=NOW), "never", RUN)
    assert message.startswith("adding claimed: env-1\n\nHeld-By: ada\nHold-Until: never\nHeld-Since: 2026-09-21T14:13")
    assert read_hold(message) == Hold("ada", "", HoldEnd.NEVER, None, NOW)


def test_another_change() -> None:
    message = change_message(
        "unclaiming", "env-1", request("unclaimed", owner="bob", reason="x"), RUN, holder="ada", claim_commit="c0ffee"
    )
    assert message == (
        "unclaiming: env-1\n\nReason: x\nChanged-By: poolboy.concourse.concourse_pool_lock\nOwner: bob\nHolder: ada\n"
        f"Claim-Commit: c0ffee\nChange-Run: {RUN}\n"
    )
    assert read_hold(message).end is HoldEnd.UNSTATED
    assert change_message(added(State.UNCLAIMED), "env-1", request("present"), RUN) == (
        f"adding unclaimed: env-1\n\nChanged-By: poolboy.concourse.concourse_pool_lock\nChange-Run: {RUN}\n"
    )


@pytest.mark.parametrize("subject", ["claiming", "adding claimed"])
def test_a_claim_is_read_as_that_of_a_person(subject: str) -> None:
    message = claim_message(subject, "env-1", HOLD, "2026-11-29T18:00:00Z", RUN)
    holder = read_holder(Claim("c", NOW, "poolboy", message), "env-1", "main")
    assert (holder.kind, holder.owner) == (HolderKind.PERSON, "ada")
    assert holder.hold == HOLD


def is_owner(text: str) -> bool:
    try:
        check_request(claiming(owner=text))
    except BadOption:
        return False
    return True


owners = st.text("ab :-=#é\\'\"", min_size=1, max_size=40) | st.text(min_size=1, max_size=3)


@given(owners.filter(is_owner), st.text(max_size=80), st.text(min_size=1, max_size=20))
def test_no_owner_reason_or_name_changes_what_is_read(owner: str, reason: str, name: str) -> None:
    one_line = " ".join(reason.split())
    message = claim_message("claiming", name, Hold(owner, one_line), "never", RUN)
    assert read_hold(message) == Hold(owner, printable(one_line), HoldEnd.NEVER)
    assert printable(message.replace("\n", "")) == message.replace("\n", "")
