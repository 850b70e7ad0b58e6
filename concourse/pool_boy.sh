#!/usr/bin/env bash
# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The script of the Concourse task. Its parameters are environment variables, see task.yml beside this file.
set -euo pipefail

playbooks=(clean status trigger pool_boy)

refuse() {
    echo "pool_boy.sh: $1" >&2
    exit 2
}

# In the containers of Concourse, caches belong to root. A task that starts as root makes the user of the image the
# owner of its cache, and continues as this user.
if [ "$(id -u)" = 0 ] && id pool-boy >/dev/null 2>&1; then
    [ ! -d pool-boy-cache ] || chown -R pool-boy: pool-boy-cache
    exec setpriv --reuid=pool-boy --regid=pool-boy --init-groups "$0" "$@"
fi

# Concourse passes a parameter without a value as an empty variable, which the modules would use as a value.
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
if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then
    export HOME=$work
fi
# A cache of the task keeps the copy of the lock repository, and since when builds are gone, for the next build.
arguments=()
if [ -d pool-boy-cache ] && [ -w pool-boy-cache ]; then
    export XDG_CACHE_HOME=$PWD/pool-boy-cache
else
    # A cache that is lost with the container remembers nothing, and the modules must know that.
    arguments+=(--extra-vars pool_boy_cache=false)
fi
if [ -d pool-boy-cache ] && [ ! -w pool-boy-cache ]; then
    echo "pool_boy.sh: pool-boy-cache is not writable, so this build does not use it. Set run: {user: root}." >&2
fi
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false

arguments+=("poolboy.concourse.$playbook")
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
    # In a file, because everybody can read a command line.
    printf '%s\n' "$OPTIONS" >"$work/OPTIONS"
    arguments+=(--extra-vars "@$work/OPTIONS")
fi
ansible-playbook "${arguments[@]}"
