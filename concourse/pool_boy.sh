#!/usr/bin/env bash
# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What the Concourse task runs. Its parameters come as environment variables, see task.yml beside this file.
set -euo pipefail

playbooks=(clean status trigger pool_boy)

refuse() {
    echo "pool_boy.sh: $1" >&2
    exit 2
}

# Concourse gives a parameter without a value as an empty variable; the modules would take it for a value.
for parameter in POOL_REPO POOL_REPO_SSH_PRIVATE_KEY POOL_REPO_KNOWN_HOSTS POOLS STALE_TIMEOUT \
    CONCOURSE_BASE_URL CONCOURSE_USERNAME CONCOURSE_PASSWORD PLAYBOOK CHECK OPTIONS; do
    [ -n "${!parameter:-}" ] || unset "$parameter"
done

playbook=${PLAYBOOK:-clean}
[[ " ${playbooks[*]} " == *" $playbook "* ]] || refuse "PLAYBOOK is '$playbook', but must be one of: ${playbooks[*]}."
[[ ${CHECK:-false} =~ ^(true|false)$ ]] || refuse "CHECK is '$CHECK', but must be true or false."
[[ ${STALE_TIMEOUT:-0} =~ ^[0-9]+$ ]] || refuse "STALE_TIMEOUT is '$STALE_TIMEOUT', but must be a number of minutes."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=${HOME:-$work}
# A cache of the task keeps the copy of the lock repository for the next build.
[ ! -d pool-boy-cache ] || export XDG_CACHE_HOME=$PWD/pool-boy-cache
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false

arguments=("poolboy.concourse.$playbook")
if [ "${CHECK:-false}" = true ]; then
    arguments+=(--check --diff)
fi
if [ -n "${STALE_TIMEOUT:-}" ]; then
    arguments+=(--extra-vars "pool_boy_stale_timeout=$STALE_TIMEOUT")
fi
if [ -n "${POOL_REPO_KNOWN_HOSTS:-}" ]; then
    printf '%s\n' "$POOL_REPO_KNOWN_HOSTS" >"$work/known_hosts"
    arguments+=(--extra-vars "pool_boy_known_hosts_file=$work/known_hosts")
fi
if [ -n "${OPTIONS:-}" ]; then
    # By a file, as everybody can read a command line.
    printf '%s\n' "$OPTIONS" >"$work/OPTIONS"
    arguments+=(--extra-vars "@$work/OPTIONS")
fi
ansible-playbook "${arguments[@]}"
