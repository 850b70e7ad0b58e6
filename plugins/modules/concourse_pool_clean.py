#!/usr/bin/python
# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: concourse_pool_clean
short_description: Give back the locks of Concourse pools that nobody holds any more
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Looks at the locks of one or more pools as M(poolboy.concourse.concourse_pool_status) does, and gives back those
    that the policy lets go, each by one commit. All commits go up in one push that is never forced.
  - A lock that a build is at work with, or of whose build Concourse gives no answer that can be believed, is never
    given back, except by O(force).
  - Without O(concourse_url) or O(concourse_target) nobody can be asked whether a build is alive. Then locks that builds
    claimed are given back by their age alone, after the O(stale_timeout), even if a build is at work with them, and a
    warning tells so. The policy C(unverified) of V(keep) keeps them.
  - Right before the push each lock is judged once more. If somebody else has pushed in the meantime, only locks that
    are still claimed by the commit that was judged are gone on with.
  - The result of a run in check mode has the same values as that of a real run.
extends_documentation_fragment:
  - poolboy.concourse._attributes
  - poolboy.concourse._attributes.action_group
  - poolboy.concourse._git
  - poolboy.concourse._concourse
  - poolboy.concourse._pools
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  pools:
    required: true
    description:
      - The pools, as a list of names, of V(name:minutes) with a stale timeout, or of dictionaries; or all of it as one
        text, such as V(aws:60,gcp:30) or the list as JSON. Only locks of these pools are given back.
      - A pool is a folder of the repository with a folder C(claimed) or C(unclaimed), such as V(aws) or V(cf/fresh).
      - A dictionary has the key C(name) and may have C(stale_timeout), C(grace), C(policy), C(release_to), which take
        the place of the options of the same name for this pool. The keys C(job) and C(resource) are for another module
        and are ignored.
      - If not provided, will be read from E(POOLS) where the module runs.
  release_to:
    description:
      - Another pool of the repository to whose free locks the locks go, instead of their own. Use it to have
        environments looked at or made anew before somebody claims them again.
    type: str
  exclude:
    description:
      - Locks to keep in any case, as shell patterns of C(pool/lock) such as V(aws/precious-*).
      - A warning tells of a pattern that fits no lock of the pools, as one without its pool does.
    type: list
    elements: str
    default: []
  max_releases:
    description:
      - If more locks than this are to be given back, none is, and the module fails with what it would have done.
    type: int
    default: 20
  force:
    description:
      - Locks to give back whatever the policy says, even if a build is at work with them. Ordinary work never needs it.
      - A lock that O(exclude) keeps as well is refused.
    type: list
    elements: dict
    default: []
    suboptions:
      lock:
        description: The lock, as C(pool/lock).
        type: str
        required: true
      commit:
        description:
          - The commit of the claim, as C(commit) in RV(locks) gives it, or its first 7 hexadecimal digits or more.
            Write it in quotes, as digits alone would be a number. The module fails if the lock is claimed by another
            commit by now, or is free.
        type: str
        required: true
  git_author:
    description: Author and committer of the commits, as C(Name <mail>).
    type: str
    default: poolboy.concourse <poolboy@localhost>
notes:
  - The module needs git, GitPython, requests, the repository and Concourse where it runs. Use C(delegate_to) with
    V(localhost) and C(run_once) to run it on the controller.
  - Commits are signed if git's own settings say so, C(commit.gpgsign) for one.
"""

EXAMPLES = r"""
- name: Give back what nobody holds any more
  poolboy.concourse.concourse_pool_clean:
    repo: git@git.example.com:teams/locks.git
    key_file: ~/.ssh/locks
    concourse_url: https://ci.example.com
    concourse_username: pool-boy
    concourse_password: "{{ concourse_password }}"
    pools: [aws, "gcp:30"]
  delegate_to: localhost
  run_once: true

- name: Keep failed environments for a day, and have all others made anew
  poolboy.concourse.concourse_pool_clean:
    repo: git@git.example.com:teams/locks.git
    concourse_target: ci
    pools:
      - name: cf/ready
        release_to: cf/destroy
        stale_timeout: 1440
    exclude: [cf/ready/demo-*]

- name: Give back one lock that the policy keeps
  poolboy.concourse.concourse_pool_clean:
    repo: git@git.example.com:teams/locks.git
    concourse_target: ci
    pools: [aws]
    force:
      - lock: aws/env-6
        commit: "7000aa5c0b1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f"
"""

RETURN = r"""
locks:
  description:
    - The locks as they were before the run, with all that M(poolboy.concourse.concourse_pool_status) tells of them, and
      what was done with each.
  returned: once the repository was read
  type: list
  elements: dict
  contains:
    pool: {description: The pool., type: str, sample: aws}
    name: {description: The name of the lock., type: str, sample: env-4}
    verdict: {description: The verdict., type: str, sample: errored}
    reason: {description: Why it has this verdict., type: str, sample: ci/deploy 12 errored and left it claimed}
    action:
      description: V(release), V(move) to another pool, or V(keep).
      type: str
      sample: release
    action_reason: {description: Why this is done., type: str, sample: 'errored, since 2026-11-21T20:31:59Z'}
released:
  description: The locks that were given back. None if the module failed.
  returned: once the repository was read
  type: list
  elements: dict
  contains:
    pool: {description: The pool that the lock was in., type: str, sample: aws}
    name: {description: The name of the lock., type: str, sample: env-4}
    to_pool: {description: The pool whose free locks it is among now., type: str, sample: aws}
    verdict: {description: The verdict., type: str, sample: errored}
    reason: {description: Why the lock had this verdict., type: str, sample: ci/deploy 12 errored and left it claimed}
    commit: {description: The commit of the claim., type: str, sample: d0850b46e5200ff4c85718fad1652bdcdd611339}
pools:
  description: The pools as they were before the run, as M(poolboy.concourse.concourse_pool_status) tells of them.
  returned: once the repository was read
  type: list
  elements: dict
problems:
  description: What a person should look at in these pools, as M(poolboy.concourse.concourse_pool_status) tells it.
  returned: once the repository was read
  type: list
  elements: dict
report:
  description:
    - All of this as the lines of a table for a person, the worst first. The pools are as they were before the run.
  returned: once the repository was read
  type: list
  elements: str
commit:
  description: The commit of the branch that was looked at, before anything was given back.
  returned: once the repository was read
  type: str
  sample: 71122d97d3f8a1f5f3f8d3f1c9d7f9e6a2b4c6d8
"""

import time

from ..module_utils._ansible.clean_module import CleanModule
from ..module_utils._ansible.options import MODULES
from ..module_utils._core.clean.result import clean_diff, clean_result, clean_warnings, failure_result
from ..module_utils._core.clean.run import CleanRun
from ..module_utils._core.push.retry import PushRetry


def main() -> None:
    module = CleanModule(*MODULES["concourse_pool_clean"])
    with module.failing_clearly(), module.judge() as judge, module.lock_repository() as repository:
        rules = module.cleaning_rules()
        looked_at = repository.snapshot()
        pools = module.chosen_pools(looked_at)
        names = [pool.name for pool in pools]
        cleaning = CleanRun(looked_at, pools, rules, judge, lambda: int(time.time()))
        module.so_far = lambda: failure_result(cleaning, looked_at, names, module.now)
        cleaning.decide()
        for warning in clean_warnings(cleaning.plan, rules.exclude):
            module.warn(warning)
        if cleaning.releases() and not module.check_mode:
            cleaning.push_releases(module.release_store(repository), PushRetry())
        result = clean_result(cleaning.plan, looked_at, names, module.now, released=True)
        module.exit(result, changed=bool(cleaning.releases()), diff=clean_diff(cleaning.plan))


if __name__ == "__main__":
    main()
