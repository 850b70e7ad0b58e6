# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the Concourse. In keeping with _ansible/option_groups.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The Concourse that is asked about builds, and how to log in."""

    DOCUMENTATION = r"""
requirements:
  - requests
options:
  concourse_url:
    description:
      - Address of the Concourse whose builds claim the locks, as its own web page has it.
      - Claims that name another Concourse get the verdict V(foreign), and that Concourse is never contacted.
      - If not provided, will be read from E(CONCOURSE_BASE_URL) where the module runs.
    type: str
  concourse_username:
    description:
      - Name of a local or LDAP user with at least the role C(viewer) in each team whose builds claim locks.
      - If not provided, will be read from E(CONCOURSE_USERNAME) where the module runs.
    type: str
  concourse_password:
    description:
      - Password of O(concourse_username).
      - If not provided, will be read from E(CONCOURSE_PASSWORD) where the module runs.
    type: str
  concourse_token:
    description: A bearer token, as C(fly login) gets one.
    type: str
  concourse_client_id:
    description: Name of a client that the operator of Concourse has added with C(--add-client).
    type: str
  concourse_client_secret:
    description: Secret of O(concourse_client_id).
    type: str
  concourse_target:
    description:
      - Name of a target of C(fly) in C(~/.flyrc), or in C(.flyrc) below E(FLY_HOME), where the module runs.
      - It brings its own address, team, token and certificates.
    type: str
  concourse_url_aliases:
    description: Other addresses by which claims may name the same Concourse, such as one from before it moved.
    type: list
    elements: str
    default: []
  concourse_team:
    description:
      - The team of builds whose claims name none, as the pool resource wrote them before 2018-12.
      - If not provided, the team of O(concourse_target), else V(main).
    type: str
  validate_certs:
    description:
      - Whether to check the certificate of Concourse.
      - If not provided, as O(concourse_target) has it, else V(true).
    type: bool
  client_cert:
    description: Path of a PEM file with a client certificate for Concourse.
    type: path
  client_key:
    description: Path of a PEM file with the key of O(client_cert).
    type: path
  concourse_timeout:
    description: The longest time, in seconds, to wait for a connection to Concourse, and for each answer.
    type: int
    default: 10
"""
