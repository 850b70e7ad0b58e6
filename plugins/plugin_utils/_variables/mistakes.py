# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a round that cannot work, each with a sentence for a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from os.path import dirname, normpath
from pathlib import Path

from .._round.links import safe_link
from .._round.output_files import unwritable_files
from .._round.settings import RoundSettings
from .._round.web_addresses import PLACE_OF_COMMIT
from .variable_names import unknown_variables
from .whole_numbers import is_whole_number

# The message of a request with an unreadable port shows it, and it can be a password.
_ADDRESS = re.compile(r"https?://(?=[!-~]+$)([^/?#]*@)?(\[[0-9A-Fa-f:.]+\]|[^/?#@:\[\]]+)(:[0-9]+)?([/?#].*)?")

_PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"


def mistakes(settings: RoundSettings, variables: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each setting that cannot work; `variables` are the names of all variables."""
    unknown = unknown_variables(variables)
    if unknown:
        yield unknown
    yield from (f"pool_boy_{name} is a list or a dictionary, but must be one text." for name in settings.mistyped)
    if not settings.name.strip() and "name" not in settings.mistyped:
        yield "pool_boy_name is empty. Set a name that identifies this repository in page, metrics and messages."
    if isinstance(settings.pools, Mapping) or not isinstance(settings.pools, str | list | tuple):
        yield "pool_boy_pools is not a list. Write a list such as [aws, 'gcp:30'] or a string such as aws,gcp:30."
    yield from _mistakes_in_files(settings)
    yield from _mistakes_in_index(settings)
    yield from _mistakes_in_addresses(settings)
    if not is_whole_number(settings.kept_too_long):
        yield "pool_boy_kept_too_long must be a number of minutes, 0 or more."
    if not is_whole_number(settings.page_old_after, least=1):
        yield "pool_boy_page_old_after must be a number of minutes, 1 or more."


def _mistakes_in_files(settings: RoundSettings) -> Iterator[str]:
    if settings.webhook_url and not settings.state_file:
        yield (
            "pool_boy_webhook_url needs pool_boy_state_file, the file that stores what was reported."
            " Without it, each round would report everything again."
        )
    if settings.pushgateway_url and not (settings.metrics_file or settings.state_file):
        yield (
            "pool_boy_pushgateway_url needs pool_boy_metrics_file or pool_boy_state_file, from which the counters"
            " continue in the next round."
        )
    files = {name: getattr(settings, name) for name in ("page_file", "index_file", "metrics_file", "state_file")}
    broken = [name for name, file in files.items() if "\n" in file]
    yield from (f"pool_boy_{name} has a line break, which the name of a file must not have." for name in broken)
    if broken:
        return  # what was found about the files has a line for each of them
    lost = [name for name, file in files.items() if file and not file.startswith(("/", "~", "$"))]
    if lost and settings.playbook_dir and Path(settings.playbook_dir).resolve() == _PLAYBOOKS:
        yield from (
            f"pool_boy_{name} is {files[name]}, a relative path, which this playbook would look for in the folder of"
            " the collection: give the absolute path."
            for name in lost
        )
        return
    # If the step may fail, the round continues and reports the failure at its end.
    yield from (one.message for one in unwritable_files(settings) if one.step in settings.fatal_steps)


def _mistakes_in_index(settings: RoundSettings) -> Iterator[str]:
    index, page = settings.index_file, settings.page_file
    if not index:
        return
    if not page:
        yield "pool_boy_index_file needs pool_boy_page_file, because the index lists the pages of its folder."
    elif normpath(dirname(index)) != normpath(dirname(page)):
        yield (
            f"pool_boy_index_file must be in the folder of pool_boy_page_file, {dirname(page) or '.'}, because the"
            " index lists the pages of its folder."
        )
    elif normpath(index) == normpath(page):
        yield "pool_boy_index_file and pool_boy_page_file are the same file. Give each a name of its own."
    if index.endswith(".json"):
        yield "pool_boy_index_file must not end in .json, because the pages have their data in such files."
    if index in (settings.metrics_file, settings.state_file):
        yield "pool_boy_index_file is also the file of metrics or state. Give each a name of its own."


def _mistakes_in_addresses(settings: RoundSettings) -> Iterator[str]:
    for name in ("pushgateway_url", "webhook_url"):
        address = getattr(settings, name)
        if address and not _ADDRESS.fullmatch(address):
            yield f"pool_boy_{name} is not a URL such as https://host/path or https://host:port/path."
    commit_url = settings.page_commit_url
    # A name or a password in it would be in the fact of the round, and in the file beside the page.
    if commit_url and not (safe_link(commit_url) and PLACE_OF_COMMIT in commit_url):
        yield (
            "pool_boy_page_commit_url is not a URL such as https://git.example.com/teams/locks/commit/{commit}, with"
            " {commit} in the place of the commit and without user and password."
        )
    if settings.pushgateway_password and not settings.pushgateway_username:
        yield "pool_boy_pushgateway_password needs pool_boy_pushgateway_username."
