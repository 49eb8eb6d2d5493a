from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from ownplug.core.records import Scope as Rights
from ownplug.core.secret import Secret
from ownplug.hub import Caller
from ownplug.web.guard import OPEN, Guard
from ownplug.web.hosts import allowed_authorities
from ownplug.web.problems import SECURITY_HEADERS

TOKEN = "correct-horse"
COOKIE = "a-cookie"
HOST = ("host", "127.0.0.1:8480")
LOGIN = ("authorization", f"Bearer {TOKEN}")
SIGNED_IN = ("cookie", f"other=1; ownplug-8480={COOKIE}")
PAGE = ("origin", "http://127.0.0.1:8480")


async def welcome(scope: Scope, receive: Receive, send: Send) -> None:
    """What is behind the guard: it answers 200."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"public")]})
    await send({"type": "http.response.body", "body": b"in"})


class Logins:
    """Knows one token and one cookie."""

    def holder(self, token: Secret) -> Caller | None:
        return Caller(name="grafana", scope=Rights.READ) if token.reveal() == TOKEN else None

    def signed_in(self, cookie: Secret) -> Caller | None:
        return Caller(name="ann", scope=Rights.ADMIN, is_person=True) if cookie.reveal() == COOKIE else None


async def knock(
    *headers: tuple[str, str],
    path: str = "/api/v1/plugs",
    kind: str = "http",
    method: str = "GET",
    scheme: str = "http",
) -> list[Message]:
    """Send one request and return what the guard, or what is behind it, answered."""
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the guard reads nothing")

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": kind,
        "path": path,
        "scheme": scheme,
        **({"method": method} if kind == "http" else {}),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 8480),
        "extensions": {"websocket.http.response": {}},
    }
    logins: Any = Logins()
    guard = Guard(welcome, hosts=allowed_authorities("127.0.0.1", []), logins=logins)
    await guard(scope, receive, send)
    return sent


async def test_the_right_token_opens() -> None:
    assert (await knock(HOST, LOGIN))[0]["status"] == 200


async def test_the_scheme_is_read_as_http_wants_it() -> None:
    assert (await knock(HOST, ("authorization", f"bearer {TOKEN}")))[0]["status"] == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "")],
        [("authorization", "Bearer")],
        [("authorization", "Bearer wrong")],
        [("authorization", f"Bearer {TOKEN}x")],
        [("authorization", f"Bearer {TOKEN[:-1]}")],
        [("authorization", f"Basic {TOKEN}")],
        [("authorization", TOKEN)],
        [("authorization", "Bearer \xff\xfe")],
        [LOGIN, LOGIN],
        [("authorization", "Bearer wrong"), LOGIN],
        [("authorization", "Bearer wrong"), SIGNED_IN],
    ],
)
async def test_any_other_does_not(headers: list[tuple[str, str]]) -> None:
    start, body = await knock(HOST, *headers)
    assert start["status"] == 401
    assert (b"www-authenticate", b'Bearer realm="ownplug"') in start["headers"]
    assert (b"content-type", b"application/problem+json") in start["headers"]
    assert json.loads(body["body"])["code"] == "unauthorized"


async def test_health_is_told_without_login() -> None:
    assert (await knock(HOST, path="/healthz"))[0]["status"] == 200


@pytest.mark.parametrize(
    "path", ["/healthz/", "/healthz/..", "//healthz", "/HEALTHZ", "//", "", "/pages", "/plugsx"]
)
async def test_but_nothing_that_only_looks_like_it(path: str) -> None:
    assert (await knock(HOST, path=path))[0]["status"] == 401


@pytest.mark.parametrize("path", ["/", "/plugs/1a2b", "/page/0/main.js", "/ca.crt"])
async def test_the_page_is_the_same_for_everybody(path: str) -> None:
    assert (await knock(HOST, path=path))[0]["status"] == 200
    assert (await knock(HOST, path=path, method="POST"))[0]["status"] == 401


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/plugs"])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("host", "evil.example")],
        [HOST, ("host", "evil.example")],
        [HOST, ("origin", "http://evil.example")],
        [HOST, ("origin", "null")],
        [HOST, ("origin", "http://127.0.0.1:8480"), ("origin", "http://evil.example")],
    ],
)
async def test_a_foreign_name_or_page_is_refused_whatever_it_knows(
    path: str, headers: list[tuple[str, str]]
) -> None:
    start, body = await knock(*headers, LOGIN, path=path)
    assert start["status"] == 403
    assert json.loads(body["body"])["code"] == "forbidden"


async def test_a_page_of_ours_is_welcome() -> None:
    assert (await knock(HOST, LOGIN, ("origin", "http://127.0.0.1:8480")))[0]["status"] == 200


async def test_every_answer_carries_the_security_headers() -> None:
    for start, *_ in (await knock(HOST, LOGIN), await knock(HOST)):
        told = dict(start["headers"])
        assert {name: told[name.encode()].decode() for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_a_socket_is_refused_with_the_same_answer() -> None:
    start, body = await knock(HOST, kind="websocket")
    assert start["type"] == "websocket.http.response.start"
    assert start["status"] == 401
    assert json.loads(body["body"])["code"] == "unauthorized"


async def test_whoever_signed_in_is_welcome() -> None:
    assert (await knock(HOST, SIGNED_IN))[0]["status"] == 200


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "ownplug-8480=",
        f"ownplug-8480={COOKIE}x",
        f"ownplug-8480={COOKIE.upper()}",
        f"ownplug-8481={COOKIE}",
        f"__Host-ownplug-8480={COOKIE}",
        f"ownplug-8480={TOKEN}",
        "ownplug-8480=\xff\xfe",
    ],
)
async def test_any_other_cookie_is_none(cookie: str) -> None:
    assert (await knock(HOST, ("cookie", cookie)))[0]["status"] == 401


async def test_with_https_the_cookie_has_the_name_that_no_plain_page_can_set() -> None:
    assert (await knock(HOST, SIGNED_IN, scheme="https"))[0]["status"] == 401
    safe = ("cookie", f"__Host-ownplug-8480={COOKIE}")
    assert (await knock(HOST, safe, scheme="https"))[0]["status"] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
async def test_with_a_cookie_only_a_page_of_ours_may_change_something(method: str) -> None:
    assert (await knock(HOST, SIGNED_IN, method=method))[0]["status"] == 401
    assert (await knock(HOST, SIGNED_IN, ("origin", "http://evil.example"), method=method))[0][
        "status"
    ] == 403
    assert (await knock(HOST, SIGNED_IN, PAGE, method=method))[0]["status"] == 200
    assert (await knock(HOST, LOGIN, method=method))[0]["status"] == 200


async def test_with_a_cookie_only_a_page_of_ours_may_listen() -> None:
    assert (await knock(HOST, SIGNED_IN, kind="websocket"))[0]["status"] == 401
    assert (await knock(HOST, SIGNED_IN, PAGE, kind="websocket"))[0]["status"] == 200


async def test_what_is_open_is_open_for_its_own_method_only() -> None:
    told = {
        (method, path): (await knock(HOST, path=path, method=method))[0]["status"]
        for method in ("GET", "POST", "PUT", "DELETE")
        for path in {path for _, path in OPEN}
    }
    assert {place for place, status in told.items() if status == 200} == set(OPEN)
    assert set(told.values()) == {200, 401}


async def test_a_person_without_a_login_is_led_to_the_page_on_which_one_signs_in() -> None:
    start, *_ = await knock(HOST, ("accept", "text/html,*/*"), path="/docs")
    assert (start["status"], dict(start["headers"])[b"location"]) == (303, b"/login")
    assert (await knock(HOST, ("accept", "text/html"), path="/api/v1/plugs"))[0]["status"] == 401
