# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a schedule that cannot work, each with a sentence for a person, without access to the host."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from .._variables.variable_names import unknown_variables
from .._variables.whole_numbers import is_whole_number
from .cron_expression import mistake_in_cron
from .exposed_secrets import exposed_secrets
from .round_mistakes import mistakes_in_round
from .round_options import round_options
from .settings import ScheduleSettings

_NAME = re.compile("[a-z][a-z0-9_-]{0,30}")
_ADDRESS = "[A-Za-z0-9._+@-]+"
_MAIL_TO = re.compile(f"(?:{_ADDRESS}(?:,{_ADDRESS})*)?")
_ENVIRONMENT_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_PATH = re.compile(r"/[\w./+@:,-]*")
_DICTIONARIES = ("round", "secrets", "fallbacks", "environment", "secret_environment")
_LISTS = ("groups", "writable_paths", "extra_requirements", "pip_arguments")


def mistakes(settings: ScheduleSettings, variables: Collection[str]) -> list[str]:
    """Return a sentence for each setting that cannot work; `variables` are the names of all variables."""
    unknown = unknown_variables(variables)
    if unknown:
        return [unknown]
    if not _NAME.fullmatch(settings.name):
        return [
            f"pool_boy_schedule_name is {settings.name}, but must be a lower-case letter, followed by at most 30"
            " lower-case letters, digits, - and _, because a user, folders and units have this name."
        ]
    if settings.state == "absent":
        return []
    # The other checks need the right types, and names that a round knows.
    return (
        list(_mistakes_in_types(settings)) or list(_unknown_in_round(settings)) or list(_mistakes_in_values(settings))
    )


def _mistakes_in_types(settings: ScheduleSettings) -> Iterator[str]:
    texts = [name for name in _DICTIONARIES if not isinstance(getattr(settings, name), Mapping)]
    texts += [name for name in _LISTS if isinstance(getattr(settings, name), str)]
    if texts:
        yield (
            f"{', '.join(f'pool_boy_schedule_{name}' for name in sorted(texts))} must be a list or a dictionary, not a"
            ' text: set it in a file with -e @file, or as JSON, such as -e \'{"pool_boy_schedule_groups":'
            ' ["www-data"]}\'.'
        )


def _unknown_in_round(settings: ScheduleSettings) -> Iterator[str]:
    unknown = sorted(settings.given.keys() - round_options().keys())
    if unknown:
        yield (
            f"The round has no variable {', '.join(unknown)}. Correct the name in pool_boy_schedule_round or"
            " pool_boy_schedule_secrets: ansible-doc -t role poolboy.concourse.pool_boy lists the variables."
        )


def _mistakes_in_values(settings: ScheduleSettings) -> Iterator[str]:
    yield from exposed_secrets(settings)
    yield from mistakes_in_round(settings)
    if settings.backend == "cron":
        wrong = mistake_in_cron(settings.cron)
        if wrong:
            yield wrong
    yield from _mistakes_in_texts(settings)
    numbers = ((settings.timeout, 1), (settings.randomized_delay, 0), (settings.log_rotations, 0))
    if not all(is_whole_number(value, least=least) for value, least in numbers):
        yield (
            "pool_boy_schedule_timeout must be 1 second or more; pool_boy_schedule_randomized_delay and"
            " pool_boy_schedule_log_rotations must be 0 or more."
        )
    if not settings.source_is_here and settings.collection_source.startswith(("/", ".", "~")):
        yield f"pool_boy_schedule_collection_source: there is no {settings.collection_source} where Ansible runs."


def _mistakes_in_texts(settings: ScheduleSettings) -> Iterator[str]:
    if not _MAIL_TO.fullmatch(settings.mail_to):
        yield (
            "pool_boy_schedule_mail_to must be addresses such as ops@example.com, separated by commas, but is"
            f" {settings.mail_to}."
        )
    names = map(str, (*settings.environment, *settings.secret_environment))
    wrong = [name for name in names if not _ENVIRONMENT_NAME.fullmatch(name)]
    if wrong:
        yield f"{', '.join(wrong)} cannot be the name of an environment variable."
    paths = map(str, (*settings.output_folders, *settings.writable_paths, settings.python))
    wrong = [path for path in paths if not _PATH.fullmatch(path)]
    if wrong:
        yield (
            f"{', '.join(wrong)} must be an absolute path with only letters, digits and the characters . _ - + @ : , in"
            " it, because units and commands contain it."
        )
