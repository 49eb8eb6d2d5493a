from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from ownplug.core.secret import Secret
from ownplug.web.guard import Guard
from ownplug.web.hosts import allowed_authorities
from ownplug.web.problems import SECURITY_HEADERS

TOKEN = "correct-horse"
HOST = ("host", "127.0.0.1:8480")
LOGIN = ("authorization", f"Bearer {TOKEN}")


async def welcome(scope: Scope, receive: Receive, send: Send) -> None:
    """What is behind the guard: it answers 200."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"public")]})
    await send({"type": "http.response.body", "body": b"in"})


async def knock(*headers: tuple[str, str], path: str = "/api/v1/plugs", kind: str = "http") -> list[Message]:
    """Send one request and return what the guard, or what is behind it, answered."""
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the guard reads nothing")

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": kind,
        "path": path,
        "method": "GET",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 8480),
        "extensions": {"websocket.http.response": {}},
    }
    guard = Guard(welcome, hosts=allowed_authorities("127.0.0.1", []), token=Secret(TOKEN))
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


@pytest.mark.parametrize("path", ["/healthz/", "/healthz/..", "//healthz", "/HEALTHZ", "/", ""])
async def test_but_nothing_that_only_looks_like_it(path: str) -> None:
    assert (await knock(HOST, path=path))[0]["status"] == 401


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
