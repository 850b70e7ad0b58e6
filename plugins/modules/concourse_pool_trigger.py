#!/usr/bin/python
# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: concourse_pool_trigger
short_description: Start a build for each free lock of Concourse pools
version_added: 0.1.0
author:
  - The poolboy.concourse authors (@poolboy)
description:
  - Ensures that there is one build of a job for each free lock of a pool, no matter who releases or adds the lock, and
    no matter how often this module runs, is interrupted, or fails.
  - The module counts the free locks of each pool, and the builds of its job that are pending, or that have started but
    not yet claimed a lock of the pool. It starts the missing builds. It keeps no state between runs.
  - The module sends the request for a build once. If the response is lost, it looks for the build instead of sending
    the request again.
  - In check mode, the result has the same values as that of a real run, except for the names of the builds.
  - The job must not release its lock into the same pool. Otherwise each build leaves a free lock, for which the next
    run starts a build, without end.
extends_documentation_fragment:
  - poolboy.concourse._attributes
  - poolboy.concourse._attributes.action_group
  - poolboy.concourse._git
  - poolboy.concourse._concourse
attributes:
  check_mode:
    support: full
    details:
      - Concourse checks the permission only when a build is started, so check mode does not detect a missing role.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  pools:
    required: true
    description:
      - The pools, each with the job whose builds claim its locks, as a list of dictionaries, or of
        V(name=team/pipeline/job). Also accepts the list as one string, such as
        V(aws=main/deploy/claim,gcp=main/deploy/claim-gcp).
      - A pool is a folder of the repository with a folder C(claimed) or C(unclaimed), such as V(aws) or V(cf/fresh).
      - A dictionary has the keys C(name) and C(job). C(job) is V(team/pipeline/job), or a dictionary with the keys
        C(team), C(pipeline), C(job) and, for an instance of an instanced pipeline, C(instance_vars). Use the
        dictionary for names that contain a slash.
      - The key C(resource) names the pool's resource in the pipeline of the job, for O(resource_check).
      - Two pools cannot have the same job. The module ignores keys for other modules, such as C(stale_timeout).
      - If not provided, it is read from E(POOLS) where the module runs.
    type: raw
  strategy:
    description:
      - How the module counts builds.
      - V(reconcile) counts the free locks in the repository and the builds in Concourse, and writes nothing.
      - V(tally) keeps the counts in the files C(.pending-triggers) and C(.pending-removals) of the pool, with the
        meaning and the commit messages of the pool-trigger-resource, for pools that share them with that resource. The
        module pushes the counts before it starts builds. Delete both files to start counting again.
    type: str
    choices: [reconcile, tally]
    default: reconcile
  retry:
    description:
      - How many times the module starts builds for the same free locks while all of these builds end without a claim.
        Builds for several free locks count as one attempt. At least V(1).
      - After each attempt the module waits, 1 minute at first, then 2, 4 and so on, up to 60 minutes. After the last
        attempt the pool is V(stuck).
      - The count starts again when a build of the job claims a lock of the pool, another lock becomes free, or the
        pipeline is set again.
    type: int
    default: 5
  max_triggers:
    description:
      - The largest number of builds to start in one run, for all pools together, at least V(1). The next run continues.
    type: int
    default: 100
  resource_check:
    description:
      - Whether to check the resource of a pool after starting builds for it, so that jobs that C(get) the pool see the
        commits of its locks at once.
      - Without the key C(resource) in O(pools), the module checks all resources that the job puts to.
    type: bool
    default: false
  git_author:
    description: Author and committer of the commits that O(strategy=tally) makes, as C(Name <mail>).
    type: str
    default: poolboy.concourse <poolboy@localhost>
notes:
  - The host where the module runs needs git, GitPython, requests, and access to the repository and Concourse. Use
    C(delegate_to) with V(localhost) and C(run_once) to run it on the controller.
  - To start builds, the user of Concourse needs the role C(pipeline-operator) in the team of each job.
seealso:
  - module: poolboy.concourse.concourse_pool_status
  - name: Start a build for each free lock
    link: https://poolboy.github.io/concourse/docsite/triggering.html
    description: What a run finds and does, and why a build may be missing.
  - name: How builds are counted
    link: https://poolboy.github.io/concourse/docsite/counting_builds.html
    description: Which builds count, and what happens if several runs count at once.
  - name: Share a pool with a pool-trigger-resource
    link: https://poolboy.github.io/concourse/docsite/tally.html
    description: How the strategy V(tally) shares a pool with a pool-trigger-resource.
"""

EXAMPLES = r"""
- name: Start a build for each free lock
  poolboy.concourse.concourse_pool_trigger:
    repo: git@git.example.com:teams/locks.git
    key_file: ~/.ssh/locks
    concourse_url: https://ci.example.com
    concourse_username: pool-boy
    concourse_password: "{{ concourse_password }}"
    pools:
      - name: aws
        job: main/deploy/claim-aws
      - name: gcp
        job: main/deploy/claim-gcp
  delegate_to: localhost
  run_once: true

- name: Rebuild environments in quarantine, with an instance of an instanced pipeline
  poolboy.concourse.concourse_pool_trigger:
    repo: git@git.example.com:teams/locks.git
    concourse_target: ci
    pools:
      - name: cf/destroy
        job:
          team: main
          pipeline: environments
          job: rebuild
          instance_vars:
            cloud: aws
        resource: destroy-pool
    resource_check: true
    retry: 3
"""

RETURN = r"""
triggered:
  description:
    - The builds that were started, even if the module failed later.
    - In check mode, the builds that would be started, with V(null) for C(build), C(id) and C(url).
  returned: always
  type: list
  elements: dict
  contains:
    pool: {description: The pool., type: str, sample: aws}
    team: {description: The team of the job., type: str, sample: main}
    pipeline: {description: The pipeline of the job., type: str, sample: deploy}
    instance_vars: {description: Instance variables of the pipeline or V(null)., type: dict, sample: {cloud: aws}}
    job: {description: The job., type: str, sample: claim-aws}
    build: {description: The name of the build., type: str, sample: "17"}
    id: {description: The id of the build., type: int, sample: 4711}
    url:
      description: The page of the build.
      type: str
      sample: https://ci.example.com/teams/main/pipelines/deploy/jobs/claim-aws/builds/17
pools:
  description: The pools, in the order in which they were given.
  returned: after the repository was read
  type: list
  elements: dict
  contains:
    name: {description: The pool., type: str, sample: aws}
    job: {description: Its job., type: str, sample: main/deploy/claim-aws}
    job_url:
      description: The page of the job.
      type: str
      sample: https://ci.example.com/teams/main/pipelines/deploy/jobs/claim-aws
    instance_vars: {description: Instance variables of the pipeline or V(null)., type: dict, sample: {cloud: aws}}
    unclaimed: {description: How many locks are free., type: int, sample: 3}
    active:
      description: How many builds of the job can still claim a lock. They are pending, or started without a claim.
      type: int
      sample: 1
    pending: {description: How many of these are pending., type: int, sample: 0}
    needed:
      description: How many builds were missing. With O(strategy=tally), according to the tally.
      type: int
      sample: 2
    triggered:
      description: How many builds were started, or would be in check mode.
      type: int
      sample: 2
    state:
      description:
        - V(satisfied), no build was missing.
        - V(triggered), the missing builds were started.
        - V(waiting), the job or its pipeline is paused, or the module waits before the next attempt because the last
          builds ended without a claim.
        - V(stuck), builds keep ending without a claim, and no more are started.
        - V(limited), the run reached O(max_triggers), or took too long with O(strategy=tally). The next run continues.
        - V(failed), Concourse gave no response, or does not start builds of the job. The module then fails.
      type: str
      sample: triggered
    reason:
      description: Why the pool has this state, in one line.
      type: str
      sample: 2 builds for 3 free locks besides 1 active build
    stuck_builds:
      description: If the pool is V(stuck), the pages of the builds that ended without a claim, the latest first.
      type: list
      elements: str
      sample: [https://ci.example.com/teams/main/pipelines/deploy/jobs/claim-aws/builds/17]
    blocked:
      description:
        - The oldest pending build, if a lock is free, something blocks the build, and there was no activity for 10
          minutes. Otherwise V(null). The build still counts as V(active), so the module starts no other build for its
          lock.
        - The module also warns if an input is missing, or if there was no activity for an hour.
      type: dict
      contains:
        build: {description: The name of the build., type: str, sample: "17"}
        id: {description: The id of the build., type: int, sample: 4711}
        url:
          description: The page of the build.
          type: str
          sample: https://ci.example.com/teams/main/pipelines/deploy/jobs/claim-aws/builds/17
        since:
          description:
            - The last time when a build of the job started or ended, the job claimed a lock of the pool, a free lock
              arrived, or the pipeline was set.
            - At most a day ago; an earlier time is returned as a day ago.
          type: str
          sample: "2026-09-21T14:17:20Z"
        missing_inputs:
          description: The inputs without a version, each with the reason that Concourse gives.
          type: dict
          sample: {code: no satisfiable builds from passed jobs found for set of inputs}
        reason:
          description: What blocks the build, in one line.
          type: str
          sample: input code has no version (no satisfiable builds from passed jobs found for set of inputs)
    checked: {description: The resources that Concourse checks., type: list, elements: str, sample: [environment]}
report:
  description: The pools as the lines of a table.
  returned: after the repository was read
  type: list
  elements: str
  sample:
    - "POOL  STATE      FREE  ACTIVE  STARTED"
    - "aws   triggered  3     2       1"
    - "  1 build for 3 free locks besides 2 active builds"
    - "  started https://ci.example.com/teams/main/pipelines/deploy/jobs/claim-aws/builds/17"
commit:
  description: The commit of the branch that the module read.
  returned: after the repository was read
  type: str
  sample: 71122d97d3f8a1f5f3f8d3f1c9d7f9e6a2b4c6d8
"""

from ..module_utils._ansible.python_version import check_python

check_python()

from ..module_utils._ansible.archive_imports import compile_each_file_once

compile_each_file_once()

from ..module_utils._ansible.options import MODULES
from ..module_utils._ansible.trigger_module import TriggerModule
from ..module_utils._core.trigger.result import failure_result, trigger_result


def main() -> None:
    module = TriggerModule(*MODULES["concourse_pool_trigger"])
    module.so_far = lambda: {"triggered": []}
    with module.failing_clearly(), module.lock_repository() as repository, module.triggering(repository) as triggering:
        module.so_far = lambda: failure_result(triggering)
        triggering.fetch()
        triggering.start_builds()
        result = trigger_result(triggering)
        module.exit(result, changed=triggering.changed)


if __name__ == "__main__":
    main()
