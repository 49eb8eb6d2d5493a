"""Plugs' HTTP as captured, and every way in which it goes wrong, against servers that send exactly those bytes."""

from __future__ import annotations

import asyncio
import gzip
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import LinkBroken, LinkTimeout, Malformed, Unexpected, Unreachable, UsageError
from ownplug.transport.http import PLUG_REPLY_LIMIT, HttpClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    Serve = Callable[[Talk], AbstractAsyncContextManager[int]]

pytestmark = pytest.mark.e2e

# An MSS310 of hardware 1 with firmware 1.1.18, byte for byte.
CAPTURED_HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Server: HTTPD\r\n"
    b"Date: Thu, 01 Jan 1970 00:07:28 GMT\r\n"
    b"Pragma: no-cache\r\n"
    b"Cache-Control: no-cache\r\n"
    b"Content-Type: application/json;charset=UTF-8\r\n"
    b"Connection: close\r\n"
    b"\r\n"
)
BODY = b'{"header":{"method":"GETACK"},"payload":{}}'

lenient_aiohttp = pytest.mark.skipif(sys.flags.dev_mode, reason="aiohttp is strict under -X dev")


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient() as client:
        yield client


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of one request, by its Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    )
    return head, await reader.readexactly(length)


def answering(reply: bytes) -> Talk:
    """A plug that answers one request with these bytes and closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(reply)
        writer.close()
        await writer.wait_closed()

    return talk


async def post(http: HttpClient, port: int, *, timeout_s: float = 30) -> bytes:
    return await http.post(f"http://127.0.0.1:{port}/config", b"{}", timeout_s=timeout_s)


@lenient_aiohttp
@pytest.mark.parametrize(
    "head",
    [
        pytest.param(CAPTURED_HEAD, id="as captured"),
        pytest.param(CAPTURED_HEAD.replace(b"\r\n", b"\n"), id="all lines end in LF"),
        pytest.param(CAPTURED_HEAD.replace(b"OK\r\n", b"OK\n"), id="LF after the status line"),
        pytest.param(CAPTURED_HEAD.replace(b"HTTPD\r\n", b"HTTPD\n"), id="LF after one header"),
        pytest.param(CAPTURED_HEAD[:-2] + b"\n", id="LF ends the head"),
        pytest.param(CAPTURED_HEAD.replace(b"\r\n", b"\n")[:-1] + b"\r\n", id="CRLF ends a head of LF"),
        pytest.param(
            CAPTURED_HEAD.replace(b"Connection: close\r\n", b""), id="nothing says that it will close"
        ),
        pytest.param(CAPTURED_HEAD.replace(b"Pragma", b"Content-Length: 43\r\nPragma"), id="with a length"),
    ],
)
async def test_a_plugs_reply_is_read_to_its_end(head: bytes, serve: Serve, http: HttpClient) -> None:
    async with serve(answering(head + BODY)) as port:
        assert await post(http, port) == BODY


async def test_a_reply_in_single_bytes_is_read_to_its_end(serve: Serve, http: HttpClient) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for number in CAPTURED_HEAD + BODY:
            writer.write(bytes([number]))
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    async with serve(drip) as port:
        assert await post(http, port) == BODY


async def test_the_request_is_plain_and_asks_for_nothing_clever(serve: Serve, http: HttpClient) -> None:
    requests: list[tuple[bytes, bytes]] = []

    async def record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        writer.write(CAPTURED_HEAD + BODY)
        writer.close()

    async with serve(record) as port:
        await http.post(f"http://127.0.0.1:{port}/config", b'{"a":1}')

    head, body = requests[0]
    assert body == b'{"a":1}'
    assert head == (
        b"POST /config HTTP/1.1\r\n"
        + b"Host: 127.0.0.1:%d\r\n" % port
        + b"Content-Type: application/json\r\nConnection: close\r\nContent-Length: 7\r\n\r\n"
    )


async def test_a_connection_cut_without_a_byte_is_broken(serve: Serve, http: HttpClient) -> None:
    async with serve(answering(b"")) as port:
        with pytest.raises(
            LinkBroken, match=f"127.0.0.1:{port} closed the connection without an answer"
        ) as caught:
            await post(http, port)
    assert "does not know" in caught.value.hint


async def test_a_head_that_is_cut_is_broken(serve: Serve, http: HttpClient) -> None:
    async with serve(answering(CAPTURED_HEAD[:60])) as port:
        with pytest.raises(LinkBroken):
            await post(http, port)


async def test_a_body_shorter_than_promised_is_broken(serve: Serve, http: HttpClient) -> None:
    head = CAPTURED_HEAD.replace(b"Pragma: no-cache", b"Content-Length: 4045")
    async with serve(answering(head + BODY)) as port:
        with pytest.raises(LinkBroken, match="cut its answer short"):
            await post(http, port)


async def test_a_reset_is_broken(serve: Serve, http: HttpClient) -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        linger_0 = (1).to_bytes(4, sys.byteorder) + bytes(4)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_0)
        writer.transport.abort()

    async with serve(reset) as port:
        with pytest.raises(LinkBroken):
            await post(http, port)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        BODY + b"\r\n\r\n",
        CAPTURED_HEAD.replace(b"Pragma: no-cache", b"no colon here"),
        CAPTURED_HEAD.replace(b"no-cache", b"x" * 100_000),
        b"HTTP/1.1 2000 OK\r\n\r\n",
    ],
)
async def test_a_head_that_is_no_http_is_malformed(garbage: bytes, serve: Serve, http: HttpClient) -> None:
    async with serve(answering(garbage)) as port:
        with pytest.raises(Malformed, match="did not answer in HTTP"):
            await post(http, port)


async def test_a_body_without_end_is_cut_off_at_the_limit(serve: Serve, http: HttpClient) -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(CAPTURED_HEAD)
        while True:
            writer.write(bytes(65536))
            await writer.drain()

    async with serve(flood) as port:
        with pytest.raises(Malformed, match=f"longer than {PLUG_REPLY_LIMIT} bytes"):
            await post(http, port)


async def test_a_reply_of_exactly_the_limit_is_taken(serve: Serve, http: HttpClient) -> None:
    async with serve(answering(CAPTURED_HEAD + bytes(PLUG_REPLY_LIMIT))) as port:
        assert len(await post(http, port)) == PLUG_REPLY_LIMIT


async def test_a_compressed_body_is_not_blown_up(serve: Serve, http: HttpClient) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    head = CAPTURED_HEAD.replace(b"Pragma: no-cache", b"Content-Encoding: gzip")
    async with serve(answering(head + bomb)) as port:
        assert await post(http, port) == bomb


async def test_a_reply_that_drips_for_ever_meets_the_deadline(serve: Serve, http: HttpClient) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(CAPTURED_HEAD)
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.01)

    async with serve(drip) as port:
        with pytest.raises(LinkTimeout, match=r"did not answer within 0\.3 s"):
            await post(http, port, timeout_s=0.3)


async def test_a_head_that_drips_for_ever_meets_the_deadline(serve: Serve, http: HttpClient) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X")
            await asyncio.sleep(0.01)

    async with serve(drip) as port:
        with pytest.raises(LinkTimeout):
            await post(http, port, timeout_s=0.3)


async def test_a_plug_that_says_nothing_meets_the_deadline(serve: Serve, http: HttpClient) -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serve(silence) as port:
        with pytest.raises(LinkTimeout):
            await post(http, port, timeout_s=0.2)


async def test_a_host_that_accepts_nobody_is_unreachable(http: HttpClient) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/config"
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
            await http.post(url, b"{}", timeout_s=30, connect_timeout_s=0.2)


async def test_a_closed_port_is_unreachable(http: HttpClient) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Unreachable, match="refused the connection"):
        await post(http, port)


async def test_an_unknown_name_is_unreachable(http: HttpClient) -> None:
    with pytest.raises(Unreachable, match=r"'plug\.invalid' is not known"):
        await http.post("http://plug.invalid/config", b"{}")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "plug",
        "ftp://plug/",
        "http://",
        "http://127.0.0.1:99999/",
        "http://a..b/",
        "http://[::1/",
        "http://⒈.home/",
    ],
)
async def test_a_url_that_cannot_be_is_a_mistake_of_the_caller(url: str, http: HttpClient) -> None:
    with pytest.raises(UsageError):
        await http.post(url, b"{}")


async def test_a_redirect_is_not_followed(serve: Serve, http: HttpClient) -> None:
    async with serve(answering(CAPTURED_HEAD + BODY)) as elsewhere:
        reply = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:%d/\r\n\r\n" % elsewhere
        async with serve(answering(reply)) as port:
            with pytest.raises(Unexpected, match="HTTP status 307"):
                await post(http, port)


async def test_a_cookie_is_not_kept(serve: Serve, http: HttpClient) -> None:
    heads: list[bytes] = []

    async def bake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await read_request(reader))[0])
        writer.write(CAPTURED_HEAD.replace(b"Pragma: no-cache", b"Set-Cookie: id=1; Path=/") + BODY)
        writer.close()

    async with serve(bake) as port:
        for _ in range(2):
            await http.post(f"http://localhost:{port}/config", b"{}")

    assert len(heads) == 2
    assert b"cookie" not in b"".join(heads).lower()


async def test_a_proxy_of_the_environment_is_not_used(
    serve: Serve, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serve(answering(CAPTURED_HEAD + BODY)) as port:
        assert await post(http, port) == BODY


class Counter:
    """A plug that notes how many connections it has at a time, and answers when it is let."""

    def __init__(self) -> None:
        self.now = self.most = self.served = 0
        self.may_answer = asyncio.Event()
        self.asked = asyncio.Event()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await read_request(reader)
        self.asked.set()
        await self.may_answer.wait()
        self.now -= 1
        self.served += 1
        writer.write(CAPTURED_HEAD + BODY)
        writer.close()


async def test_one_request_at_a_time_for_each_host_and_hosts_do_not_wait_for_each_other(
    serve: Serve, http: HttpClient
) -> None:
    busy, quick = Counter(), Counter()
    quick.may_answer.set()
    async with serve(busy.talk) as busy_port, serve(quick.talk) as quick_port, asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(post(http, busy_port))
        await busy.asked.wait()
        assert await post(http, quick_port) == BODY
        assert busy.served == 0
        busy.may_answer.set()

    assert (busy.most, busy.served) == (1, 5)


async def test_a_request_that_waits_for_its_turn_too_long_meets_its_deadline_and_the_next_goes_on(
    serve: Serve, http: HttpClient
) -> None:
    plug = Counter()
    async with serve(plug.talk) as port, asyncio.TaskGroup() as group:
        group.create_task(post(http, port))
        await plug.asked.wait()
        with pytest.raises(LinkTimeout):
            await post(http, port, timeout_s=0.1)
        plug.may_answer.set()
        assert await post(http, port) == BODY

    assert (plug.most, plug.served) == (1, 2)


async def test_outside_of_its_async_with_a_client_refuses() -> None:
    with pytest.raises(UsageError, match="inside `async with`"):
        await HttpClient().post("http://127.0.0.1:1/", b"")
