"""Who may come in: the three questions before a request is read, and the headers on every answer."""

from __future__ import annotations

import hashlib
import hmac

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ownplug.core.errors import Forbidden
from ownplug.core.secret import Secret
from ownplug.web.hosts import Authority, is_allowed_host, is_allowed_origin
from ownplug.web.problems import SECURITY_HEADERS, ProblemResponse, problem

OPEN_PATHS = frozenset({"/healthz", "/readyz"})  # no login: a watchdog need not hold a secret


class Guard:
    """Middleware that answers whoever may not come in.

    Args:
        app: what is guarded.
        hosts: the names that a request may call us by.
        token: what a caller must hold.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[Authority], token: Secret) -> None:
        self._app = app
        self._hosts = hosts
        self._token = _digest(token.reveal())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or socket in, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_security_headers(send))
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> ProblemResponse | None:
        headers = Headers(scope=scope)
        own_port = (scope.get("server") or ("", 0))[1] or 0
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not is_allowed_host(hosts[0], self._hosts, own_port):
            return problem(
                403,
                Forbidden.code,
                "This hub does not answer to that host name.",
                hint="If the name is right, add it to allowed_hosts in the section [web] of ownplug.toml.",
            )
        if not all(is_allowed_origin(origin, self._hosts, own_port) for origin in origins):
            return problem(403, Forbidden.code, "This hub does not answer to pages of other sites.")
        if scope["path"] in OPEN_PATHS or self._is_known(headers.getlist("authorization")):
            return None
        return problem(
            401,
            "unauthorized",
            "The token is missing or wrong.",
            hint="Send the header `Authorization: Bearer TOKEN`; the token is in the home's file `token`.",
            headers={"www-authenticate": 'Bearer realm="ownplug"'},
        )

    def _is_known(self, sent: list[str]) -> bool:
        if len(sent) != 1:
            return False
        scheme, _, credentials = sent[0].partition(" ")
        fits = hmac.compare_digest(_digest(credentials.strip()), self._token)
        return scheme.lower() == "bearer" and fits


def _digest(text: str) -> bytes:
    """Hash, so that the comparison takes the same time whatever the length."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _with_security_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            MutableHeaders(scope=message).update(SECURITY_HEADERS)
        await send(message)

    return send_with_headers
