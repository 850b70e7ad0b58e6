# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AnsibleModule of the modules: it knows the secrets in addresses, and which options count as given."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Iterable

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.errors import RequiredError

from .._core.options.given_options import given_options
from .._core.options.secrets import secrets_in_addresses
from .._core.options.texts import encodable
from .hidden_names import hidden_names_warning

try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:

    def register_secrets(values: Iterable[str], /) -> None:
        """Do nothing: ansible-core before 2.22 hides what is in no_log_values."""


# Not no_log, which would also hide the content of the lock in the result.
_UNLOGGED = ("content",)
_NOT_LOGGED = "NOT_LOGGING_PARAMETER"  # as AnsibleModule writes in place of a secret


class ArgumentModule(AnsibleModule):
    """An AnsibleModule that hides the secrets in addresses, takes empty options as not given, and can log any text."""

    def __init__(self, spec: dict[str, dict[str, t.Any]]) -> None:
        self._base: t.Any = super()
        start: t.Callable[..., None] = super().__init__
        start(argument_spec=spec, supports_check_mode=True)

    def _load_params(self) -> None:
        """Read the options. From here on their secrets are hidden: in errors about options, the log and the result."""
        self._base._load_params()
        fallbacks = [name for option in self.argument_spec.values() for name in option.get("fallback", (None, []))[1]]
        secrets = secrets_in_addresses([self.params, *map(os.environ.get, fallbacks)])
        self.no_log_values.update(secrets)
        register_secrets(map(encodable, secrets))
        self.params = given_options(self.params)

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        """Fail with a message, which names the variables that can give missing options."""
        self._base.fail_json(msg=f"{msg}{self._variables_hint()}", **result)
        raise SystemExit(1)  # never reached, as AnsibleModule ends the process

    def _variables_hint(self) -> str:
        error = next(iter(self.validation_result.errors.errors), None)
        required = {name: one for name, one in self.argument_spec.items() if one.get("required")}
        missing = {name: one for name, one in required.items() if self.params.get(name) is None}
        if not isinstance(error, RequiredError) or not missing:
            return ""
        fallbacks = " and ".join(sorted(one["fallback"][1][0] for one in missing.values() if "fallback" in one))
        in_environment = f"or set {fallbacks} in the environment where the module runs; " if fallbacks else ""
        variables = " and ".join(f"pool_boy_{name}" for name in sorted(missing))
        return f" ({in_environment}the role and the playbooks of this collection take {variables})"

    def _log_invocation(self) -> None:
        """Log the options. AnsibleModule itself ends with a traceback if one is not UTF-8."""
        given = self.params
        unlogged = {name: _NOT_LOGGED for name in _UNLOGGED if given.get(name) is not None}
        self.params = {**encodable(given), **unlogged}
        try:
            self._base._log_invocation()
        finally:
            self.params = given

    def _return_formatted(self, kwargs: dict[str, t.Any]) -> None:
        """Return the result, which shows the options. Ansible accepts none with text that is not UTF-8."""
        secrets = {name: self.params.get(name) for name, one in self.argument_spec.items() if one.get("no_log")}
        warning = hidden_names_warning(kwargs, secrets)
        if warning:
            self.warn(warning)
        self.params = encodable(self.params)
        kwargs.update({key: encodable(kwargs[key]) for key in ("msg", "exception") if key in kwargs})
        self._base._return_formatted(kwargs)
