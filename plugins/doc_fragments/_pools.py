# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the pools and their policies, the same as in `module_utils/_core/options/groups.py`."""

from __future__ import annotations


class ModuleDocFragment:
    """The pools, and when their locks may be released."""

    DOCUMENTATION = r"""
options:
  pools:
    description:
      - The pools, as a list of names, of V(name:minutes) with a stale timeout, or of dictionaries. Also accepts the
        list as one string, such as V(aws:60,gcp:30), or as JSON.
      - A pool is a folder of the repository with a folder C(claimed) or C(unclaimed), such as V(aws) or V(cf/fresh).
      - Names of pools and locks in options can be written in composed or decomposed Unicode.
      - A dictionary has the key C(name) and optionally C(stale_timeout), C(grace), C(policy) and C(no_concourse), which
        override the options of the same name for this pool. The keys C(release_to), C(job) and C(resource), and
        C(=team/pipeline/job) after a name, are for other modules; this module ignores them.
      - If not provided, it is read from E(POOLS) where the module runs. If neither is set, the module reads all pools.
    type: raw
  stale_timeout:
    description:
      - Minutes after which a lock with the policy V(stale) may be released.
      - The time is counted from the end of the last build that held the lock, or from the claim if no build is known.
        V(0) or more.
    type: int
    default: 60
  grace:
    description:
      - Minutes after which a lock with the policy V(release) may be released, counted as for O(stale_timeout). V(0) or
        more.
    type: int
    default: 5
  policy:
    description:
      - The policy for each verdict, one of V(release) (after the O(grace)), V(stale) (after the
        O(stale_timeout)) or V(keep).
      - Verdicts without an entry keep the policy of O(preset). By default, this is V(release) for C(errored),
        C(aborted) and C(zombie), V(stale) for C(leaked), C(failed), C(gone) and C(expired), and V(keep) for
        C(handed_off), C(manual), C(foreign) and C(unverified).
      - V(stale) for C(unverified) releases locks whose build Concourse cannot identify by the age of their claims. If
        no Concourse is configured, it has no effect, because O(no_concourse) decides. V(keep) keeps these locks in both
        cases.
      - Locks that are C(running), C(held), C(unreachable), or C(handed_off) to a pending or started build are always
        kept. The module fails if this option names C(running), C(held), C(unreachable) or C(free).
    type: dict
    default: {}
  preset:
    description:
      - The policies that O(policy) overrides.
      - V(safe) uses the default policies of O(policy).
      - V(pool_boy) is closest to the Python script C(pool-boy), but keeps each lock that a build uses. C(errored),
        C(aborted), C(zombie), C(failed), C(leaked), C(gone) and C(handed_off) have the policy V(release); C(expired),
        C(manual), C(foreign) and C(unverified) have V(stale). So a lock that waits for the next job of its pipeline,
        for example at a manual gate, is released after the O(grace).
      - Without a Concourse, V(pool_boy) releases locks by the age of their claims, as O(no_concourse=stale) does.
    type: str
    choices: [safe, pool_boy]
    default: safe
  no_concourse:
    description:
      - What to do with locks that builds claimed if neither O(concourse_url) nor O(concourse_target) is set, so that it
        is unknown whether these builds are still running.
      - V(keep) keeps them.
      - V(stale) releases them by the age of their claims. Each of these locks may be released when the
        O(stale_timeout) has passed since the claim, even while a build uses it.
      - If not provided, they are kept, unless O(preset=pool_boy) or O(policy) decides.
    type: str
    choices: [keep, stale]
"""
