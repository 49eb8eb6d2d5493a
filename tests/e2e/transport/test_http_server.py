"""An HTTP server for one handler, against a client that sends any bytes."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownplug.aio import SystemClock
from ownplug.core.errors import Conflict, UsageError
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.http_server import BODY_LIMIT, HttpReply, HttpRequest, serve_http
from ownplug.transport.tls import web_context

pytestmark = pytest.mark.e2e

SECRET = "c0ffee" * 5
PATIENT_S = 30.0


class Echo:
    """Answers what it was asked, and keeps it; at `/boom` it fails."""

    def __init__(self) -> None:
        self.heard: list[HttpRequest] = []

    async def __call__(self, request: HttpRequest) -> HttpReply:
        self.heard.append(request)
        if request.path == "/boom":
            raise RuntimeError("out of order")
        return HttpReply(body=request.body, status=201 if request.method == "PUT" else 200)


@pytest.fixture
def echo() -> Echo:
    return Echo()


@asynccontextmanager
async def serving(echo: Echo, *, patience_s: float = PATIENT_S) -> AsyncIterator[int]:
    async with serve_http("127.0.0.1:0", "--cloud", echo, body_patience_s=patience_s) as (_, port):
        yield port


async def say(port: int, *pieces: bytes, ends: bool = False) -> bytes:
    """Say something, piece by piece; return all that is answered until the server hangs up."""
    async with asyncio.timeout(PATIENT_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)  # so that it is a piece of its own
            if ends:
                writer.write_eof()
            return await reader.read()
        except OSError:  # it hung up in the middle, and may
            return b""
        finally:
            writer.transport.abort()


def post(body: bytes, *headers: str, path: str = "/") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: hub", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


async def test_a_request_arrives_whole_and_is_answered(echo: Echo) -> None:
    async with serving(echo) as port:
        head = b"PUT /a%20b?c=d HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nAuthorization: Basic x\r\n"
        answer = await say(port, head, b"Content-Length: 4\r\n\r\n", b"on", b"e\0")
    assert status_of(answer) == 201
    assert answer.endswith(b"\r\n\r\none\0")
    assert b"\r\nContent-Type: application/json\r\n" in answer
    assert b"\r\nCache-Control: no-store\r\n" in answer
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in answer
    assert echo.heard == [
        HttpRequest(
            method="PUT",
            path="/a b",
            authorization="Basic x",
            body=b"one\0",
            address="127.0.0.1",
            port=port,
        )
    ]


async def test_one_connection_takes_many_requests(echo: Echo) -> None:
    async with serving(echo) as port:
        requests = [post(f"{number}".encode()) for number in range(20)]
        answer = await say(port, *requests[:10], b"".join(requests[10:]), post(b"end", "Connection: close"))
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 21
    assert [request.body for request in echo.heard] == [*(b"%d" % number for number in range(20)), b"end"]


async def test_chunks_are_joined_and_compressed_bodies_left_as_they_are(echo: Echo) -> None:
    async with serving(echo) as port:
        head = b"POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        await say(port, head, b"3\r\none\r\n", b"3\r\ntwo\r\n0\r\n\r\n")
        await say(port, post(b"no gzip", "Content-Encoding: gzip", "Connection: close"))
    assert [request.body for request in echo.heard] == [b"onetwo", b"no gzip"]


async def test_a_body_of_the_longest_length_arrives_and_a_longer_one_is_refused_unread(echo: Echo) -> None:
    async with serving(echo) as port:
        assert status_of(await say(port, post(b"x" * BODY_LIMIT, "Connection: close"))) == 200
        told_so = b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 65537\r\n\r\n"
        assert status_of(await say(port, told_so)) == 413  # before anything of it has come
        chunked = b"POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        assert status_of(await say(port, chunked, *[chunk] * 5)) == 413
    assert [len(request.body) for request in echo.heard] == [BODY_LIMIT]


@pytest.mark.parametrize(
    "pieces",
    [
        [post(b"whole")[:-1]],
        [b"POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n", b"zz\r\nx\r\n"],
    ],
    ids=["it stops", "it goes on with what is no chunk"],
)
async def test_a_body_that_does_not_come_is_not_waited_for(echo: Echo, pieces: list[bytes]) -> None:
    async with serving(echo, patience_s=0.1) as port:
        assert status_of(await say(port, *pieces)) == 408
    assert echo.heard == []


async def test_a_handler_that_fails_is_told_and_the_next_request_answered(
    echo: Echo, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(echo) as port:
        assert status_of(await say(port, post(b"", path="/boom"))) == 500
        assert status_of(await say(port, post(b"", "Connection: close"))) == 200
    [record] = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert record.name == "ownplug.transport.http_server"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "out of order"


NO_HTTP = {
    "another language": [b"garbage\r\n\r\n"],
    "TLS": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 600],
    "a negative length": [b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: -1\r\n\r\nx"],
    "two lengths": [b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"],
    "a long line": [b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n"],
    "a long header": [f"GET / HTTP/1.1\r\nAuthorization: Basic {SECRET}{'x' * 20_000}\r\n\r\n".encode()],
    "a broken header": [f"GET / HTTP/1.1\r\nAuthorization: Basic {SECRET}\0\r\n\r\n".encode()],
    "many headers": [b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: x\r\n" % n for n in range(5000)) + b"\r\n"],
    "no address": [b"GET http://[::1/ HTTP/1.1\r\nHost: hub\r\n\r\n"],
    "no chunk": [b"POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n"],
    "HTTP/2": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
}


@pytest.mark.parametrize("pieces", NO_HTTP.values(), ids=NO_HTTP)
async def test_what_is_no_http_is_refused_and_does_not_fill_the_log(
    echo: Echo, pieces: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(echo) as port:
        assert status_of(await say(port, *pieces)) == 400
    assert echo.heard == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO] == []


@pytest.mark.parametrize("chunked", [False, True], ids=["cut body", "cut chunk"])
async def test_a_request_that_is_cut_is_forgotten(
    echo: Echo, chunked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(echo) as port:
        head = b"POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"
        await say(port, head if chunked else post(b"whole")[:-1], ends=True)
        assert status_of(await say(port, post(b"next", "Connection: close"))) == 200
    assert [request.body for request in echo.heard] == [b"next"]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO] == []


@given(
    pieces=st.lists(
        st.binary(max_size=200) | st.sampled_from([post(b"x"), post(b"xy")[:-1], b"\r\n"]), max_size=4
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_answered_or_hung_up_on(pieces: list[bytes], caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with serving(Echo(), patience_s=0.05) as port:
            answer = await say(port, *pieces, ends=True)
            assert not answer or answer.startswith((b"HTTP/1.1 ", b"HTTP/1.0 "))
            assert status_of(await say(port, post(b"next", "Connection: close"))) == 200

    caplog.clear()
    asyncio.run(story())
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_it_speaks_https_with_the_homes_certificate(echo: Echo, tmp_path: Path) -> None:
    files = await ensure_certificates(tmp_path, ["127.0.0.1"], SystemClock())
    tls = web_context(files.server, files.server_key)
    async with serve_http("127.0.0.1:0", "--cloud", echo, tls=tls) as (host, port):
        trusting = ssl.create_default_context(cafile=files.ca)
        reader, writer = await asyncio.open_connection(host, port, ssl=trusting)
        writer.write(post(b"x", "Connection: close"))
        assert status_of(await reader.read()) == 200
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(host, port, ssl=ssl.create_default_context())


async def test_a_taken_port_and_one_that_is_none_are_said(echo: Echo) -> None:
    async with serving(echo) as port:
        with pytest.raises(Conflict, match=f"{port} is taken"):
            async with serve_http(f"127.0.0.1:{port}", "--cloud", echo):
                pass
    with pytest.raises(UsageError):
        async with serve_http("here", "--cloud", echo):
            pass
