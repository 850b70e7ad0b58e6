# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of each module hands over every option that the module has, under its own name."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.poolboy.concourse.plugins.modules import (
    concourse_pool_clean,
    concourse_pool_status,
    concourse_pool_trigger,
)
from ansible_collections.poolboy.concourse.tests.functional.running import COLLECTIONS, PACKAGE

COLLECTION = COLLECTIONS.joinpath(*PACKAGE.split("."))


def options_of(documentation: str) -> set[str]:
    """The options of a module and of the fragments that it is documented with."""
    own = yaml.safe_load(documentation)
    names = set(own.get("options", {}))
    for fragment in own["extends_documentation_fragment"]:
        file = COLLECTION / "plugins" / "doc_fragments" / f"{fragment.split('.')[2]}.py"
        text = file.read_text().partition('DOCUMENTATION = r"""')[2].partition('"""')[0]
        names |= set((yaml.safe_load(text) or {}).get("options", {}))
    return names


@pytest.mark.parametrize(
    ("name", "documentation"),
    [
        ("status", concourse_pool_status.DOCUMENTATION),
        ("clean", concourse_pool_clean.DOCUMENTATION),
        ("trigger", concourse_pool_trigger.DOCUMENTATION),
    ],
)
def test_every_option_is_handed_over(name: str, documentation: str) -> None:
    (play,) = yaml.safe_load((COLLECTION / "playbooks" / f"{name}.yml").read_text())
    given = play["tasks"][0][f"poolboy.concourse.concourse_pool_{name}"]
    assert given == {option: f"{{{{ {option} | default(omit) }}}}" for option in options_of(documentation)}
