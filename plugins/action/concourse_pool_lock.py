# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of the module concourse_pool_lock: it knows the job of AWX, and reports while the module waits."""

from __future__ import annotations

import os
import time
import typing as t

from ansible.plugins.action import ActionBase

# Seconds after which a waiting task reports. A module cannot report before it ends, so it waits in parts.
REPORT_INTERVAL = 60
# Seconds from the end of the wait to the timeout of the task: for the last try of the module, which Ansible would leave
# running on a host. It could then claim a lock that nobody knows of.
LAST_TRY = 10


class ActionModule(ActionBase):
    """Runs the module, several times while the lock is held by others."""

    _supports_async = True
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the result of the module."""
        super().run(tmp, task_vars)
        given = dict(self._task.args)
        owner = given.get("owner") or default_owner(task_vars or {}, os.environ)
        options = {**given, "owner": owner} if owner else given
        wait = _seconds(options.get("wait"))
        if self._task.async_val or not wait:
            return self._run_module(options, task_vars)
        return self._wait(options, wait, task_vars)

    def _wait(self, options: dict[str, t.Any], wait: int, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        """Run the module until it succeeds, fails for good, or has waited for `wait` seconds.

        The wait ends before the timeout of the task, if there is one.
        """
        started = time.monotonic()
        timeout = self._task.timeout
        longest = min(wait, max(1, timeout - LAST_TRY)) if timeout else wait
        left = longest
        while True:
            result = self._run_module({**options, "wait": min(left, REPORT_INTERVAL)}, task_vars)
            left = longest - int(time.monotonic() - started)
            if not result.get("not_available") or self._task.check_mode:
                return result
            if left <= 0:
                reason = f", because its timeout is {timeout}" if longest < wait else ""
                return {**result, "msg": f"{result['msg']} The task waited for {longest} seconds{reason}."}
            # With no_log, nothing of the result may be shown.
            held = "." if self._task.no_log else f": {result['msg']}"
            self._display.display(f"Waiting for {longest - left} of {longest} seconds{held}")

    def _run_module(self, options: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        return dict(
            self._execute_module(
                module_name="poolboy.concourse.concourse_pool_lock",
                module_args=options,
                task_vars=task_vars,
                wrap_async=bool(self._task.async_val),
            )
        )


def default_owner(variables: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> str | None:
    """Return the job of AWX that runs this play, None elsewhere.

    AWX sets these variables for each job (awx/main/models/jobs.py, awx/main/tasks/jobs.py).
    """
    job = variables.get("awx_job_id") or variables.get("tower_job_id")
    if not job:
        return None
    host = environment.get("AWX_HOST")
    return f"AWX job {job} of {host}" if host else f"AWX job {job}"


def _seconds(value: object) -> int | None:
    """Return the option `wait`; None for what only the module can refuse."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
