# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret of a round is visible: not in the output at any verbosity, the log, the process list, or any file."""

from __future__ import annotations

import base64
import secrets

from ansible_collections.poolboy.concourse.tests.functional.role.conftest import Machine, report_variables, work
from ansible_collections.poolboy.concourse.tests.functional.role.receiver import Receiver
from ansible_collections.poolboy.concourse.tests.functional.status.watching import ProcessWatch
from ansible_collections.poolboy.concourse.tests.scene import Scene
from ansible_collections.poolboy.concourse.tests.servers import serve_https

KINDS = (
    "repository",
    "concourse",
    "wrong concourse",
    "gateway",
    "gateway address",
    "webhook",
    "webhook that is down",
    "address",
    "alias",
)


def test_a_password_that_is_an_ordinary_word(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    """Ansible hides it in names, too: a warning says so, and no metric has a hidden name."""
    scene.atc.set_user("pool-boy", "aws")
    look = work(scene, pool_boy_concourse_password="aws", pool_boy_clean=False, pool_boy_trigger=False)
    run = machine.rounds({"shop": {**look, **report_variables(machine, receiver)}})
    assert run.run.code == 0, run.run.said
    said = " ".join(run.run.said.split())
    assert "The value of concourse_password occurs in names of pools, locks or states" in said
    metrics = machine.reports()["locks.prom"]
    assert 'poolboy_free_locks{repository="shop",pool="cf/fresh"} 1' in metrics
    assert "VALUE_SPECIFIED" not in metrics
    assert "****" not in metrics


def test_no_secret_is_seen(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    """Two hosts: one succeeds with the names of the other playbooks; every login and report of the other fails."""
    known = {kind: secrets.token_hex(12) for kind in KINDS}
    scene.atc.set_user("pool-boy", known["concourse"])
    machine.variables["ANSIBLE_LOG_PATH"] = str(machine.folder / "ansible.log")
    with serve_https(scene.locks.path.parent, user="boy", password=known["repository"], tls=False) as git:
        address = git.url(scene.locks.path.name)
        login = {
            "pool_boy_repo": address,
            "pool_boy_repo_username": "boy",
            "pool_boy_repo_password": known["repository"],
        }
        inventory = machine.inventory(
            {
                "well": {
                    **report_variables(machine, receiver),
                    **work(scene, pool_boy_concourse_password=known["concourse"], pool_boy_pools="aws"),
                    **login,
                    "pool_boy_webhook_url": f"{receiver.url}/hook/{known['webhook']}",
                    "pool_boy_pushgateway_username": "gate",
                    "pool_boy_pushgateway_password": known["gateway"],
                },
                "badly": {
                    **work(scene, pool_boy_concourse_password=known["wrong concourse"]),
                    "pool_boy_repo": address.replace("://", f"://{known['address']}:x-oauth-basic@"),
                    "pool_boy_concourse_url_aliases": [f"http://{known['alias']}@127.0.0.1:1"],
                    "pool_boy_webhook_url": f"http://boy:{known['webhook that is down']}@127.0.0.1:1/hook",
                    "pool_boy_pushgateway_url": f"http://boy:{known['gateway address']}@127.0.0.1:1",
                    "pool_boy_state_file": str(machine.out / "badly.json"),
                },
            }
        )
        command = ["ansible-playbook", "poolboy.concourse.pool_boy", "-i", inventory, "-vvvv"]
        command += ["-e", "pool_boy_hosts=locks"]
        with ProcessWatch() as watch:
            run = machine.ansible(*command)
    # Otherwise the runs had no secret to show.
    assert run.code == 2
    assert "The round of badly failed. clean: " in run.stdout
    assert "ansible_facts" in run.stdout
    sent = {one.method: one for one in receiver.deliveries}
    assert sent["POST"].path == f"/hook/{known['webhook']}"
    assert base64.b64decode(sent["PUT"].headers["authorization"].split()[1]).decode() == f"gate:{known['gateway']}"

    files = [path for path in machine.folder.rglob("*") if path.is_file() and path.name != "inventory.yml"]
    places = {path.name: path.read_bytes().decode(errors="replace") for path in files}
    assert {"locks.html", "locks.prom", "state.json", "badly.json", "ansible.log"} <= set(places)
    places |= {"output": run.said, "processes": b"\n".join(watch.seen).decode(errors="replace")}
    places |= {"notification": sent["POST"].text, "pushed metrics": sent["PUT"].text}
    seen = {
        kind: place
        for kind, secret in known.items()
        for form in (secret, *(base64.b64encode(f"{name}:{secret}".encode()).decode() for name in ("boy", "gate")))
        for place, text in places.items()
        if form in text
    }
    assert seen == {}


def test_the_name_of_a_task_shows_no_secret(scene: Scene, machine: Machine, receiver: Receiver) -> None:
    """One name is a template that reads all variables, and Ansible shows in it what cannot be evaluated."""
    secret = secrets.token_hex(12)
    reports = report_variables(machine, receiver)
    wrong = {"pool_boy_pushgateway_url": [f"http://boy:{secret}@gateway"], "pool_boy_webhook_url": [secret]}
    done = machine.rounds({"shop": work(scene, **{**reports, **wrong})}).run
    assert done.code != 0
    assert "Refuse a configuration that cannot work" in done.stdout
    assert secret not in done.said
