# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session of requests that sends everything: one TLS context, one retry policy, no cookies, no redirects."""

from __future__ import annotations

import ssl
import typing as t

from .body import ACCEPTED_ENCODING
from .limits import RequestLimits
from .sockets import connect, plain_socket_class, tls_socket_class

if t.TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session
    from urllib3 import PoolManager, Retry


def open_session(context: ssl.SSLContext | None, connections: int, retry: Retry, limits: RequestLimits) -> Session:
    """Return a session of requests that keeps at most `connections` connections open, and the limits of each request.

    It takes no cookies: with one, Concourse would ask for a CSRF token (atc/api/auth/web_auth_handler.go). It follows
    no redirect: that would turn a POST into a GET, and could send the token to another host. Proxies are taken from
    the environment.
    """
    from http.cookiejar import DefaultCookiePolicy

    import requests
    from requests.adapters import HTTPAdapter
    from urllib3 import disable_warnings
    from urllib3.exceptions import InsecureRequestWarning

    class NoRedirectSession(requests.Session):
        def get_redirect_target(self, _response: Response) -> None:
            """Return no target: requests then follows no redirect."""

    class OneContextAdapter(HTTPAdapter):
        """Uses one TLS context: neither a flag of requests nor an environment variable changes what is trusted."""

        def init_poolmanager(self, *arguments: t.Any, **keywords: t.Any) -> None:
            super().init_poolmanager(*arguments, ssl_context=context, **keywords)
            _limit_connections(self.poolmanager, limits)

        def proxy_manager_for(self, proxy: str, **keywords: t.Any) -> t.Any:
            is_new = proxy not in self.proxy_manager
            manager = super().proxy_manager_for(proxy, ssl_context=context, **keywords)
            if is_new:
                _limit_connections(manager, limits)
            return manager

        def cert_verify(self, conn: t.Any, url: str, verify: t.Any, cert: t.Any) -> None:
            """Change nothing: the context verifies."""

        def build_connection_pool_key_attributes(
            self, request: PreparedRequest, verify: t.Any, cert: t.Any = None
        ) -> tuple[t.Any, t.Any]:
            host, _tls = super().build_connection_pool_key_attributes(request, verify, cert)
            return host, {} if context is None else {"cert_reqs": context.verify_mode}

    if context is not None:
        context.sslsocket_class = tls_socket_class(limits)
    session = NoRedirectSession()
    adapter = OneContextAdapter(pool_connections=2, pool_maxsize=connections, pool_block=True, max_retries=retry)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "poolboy.concourse", "Accept": "application/json"})
    session.headers["Accept-Encoding"] = ACCEPTED_ENCODING
    if context is not None and context.verify_mode is ssl.CERT_NONE:
        disable_warnings(InsecureRequestWarning)
    return session


def _limit_connections(manager: PoolManager, limits: RequestLimits) -> None:
    """Let a manager open connections that keep the limits."""
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _limited_pool(pool, limits) for scheme, pool in pools.items()}


def _limited_pool(pool_class: t.Any, limits: RequestLimits) -> t.Any:
    """Return a class of connection pools. With each connection taken from a pool, a try of a request begins."""
    socket_class = plain_socket_class(limits)

    class LimitedConnection(pool_class.ConnectionCls):  # type: ignore[misc]
        def _new_conn(self) -> t.Any:
            if hasattr(self, "_socks_options"):
                return socket_class(fileno=super()._new_conn().detach())
            address = self._dns_host, self.port
            return connect(socket_class, limits, address, self.source_address, self.socket_options or ())

    class LimitedPool(pool_class):  # type: ignore[misc]
        ConnectionCls = LimitedConnection

        def _get_conn(self, timeout: float | None = None) -> t.Any:
            connection = super()._get_conn(timeout)
            limits.start()
            return connection

    return LimitedPool
