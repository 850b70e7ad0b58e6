# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a round as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ...module_utils._core.shared.text import printable
from .._round.links import safe_link
from .._round.read import job_text
from .._round.round_fields import RoundFields
from .times import Moment

# Longer than any text that the modules write, so that a hostile commit message cannot fill the page.
_LONGEST = 2000


@dataclass(frozen=True)
class Fields:
    """A dictionary of the round whose texts come out on one line, with control and direction characters spelt out.

    A field that is missing is read as one that is null; one of another type raises BadRound, which names its place.
    """

    section: RoundFields

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return name in self.section.fields

    def text(self, name: str) -> str | None:
        """A text."""
        value = self.section.optional_text(name)
        return None if value is None else printable(value, _LONGEST)

    def word(self, name: str) -> str:
        """A text that has to be there."""
        return printable(self.section.text(name), _LONGEST)

    def flag(self, name: str) -> bool:
        """A boolean; false where it is missing."""
        return self.section.flag(name)

    def number(self, name: str) -> float | None:
        """A number."""
        return None if self.section.fields.get(name) is None else self.section.number(name)

    def time(self, name: str) -> Moment | None:
        """A time in UTC."""
        seconds = self.section.optional_time(name)
        return None if seconds is None else Moment(datetime.fromtimestamp(seconds, UTC))

    def link(self, name: str) -> str | None:
        """An address that a person may be sent to; None for any other."""
        return safe_link(self.section.optional_text(name) or "")

    def links(self, name: str) -> list[str]:
        """The addresses of a list that a person may be sent to."""
        return [link for address in self.section.values(name) if (link := safe_link(str(address)))]

    def child(self, name: str) -> Fields | None:
        """A dictionary below this one."""
        section = self.section.section(name)
        return None if section is None else Fields(section)

    def children(self, name: str) -> list[Fields]:
        """The dictionaries of a list; none where it is missing."""
        return [Fields(section) for section in self.section.sections(name)]

    def with_instance_vars(self, job: str) -> str:
        """A job or its build, followed by the variables of its pipeline where it has any."""
        return printable(job_text(job, self.section.section("instance_vars")), _LONGEST)
