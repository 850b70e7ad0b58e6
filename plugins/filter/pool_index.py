# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that makes the index of several pages."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pool_index
short_description: Make a web page that lists several lock repositories
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Makes one HTML file from the JSON files beside the pages of several lock repositories, see
    P(poolboy.concourse.pool_page_data#filter). For each repository, it shows the locks by group, the end of its last
    round, what that round did, which of its steps failed, and a trend, the worst repository first. The name of a
    repository links to its page.
  - Files that no round has written are ignored. A file that a round has written and that cannot be read, because it
    is damaged or of a later release, has a row with this message.
  - The index needs no other file and sends no request. It links only files in its own folder. It is readable without
    JavaScript; with JavaScript, it marks repositories whose last round is too old while it is open.
  - The role P(poolboy.concourse.pool_boy#role) writes the index if C(pool_boy_index_file) is set.
positional: _input
options:
  _input:
    description:
      - The files as M(ansible.builtin.slurp) returns them, with the keys C(source) and C(content). An entry without
        C(content) is ignored.
    type: list
    elements: dict
    required: true
seealso:
  - plugin: poolboy.concourse.pool_page_data
    plugin_type: filter
  - name: The page
    link: https://poolboy.github.io/concourse/docsite/page.html
    description: A picture of the index.
"""

EXAMPLES = r"""
- name: Read the data of two pages
  ansible.builtin.slurp:
    src: "{{ item }}"
  loop:
    - /var/www/html/teams.json
    - /var/www/html/infra.json
  register: data

- name: Write the index beside the pages
  ansible.builtin.copy:
    content: "{{ data.results | poolboy.concourse.pool_index }}"
    dest: /var/www/html/index.html
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The index, a complete HTML document.
  type: str
  sample: <!DOCTYPE html><html lang="en">...</html>
"""

import time
import typing as t
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping

from ansible.errors import AnsibleFilterError


def pool_index(files: t.Any) -> str:
    """Return the index of the files; see DOCUMENTATION."""
    # Imported here, because Ansible imports all filters of the collection to find one of them.
    from ..plugin_utils._index.index import index

    return index(_contents(files), now=int(time.time()))


def _contents(files: t.Any) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each file. Raises AnsibleFilterError."""
    if not isinstance(files, list) or not all(isinstance(one, Mapping) for one in files):
        raise AnsibleFilterError("pool_index: give it a list of the results of ansible.builtin.slurp.")
    for one in files:
        if one.get("content") is None:
            continue
        try:
            yield str(one.get("source", "")), b64decode(str(one["content"]))
        except ValueError:
            raise AnsibleFilterError("pool_index: the key content must be in base64.") from None


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"pool_index": pool_index}
