# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The blocks that the tests do not run, each with the reason. A block is found by a piece of its text."""

from __future__ import annotations

from collections.abc import Mapping

from .blocks import Block

_DOCKER = "needs docker"
_FORGE = "needs the forge or the git server"
_FLY = "needs fly and a real Concourse"
_CHECKOUT = "is for a checkout; lint and the Molecule scenarios run it"
_PIPELINE = "is a part of a Concourse pipeline; test_concourse_task.py and resource/test_guide.py read it"
_AWX = "needs AWX; test_awx.py runs its steps without one"

NOT_RUN: Mapping[str, str] = {
    "make demo": _CHECKOUT,
    "python -m ansible_collections.poolboy.concourse.tests.page --images": "is for a checkout, and needs Chromium",
    "python -m tests.stage .demo/stage": "is for a clone; the Molecule scenarios run it",
    "- name: Clone the stage at the version of these tests": "clones the repository from its forge",
    "- name: Clean the pools every ten minutes": "needs root on a host; tests/functional/schedule runs the same",
    "gh repo deploy-key add": _FORGE,
    "ssh-keyscan git.example.com": _FORGE,
    "CONCOURSE_ADD_LOCAL_USER=": "is a line of the settings of Concourse",
    "name: pipeline-operator": "is for fly set-team; the scene of these tests gives the team these roles",
    "fly --target ci set-team": _FLY,
    "ansible-builder build": _AWX,
    "export CONTROLLER_HOST=": _AWX,
    "read -rs CONTROLLER_OAUTH_TOKEN": _AWX,
    "  - name: poolboy.concourse\n": "needs a release on Galaxy",
    "ansible-navigator run": "needs podman or docker; test_execution_environment.py runs it without a container",
    "docker build --file concourse/resource/Containerfile": _DOCKER,
    "docker build --file concourse/Dockerfile": _DOCKER,
    "- task: pool-boy": _PIPELINE,
    "OPTIONS: {pool_boy_no_concourse: stale}": _PIPELINE,
    "params: {release: environment}": "is a part of a Concourse pipeline without this collection",
    "PLAYBOOK: status": _PIPELINE,
    "PLAYBOOK: pool_boy": _PIPELINE,
    "- name: pool-trigger\n": _PIPELINE,
    "- name: pool-boy\n": _PIPELINE,
    "- job_name: pushgateway": "is a part of the settings of Prometheus",
    '"repo": "file:///tmp/x/locks.git"': "is a file that the stage writes",
    '"repository": "infra"': "is a message that a round sends; monitoring/test_messages.py compares it",
}


def reason_for(block: Block) -> str | None:
    """Return why a block is not run; None if it is."""
    return next((reason for piece, reason in NOT_RUN.items() if piece in block.text), None)
