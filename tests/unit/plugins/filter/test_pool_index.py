# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter pool_index: what it is called with, and what it says of what it cannot use."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.poolboy.concourse.plugins.filter.pool_index import FilterModule, pool_index
from ansible_collections.poolboy.concourse.tests.page.repositories import four_repositories


def slurped() -> list[dict[str, Any]]:
    """The results of the module slurp, the last one of a file that is not there."""
    files = [{"source": path, "content": b64encode(content).decode()} for path, content in four_repositories()]
    return [*files, {"failed": True, "msg": "file not found: /srv/pools/gone.json"}]


def test_the_filter_has_its_name() -> None:
    assert FilterModule().filters() == {"pool_index": pool_index}


def test_an_index_is_a_whole_document() -> None:
    made = pool_index(slurped())
    assert made.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert made.rstrip().endswith("</html>")
    assert [made.count(f'<a href="{name}.html">') for name in ("teams", "data", "mobile", "platform")] == [1] * 4


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (None, "give it a list of the results of ansible.builtin.slurp."),
        ({"content": ""}, "give it a list of the results of ansible.builtin.slurp."),
        (["locks.json"], "give it a list of the results of ansible.builtin.slurp."),
        ([{"source": "locks.json", "content": "e"}], "the key content must be in base64."),
    ],
)
def test_what_is_no_file_is_refused_with_a_sentence(files: Any, said: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        pool_index(files)
    assert str(caught.value) == f"pool_index: {said}"
