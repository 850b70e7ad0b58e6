# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one session of requests that everything goes through."""

from __future__ import annotations

import ssl
import typing as t

from .requests_library import import_requests

if t.TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session


def open_session(context: ssl.SSLContext | None, connections: int) -> Session:
    """Return a session that keeps so many connections open, takes no cookies and never follows a redirect.

    A cookie would make Concourse ask for a CSRF token (atc/api/auth/web_auth_handler.go); a followed redirect would
    turn a POST into a GET, and could carry the token elsewhere. Proxies are taken from the environment.
    """
    import_requests()
    from http.cookiejar import DefaultCookiePolicy

    import requests
    from requests.adapters import HTTPAdapter
    from urllib3 import disable_warnings
    from urllib3.exceptions import InsecureRequestWarning

    class StayingSession(requests.Session):
        def get_redirect_target(self, _response: Response) -> None:
            """There is nowhere else to go."""

    class TrustingAdapter(HTTPAdapter):
        """Takes all trust from one context: neither a flag of requests nor a variable of the environment changes it."""

        def init_poolmanager(self, *arguments: t.Any, **keywords: t.Any) -> None:
            super().init_poolmanager(*arguments, ssl_context=context, **keywords)

        def proxy_manager_for(self, proxy: str, **keywords: t.Any) -> t.Any:
            return super().proxy_manager_for(proxy, ssl_context=context, **keywords)

        def cert_verify(self, conn: t.Any, url: str, verify: t.Any, cert: t.Any) -> None:
            """Leave the connection alone: the context verifies."""

        def build_connection_pool_key_attributes(
            self, request: PreparedRequest, verify: t.Any, cert: t.Any = None
        ) -> tuple[t.Any, t.Any]:
            host, _trust = super().build_connection_pool_key_attributes(request, verify, cert)
            return host, {} if context is None else {"cert_reqs": context.verify_mode}

    session = StayingSession()
    adapter = TrustingAdapter(pool_connections=2, pool_maxsize=connections, pool_block=True)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "poolboy.concourse", "Accept": "application/json"})
    if context is not None and context.verify_mode is ssl.CERT_NONE:
        disable_warnings(InsecureRequestWarning)
    return session
