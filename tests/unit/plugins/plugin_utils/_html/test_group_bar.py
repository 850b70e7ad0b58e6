# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks by group as a bar."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.plugin_utils._html.group_bar import GroupBar
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.groups import Group


def test_the_parts_of_a_bar() -> None:
    counted = GroupBar({Group.LEFT: 1, Group.FREE: 3, Group.USE: 0})
    assert counted.locks == 4
    assert counted.in_words == "3 free, 1 left behind"
    assert counted.segments() == [(Group.FREE, 0, 75), (Group.LEFT, 75, 25)]


def test_a_bar_of_nothing() -> None:
    assert (GroupBar({}).in_words, GroupBar({Group.FREE: 0}).segments()) == ("no locks", [])
