"""The server as a part of a larger program: where it listens, and how it ends."""

from __future__ import annotations

import asyncio
import signal
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ownplug.core.errors import Conflict, UsageError
from ownplug.core.identity import Uuid
from ownplug.hub import PlugOnline
from ownplug.web import Doors, WebSettings, open_web

if TYPE_CHECKING:
    from tests.e2e.web.conftest import MemoryHub

pytestmark = pytest.mark.e2e

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
LOGIN = {"Authorization": "Bearer a-token-of-this-machine"}
ENDS_S = 5  # the promise is one second; a busy machine may be slower, a hanging server is not


async def test_port_0_is_any_free_port_and_the_real_one_is_told(doors: Doors) -> None:
    async with open_web(doors, WebSettings(port=0)) as web:
        place = urlsplit(web.url)
        assert place.hostname == "127.0.0.1"
        assert place.port
        _, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.close()
        await writer.wait_closed()


async def test_an_ipv6_address_is_told_in_brackets(doors: Doors) -> None:
    async with open_web(doors, WebSettings(host="::1", port=0)) as web:
        assert web.url.startswith("http://[::1]:")


async def test_every_address_is_told_as_one_that_can_be_called(doors: Doors) -> None:
    async with open_web(doors, WebSettings(host="0.0.0.0", port=0)) as web:
        assert web.url.startswith("http://127.0.0.1:")


async def test_a_taken_port_is_a_conflict_that_names_port_and_option(doors: Doors) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=str(port)) as conflict:
            async with open_web(doors, WebSettings(port=port)):
                pytest.fail("it listens on a port of another")
    assert "--web" in conflict.value.hint


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70])
async def test_an_address_of_another_machine_is_wrong_usage(doors: Doors, host: str) -> None:
    with pytest.raises(UsageError, match="listen"):
        async with open_web(doors, WebSettings(host=host, port=0)):
            pytest.fail("it listens where it cannot")


async def test_it_ends_within_a_moment_although_somebody_listens(doors: Doors, hub: MemoryHub) -> None:
    async with open_web(doors, WebSettings(port=0)) as web:
        address = f"{web.url.replace('http', 'ws')}/api/v1/events"
        listener = await connect(address, additional_headers=LOGIN, proxy=None)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < ENDS_S
    with pytest.raises(ConnectionClosed) as closed:
        await listener.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    await listener.close()
    assert hub.left.is_set()


async def test_it_ends_although_somebody_is_in_the_middle_of_a_request(doors: Doors) -> None:
    async with open_web(doors, WebSettings(port=0)) as web:
        place = urlsplit(web.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        request = f"GET /healthz HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode()
        writer.write(request + request[:30])
        await reader.readuntil(b'"ok"}')
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < ENDS_S
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_it_ends_although_a_listener_takes_nothing(doors: Doors, hub: MemoryHub) -> None:
    long_name = PlugOnline(at=NOON, uuid=Uuid("1706223411101036000134298f1a2b3c"), name="k" * 100_000)
    async with open_web(doors, WebSettings(port=0)) as web:
        address = f"{web.url.replace('http', 'ws')}/api/v1/events"
        listener = await connect(address, additional_headers=LOGIN, proxy=None, max_queue=1)
        (subscription,) = hub.broadcast._subscriptions
        for _ in range(10_000):
            hub.broadcast.publish(long_name)
            await asyncio.sleep(0)
            if subscription.missed > 100:
                break
        assert subscription.missed > 100
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < ENDS_S
    assert hub.left.is_set()
    listener.transport.abort()
    await listener.wait_closed()


async def test_headers_without_end_are_refused(doors: Doors) -> None:
    async with open_web(doors, WebSettings(port=0)) as web:
        place = urlsplit(web.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000)
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        writer.close()
        await writer.wait_closed()


async def test_the_error_of_the_program_comes_out_as_it_is(doors: Doors) -> None:
    with pytest.raises(RuntimeError, match="of the program"):
        async with open_web(doors, WebSettings(port=0)):
            raise RuntimeError("of the program")


async def test_being_cancelled_closes_the_port(doors: Doors) -> None:
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def run() -> None:
        async with open_web(doors, WebSettings(port=0)) as web:
            started.set_result(web.url)
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run())
        url = await started
        running.cancel()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)


async def test_signals_stay_the_programs_own(doors: Doors) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    async with open_web(doors, WebSettings(port=0)):
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
