"""A console on a TCP port: one terminal at a time, as long as it is offered."""

from __future__ import annotations

import asyncio
import socket

import pytest

from ownplug.core.errors import Conflict, LinkClosed, UsageError
from ownplug.transport.tcp_tty import BACKLOG_LIMIT, TcpTty, offer_tcp
from ownplug.transport.tty import offer_tty

pytestmark = pytest.mark.e2e


async def attach(offered: TcpTty) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = offered.address.removeprefix("socket://").rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def leave(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


async def test_terminals_come_and_go_while_it_stays() -> None:
    async with offer_tcp("127.0.0.1", 0) as offered:
        for word in (b"one", b"two"):
            reader, writer = await attach(offered)
            writer.write(word)
            assert await offered.read() == word
            await offered.write(word.upper())
            assert await reader.readexactly(3) == word.upper()
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(offered.read())  # and notices that it leaves
                await leave(writer)
                await asyncio.sleep(0.05)
                listening.cancel()


async def test_a_second_terminal_is_told_that_there_is_one() -> None:
    async with offer_tcp("127.0.0.1", 0) as offered:
        _, first = await attach(offered)
        first.write(b"x")
        assert await offered.read() == b"x"
        reader, second = await attach(offered)
        assert await reader.read() == b"Another terminal is attached.\r\n"
        await leave(second)
        first.write(b"y")
        assert await offered.read() == b"y"
        await leave(first)


async def test_of_what_nobody_heard_the_newest_waits_for_the_next_terminal() -> None:
    async with offer_tcp("127.0.0.1", 0) as offered:
        await offered.write(b"old" * BACKLOG_LIMIT)
        await offered.write(b"$ ")
        reader, writer = await attach(offered)
        heard = await reader.readexactly(BACKLOG_LIMIT)
        assert heard == (b"old" * BACKLOG_LIMIT + b"$ ")[-BACKLOG_LIMIT:]
        await leave(writer)


async def test_a_terminal_gets_the_rest_and_then_the_end() -> None:
    async with offer_tcp("127.0.0.1", 0) as offered:
        reader, writer = await attach(offered)
        writer.write(b"x")
        assert await offered.read() == b"x"
        await offered.write(b"last words")
        await offered.close()
        assert await reader.read() == b"last words"
        with pytest.raises(LinkClosed):
            await offered.write(b"x")
        await leave(writer)


async def test_a_taken_port_has_its_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port} is taken"):
            async with offer_tty(f"tcp:127.0.0.1:{port}"):
                pytest.fail("it was offered")


async def test_an_address_of_another_machine_has_its_sentence() -> None:
    with pytest.raises(UsageError, match=r"cannot offer a console at 192\.0\.2\.1:0"):
        async with offer_tcp("192.0.2.1", 0):
            pytest.fail("it was offered")
