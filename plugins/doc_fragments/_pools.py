# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the pools and their policies. In keeping with _ansible/option_groups.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Which pools, and when a lock of them may be given back."""

    DOCUMENTATION = r"""
options:
  pools:
    description:
      - The pools, as a list of names, of V(name:minutes) with a stale timeout, or of dictionaries; or all of it as one
        text, such as V(aws:60,gcp:30) or the list as JSON.
      - A pool is a folder of the repository with a folder C(claimed) or C(unclaimed), such as V(aws) or V(cf/fresh).
      - A dictionary has the key C(name) and may have C(stale_timeout), C(grace) and C(policy), which take the place of
        the options of the same name for this pool. The keys C(release_to), C(job) and C(resource) are for other
        modules and are ignored here, and so is C(=team/pipeline/job) behind a name.
      - If not provided, will be read from E(POOLS) where the module runs; without it, all pools.
    type: raw
  stale_timeout:
    description:
      - Minutes after which a lock with the policy V(stale) may be given back.
      - The clock starts when the last build that held the lock ended, or with the claim where no build is known.
    type: int
    default: 60
  grace:
    description: Minutes after which a lock with the policy V(release) may be given back, by the same clock.
    type: int
    default: 5
  policy:
    description:
      - What may be done with a lock, by verdict. Each is V(release) (after the O(grace)), V(stale) (after the
        O(stale_timeout)) or V(keep).
      - What is not given here stays as O(preset) says, by default V(release) for C(errored), C(aborted) and C(zombie),
        V(stale) for C(leaked), C(failed), C(gone) and C(unverified), and V(keep) for C(handed_off), C(manual) and
        C(foreign). Without a Concourse, all locks that builds claimed are C(unverified).
      - Locks that are C(running), C(unreachable), or C(handed_off) to a build at work are kept whatever is given here.
    type: dict
    default: {}
  preset:
    description:
      - The policies that O(policy) is laid over.
      - V(safe) are the policies described there.
      - V(pool_boy) is for those who come from the Python script of this name. It releases after the O(grace) whatever
        no build is at work with, and after the O(stale_timeout) all other locks, those of people too. It takes locks
        from pipelines that wait for a hand-off, for example at a manual gate.
    type: str
    choices: [safe, pool_boy]
    default: safe
"""
