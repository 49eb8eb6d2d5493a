"""A file that is fetched over a real socket, by whom it is for and by others."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from ownplug.core.errors import Conflict, UsageError
from ownplug.transport.handout import Handout
from ownplug.transport.http import fetch

pytestmark = pytest.mark.e2e

LOOPBACK = "127.0.0.1"
DATA = bytes(range(256)) * 400


@pytest.fixture
async def handout() -> AsyncIterator[Handout]:
    async with Handout(f"{LOOPBACK}:0", option="--x", host=LOOPBACK) as handout:
        yield handout


def nobody(_: int) -> None:
    """Whom nothing interests."""


async def said(url: str, request: str) -> bytes:
    """The whole answer to a request of any bytes; empty where nobody listens."""
    place = urlsplit(url)
    try:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
    except ConnectionRefusedError:
        return b""
    try:
        writer.write(request.encode("latin-1"))
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.transport.abort()


async def test_a_file_is_fetched_once_and_its_way_is_told(handout: Handout) -> None:
    sent: list[int] = []
    async with handout.offer(DATA, to=LOOPBACK, sent=sent.append) as url:
        assert await fetch(url, limit=len(DATA), timeout_s=10) == DATA
        assert sent == sorted(sent)
        assert len(sent) > 10
        assert sent[-1] == len(DATA)
        path = urlsplit(url).path
        assert (await said(url, f"GET {path} HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 404 ")
    assert await said(url, f"GET {path} HTTP/1.1\r\n\r\n") == b""


async def test_the_length_is_told_before_the_file(handout: Handout) -> None:
    async with handout.offer(b"abc", to=LOOPBACK, sent=nobody) as url:
        answer = await said(url, f"GET {urlsplit(url).path} HTTP/1.0\r\nHost: x\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == b"abc"
    assert head.splitlines()[0] == b"HTTP/1.1 200 OK"
    assert b"Content-Length: 3" in head.splitlines()


@pytest.mark.parametrize(
    "request_",
    [
        "GET / HTTP/1.1",
        "GET /{path}x HTTP/1.1",
        "POST /{path} HTTP/1.1",
        "HEAD /{path} HTTP/1.1",
        "GET /{path}",
        "\xff",
    ],
)
async def test_anything_else_is_not_found(handout: Handout, request_: str) -> None:
    async with handout.offer(DATA, to=LOOPBACK, sent=nobody) as url:
        line = request_.format(path=urlsplit(url).path.removeprefix("/"))
        assert (await said(url, f"{line}\r\n\r\n")).startswith(b"HTTP/1.1 404 ")
        assert await fetch(url, limit=len(DATA), timeout_s=10) == DATA  # and it is there still


async def test_a_request_without_end_is_hung_up_on(handout: Handout) -> None:
    async with handout.offer(DATA, to=LOOPBACK, sent=nobody) as url:
        assert await said(url, "GET / HTTP/1.1\r\n" + "x" * 20_000) == b""


async def test_another_address_does_not_get_it(handout: Handout) -> None:
    async with handout.offer(DATA, to="127.0.0.2", sent=nobody) as url:
        answer = await said(url, f"GET {urlsplit(url).path} HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert DATA[:16] not in answer


async def test_a_transfer_that_broke_off_may_be_begun_anew(handout: Handout) -> None:
    sent: list[int] = []
    data = bytes(4 * 1024 * 1024)
    async with handout.offer(data, to=LOOPBACK, sent=sent.append) as url:
        place = urlsplit(url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(f"GET {place.path} HTTP/1.1\r\n\r\n".encode())
        await reader.read(1000)
        writer.transport.abort()
        assert len(await fetch(url, limit=len(data), timeout_s=30)) == len(data)
    assert sent[0] < len(data)


async def test_what_is_taken_back_is_not_sent_to_its_end(handout: Handout) -> None:
    data = bytes(4 * 1024 * 1024)
    async with handout.offer(b"other", to=LOOPBACK, sent=nobody) as other:
        async with handout.offer(data, to=LOOPBACK, sent=nobody) as url:
            place = urlsplit(url)
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            writer.write(f"GET {place.path} HTTP/1.1\r\n\r\n".encode())
            first = await reader.read(1000)
        rest = await reader.read()
        writer.transport.abort()
        assert len(first) + len(rest) < len(data)
        assert await fetch(other, limit=10, timeout_s=10) == b"other"  # on the same port, and it goes on


async def test_several_files_share_the_port_and_the_last_one_closes_it(handout: Handout) -> None:
    async with handout.offer(b"one", to=LOOPBACK, sent=nobody) as one:
        async with handout.offer(b"two", to=LOOPBACK, sent=nobody) as two:
            assert urlsplit(one).netloc == urlsplit(two).netloc
            assert await fetch(two, limit=10, timeout_s=10) == b"two"
        assert await fetch(one, limit=10, timeout_s=10) == b"one"
    assert await said(one, "GET / HTTP/1.1\r\n\r\n") == b""
    async with handout.offer(b"three", to=LOOPBACK, sent=nobody) as three:
        assert await fetch(three, limit=10, timeout_s=10) == b"three"


async def test_a_port_that_is_taken_is_told_with_the_name_of_its_setting() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        async with Handout(f"{LOOPBACK}:{port}", option="--x", host=LOOPBACK) as handout:
            with pytest.raises(Conflict, match=str(port)) as caught:
                async with handout.offer(DATA, to=LOOPBACK, sent=nobody):
                    pytest.fail("it listens on a port of another")
    assert "--x" in caught.value.hint


async def test_an_address_of_another_machine_cannot_be_listened_at() -> None:
    async with Handout("192.0.2.1:0", option="--x", host="192.0.2.1") as handout:
        with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
            async with handout.offer(DATA, to=LOOPBACK, sent=nobody):
                pytest.fail("it listens elsewhere")
