# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Concourse and a lock repository with a password for installed rounds."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import serve_https

HOUR = 3600
PIPELINE = "main/shop"
CONFIG = {
    "resources": [{"name": "env", "type": "pool", "source": {"uri": "git@git.example.com:locks.git"}}],
    "jobs": [{"name": "claim", "plan": [{"put": "env", "params": {"acquire": True}}]}],
}


class Stage:
    """A stage. `locks` are those of pool `aws`; `secrets` are the passwords by the role's variables."""

    def __init__(self, folder: Path) -> None:
        self.scene = Scene(folder, now=int(time.time()) - 6 * HOUR)
        self.secrets = {
            # Braces and percent signs must survive templates and cron.
            "pool_boy_concourse_password": secrets.token_hex(12) + "{{ x }}%h",
            "pool_boy_repo_password": secrets.token_hex(12),
        }
        self._server = serve_https(folder, user="boy", password=self.secrets["pool_boy_repo_password"], tls=False)

    def __enter__(self) -> Self:
        self.scene.__enter__()
        self.repo = self._server.__enter__().url("locks.git")
        self.scene.atc.set_user("boy", self.secrets["pool_boy_concourse_password"])
        self.scene.atc.set_team("main", {"viewer": ["local:boy"]})
        self.scene.atc.set_pipeline(PIPELINE, CONFIG)
        for lock in ("env-1", "env-2", "env-3", "env-4"):
            self.scene.locks.add("aws", lock, at=self.scene.now)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)
        self.scene.__exit__(kind, error, trace)

    def leave(self, lock: str) -> None:
        """Let a build claim a lock of the pool and be aborted hours ago."""
        build = self.scene.start(PIPELINE, "claim")
        self.scene.claim(build, "env", f"aws/{lock}")
        self.scene.wait(60)
        self.scene.finish(build, "aborted")

    def is_free(self, lock: str) -> bool:
        """Whether the lock is free."""
        return f"aws/unclaimed/{lock}".encode() in self.scene.locks.tree()

    @property
    def round(self) -> dict[str, Any]:
        """The round's variables of the role."""
        return {
            "pool_boy_name": "locks of the stage",
            "pool_boy_repo": self.repo,
            "pool_boy_repo_username": "boy",
            # A text, as in the environment.
            "pool_boy_pools": "aws",
            "pool_boy_concourse_url": self.scene.atc.url,
            "pool_boy_concourse_username": "boy",
            "pool_boy_page_file": "/srv/pools/index.html",
            "pool_boy_index_file": "/srv/pools/all.html",
            "pool_boy_metrics_file": "/srv/pools/pools.prom",
        }

    def variables(self, **others: Any) -> str:
        """Write a variables file for the playbook schedule and return its path."""
        given = {
            "pool_boy_schedule_round": self.round,
            "pool_boy_schedule_secrets": self.secrets,
            "pool_boy_schedule_install_packages": False,
            **others,
        }
        # As in Ansible Vault, where a password is not a template.
        return f"--- !unsafe\n{json.dumps(given)}\n"
