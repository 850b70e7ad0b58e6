# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of Concourse, the same as in `module_utils/_core/options/groups.py`."""

from __future__ import annotations


class ModuleDocFragment:
    """Concourse and the login."""

    DOCUMENTATION = r"""
requirements:
  - requests >= 2.32.4
options:
  concourse_url:
    description:
      - URL of the Concourse whose builds claim the locks, as its web page shows it.
      - Claims that name another Concourse get the verdict V(foreign). The module never contacts that Concourse.
      - If not provided, it is read from E(CONCOURSE_BASE_URL) where the module runs.
    type: str
  concourse_username:
    description:
      - Name of a local or LDAP user with at least the role C(viewer) in each team whose builds claim or take locks.
      - If not provided, it is read from E(CONCOURSE_USERNAME) where the module runs.
    type: str
  concourse_password:
    description:
      - Password of O(concourse_username).
      - If not provided, it is read from E(CONCOURSE_PASSWORD) where the module runs.
    type: str
  concourse_token:
    description: A bearer token, such as the one that C(fly login) creates.
    type: str
  concourse_client_id:
    description: Name of a client that the operator of Concourse has added with C(--add-client).
    type: str
  concourse_client_secret:
    description: Secret of O(concourse_client_id).
    type: str
  concourse_target:
    description:
      - Name of a C(fly) target in C(~/.flyrc), or in C(.flyrc) below E(FLY_HOME), on the host where the module runs.
      - The target provides URL, team, token and certificates.
    type: str
  concourse_url_aliases:
    description: Other URLs of the same Concourse that claims may name, such as a previous one.
    type: list
    elements: str
    default: []
  concourse_team:
    description:
      - The team of builds whose claims name no team. The pool resource wrote such claims before 2018-12.
      - If not provided, the team of O(concourse_target) is used, or V(main).
    type: str
  validate_certs:
    description:
      - Whether to check the certificate of Concourse.
      - If not provided, the setting of O(concourse_target) is used, or V(true).
    type: bool
  client_cert:
    description: Path of a PEM file with a client certificate for Concourse.
    type: path
  client_key:
    description: Path of a PEM file with the key of O(client_cert).
    type: path
  concourse_timeout:
    description:
      - Seconds for each try of a request to Concourse, from the connection to the end of the response. At least V(1).
      - A request that only reads is tried up to three times.
    type: int
    default: 10
"""
