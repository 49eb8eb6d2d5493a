"""Servers of a few lines that send exactly the bytes a test wants to see the client cope with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import pytest

Talk: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve: TypeAlias = Callable[[Talk], AbstractAsyncContextManager[int]]


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[int]:
    """Serve on loopback; yields the port. At the end, connections that still talk are ended."""
    talks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await talk(reader, writer)
        except (asyncio.CancelledError, ConnectionError):
            pass  # the test is over, or the client has seen enough
        finally:
            talks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(talks):
            task.cancel()
        await asyncio.sleep(0)
        await server.wait_closed()


@pytest.fixture
def serve() -> Serve:
    """Serve raw bytes: `async with serve(talk) as port`."""
    return serving
