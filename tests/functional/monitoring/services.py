# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Prometheus, push gateway and node exporter on free ports of 127.0.0.1."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.poolboy.concourse.tests.servers.processes import start_on_free_port, stop
from ansible_collections.poolboy.concourse.tests.servers.require import require_program


@dataclass(frozen=True)
class Service:
    """A running Prometheus server, push gateway or node exporter."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self, path: str) -> str:
        """Return a page; raise on an HTTP error."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
            return str(answer.read().decode())


@dataclass(frozen=True)
class Prometheus(Service):
    """A running Prometheus."""

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Evaluate an expression now; raise if it is invalid."""
        return list(self._data(f"query?{urllib.parse.urlencode({'query': expression})}")["result"])

    def alerts(self) -> list[dict[str, Any]]:
        """Return all pending and firing alerts."""
        return list(self._data("alerts")["alerts"])

    def _data(self, path: str) -> Any:
        return json.loads(self.page(f"/api/v1/{path}"))["data"]


@contextmanager
def serve_pushgateway(folder: Path) -> Iterator[Service]:
    """Run a push gateway without persistence."""
    program = require_program("prometheus-pushgateway")
    with _serve(lambda port: [program, f"--web.listen-address=127.0.0.1:{port}"], folder / "pushgateway.log") as port:
        yield Service(port)


@contextmanager
def serve_node_exporter(folder: Path, texts: Path) -> Iterator[Service]:
    """Run a node exporter that serves only the `.prom` files of the folder `texts`."""
    program = require_program("prometheus-node-exporter")
    settings = ["--collector.disable-defaults", "--collector.textfile", f"--collector.textfile.directory={texts}"]
    with _serve(
        lambda port: [program, *settings, f"--web.listen-address=127.0.0.1:{port}"], folder / "node-exporter.log"
    ) as port:
        yield Service(port)


@contextmanager
def serve_prometheus(
    folder: Path, *, rules: Path, pushgateway: Service, node_exporter: Service
) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes both and evaluates the rules every second."""
    program = require_program("prometheus")
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        "scrape_configs": [
            {"job_name": "pushgateway", "honor_labels": True, "static_configs": _targets(pushgateway)},
            {"job_name": "node", "static_configs": _targets(node_exporter)},
        ],
    }
    # JSON is YAML.
    (folder / "prometheus.yml").write_text(json.dumps(config))
    settings = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with _serve(
        lambda port: [program, *settings, f"--web.listen-address=127.0.0.1:{port}"],
        folder / "prometheus.log",
        "Server is ready to receive web requests",
    ) as port:
        yield Prometheus(port)


def _targets(service: Service) -> list[dict[str, list[str]]]:
    return [{"targets": [f"127.0.0.1:{service.port}"]}]


@contextmanager
def _serve(command: Callable[[int], Sequence[str]], log_file: Path, ready_line: str = "Listening on") -> Iterator[int]:
    port, process = start_on_free_port(command, log_file=log_file, ready_line=ready_line)
    try:
        yield port
    finally:
        stop(process)
