# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking, and believing only what a Concourse can have said. Private to the collection."""

from __future__ import annotations

import typing as t

from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.answer import Answer
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.contact import Contact, Established
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.question import outline
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.session import Session
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.shapes import Misshapen
from ansible_collections.poolboy.concourse.plugins.module_utils._concourse.trouble import NoAnswer
from ansible_collections.poolboy.concourse.plugins.module_utils._core.facts import NoCredibleAnswer

Told = t.TypeVar("Told")


class Inquiry:
    """Asks the API. Raises NoCredibleAnswer unless it can believe the answer, ConcourseError for a refused login."""

    def __init__(self, session: Session, contact: Contact) -> None:
        self._session = session
        self._contact = contact

    def contact(self) -> Established:
        """Return what the first contact told, and make it if need be."""
        return self._contact.established()

    def ask(self, asked: str, understand: t.Callable[[t.Any], Told]) -> Told:
        """Return what `understand` makes of the JSON of a 200."""
        told = self.ask_if_known(asked, understand)
        if told is None:
            raise NoCredibleAnswer(f"Concourse answered 404 to {outline(asked)}")
        return told

    def ask_if_known(self, asked: str, understand: t.Callable[[t.Any], Told]) -> Told | None:
        """Return the same; None when Concourse says that it knows no such thing: a 404 with its header."""
        answer = self.fetch(asked)
        return None if answer is None else self.understood(asked, answer, understand)

    def fetch(self, asked: str) -> Answer | None:
        """Return a believable 200, None for a believable 404."""
        answer = self._answer(asked)
        if answer.version is None:
            raise NoCredibleAnswer(_without_header(answer, asked))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise NoCredibleAnswer(self._unhelpful(answer, asked))
        return answer

    def post(self, asked: str, body: bytes | None = None) -> Answer:
        """Ask for something to be made, and return whatever came. Raises NoAnswer: then it may have been made.

        It is sent once; again only after a new login, where a 401 says that nothing was made.
        """
        token = self._contact.established().token
        return self._renewing(token, lambda credential: self._session.post(asked, credential, body))

    def understood(self, asked: str, answer: Answer, understand: t.Callable[[t.Any], Told]) -> Told:
        """Return what `understand` makes of an answer's JSON."""
        try:
            return understand(answer.json())
        except Misshapen as misshapen:
            raise NoCredibleAnswer(
                f"Concourse's answer to {outline(asked)} cannot be understood: {misshapen}"
            ) from None
        except ValueError:
            raise NoCredibleAnswer(f"Concourse's answer to {outline(asked)} is cut off or is no JSON") from None

    def _answer(self, asked: str) -> Answer:
        token = self._contact.established().token
        try:
            return self._renewing(token, lambda credential: self._session.get(asked, credential))
        except NoAnswer as trouble:
            raise NoCredibleAnswer(trouble.clause) from None

    def _renewing(self, token: str | None, send: t.Callable[[str | None], Answer]) -> Answer:
        """Send something, and once more with a new token if the first is not good any more."""
        answer = send(token)
        if answer.status == 401 and answer.version is not None and token is not None:
            renewed = self._contact.renewed(token)
            if renewed is not None:
                return send(renewed)
        return answer

    def _unhelpful(self, answer: Answer, asked: str) -> str:
        if answer.status == 401 and self._contact.established().token is None:
            return f"Concourse wants a login for {outline(asked)}"
        if answer.status in (401, 403):
            return f"Concourse answered {answer.status} to {outline(asked)}: this login has no role there"
        return f"Concourse answered {answer.status} to {outline(asked)}"


def _without_header(answer: Answer, asked: str) -> str:
    if answer.is_redirect:
        return f"a redirect came in answer to {outline(asked)}"
    what = "a web page" if answer.is_web_page else "an answer without the header X-Concourse-Version"
    return f"{what} ({answer.status}) came in answer to {outline(asked)}"
