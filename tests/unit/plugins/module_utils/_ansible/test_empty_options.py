# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A null or empty option counts as not given, whatever its type: its environment variable or its default applies."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.module import PoolModule
from ansible_collections.poolboy.concourse.plugins.module_utils._ansible.options import MODULES
from ansible_collections.poolboy.concourse.plugins.module_utils._core.clean.forced_locks import read_force
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.trigger.options import read_trigger_pools
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.policy import (
    DEFAULT_POLICIES,
    PoolPolicy,
)
from ansible_collections.poolboy.concourse.plugins.module_utils._core.verdict.pool_options import (
    KNOWN_KEYS,
    pool_entries,
    read_pools,
)

EMPTY: list[Any] = [None, "", "  ", [], {}]
SPECS = {
    module: {name: one for group in groups for name, one in group.spec.items()} for module, groups in MODULES.items()
}
OPTIONS = [(module, name) for module, spec in SPECS.items() for name in spec]
REQUIRED: dict[str, dict[str, Any]] = {
    **{module: {"repo": "/srv/locks.git", "pools": ["aws"]} for module in SPECS},
    "concourse_pool_lock": {"repo": "/srv/locks.git", "pool": "aws", "state": "claimed"},
}
VARIABLES = {
    one["fallback"][1][0]: f"/from/{name}" for spec in SPECS.values() for name, one in spec.items() if "fallback" in one
}


class Refused(Exception):
    """The module has refused its options."""


def options_of(module: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that a module works with. Raises Refused with its message."""

    def fail(_self: object, msg: str, **_more: object) -> None:
        raise Refused(msg)

    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.fail_json", fail)
    with patch_module_args({"_ansible_no_log": False, **given}):
        return PoolModule(*MODULES[module])._options


@pytest.mark.parametrize("variables", [{}, VARIABLES], ids=["no variables", "variables"])
@pytest.mark.parametrize(("module", "option"), OPTIONS)
def test_an_empty_option_is_as_one_that_is_not_given(
    module: str, option: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    given = {name: value for name, value in REQUIRED[module].items() if name != option}
    try:
        expected: Any = options_of(module, given, monkeypatch)
    except Refused as refused:
        expected = str(refused)
        assert option in REQUIRED[module], "only these are required"
    for empty in EMPTY:
        try:
            found: Any = options_of(module, {**given, option: empty}, monkeypatch)
        except Refused as refused:
            found = str(refused)
        assert found == expected, repr(empty)


LISTS = [(module, name) for module, name in OPTIONS if SPECS[module][name]["type"] == "list"]


@pytest.mark.parametrize(("module", "option"), LISTS)
def test_empty_elements_of_a_list_are_no_elements(module: str, option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    word = SPECS[module][option].get("choices", ["https://ci.example.com"])[0]
    found = options_of(module, {**REQUIRED[module], option: [None, word, "", "  "]}, monkeypatch)
    assert found[option] == [word]


@pytest.mark.parametrize("content", [{"url": "", "owner": None, "tags": []}, ["", None, {"a": ""}]])
def test_empty_elements_of_a_content_stay(content: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**REQUIRED["concourse_pool_lock"], "content": content}
    assert options_of("concourse_pool_lock", given, monkeypatch)["content"] == content


@pytest.mark.parametrize("key", ["lock", "commit"])
def test_an_empty_part_of_force_is_a_missing_one(key: str) -> None:
    parts = {"lock": "aws/env-1", "commit": "7000aa5"}
    for empty in EMPTY:
        with pytest.raises(BadOption, match=f"has no {key}; write it as force"):
            read_force([{**parts, key: empty}])


@pytest.mark.parametrize("verdict", DEFAULT_POLICIES)
def test_an_empty_policy_is_the_default_one(verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for empty in EMPTY:
        found = options_of(
            "concourse_pool_status", {**REQUIRED["concourse_pool_status"], "policy": {verdict: empty}}, monkeypatch
        )
        assert found["policy"] == {}
        assert read_pools([{"name": "aws", "policy": {verdict: empty}}], PoolPolicy()) == read_pools(
            ["aws"], PoolPolicy()
        )


@pytest.mark.parametrize("key", [key for key in KNOWN_KEYS if key != "name"])
def test_an_empty_key_of_a_pool_is_as_one_that_is_not_given(key: str) -> None:
    defaults = PoolPolicy(stale_timeout=7, grace=3)
    for empty in EMPTY:
        assert read_pools([{"name": "aws", key: empty}], defaults) == read_pools(["aws"], defaults), repr(empty)


def test_a_pool_with_an_empty_name_has_none() -> None:
    for empty in EMPTY:
        with pytest.raises(BadOption, match="an entry has no name"):
            read_pools([{"name": empty}], PoolPolicy())


@pytest.mark.parametrize("given", [["aws", None, "", " "], "aws,, ,", '["aws", null, ""]'])
def test_empty_pools_are_no_pools(given: object) -> None:
    assert pool_entries(given) == ["aws"]


@pytest.mark.parametrize("empty", [*EMPTY, ",", "[]", [None, ""]])
def test_no_pools_at_all(empty: object) -> None:
    assert pool_entries(empty) == []


@pytest.mark.parametrize("entry", ["aws=", {"name": "aws", "job": ""}, {"name": "aws", "job": None}, "aws:30="])
def test_an_empty_job_is_a_missing_one(entry: object) -> None:
    with pytest.raises(BadOption, match="aws has no job to claim its locks"):
        read_trigger_pools(read_pools([entry], PoolPolicy()))


@pytest.mark.parametrize("empty", EMPTY)
def test_empty_instance_variables_are_none(empty: object) -> None:
    job = {"team": "main", "pipeline": "deploy", "job": "claim"}
    pools = [[{"name": "aws", "job": one}] for one in (job, {**job, "instance_vars": empty})]
    plain, instanced = (read_trigger_pools(read_pools(given, PoolPolicy())) for given in pools)
    assert plain == instanced
