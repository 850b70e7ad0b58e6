# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a round, as the role's entry point main describes them."""

from __future__ import annotations

import typing as t
from functools import cache

from .._variables.variable_names import argument_specs


@cache
def round_options() -> dict[str, dict[str, t.Any]]:
    """Return the argument specification of each variable of a round."""
    options: dict[str, dict[str, t.Any]] = argument_specs()["main"]["options"]
    return options


@cache
def secret_options() -> frozenset[str]:
    """Return the names of the variables of a round whose values are secret."""
    return frozenset(name for name, one in round_options().items() if one.get("no_log"))
