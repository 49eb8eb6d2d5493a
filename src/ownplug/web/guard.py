"""Who may come in: the questions before a request is read, and the headers on every answer."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ownplug.core.errors import Forbidden, WrongLogin
from ownplug.core.secret import Secret
from ownplug.hub import Caller
from ownplug.web.hosts import Authority, is_allowed_host, is_allowed_origin
from ownplug.web.page import is_navigation, is_page
from ownplug.web.ports import LoginDoor
from ownplug.web.problems import SECURITY_HEADERS, problem

OPEN = frozenset(
    {
        ("GET", "/healthz"),  # a watchdog need not hold a secret
        ("GET", "/readyz"),
        ("POST", "/api/v1/session"),
        ("POST", "/api/v1/setup"),
    }
)
"""What is answered without a login, besides the page."""

_ASKING = frozenset({"GET", "HEAD"})  # nothing that is asked changes anything


class Guard:
    """Middleware that answers whoever may not come in, and tells the routes who did.

    Args:
        app: what is guarded.
        hosts: the names that a request may call us by, besides the address at which it came in.
        logins: knows tokens and cookies.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[Authority], logins: LoginDoor) -> None:
        self._app = app
        self._hosts = hosts
        self._logins = logins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or socket in, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            is_of_page = is_page(scope["path"]) or is_navigation(scope)
            await self._app(scope, receive, _with_security_headers(send, has_own=is_of_page))
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not is_allowed_host(hosts[0], self._hosts, scope.get("server")):
            return problem(
                403,
                Forbidden.code,
                "This hub does not answer to that host name.",
                hint="If the name is right, add it to allowed_hosts in the section [web] of ownplug.toml.",
            )
        if not all(is_allowed_origin(origin, self._hosts, scope.get("server")) for origin in origins):
            return problem(403, Forbidden.code, "This hub does not answer to pages of other sites.")
        return None if _is_open(scope) else self._login_refusal(scope)

    def _login_refusal(self, scope: Scope) -> Response | None:
        caller = identify(scope, self._logins)
        if caller is None and is_navigation(scope):
            return RedirectResponse("/login", 303)
        if caller is None:
            return problem(
                401,
                WrongLogin.code,
                "The login is missing or wrong.",
                hint="Sign in, or send the header `Authorization: Bearer TOKEN`: `ownplug token create` makes one.",
                headers={"www-authenticate": 'Bearer realm="ownplug"'},
            )
        state = scope.setdefault("state", {})
        state["caller"] = caller
        state["still_in"] = lambda: identify(scope, self._logins) is not None
        return None


def identify(scope: Scope, logins: LoginDoor) -> Caller | None:
    """Return who asks: by a token, or by the cookie of a page of ours."""
    headers = Headers(scope=scope)
    if "authorization" in headers:
        return _holder(headers.getlist("authorization"), logins)
    # A browser adds the cookie to requests of any page. What changes something, and what listens, says which page.
    if scope.get("method") not in _ASKING and "origin" not in headers:
        return None
    cookie = HTTPConnection(scope).cookies.get(cookie_name(scope))
    return logins.signed_in(Secret(cookie)) if cookie else None


def cookie_name(scope: Scope) -> str:
    """Name the cookie; browsers know no ports, so two hubs on one machine would take each other's."""
    port = (scope.get("server") or ("", 0))[1]
    return f"__Host-ownplug-{port}" if is_https(scope) else f"ownplug-{port}"


def is_https(scope: Scope) -> bool:
    """Whether the request came to us over TLS."""
    return scope.get("scheme") in {"https", "wss"}


def _is_open(scope: Scope) -> bool:
    method, path = scope.get("method"), scope["path"]
    return (method, path) in OPEN or (method == "GET" and is_page(path))


def _holder(sent: list[str], logins: LoginDoor) -> Caller | None:
    if len(sent) != 1:
        return None
    scheme, _, credentials = sent[0].partition(" ")
    return logins.holder(Secret(credentials.strip())) if scheme.lower() == "bearer" else None


def _with_security_headers(send: Send, *, has_own: bool) -> Send:
    """Add them to each answer; the page says by itself what it loads, and how long that may be kept."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                if not (has_own and name in headers):
                    headers[name] = value
        await send(message)

    return send_with_headers
