#!/usr/bin/python
# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: concourse_pool_status
short_description: Report who holds the locks of Concourse pools
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Reads the locks of pools from their git repository, finds the claim of each lock, and asks Concourse whether the
    build that made the claim, or a later build that received the lock, is still alive.
  - Each lock gets one verdict and a reason. The module changes nothing, neither in the repository nor in Concourse.
  - The module is also known as M(poolboy.concourse.concourse_pool_info).
extends_documentation_fragment:
  - poolboy.concourse._attributes
  - poolboy.concourse._attributes.action_group
  - poolboy.concourse._attributes.info_module
  - poolboy.concourse._git
  - poolboy.concourse._concourse
  - poolboy.concourse._pools
options:
  fail_on:
    description:
      - The module fails if at least one lock of the pools has one of these verdicts, for example to use it as a check
        in a pipeline. The result of the failure is complete.
    type: list
    elements: str
    choices:
      - zombie
      - errored
      - aborted
      - leaked
      - failed
      - gone
      - expired
      - unreachable
      - unverified
      - foreign
      - manual
      - held
      - handed_off
      - running
    default: []
  show_content:
    description:
      - Whether to return the content of each lock's file as RV(locks[].content), for example the address of the
        environment, or a note.
      - A file can hold a secret, such as a password. The secret then appears wherever the result does, in the output
        with C(-v), in the logs of AWX, and on the page of the role P(poolboy.concourse.pool_boy#role) and in the JSON
        beside it. Set this option only for pools whose locks hold no secret.
    type: bool
    default: false
notes:
  - The host where the module runs needs git, GitPython, requests, and access to the repository and Concourse. Use
    C(delegate_to) with V(localhost) and C(run_once) to run it on the controller.
  - Without O(concourse_url) or O(concourse_target), the module reports who holds the locks, but not whether the
    holders are alive.
  - Environment variables are read on the host where the module runs.
seealso:
  - module: poolboy.concourse.concourse_pool_clean
  - module: poolboy.concourse.concourse_pool_report
  - name: How a verdict is reached
    link: https://poolboy.github.io/concourse/docsite/verdicts.html
    description: How each verdict is reached.
  - name: Troubleshooting
    link: https://poolboy.github.io/concourse/docsite/troubleshooting.html
    description: What to do about an error or an unexpected verdict.
"""

EXAMPLES = r"""
- name: Read who holds the locks of all pools
  poolboy.concourse.concourse_pool_status:
    repo: git@git.example.com:teams/locks.git
    key_file: ~/.ssh/locks
    concourse_url: https://ci.example.com
    concourse_username: pool-boy
    concourse_password: "{{ concourse_password }}"
  delegate_to: localhost
  run_once: true
  register: locks

- name: Show them as a table
  poolboy.concourse.concourse_pool_report:
    lines: "{{ locks.report }}"

- name: Show the locks that may be released
  ansible.builtin.debug:
    msg: "{{ item.pool }}/{{ item.name }}: {{ item.reason }}"
  loop: "{{ locks.locks | selectattr('releasable') }}"
  loop_control:
    label: "{{ item.pool }}/{{ item.name }}"

- name: Read two pools with different timeouts, with the login of fly
  poolboy.concourse.concourse_pool_status:
    repo: https://git.example.com/teams/locks.git
    repo_username: pool-boy
    repo_password: "{{ git_token }}"
    concourse_target: ci
    pools:
      - aws:30
      - name: cf/fresh
        stale_timeout: 240
        policy:
          failed: keep

- name: Read the contents of the locks of a pool
  poolboy.concourse.concourse_pool_status:
    repo: git@git.example.com:teams/locks.git
    concourse_target: ci
    pools: [aws]
    show_content: true
  register: aws

- name: Show the contents
  ansible.builtin.debug:
    msg: "{{ aws.locks | items2dict(key_name='name', value_name='content') }}"

- name: Fail if a lock is leaked, or if it is unknown whether its build is alive
  poolboy.concourse.concourse_pool_status:
    repo: git@git.example.com:teams/locks.git
    concourse_target: ci
    fail_on: [leaked, unreachable, unverified]
"""

RETURN = r"""
locks:
  description: The locks, sorted by pool and name. Every key is always present; it is V(null) where it does not apply.
  returned: after the locks were judged
  type: list
  elements: dict
  contains:
    pool: {description: The pool., type: str, sample: aws}
    name:
      description:
        - The name of the lock. Bytes that are not valid UTF-8, control characters, and characters that change the
          direction of writing are written as escapes such as V(\\xNN). Options accept names in this form.
      type: str
      sample: env-4
    state: {description: Whether the lock is V(claimed) or V(unclaimed)., type: str, sample: claimed}
    verdict:
      description:
        - V(free), the lock is unclaimed.
        - V(running), the build that claimed the lock is pending or started.
        - V(handed_off), that build succeeded, and a later one uses the lock or a job can still take it.
        - V(leaked), that build succeeded, and no build will release the lock.
        - V(failed), V(errored) or V(aborted), that build ended with this status and left the lock claimed.
        - V(zombie), the lock was claimed after its build had ended.
        - V(gone), the claim names a build, and neither its name nor its version leads to one.
        - V(held), a person or a playbook holds the lock until a time that has not come, see RV(locks[].hold).
        - V(expired), such a hold has ended.
        - V(manual), the lock was claimed by a person, without an end, or a person has restored the claim of a build.
        - V(foreign), the claim names another Concourse.
        - V(unverified), no Concourse is configured, or neither message nor version identifies the build.
        - V(unreachable), Concourse gave no credible response.
      type: str
      sample: errored
    reason:
      description: Why the lock has this verdict, in one line.
      type: str
      sample: ci/deploy 12 errored and left it claimed
    claimed_at: {description: 'When the lock was claimed, in UTC.', type: str, sample: "2026-11-21T20:31:56Z"}
    age_minutes: {description: Minutes since the claim., type: int, sample: 187}
    holder:
      description: Who made the claim.
      type: dict
      contains:
        kind:
          description: V(build), V(person), or V(unnamed) for a build that the claim does not name.
          type: str
          sample: build
        text: {description: The holder in one line., type: str, sample: ci/deploy 12}
        url:
          description: The page of the build, as the claim names it.
          type: str
          sample: https://ci.example.com/teams/main/pipelines/ci/jobs/deploy/builds/12
        team: {description: The team of the build., type: str, sample: main}
        pipeline: {description: The pipeline of the build., type: str, sample: ci}
        instance_vars: {description: The instance variables of the pipeline., type: dict, sample: {branch: main}}
        job: {description: The job of the build., type: str, sample: deploy}
        build: {description: 'The name of the build, a number that is unique in its job.', type: str, sample: "12"}
    hold:
      description:
        - What the trailers say of a person's claim, or of a person who has taken the lock over by a later change of its
          file. Otherwise, V(null) for the claim of a build.
      type: dict
      contains:
        owner: {description: 'The owner, C(Held-By).', type: str, sample: ada@workstation}
        reason: {description: 'Why the owner holds the lock, C(Reason).', type: str, sample: kernel upgrade}
        since: {description: 'When the owner claimed the lock, in UTC.', type: str, sample: "2026-11-21T20:31:56Z"}
        until:
          description: The end of the hold in UTC, C(Hold-Until), V(never), or V(null) if it is not stated or is wrong.
          type: str
          sample: "2026-11-22T00:31:56Z"
    build:
      description: The build that made the claim, as Concourse reports it.
      type: dict
      contains:
        id: {description: 'The number of the build, unique in its Concourse.', type: int, sample: 4711}
        status:
          description: V(pending), V(started), V(succeeded), V(failed), V(errored) or V(aborted).
          type: str
          sample: errored
        start_time: {description: 'When the build started, in UTC.', type: str, sample: "2026-11-21T20:31:55Z"}
        end_time: {description: 'When the build ended, in UTC.', type: str, sample: "2026-11-21T20:31:59Z"}
    user:
      description:
        - The build that uses the lock now, the claiming build or a later one. If the lock is V(handed_off) and no build
          uses it, the job that can still take it.
        - V(null) if nobody uses the lock, or if the user is unknown.
      type: dict
      contains:
        text: {description: The build or the job in one line., type: str, sample: ci/test 3}
        url:
          description: Its page.
          type: str
          sample: https://ci.example.com/teams/main/pipelines/ci/jobs/test/builds/3
        team: {description: Its team., type: str, sample: main}
        pipeline: {description: Its pipeline., type: str, sample: ci}
        instance_vars: {description: The instance variables of the pipeline., type: dict, sample: {branch: main}}
        job: {description: The job., type: str, sample: test}
        build: {description: 'The name of the build, V(null) for a job that can take it.', type: str, sample: "3"}
        status: {description: 'The status of the build, V(pending) or V(started).', type: str, sample: started}
    commit: {description: The commit that made the claim., type: str, sample: d0850b46e5200ff4c85718fad1652bdcdd611339}
    policy:
      description: The policy for the lock, V(release), V(stale) or V(keep).
      type: str
      sample: release
    dead_since:
      description:
        - When the last build that held the lock ended, in UTC. If no build is known, the time of the claim, or of the
          commits before it if that is later; if the build is V(gone), when a run first saw this; if a hold is
          V(expired), its end.
        - The last change of the file in C(claimed/), if that is later.
        - V(null) while the lock is or may be in use.
      type: str
      sample: "2026-11-21T20:31:59Z"
    releasable: {description: Whether the policy allows the release now., type: bool, sample: true}
    releasable_at:
      description: When the policy allows the release, in UTC. V(null) means never.
      type: str
      sample: "2026-11-21T20:36:59Z"
    content:
      description:
        - The content of the lock's file, if O(show_content) is set, without white space at its end. Bytes that are not
          valid UTF-8 and control characters are written as in RV(locks[].name); line breaks stay.
        - At most 1024 characters of the first 20 lines. If that is not all, a last line says that the content was cut.
        - V(null) without O(show_content), or if the file is empty, is not text because it has a NUL, or is larger than
          64 KiB. The module M(poolboy.concourse.concourse_pool_lock) returns a content without changes.
      type: str
      sample: "address: 10.0.3.7\nregion: eu-west-1"
pools:
  description: The pools, sorted by name unless O(pools) gives an order.
  returned: after the locks were judged
  type: list
  elements: dict
  contains:
    name: {description: The name of the pool., type: str, sample: aws}
    claimed: {description: How many locks are claimed., type: int, sample: 8}
    unclaimed: {description: How many locks are free., type: int, sample: 3}
    releasable: {description: How many locks the policy allows to release now., type: int, sample: 2}
    verdicts:
      description: How many locks have each verdict; verdicts without locks are left out.
      type: dict
      sample: {errored: 2, free: 3, running: 6}
    oldest_claim_at:
      description: When the lock that has been claimed longest was claimed, in UTC.
      type: str
      sample: "2026-11-20T10:00:00Z"
    oldest_claim_minutes: {description: Minutes since then., type: int, sample: 1440}
problems:
  description: Problems in these pools that a person should fix. They change no verdict.
  returned: after the locks were judged
  type: list
  elements: dict
  contains:
    pool: {description: The pool., type: str, sample: aws}
    text:
      description: What is wrong with it.
      type: str
      sample: "lock env-1 is both claimed and unclaimed: find out which file is right, and remove the other"
report:
  description: The locks as the lines of a table, the worst first.
  returned: after the locks were judged
  type: list
  elements: str
  sample:
    - "POOL  LOCK   VERDICT  CLAIMED BY    SINCE (UTC)  AGE    COMMIT"
    - "aws   env-4  errored  ci/deploy 12  11-21 20:31  3h 7m  d0850b46"
    - "             ci/deploy 12 errored and left it claimed"
commit:
  description: The commit of the branch that the module read.
  returned: after the locks were judged
  type: str
  sample: 71122d97d3f8a1f5f3f8d3f1c9d7f9e6a2b4c6d8
"""

from ..module_utils._ansible.python_version import check_python

check_python()

from ..module_utils._ansible.archive_imports import compile_each_file_once

compile_each_file_once()

from ..module_utils._ansible.options import MODULES
from ..module_utils._ansible.status_module import StatusModule
from ..module_utils._core.report.status_result import status_result
from ..module_utils._core.report.unwanted import unwanted_verdicts
from ..module_utils._core.verdict.judge import locks_of


def main() -> None:
    module = StatusModule(*MODULES["concourse_pool_status"])
    with module.failing_clearly(), module.judge() as judge, module.lock_repository() as repository:
        snapshot = repository.snapshot()
        pools = module.chosen_pools(snapshot)
        locks = locks_of(snapshot, pools)
        contents = module.contents(repository, snapshot, locks)
        judged = judge(locks, snapshot, pools)
        result = status_result(snapshot, pools, judged, module.now, contents)
        module.so_far = lambda: {**result, "changed": False}
        unwanted = unwanted_verdicts(judged, module.fail_on)
        if unwanted is not None:
            raise unwanted
        module.exit(result)


if __name__ == "__main__":
    main()
