# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real systemd runs an installed round. The tests depend on their order."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.schedule.host import Host, changes

# Numbers as texts, as -e NAME=VALUE passes them.
SETTINGS: dict[str, Any] = {"backend": "systemd", "on_calendar": "*:*:0/30", "randomized_delay": "0", "timeout": "900"}
UNITS = ("/etc/systemd/system/pool-boy.service", "/etc/systemd/system/pool-boy.timer")


def is_active(host: Host) -> str:
    return host.machine.run("systemctl", "is-active", "pool-boy.timer").stdout.strip()


def calendar(host: Host) -> str:
    """Return the calendar of the timer as systemd reads it."""
    return host.machine.run("systemctl", "show", "--property=TimersCalendar", "--value", "pool-boy.timer").stdout


def programs(host: Host) -> list[str]:
    """Return the programs beside the command."""
    return sorted(path.name for path in host.machine.path("/opt/pool-boy").iterdir())


def test_check_mode_on_a_fresh_host_changes_nothing(systemd_host: Host) -> None:
    assert systemd_host.install("--check", "--diff", **SETTINGS) > 0
    assert systemd_host.leftovers == []


def test_an_installation_that_fails_leaves_nothing_behind(systemd_host: Host) -> None:
    run = systemd_host.apply(**SETTINGS, extra_requirements=["no-such-package==1.0"])
    assert run.code != 0
    assert "The round could not be installed. This failed: Install the requirements." in run.said
    assert "no-such-package" in run.said
    assert "Nothing of it remains on the host." in run.said
    assert systemd_host.leftovers == []


def test_a_failing_round_is_reported_and_not_enabled(systemd_host: Host) -> None:
    wrong = {**systemd_host.stage.secrets, "pool_boy_concourse_password": "wr0ng-pa55word"}
    run = systemd_host.apply(**SETTINGS, secrets=wrong)
    assert run.code != 0
    assert "its trial run failed, so its schedule was not enabled" in run.said
    # The round's own message from the journal.
    assert re.search(r"The round of locks of the stage failed\. clean: .*password", run.said)
    assert not any(secret in run.said for secret in wrong.values())
    assert is_active(systemd_host) == "inactive"


def test_it_is_installed_and_tried(systemd_host: Host) -> None:
    systemd_host.stage.leave("env-1")
    assert systemd_host.install(**SETTINGS) > 0
    assert systemd_host.stage.is_free("env-1")
    assert is_active(systemd_host) == "active"
    assert "locks of the stage" in systemd_host.machine.read("/srv/pools/index.html")


def test_the_timer_fires_it(systemd_host: Host) -> None:
    for lock in ("env-2", "env-3") if LONG else ("env-2",):
        systemd_host.stage.leave(lock)
        systemd_host.machine.wait(partial(systemd_host.stage.is_free, lock), f"the timer releases {lock}", patience=120)
    assert not any(secret in systemd_host.log for secret in systemd_host.stage.secrets.values())


def test_a_second_time_nothing_changes_though_all_comes_from_the_environment(systemd_host: Host) -> None:
    stage = systemd_host.stage
    names = {
        "POOL_REPO": "pool_boy_repo",
        "POOLS": "pool_boy_pools",
        "CONCOURSE_BASE_URL": "pool_boy_concourse_url",
        "CONCOURSE_USERNAME": "pool_boy_concourse_username",
        "CONCOURSE_PASSWORD": "pool_boy_concourse_password",
    }
    values = {**stage.round, **stage.secrets}
    environment = {name: values[option] for name, option in names.items()}
    less = {name: value for name, value in stage.round.items() if name not in names.values()}
    secrets = {name: value for name, value in stage.secrets.items() if name not in names.values()}
    assert (
        systemd_host.install("-vvvv", "--diff", environment=environment, **SETTINGS, round=less, secrets=secrets) == 0
    )


def test_a_new_time_counts_only_when_the_round_works(systemd_host: Host) -> None:
    old = calendar(systemd_host)
    run = systemd_host.apply(**{**SETTINGS, "on_calendar": "hourly"}, playbook="no.such.playbook")
    assert run.code != 0
    assert "its schedule was not enabled or changed" in run.said
    # As any other installed package does.
    assert systemd_host.machine.run("systemctl", "daemon-reload").code == 0
    assert calendar(systemd_host).split(";")[0] == old.split(";")[0]
    assert systemd_host.install(**{**SETTINGS, "on_calendar": "hourly", "verify": "false"}) > 0
    assert "*-*-* *:00:00" in calendar(systemd_host)
    assert is_active(systemd_host) == "active"


def test_an_update_that_fails_leaves_the_programs_that_work(systemd_host: Host) -> None:
    # No round of the timer takes the processor from the last tests.
    assert systemd_host.machine.run("systemctl", "stop", "pool-boy.timer").code == 0
    before = programs(systemd_host)
    run = systemd_host.apply(**SETTINGS, extra_requirements=["no-such-package==1.0"])
    assert run.code != 0
    assert "This failed: Install the requirements." in run.said
    assert "The previous installation is unchanged" in run.said
    assert programs(systemd_host) == before
    works = systemd_host.machine.run("/opt/pool-boy/venv/bin/ansible-playbook", "--version")
    assert works.code == 0, works.said
    assert "ansible-playbook [core" in works.stdout


def test_the_service_is_shut_in(systemd_host: Host) -> None:
    verdict = systemd_host.machine.run("systemd-analyze", "security", "--no-pager", "pool-boy.service").stdout
    (exposure,) = re.findall(r"Overall exposure level for pool-boy.service: ([0-9.]+)", verdict)
    assert float(exposure) <= 2.0, verdict
    units = "".join(systemd_host.machine.read(unit) for unit in UNITS)
    assert not any(secret in units for secret in systemd_host.stage.secrets.values())
    assert "Persistent=true" in units


def test_a_round_that_finds_another_running_does_not_fail(systemd_host: Host) -> None:
    start = ("flock", "/var/lib/pool-boy/round.lock", "systemctl", "start", "pool-boy.service")
    before = systemd_host.log.count("Another round is running")

    def is_skipped() -> bool:
        assert systemd_host.machine.run(*start).code == 0
        return systemd_host.log.count("Another round is running") > before

    # A start while a round of the timer ends starts no other one.
    systemd_host.machine.wait(is_skipped, "a round finds another running")
    assert systemd_host.machine.run("systemctl", "is-failed", "pool-boy.service").code != 0


def test_cron_takes_its_place_and_gives_it_back(systemd_host: Host) -> None:
    machine = systemd_host.machine
    # Another Python, so all programs are recreated.
    python = f"/usr/bin/{machine.path('/usr/bin/python3').resolve().name}"
    assert systemd_host.install(backend="cron", collection_source=systemd_host.build_artifact(), python=python) > 0
    assert python in machine.read("/opt/pool-boy/venv/made-of.txt")
    assert programs(systemd_host).count("venv.1") + programs(systemd_host).count("venv.2") == 1
    assert machine.path("/opt/pool-boy/collections/ansible_collections/poolboy/concourse/MANIFEST.json").exists()
    assert not any(machine.path(unit).exists() for unit in UNITS)
    assert is_active(systemd_host) == "inactive"
    assert machine.path("/etc/cron.d/pool-boy").exists()
    assert systemd_host.install(on_calendar="hourly") > 0
    assert "OnCalendar=hourly" in machine.read(UNITS[1])
    assert all(machine.path(unit).exists() for unit in UNITS)
    gone = ("/etc/cron.d/pool-boy", "/etc/logrotate.d/pool-boy", "/var/log/pool-boy")
    assert not any(machine.path(path).exists() for path in gone)


def test_absent_leaves_nothing_behind(systemd_host: Host) -> None:
    run = systemd_host.apply("--check", **SETTINGS, state="absent")
    assert run.code == 0, run.said
    assert changes(run) > 0
    assert systemd_host.install(**SETTINGS, state="absent") > 0
    assert systemd_host.leftovers == []
    machine = systemd_host.machine
    # systemd unloads a removed unit when it is idle.
    machine.wait(
        lambda: machine.run("systemctl", "list-units", "--all", "pool-boy*", "--no-legend").stdout == "",
        "systemd forgets the units",
        patience=60,
    )
    assert systemd_host.install(state="absent") == 0
