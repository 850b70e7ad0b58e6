#!/usr/bin/python
# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: concourse_pool_lock
short_description: Claim, release, add, update and remove locks of Concourse pools
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Claims locks of a pool for a person or a playbook, and releases them, as the jobs of a pipeline do. Nobody else can
    have a lock while it is claimed, no matter whether builds, people or playbooks want it.
  - Adds, updates and removes locks.
  - The module writes what the pool resource of Concourse reads and writes, with one commit for each lock. All commits
    of a run go out in one push, which is never forced. If another push is faster, the module plans again.
  - A claim names its owner and its end. M(poolboy.concourse.concourse_pool_clean) keeps the lock until then, and
    releases it some time after the end, see C(expired) in M(poolboy.concourse.concourse_pool_status).
  - Needs no Concourse. If one is configured, the error for a pool without a free lock lists the locks that nobody uses
    any more.
extends_documentation_fragment:
  - poolboy.concourse._attributes
  - poolboy.concourse._attributes.action_group
  - poolboy.concourse._attributes.action_plugin
  - poolboy.concourse._git
  - poolboy.concourse._concourse
attributes:
  async:
    support: full
    details:
      - With C(async), the task does not report while it waits.
  check_mode:
    support: full
    details:
      - In check mode, RV(locks[].commit) of a new claim is V(null), and the module does not wait.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - A span in O(until) is counted from the run. If a tenth of it has passed, a second run extends the hold.
options:
  pool:
    description:
      - The pool, a folder of the repository with a folder C(claimed) or C(unclaimed), such as V(aws) or V(cf/fresh).
    type: str
    required: true
  state:
    description:
      - V(claimed), O(owner) holds O(count) locks of the pool, or the lock O(name). Locks that the owner already holds
        count, so that a second run changes nothing.
      - V(unclaimed), O(owner) does not hold the lock O(name), or any lock of the pool.
      - V(present), the lock O(name) exists, with O(content) if that is set. A claimed lock is not updated.
      - V(absent), the lock O(name) does not exist. A lock of another holder is not removed.
    type: str
    choices: [claimed, unclaimed, present, absent]
    required: true
  name:
    description:
      - The lock. Required for O(state=present) and O(state=absent).
      - If not set with O(state=claimed), the module claims any free lock.
      - If not set with O(state=unclaimed), the module releases the only lock that the owner holds. It fails if the
        owner holds several; V(all) releases all of them.
    type: str
  owner:
    description:
      - Who holds the lock. The same owner gets the same lock in every run, so two plays must not share an owner.
      - In a job of AWX, the default is that job, such as V(AWX job 4711 of https://awx.example.com). Elsewhere it is
        required for a claim, and for a release without O(name) and O(claim_commit), because no other default is certain
        to be unique. It is one line of at most 200 characters. Use the id of the workflow to claim in one job and
        release in another.
      - Several AWX installations that share a lock repository need different base URLs of the service in their
        settings, because jobs of the same number would otherwise have the same owner.
    type: str
  reason:
    description:
      - Why the lock is held or changed, in one line of at most 500 characters. Everybody who can see the lock can read
        it.
    type: str
    default: ""
  until:
    description:
      - How long a claim holds the lock, so that a job that crashes does not hold it forever. Required for
        O(state=claimed), and with O(claimed).
      - A span of weeks, days, hours and minutes, such as V(4h), V(90m), V(2d 12h) or V(1w), counted from the claim.
      - A time with its offset from UTC, such as V('2026-11-29T18:00:00Z'). Quote it.
      - V(never).
      - If the owner already holds the lock, a later end extends the hold. The same span extends it once a tenth of the
        span has passed.
    type: str
  count:
    description: How many locks to claim, at least V(1). All of them are claimed, or none.
    type: int
    default: 1
  choose:
    description:
      - Which free lock is claimed if O(name) is not set.
      - V(random) is any free lock, so that runs at the same time rarely compete for one.
      - V(oldest_free) is the lock that has been free for the longest time. To find it, the module reads the history
        back to that time.
      - V(name) is the first lock by name.
    type: str
    choices: [random, oldest_free, name]
    default: random
  wait:
    description:
      - Seconds to wait for a lock that is not free; V(0) fails at once. Each try is one request to the git server,
        every 10 seconds on average. The task reports each minute who holds the locks.
      - If the task has the keyword C(timeout), the wait ends 10 seconds before it. Ansible does not stop a module at
        the timeout, so it could claim a lock after the task has failed.
    type: int
    default: 0
  claim_commit:
    description:
      - The commit of the claim to end, with O(state=unclaimed) or O(state=absent), as
        M(poolboy.concourse.concourse_pool_status) returns it, or at least its first 7 hexadecimal digits. Quote it,
        because YAML reads digits alone as a number.
      - With this option, the module also releases a lock of another holder, even if a build uses the lock. It fails if
        another commit claims the lock now.
    type: str
  release_to:
    description: Another pool of the repository that receives the released locks as free locks.
    type: str
  content:
    description:
      - The content of a lock to add or update, as text, or as data that the module writes as YAML, of at most 1 MiB.
      - The module updates the lock if its text or its data differs. An empty content counts as not set.
      - The content is part of the repository, and of the result. Set C(no_log) on the task if it holds secrets.
    type: raw
  claimed:
    description: Whether O(owner) immediately claims a lock that O(state=present) adds.
    type: bool
    default: false
  create_pool:
    description: Whether O(state=present) creates a pool that does not exist.
    type: bool
    default: false
  git_author:
    description: Author and committer of the commits, as C(Name <mail>).
    type: str
    default: poolboy.concourse <poolboy@localhost>
notes:
  - The host where the module runs needs git, GitPython, requests, and access to the repository. Use C(delegate_to) with
    V(localhost) and C(run_once) to run it on the controller.
  - To read and write contents as YAML, that host needs PyYAML.
seealso:
  - module: poolboy.concourse.concourse_pool_status
  - module: poolboy.concourse.concourse_pool_clean
  - name: Locks for people
    link: https://poolboy.github.io/concourse/docsite/locks.html
    description: How people claim and release locks at a terminal.
  - name: Locks in plays
    link: https://poolboy.github.io/concourse/docsite/locks_in_plays.html
    description: How plays and workflows of AWX use locks.
"""

EXAMPLES = r"""
- name: Use an environment, and release it whatever happens
  delegate_to: localhost
  run_once: true
  vars:
    owner: "release-tests {{ release }}"
  block:
    - name: Claim an environment for up to four hours, and wait for a free one
      poolboy.concourse.concourse_pool_lock:
        repo: git@git.example.com:teams/locks.git
        pool: aws
        state: claimed
        owner: "{{ owner }}"
        reason: "tests of release {{ release }}"
        until: 4h
        wait: 1800
      register: test_environment

    - name: Use the data of the lock
      ansible.builtin.uri:
        url: "{{ test_environment.lock.data.url }}/health"
  always:
    - name: Release the environment
      poolboy.concourse.concourse_pool_lock:
        repo: git@git.example.com:teams/locks.git
        pool: aws
        state: unclaimed
        owner: "{{ owner }}"

- name: Release the lock of another holder
  poolboy.concourse.concourse_pool_lock:
    repo: git@git.example.com:teams/locks.git
    pool: aws
    name: env-6
    state: unclaimed
    claim_commit: "7000aa5c"

- name: Add an environment to a pool
  poolboy.concourse.concourse_pool_lock:
    repo: git@git.example.com:teams/locks.git
    pool: aws
    name: env-7
    state: present
    content:
      url: https://env-7.example.com
      region: eu-central-1

- name: Remove an environment that nobody holds
  poolboy.concourse.concourse_pool_lock:
    repo: git@git.example.com:teams/locks.git
    pool: aws
    name: env-2
    state: absent
"""

RETURN = r"""
locks:
  description: The locks as they are after the run.
  returned: success
  type: list
  elements: dict
  contains:
    pool: {description: The pool., type: str, sample: aws}
    name: {description: The name of the lock., type: str, sample: env-4}
    state: {description: 'V(claimed), V(unclaimed), or V(absent).', type: str, sample: claimed}
    content:
      description: The content of the lock. V(null) if it is larger than 1 MiB or not UTF-8.
      type: str
      sample: "url: https://env-4.example.com\n"
    data:
      description: The content as a mapping or a list, if it is YAML or JSON. V(null) otherwise.
      type: raw
      sample: {url: https://env-4.example.com}
    owner: {description: Who holds the lock., type: str, sample: release-tests 1.2.0}
    reason: {description: Why the owner holds it., type: str, sample: tests of release 1.2.0}
    until:
      description: The end of the hold in UTC, V(never), or V(null) if none is stated or the lock is free.
      type: str
      sample: "2026-11-29T18:00:00Z"
    commit:
      description: The commit of the claim, V(null) if the lock is free.
      type: str
      sample: d0850b46e5200ff4c85718fad1652bdcdd611339
lock:
  description: The lock, if RV(locks) has exactly one, with the same keys. V(null) otherwise.
  returned: success
  type: dict
  sample:
    pool: aws
    name: env-4
    state: claimed
    content: "url: https://env-4.example.com\n"
    data: {url: https://env-4.example.com}
    owner: release-tests 1.2.0
    reason: tests of release 1.2.0
    until: "2026-11-29T18:00:00Z"
    commit: d0850b46e5200ff4c85718fad1652bdcdd611339
report:
  description: The state of the locks, and the contents of those that the owner holds, as lines for people.
  returned: success
  type: list
  elements: str
  sample:
    - "aws/env-4 is held by release-tests 1.2.0 until 2026-11-29T18:00:00Z, for 4h 0m more: tests of release 1.2.0"
    - "  url: https://env-4.example.com"
not_available:
  description: V(true) if the module failed because others hold the locks.
  returned: if others hold the locks
  type: bool
  sample: true
"""

from ..module_utils._ansible.python_version import check_python

check_python()

from ..module_utils._ansible.archive_imports import compile_each_file_once

compile_each_file_once()

from ..module_utils._ansible.lock_module import LockModule
from ..module_utils._ansible.options import MODULES
from ..module_utils._core.lock.result import content_warnings, lock_diff, lock_result, locks_to_read


def main() -> None:
    module = LockModule(*MODULES["concourse_pool_lock"])
    with module.failing_clearly():
        request = module.request()
        with module.lock_repository() as repository:
            run = module.lock_run(repository, request)
            module.run(run)
            contents = run.store.contents(run.snapshot, locks_to_read(run.plan))
            for warning in content_warnings(run.plan, contents):
                module.warn(warning)
            result = lock_result(
                run.plan, run.store.latest() if run.has_pushed else None, contents, module.now, request.owner
            )
            module.exit(result, changed=bool(run.plan.changes), diff=lock_diff(run.plan, contents))


if __name__ == "__main__":
    main()
