# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real cron daemon runs an installed round. The tests depend on their order; most time is waiting for cron."""

from __future__ import annotations

import re
import stat
from functools import partial
from typing import Any

from ansible_collections.poolboy.concourse.tests.functional.duration import LONG
from ansible_collections.poolboy.concourse.tests.functional.git.releasing import set_hook
from ansible_collections.poolboy.concourse.tests.functional.schedule.host import Host, changes
from ansible_collections.poolboy.concourse.tests.functional.schedule.watcher import Watcher

# Numbers and booleans as texts, as -e NAME=VALUE passes them.
SETTINGS: dict[str, Any] = {
    "backend": "cron",
    "cron": "* * * * *",
    "timeout": "900",
    "verify": "true",
    "install_packages": "false",
    "mail_to": "ops@example.com,boy@example.com",
}
# cron waits a minute before each round.
ROUNDS = ("env-1", "env-2", "env-3") if LONG else ("env-1",)
COMMAND = "/opt/pool-boy/bin/round"
UNHEARD = "Nobody notices failed rounds of pool-boy"


def test_systemd_is_refused_on_a_host_without_it(cron_host: Host) -> None:
    run = cron_host.apply(backend="systemd")
    assert "systemd does not run on localhost" in run.said
    assert run.code != 0
    assert cron_host.leftovers == []


def test_it_is_installed_and_tried_whatever_the_umask_of_root_is(cron_host: Host) -> None:
    cron_host.stage.leave("env-1")
    assert cron_host.install(**SETTINGS, umask="077") > 0
    assert cron_host.stage.is_free("env-1")
    assert "locks of the stage" in cron_host.machine.read("/srv/pools/index.html")
    assert "poolboy_locks" in cron_host.machine.read("/srv/pools/pools.prom")


def test_the_entry_names_user_path_and_log(cron_host: Host) -> None:
    entry = cron_host.machine.read("/etc/cron.d/pool-boy")
    assert re.search(r"^PATH=/usr/sbin:/usr/bin:/sbin:/bin$", entry, re.MULTILINE)
    assert re.search(
        rf"^\* \* \* \* \* pool-boy umask 077; {COMMAND} >>/var/log/pool-boy/round.log 2>&1 ", entry, re.MULTILINE
    )
    assert 'MAILTO="ops@example.com,boy@example.com"\n' in entry
    assert entry.endswith("\n")


def test_cron_runs_it_and_no_secret_is_seen(cron_host: Host) -> None:
    machine, stage = cron_host.machine, cron_host.stage
    watcher = Watcher(machine, stage.secrets.values())
    done = cron_host.log.count("failed=0")
    # Only git has a password in its environment, and its push must last long enough to be seen.
    slow = set_hook(stage.scene.locks, "pre-receive", "exec sleep 1")
    with watcher.watching():
        for lock in ROUNDS:
            stage.leave(lock)
            machine.wait(partial(stage.is_free, lock), f"cron releases {lock}", patience=180)
        # A round of cron that was running before the lock became stale is not counted yet.
        machine.wait(lambda: cron_host.log.count("failed=0") >= done + len(ROUNDS), "the last round ends", patience=180)
    slow.unlink()
    assert "fatal" not in cron_host.log
    # The watcher saw the round.
    assert watcher.own_environments > 0
    assert any(b"ansible-playbook" in line for line in watcher.command_lines)
    assert watcher.leaks == set()


def test_cron_mails_only_what_failed(cron_host: Host) -> None:
    """cron sends what an entry prints: a sentence if the round failed, nothing if it worked or another was running."""
    machine = cron_host.machine
    # From here on, no round of cron takes the processor from the tests.
    assert machine.run("pkill", "--oldest", "-STOP", "-x", "cron").code == 0
    line = machine.read("/etc/cron.d/pool-boy").strip().splitlines()[-1].partition(" pool-boy ")[2]
    as_cron = ("runuser", "--user", "pool-boy", "--", "sh", "-c", line)
    machine.wait(lambda: machine.run("pgrep", "-u", "pool-boy").code != 0, "the last round of cron ends")
    assert machine.run(*as_cron).said == ""
    assert machine.run("flock", "/var/lib/pool-boy/round.lock", *as_cron).said == ""
    secrets = machine.path("/etc/pool-boy/secrets.yml")
    secrets.chmod(0)
    failed = machine.run(*as_cron)
    secrets.chmod(0o600)
    assert failed.said == "The round failed. The end of /var/log/pool-boy/round.log says why.\n"


def test_a_second_run_changes_nothing_and_shows_no_secret(cron_host: Host) -> None:
    run = cron_host.apply("-vvvv", "--diff", **SETTINGS)
    assert run.code == 0, run.said
    assert changes(run) == 0
    assert UNHEARD not in run.stdout, "the metrics report a failed round"
    assert not any(secret in run.said for secret in cron_host.stage.secrets.values())


def test_programs_that_the_user_cannot_read_are_mended(cron_host: Host) -> None:
    """As an earlier version left them that was installed under another umask."""
    closed = cron_host.machine.run("chmod", "-R", "go-rwx", "/opt/pool-boy/venv/", "/opt/pool-boy/collections")
    assert closed.code == 0, closed.said
    assert cron_host.install(**SETTINGS, umask="027") > 0
    # The next test shows that nothing else is left to change.


def test_changed_secrets_are_not_shown(cron_host: Host) -> None:
    """The secret files change here; a diff would show them. Without mail and metrics, nobody learns of a failure."""
    others = {**cron_host.stage.secrets, "pool_boy_pushgateway_password": "an0ther-pa55word"}
    proxy = {"HTTPS_PROXY": "http://boy:pr0xy-pa55word@proxy.example.com:3128"}
    quiet = {name: value for name, value in cron_host.stage.round.items() if name != "pool_boy_metrics_file"}
    changed = {
        **SETTINGS,
        "mail_to": "",
        "round": quiet,
        "secrets": others,
        "secret_environment": proxy,
        "verify": "false",
    }
    environment = {"POOL_REPO_SSH_PRIVATE_KEY": "the-k3y-of-the-env1ronment"}
    run = cron_host.apply("-vvvv", "--diff", "--check", environment=environment, **changed)
    assert run.code == 0, run.said
    assert changes(run) > 0
    assert UNHEARD in run.stdout
    for secret in (*others.values(), *proxy.values(), *environment.values()):
        assert secret not in run.said


def test_secrets_are_in_one_file_that_only_the_round_reads(cron_host: Host) -> None:
    watcher = Watcher(cron_host.machine, cron_host.stage.secrets.values())
    holders = {f"/{path.relative_to(cron_host.machine.changed)}" for path in watcher.holders(cron_host.machine.changed)}
    # The other one is the playbook's variables file.
    assert holders == {"/etc/pool-boy/secrets.yml", "/tester/variables.yml"}
    about = cron_host.machine.path("/etc/pool-boy/secrets.yml").stat()
    assert stat.S_IMODE(about.st_mode) == 0o600
    assert about.st_uid == int(cron_host.machine.run("id", "--user", "pool-boy").stdout) != 0
    assert not any(secret in cron_host.log for secret in cron_host.stage.secrets.values())


def test_the_program_is_not_the_users_own(cron_host: Host) -> None:
    script = "find /opt/pool-boy /etc/pool-boy -writable -not -type l -not -path /etc/pool-boy/secrets.yml"
    script += " -not -path /etc/pool-boy/environment.sh"
    found = cron_host.machine.run("runuser", "--user", "pool-boy", "--", "sh", "-c", script)
    assert found.stdout.split() == []


def test_two_rounds_never_overlap(cron_host: Host) -> None:
    busy = cron_host.machine.run("flock", "/var/lib/pool-boy/round.lock", COMMAND)
    assert busy.code == 75
    assert "Another round is running, so this round was skipped." in busy.stdout
    assert "PLAY" not in busy.stdout


def test_the_log_is_rotated(cron_host: Host) -> None:
    machine = cron_host.machine
    # As a running round does.
    log = "/var/log/pool-boy/round.log"
    round_at_work = f"runuser --user pool-boy -- touch {log}; exec 3>>{log}; echo $1 begins >&3; $2 && echo $1 ends >&3"
    rotate = "logrotate --force --state /tmp/state /etc/logrotate.d/pool-boy"
    for turn in ("first", "second"):
        rotated = machine.run("sh", "-c", round_at_work, "sh", turn, rotate)
        assert rotated.code == 0, rotated.said
        assert f"{turn} ends\n" in machine.read(f"{log}.1")
    assert machine.path(f"{log}.2.gz").exists()


def test_absent_leaves_nothing_behind(cron_host: Host) -> None:
    machine = cron_host.machine
    machine.put("/srv/pools/of-somebody-else", "stays")
    assert cron_host.install(**SETTINGS, state="absent") > 0
    assert cron_host.leftovers == ["/srv/pools", "/srv/pools/of-somebody-else"]
    assert cron_host.install(**SETTINGS, state="absent") == 0
