# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks by group as a bar."""

from __future__ import annotations

from ansible_collections.poolboy.concourse.plugins.plugin_utils._html.bar import Bar
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.groups import Group


def test_the_parts_of_a_bar() -> None:
    bar = Bar({Group.LEFT: 1, Group.FREE: 3, Group.USE: 0})
    assert bar.locks == 4
    assert bar.in_words == "3 free, 1 left behind"
    assert bar.segments() == [(Group.FREE, 0, 75), (Group.LEFT, 75, 25)]


def test_a_bar_of_nothing() -> None:
    assert (Bar({}).in_words, Bar({Group.FREE: 0}).segments()) == ("no locks", [])
