# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of pools and locks as people write them: exact names, patterns, and the forms of Unicode."""

from __future__ import annotations

import pytest

from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.errors import BadOption
from ansible_collections.poolboy.concourse.plugins.module_utils._core.shared.names import (
    canonical_name,
    matches_name,
    meant_names,
    only_meant_name,
)

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"
BYTES, SHOWN = "caf\udce9", "caf\\xe9"

MATCHES = [
    ("aws/env[1]", "aws/env[1]", True),
    ("aws/env[1]", "aws/env1", True),
    ("aws/env[1]", "aws/env2", False),
    ("aws/*?[x]", "aws/*?[x]", True),
    ("aws/env-*", "aws/env-1", True),
    ("aws/env", "aws/env-1", False),
    ("[!a]", "[!a]", True),
    (f"aws/{COMPOSED}", f"aws/{DECOMPOSED}", True),
    (f"aws/{DECOMPOSED}", f"aws/{COMPOSED}", True),
    (f"aws/{DECOMPOSED}*", f"aws/{COMPOSED}-1", True),
    ("aws/caf?", f"aws/{DECOMPOSED}", True),
    (f"aws/{SHOWN}", f"aws/{BYTES}", True),
    ("aws/cafe", f"aws/{DECOMPOSED}", False),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), MATCHES)
def test_a_pattern_is_the_exact_name_or_matches_it(pattern: str, name: str, expected: bool) -> None:
    assert matches_name(pattern, name) is expected


def test_the_same_form_comes_before_the_other() -> None:
    assert meant_names(COMPOSED, [DECOMPOSED, COMPOSED, "x"]) == [COMPOSED]
    assert meant_names(DECOMPOSED, [DECOMPOSED, COMPOSED]) == [DECOMPOSED]
    assert meant_names(COMPOSED, [DECOMPOSED, "x"]) == [DECOMPOSED]
    assert meant_names(SHOWN, [BYTES]) == [BYTES]
    assert meant_names("cafe", [COMPOSED, DECOMPOSED]) == []


def test_a_name_in_a_third_form_can_mean_two() -> None:
    given, names = "\u212b", ["\u00c5", "A\u030a"]
    assert {canonical_name(name) for name in (given, *names)} == {"\u00c5"}
    with pytest.raises(BadOption, match=r"^pools: .* is the name of 2 pools, which differ only in the composition"):
        only_meant_name(given, names, "pools", "pools")
    assert only_meant_name(given, names[:1], "pools", "pools") == names[0]
    assert only_meant_name("x", names, "pools", "pools") is None
