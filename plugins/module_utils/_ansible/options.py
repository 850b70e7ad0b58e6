# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules as Ansible reads them."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback

from .._core.options.groups import MODULES as GROUPS
from .._core.options.repository_options import OptionGroup


def _with_fallback(option: dict[str, t.Any]) -> dict[str, t.Any]:
    given = dict(option)
    variable = given.pop("variable", None)
    return given if variable is None else {**given, "fallback": (env_fallback, [variable])}


def for_ansible(group: OptionGroup) -> OptionGroup:
    """Return a group as an argument spec, in which `fallback` reads the variable of an option."""
    return OptionGroup({name: _with_fallback(option) for name, option in group.spec.items()})


MODULES = {module: tuple(map(for_ansible, some)) for module, some in GROUPS.items()}
