# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in options: exact ones that look like patterns, and composed or decomposed Unicode in every option."""

from __future__ import annotations

from typing import Any

import pytest

from ...lockrepo import LockRepository
from ..running import refusal
from .reading import files
from .runs import Clean, released

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"
FORMS = [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), (COMPOSED, COMPOSED)]


@pytest.mark.parametrize("name", ["env[1]", "*", "[!e]*", "env-?"])
def test_a_lock_that_looks_like_a_pattern_is_kept_by_its_name(clean: Clean, locks: LockRepository, name: str) -> None:
    locks.add("aws", name)
    locks.claim("aws", name, message=f"claiming: {name}")
    run = clean(repo=locks.url, pools="aws", exclude=[f"aws/{name}"])
    assert run.locks[f"aws/{name}"]["action_reason"] == "it is excluded"
    assert f"aws/{name}" not in released(run)
    assert not any("matches no lock" in warning for warning in run.warnings)


@pytest.fixture(params=FORMS, ids=["composed", "decomposed", "same"])
def forms(request: pytest.FixtureRequest, locks: LockRepository) -> tuple[str, str]:
    """A name as it is in the repository, where it is a pool with a lock of that name, and as the user writes it."""
    there, given = request.param
    locks.add(there, there)
    locks.claim(there, there, message=f"claiming: {there}")
    return there, given


def test_pools(clean: Clean, locks: LockRepository, forms: tuple[str, str]) -> None:
    there, given = forms
    for pools in (given, [given], [f"{given}:30"], [{"name": given}]):
        assert released(clean(repo=locks.url, pools=pools, check_mode=True)) == {f"{there}/{there}"}
    assert released(clean(repo=locks.url, pools=given)) == {f"{there}/{there}"}


def test_one_pool_in_two_forms_is_named_twice(clean: Clean, locks: LockRepository, forms: tuple[str, str]) -> None:
    assert "named more than once" in refusal(clean(repo=locks.url, pools=[COMPOSED, DECOMPOSED]))


def test_exclude(clean: Clean, locks: LockRepository, forms: tuple[str, str]) -> None:
    there, given = forms
    for pattern in (f"{given}/{given}", f"{given}/*", f"*/{given[:3]}*", f"*/{given}"):
        run = clean(repo=locks.url, pools=given, exclude=[pattern])
        assert run.locks[f"{there}/{there}"]["action_reason"] == "it is excluded"
        assert not any("matches no lock" in warning for warning in run.warnings)


def test_force(clean: Clean, locks: LockRepository, forms: tuple[str, str]) -> None:
    there, given = forms
    options: dict[str, Any] = {"repo": locks.url, "pools": given, "no_concourse": "keep"}
    commit = clean(**options).locks[f"{there}/{there}"]["commit"]
    run = clean(**options, force=[{"lock": f"{given}/{given}", "commit": commit}])
    assert released(run) == {f"{there}/{there}"}


@pytest.mark.parametrize("is_per_pool", [True, False])
def test_release_to(clean: Clean, locks: LockRepository, forms: tuple[str, str], is_per_pool: bool) -> None:
    there, given = forms
    options = (
        {"pools": [{"name": "aws", "release_to": given}]} if is_per_pool else {"pools": "aws", "release_to": given}
    )
    run = clean(repo=locks.url, **options)
    assert {one["to_pool"] for one in run.values["released"]} == {there}
    assert f"{there}/unclaimed/env-1" in files(locks.path)


def test_release_to_from_such_a_pool(clean: Clean, locks: LockRepository, forms: tuple[str, str]) -> None:
    """The lock goes to quarantine however its pool is written, never back into its own pool."""
    there, given = forms
    run = clean(repo=locks.url, pools=[{"name": given, "release_to": "sick"}])
    assert {one["to_pool"] for one in run.values["released"]} == {"sick"}
    assert f"sick/unclaimed/{there}" in files(locks.path)


def test_release_to_itself_in_another_form(clean: Clean, locks: LockRepository, forms: tuple[str, str]) -> None:
    assert "itself" in refusal(clean(repo=locks.url, pools=COMPOSED, release_to=DECOMPOSED))


def test_both_forms_are_two_pools(clean: Clean, locks: LockRepository) -> None:
    for pool in (COMPOSED, DECOMPOSED):
        locks.add(pool, "env-1")
        locks.claim(pool, "env-1", message="claiming: env-1")
    assert released(clean(repo=locks.url, pools=DECOMPOSED, check_mode=True)) == {f"{DECOMPOSED}/env-1"}
    assert len(released(clean(repo=locks.url, pools=[COMPOSED, DECOMPOSED]))) == 2


def test_a_pool_whose_name_is_not_utf8(clean: Clean, locks: LockRepository) -> None:
    """It is written as results show it, and its locks go to quarantine too."""
    locks.add(b"caf\xe9", "env-1")
    locks.claim(b"caf\xe9", "env-1", message="claiming: env-1")
    run = clean(repo=locks.url, pools=[{"name": "caf\\xe9", "release_to": "sick"}], exclude=["aws/*"])
    assert {one["to_pool"] for one in run.values["released"]} == {"sick"}
