#!/usr/bin/python
# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: concourse_pool_clean
short_description: Release stale locks of Concourse pools
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Reads the locks of pools as M(poolboy.concourse.concourse_pool_status) does, and releases those whose policy allows
    it, with one commit for each lock. All commits go out in one push, which is never forced. If Concourse responds
    slowly about some locks, these are left to a later push of the same run.
  - Except with O(force), a lock is never released while it is C(held), while Concourse reports that a build uses it, or
    while Concourse gives no credible response about its build.
  - Without O(concourse_url) or O(concourse_target), the module cannot verify whether a build is still running. It then
    keeps the locks that builds claimed and fails, unless O(no_concourse), O(preset=pool_boy), or O(policy) with V(keep)
    for C(unverified) decides. O(no_concourse=stale) and O(preset=pool_boy) release these locks by the age of their
    claims, even while a build uses them.
  - If Concourse gives no credible response about any lock that a build holds, for example because O(concourse_url) is
    misspelt, the module keeps all locks and fails, unless O(unreachable_ok) is set. If it gives none about some of
    these locks, the module keeps them and warns.
  - The module judges each lock again immediately before the push. At the start of the push, no judgement is older than
    5 seconds. If Concourse does not answer about a lock within that time, even when asked again, the lock is kept.
  - If somebody else has pushed in the meantime, the module only releases locks that are still claimed by the same
    commit.
  - If at least 3 locks that builds hold, and more than half of them, are C(gone) at once, Concourse has probably lost
    its data. The module then releases nothing and fails, see O(accept_gone).
  - In check mode, the result has the same values as that of a real run, unless a build starts, somebody pushes, or
    Concourse responds slowly before the push.
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
      - The pools, as a list of names, of V(name:minutes) with a stale timeout, or of dictionaries. Also accepts the
        list as one string, such as V(aws:60,gcp:30), or as JSON. The module only releases locks of these pools.
      - A pool is a folder of the repository with a folder C(claimed) or C(unclaimed), such as V(aws) or V(cf/fresh).
      - A dictionary has the key C(name) and optionally C(stale_timeout), C(grace), C(policy), C(no_concourse) and
        C(release_to), which override the options of the same name for this pool. The keys C(job) and C(resource) are
        for another module; this module ignores them.
      - If not provided, it is read from E(POOLS) where the module runs.
  release_to:
    description:
      - Another pool of the repository that receives the released locks as free locks. Use it to inspect or rebuild
        environments before a job claims them again.
    type: str
  exclude:
    description:
      - Locks that are always kept, as C(pool/lock) or as shell patterns such as V(aws/precious-*). The exact name of a
        lock also works if it looks like a pattern, such as V(aws/env[1]).
      - An entry without a slash also matches the names of locks in all pools, such as V(env-1) or V(*-prod).
      - The module fails if an entry is the name of a pool, and warns about a pattern that matches no lock of the pools.
    type: list
    elements: str
    default: []
  max_releases:
    description:
      - If more locks than this are due for release, the module releases none of them and fails. The result then shows
        what it would have done. At least V(1); to release nothing, use check mode.
    type: int
    default: 20
  accept_gone:
    description:
      - The commits of claims whose builds are gone for good, for example because their pipeline was destroyed, as
        RV(locks) shows them, or at least their first 7 hexadecimal digits. Quote them, because YAML reads digits alone
        as a number.
      - The module fails and releases nothing if at least 3 locks that builds hold, and more than half of them, are
        C(gone), and it would release one of these whose commit is not in this list.
      - A commit that no longer claims a lock has no effect.
    type: list
    elements: str
    default: []
  unreachable_ok:
    description:
      - Whether to succeed although Concourse could not be asked about any of the locks that builds hold, because no
        Concourse is configured, or because it gives no credible response. The module then warns. These locks are kept
        in any case.
    type: bool
    default: false
  force:
    description:
      - Locks to release regardless of the policy, even if a build uses them or they are C(held), as a list of
        dictionaries. Normal operation never needs this option. For one lock, the playbook
        C(poolboy.concourse.release) is easier.
      - A dictionary has the keys C(lock) for the lock as C(pool/lock), and C(commit) for the commit of the claim as
        RV(locks) shows it, or at least its first 7 hexadecimal digits. Quote the commit, because YAML reads digits
        alone as a number. Also accepts the list as JSON.
      - The module then releases no other lock.
      - The module fails if another commit claims the lock now, if the lock is free, or if O(exclude) keeps it.
    type: raw
  git_author:
    description: Author and committer of the commits, as C(Name <mail>).
    type: str
    default: poolboy.concourse <poolboy@localhost>
notes:
  - The host where the module runs needs git, GitPython, requests, and access to the repository and Concourse. Use
    C(delegate_to) with V(localhost) and C(run_once) to run it on the controller.
  - Commits are signed if the git configuration requires it, for example with C(commit.gpgsign).
seealso:
  - module: poolboy.concourse.concourse_pool_status
  - module: poolboy.concourse.concourse_pool_lock
  - name: Release stale locks
    link: https://poolboy.github.io/concourse/docsite/cleaning.html
    description: The options with examples, and why a lock is kept.
  - name: Choosing policies
    link: https://poolboy.github.io/concourse/docsite/choosing_policies.html
    description: Policies for common situations.
  - name: How a release stays safe
    link: https://poolboy.github.io/concourse/docsite/safe_releases.html
    description: Why a run never takes a lock that is in use.
"""

EXAMPLES = r"""
- name: Release stale locks
  poolboy.concourse.concourse_pool_clean:
    repo: git@git.example.com:teams/locks.git
    key_file: ~/.ssh/locks
    concourse_url: https://ci.example.com
    concourse_username: pool-boy
    concourse_password: "{{ concourse_password }}"
    pools: [aws, "gcp:30"]
  delegate_to: localhost
  run_once: true

- name: Send stale locks to another pool, where a job rebuilds their environments
  poolboy.concourse.concourse_pool_clean:
    repo: git@git.example.com:teams/locks.git
    concourse_target: ci
    pools:
      - name: cf/ready
        release_to: cf/destroy
        stale_timeout: 1440
    exclude: [cf/ready/demo-*]

- name: Release one lock that the policy keeps
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
    - The locks before the run, with all keys of M(poolboy.concourse.concourse_pool_status), and the action for each.
      C(content) is always V(null).
  returned: after the locks were judged
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
    action_reason: {description: The reason of the action., type: str, sample: 'errored, since 2026-11-21T20:31:59Z'}
released:
  description:
    - The locks that were released, in the order of the commits. If the module failed, those released before the
      failure.
  returned: after the repository was read
  type: list
  elements: dict
  contains:
    pool: {description: The pool that the lock was in., type: str, sample: aws}
    name: {description: The name of the lock., type: str, sample: env-4}
    to_pool: {description: The pool in which the lock is free now., type: str, sample: aws}
    verdict: {description: The verdict., type: str, sample: errored}
    reason: {description: Why the lock had this verdict., type: str, sample: ci/deploy 12 errored and left it claimed}
    commit: {description: The commit of the claim., type: str, sample: d0850b46e5200ff4c85718fad1652bdcdd611339}
pools:
  description: The pools before the run, with the keys of M(poolboy.concourse.concourse_pool_status).
  returned: after the locks were judged
  type: list
  elements: dict
  sample:
    - name: aws
      claimed: 2
      unclaimed: 1
      releasable: 1
      verdicts: {errored: 1, free: 1, running: 1}
      oldest_claim_at: "2026-11-21T20:31:56Z"
      oldest_claim_minutes: 187
problems:
  description: Problems that a person should fix, with the keys of M(poolboy.concourse.concourse_pool_status).
  returned: after the locks were judged
  type: list
  elements: dict
  sample:
    - pool: aws
      text: "lock env-1 is both claimed and unclaimed: find out which file is right, and remove the other"
report:
  description:
    - The locks before the run as the lines of a table, each with what the run does with it, or would do in check mode.
  returned: after the locks were judged
  type: list
  elements: str
  sample:
    - "POOL  LOCK   ACTION   VERDICT  CLAIMED BY    AGE    COMMIT"
    - "aws   env-4  release  errored  ci/deploy 12  3h 7m  d0850b46"
    - "             ci/deploy 12 errored and left it claimed"
commit:
  description: The commit of the branch that the module read, before any release.
  returned: after the locks were judged
  type: str
  sample: 71122d97d3f8a1f5f3f8d3f1c9d7f9e6a2b4c6d8
"""

from ..module_utils._ansible.python_version import check_python

check_python()

from ..module_utils._ansible.archive_imports import compile_each_file_once

compile_each_file_once()

from ..module_utils._ansible.clean_module import CleanModule
from ..module_utils._ansible.options import MODULES


def main() -> None:
    module = CleanModule(*MODULES["concourse_pool_clean"])
    with module.failing_clearly(), module.judge() as judge, module.lock_repository() as repository:
        cleaning = module.cleaning(judge, repository)
        module.so_far = cleaning.failure
        cleaning.carry_out()
        module.exit(cleaning.result(), changed=bool(cleaning.released), diff=cleaning.diff())


if __name__ == "__main__":
    main()
