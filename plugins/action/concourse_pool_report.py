# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action concourse_pool_report: see the documentation of the module of this name."""

from __future__ import annotations

import re
import typing as t

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

# Callbacks whose output is for programs: a table would break it.
_FOR_PROGRAMS = ("json", "null")
# What a terminal acts on, except a tab.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")

_OPTIONS = {"lines": {"type": "list", "elements": "str", "required": True}, "failure": {"type": "str"}}


class ActionModule(ActionBase):
    """Prints lines on the controller."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Print the lines, or return them as `msg` for a callback whose output is for programs."""
        super().run(tmp, task_vars)
        validate: t.Callable[..., t.Any] = self.validate_argument_spec
        _validated, options = validate(_OPTIONS)
        lines: list[str] = options["lines"]
        if any(_CONTROL.search(line) for line in lines):
            raise AnsibleActionFail("lines: an element has a line break or a control character; give one line each.")
        failure = {"failed": True, "msg": options["failure"]} if options["failure"] else {}
        if self._task.no_log or is_for_programs(str(constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK"))):
            shown = {"lines": lines, **failure} if failure else {"msg": lines, "changed": False}
            return {**shown, "_ansible_verbose_always": True}
        self._display.display("\n".join(lines))
        # A callback prints the whole result of a failed task: the lines would be there twice.
        return failure or {"changed": False, "lines": lines}


def is_for_programs(callback: str) -> bool:
    """Return whether programs read what a callback prints."""
    return any(word in callback.rpartition(".")[2] for word in _FOR_PROGRAMS)
