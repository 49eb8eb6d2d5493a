"""Calls and events of the hub's API, against raw bytes and a foreign WebSocket server."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_websocket
from websockets.http11 import Request, Response

from ownplug.core.errors import (
    Forbidden,
    LinkBroken,
    LinkTimeout,
    Malformed,
    Unexpected,
    Unreachable,
    UsageError,
)
from ownplug.core.secret import Secret
from ownplug.transport.http import JsonClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    Serve = Callable[[Talk], AbstractAsyncContextManager[int]]

pytestmark = pytest.mark.e2e

TOKEN = Secret("t0ken")


@pytest.fixture
async def api() -> AsyncIterator[JsonClient]:
    async with JsonClient() as client:
        yield client


def answering(status: str, body: bytes, requests: list[bytes] | None = None) -> Talk:
    """A hub that answers one request so, and notes it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        request = head + await reader.readexactly(int(length[1]) if length else 0)
        if requests is not None:
            requests.append(request)
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n" % (status.encode(), len(body)))
        writer.write(b"X-Hub: 1\r\n\r\n" + body)
        await reader.read()

    return talk


async def test_a_call_carries_json_and_the_token(serve: Serve, api: JsonClient) -> None:
    requests: list[bytes] = []
    async with serve(answering("200 OK", b'{"on":true}', requests)) as port:
        url = f"http://127.0.0.1:{port}/api/plugs/desk"
        reply = await api.request("POST", url, json={"on": True, "for_s": 60}, token=TOKEN)

    assert (reply.status, reply.data) == (200, {"on": True})
    assert reply.headers["x-hub"] == "1"
    head, _, body = requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/plugs/desk HTTP/1.1\r\n")
    assert b"Authorization: Bearer t0ken\r\n" in head + b"\r\n"
    assert b"Content-Type: application/json\r\n" in head + b"\r\n"
    assert body == b'{"on":true,"for_s":60}'


@pytest.mark.parametrize(
    ("status", "body", "data"),
    [
        ("404 Not Found", b'{"code":"not-found"}', {"code": "not-found"}),
        ("500 Internal Server Error", b'{"code":"failed"}', {"code": "failed"}),
        ("204 No Content", b"", None),
    ],
)
async def test_every_status_is_an_answer(
    status: str, body: bytes, data: Any, serve: Serve, api: JsonClient
) -> None:
    async with serve(answering(status, body)) as port:
        reply = await api.request("GET", f"http://127.0.0.1:{port}/api")

    assert (str(reply.status), reply.data) == (status[:3], data)


async def test_an_answer_that_is_no_json_is_malformed_and_tells_the_status(
    serve: Serve, api: JsonClient
) -> None:
    async with serve(answering("502 Bad Gateway", b"<html>nginx</html>")) as port:
        with pytest.raises(Malformed, match=r"HTTP status 502\) is not JSON"):
            await api.request("GET", f"http://127.0.0.1:{port}/api")


async def test_json_nested_beyond_reason_is_malformed(serve: Serve, api: JsonClient) -> None:
    async with serve(answering("200 OK", b"[" * 100_000)) as port:
        with pytest.raises(Malformed):
            await api.request("GET", f"http://127.0.0.1:{port}/api")


async def test_a_call_has_a_deadline(serve: Serve, api: JsonClient) -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serve(silence) as port:
        with pytest.raises(LinkTimeout):
            await api.request("GET", f"http://127.0.0.1:{port}/api", timeout_s=0.2)


async def test_a_token_that_would_break_the_head_is_refused_and_not_shown(api: JsonClient) -> None:
    with pytest.raises(UsageError) as caught:
        await api.request("GET", "http://127.0.0.1:1/", token=Secret("abc\r\nX-Evil: 1"))
    assert "abc" not in str(caught.value)


@asynccontextmanager
async def websocket(
    talk: Callable[[ServerConnection], Awaitable[None]], *, token: str = "t0ken"
) -> AsyncIterator[str]:
    """A foreign WebSocket server that lets in who has the token; yields its URL."""

    def check(connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") == f"Bearer {token}":
            return None
        return connection.respond(403, "no")

    async with serve_websocket(talk, "127.0.0.1", 0, process_request=check) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/api/events"


async def test_events_arrive_in_order_until_the_hub_ends_them(api: JsonClient) -> None:
    async def talk(connection: ServerConnection) -> None:
        for number in range(3):
            await connection.send(f'{{"number":{number}}}')

    async with websocket(talk) as url:
        events = api.events(url, token=TOKEN)
        assert [await anext(events) for _ in range(3)] == [{"number": 0}, {"number": 1}, {"number": 2}]
        with pytest.raises(LinkBroken, match=r"ended the event stream \(code 1000\)"):
            await anext(events)


async def test_a_wrong_token_is_forbidden(api: JsonClient) -> None:
    async def talk(connection: ServerConnection) -> None:
        pytest.fail("a stranger was let in")

    async with websocket(talk, token="another") as url:
        with pytest.raises(Forbidden, match="does not accept this token"):
            await anext(api.events(url, token=TOKEN))


async def test_an_event_that_is_no_json_is_malformed(api: JsonClient) -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.send("{")
        await connection.wait_closed()

    async with websocket(talk) as url:
        with pytest.raises(Malformed, match="is not JSON"):
            await anext(api.events(url, token=TOKEN))


async def test_an_event_beyond_all_reason_ends_the_stream(api: JsonClient) -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.send(f'"{"x" * 2_000_000}"')
        await connection.wait_closed()

    async with websocket(talk) as url:
        with pytest.raises(LinkBroken):
            await anext(api.events(url, token=TOKEN))


async def test_a_server_without_events_is_told(serve: Serve, api: JsonClient) -> None:
    async with serve(answering("404 Not Found", b"")) as port:
        with pytest.raises(Unexpected, match="offers no event stream there"):
            await anext(api.events(f"http://127.0.0.1:{port}/api/events"))


async def test_a_hub_that_does_not_run_is_unreachable(serve: Serve, api: JsonClient) -> None:
    async with serve(answering("200 OK", b"")) as port:
        pass
    with pytest.raises(Unreachable, match="refused"):
        await anext(api.events(f"http://127.0.0.1:{port}/api/events"))


async def test_a_cancelled_listener_leaves_the_hub_with_a_closed_connection(api: JsonClient) -> None:
    left = asyncio.Event()

    async def talk(connection: ServerConnection) -> None:
        await connection.send("1")
        await connection.wait_closed()
        left.set()

    async def listen(url: str) -> None:
        async for _ in api.events(url, token=TOKEN):
            heard.set()

    heard = asyncio.Event()
    async with websocket(talk) as url:
        async with asyncio.TaskGroup() as group:
            listener = group.create_task(listen(url))
            await heard.wait()
            listener.cancel()
        await left.wait()


async def test_a_file_is_waited_for_piece_by_piece(serve: Serve, api: JsonClient) -> None:
    """Each piece has its time; one that does not come ends it, and so does an end that comes too early."""
    came: list[bytes] = []

    async def take(piece: bytes) -> None:
        came.append(piece)

    def sending(*, stalls: bool) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n{}")
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 9\r\n\r\n"
            )
            for _ in range(4):  # longer than the patience, all together
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.3)
            if stalls:
                await reader.read()

        return talk

    for stalls, error in ((True, LinkTimeout), (False, LinkBroken)):
        came.clear()
        async with serve(sending(stalls=stalls)) as port:
            with pytest.raises(error):
                await api.download(
                    "POST",
                    f"http://127.0.0.1:{port}/api",
                    take,
                    kind="application/octet-stream",
                    json={},
                    patience_s=1.0,
                )
        assert b"".join(came) == b"xxxx"
