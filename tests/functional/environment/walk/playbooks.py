# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns examples into playbooks without changing their text."""

from __future__ import annotations

import textwrap
from typing import Any

from .blocks import YAML, Block

_HEAD = """\
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
"""


def playbook_of(block: Block) -> str | None:
    """Return the text of the playbook that a block is, or whose tasks it shows; None if it is something else."""
    if block.language != YAML:
        return None
    parts = block.value
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        return None
    if all("hosts" in part or "ansible.builtin.import_playbook" in part for part in parts):
        return block.text
    return _HEAD + textwrap.indent(textwrap.dedent(block.text), "    ") if all(map(_is_task, parts)) else None


def variables_of(block: Block) -> dict[str, Any] | None:
    """Return the variables of the role or of a playbook that a block sets; None if it is something else."""
    value = block.value if block.language == YAML else None
    if isinstance(value, dict) and all(str(name).startswith("pool_boy_") for name in value):
        return value
    return None


def _is_task(part: dict[str, Any]) -> bool:
    return "block" in part or any(key.count(".") == 2 for key in part)
