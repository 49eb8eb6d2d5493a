"""A blocking port behind threads; what it shares with all streams is in `tests/contract`."""

from __future__ import annotations

import asyncio
import queue
import threading

import pytest

from ownplug.core.errors import LinkBroken, LinkClosed
from ownplug.transport.threaded import ThreadedStream, open_threaded

SOON_S = 30.0


class Port:
    """A port in memory, as blocking as a real one; its far side can be told to misbehave."""

    def __init__(self) -> None:
        self.opening: Exception | None = None
        self.may_open = threading.Event()
        self.may_open.set()
        self.incoming: queue.Queue[bytes | OSError] = queue.Queue()
        self.written: list[bytes] = []
        self.may_write = threading.Event()
        self.may_write.set()
        self.writing: OSError | None = None
        self.flushed = 0
        self.closed = threading.Event()
        self.cancelled = threading.Event()

    @property
    def in_waiting(self) -> int:
        return 0

    def open(self) -> None:
        assert self.may_open.wait(SOON_S)
        if self.opening is not None:
            raise self.opening

    def read(self, size: int, /) -> bytes:
        try:
            found = self.incoming.get(timeout=0.01)
        except queue.Empty:
            return b""
        if isinstance(found, OSError):
            raise found
        return found

    def write(self, data: bytes, /) -> int:
        while not self.may_write.wait(0.01):
            if self.cancelled.is_set():
                return 0
        if self.writing is not None:
            raise self.writing
        self.written.append(data)
        return len(data)

    def flush(self) -> None:
        self.flushed += 1

    def cancel_write(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        self.closed.set()


async def end(stream: ThreadedStream, port: Port) -> None:
    await stream.close()
    assert port.closed.is_set()


async def test_a_port_that_cannot_be_opened_says_why_and_leaves_no_thread() -> None:
    port = Port()
    port.opening = OSError(2, "No such file")
    before = threading.active_count()

    with pytest.raises(OSError, match="No such file"):
        await open_threaded(port, "COM9")

    for _ in range(1000):
        if threading.active_count() <= before:
            return
        await asyncio.sleep(0.01)
    pytest.fail("a thread is left")


async def test_an_opening_that_is_given_up_is_closed_when_it_is_through() -> None:
    port = Port()
    port.may_open.clear()
    stream = ThreadedStream(port, "COM9")
    async with asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(stream.open())
        await asyncio.sleep(0)
        opening.cancel()
    port.may_open.set()
    await end(stream, port)


async def test_a_close_waits_until_all_is_sent() -> None:
    port = Port()
    stream = await open_threaded(port, "COM9")
    await stream.write(b"last words")
    await end(stream, port)
    assert (port.written, port.flushed) == ([b"last words"], 1)


async def test_what_came_before_the_cable_was_pulled_can_be_read() -> None:
    port = Port()
    stream = await open_threaded(port, "COM9")
    for found in (b"before", OSError(5, "Input/output error")):
        port.incoming.put(found)
    assert await stream.read() == b"before"
    with pytest.raises(LinkBroken, match="COM9 is gone: Input/output error") as caught:
        await stream.read()
    assert caught.value.hint == "Was the adapter unplugged?"
    with pytest.raises(LinkBroken):
        await stream.write(b"x")
    await end(stream, port)


async def test_a_write_that_fails_is_a_broken_link() -> None:
    port = Port()
    port.writing = OSError(5, "Input/output error")
    stream = await open_threaded(port, "COM9")
    with pytest.raises(LinkBroken):
        await stream.write(b"x")
    await end(stream, port)


async def test_an_abort_ends_a_write_that_is_stuck() -> None:
    port = Port()
    port.may_write.clear()
    stream = await open_threaded(port, "COM9")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(is_closed(stream))
        await asyncio.sleep(0)
        stream.abort()
    await end(stream, port)
    assert port.cancelled.is_set()


async def is_closed(stream: ThreadedStream) -> None:
    with pytest.raises(LinkClosed):
        await stream.write(b"x" * 10_000)


async def test_a_long_write_goes_in_pieces() -> None:
    port = Port()
    stream = await open_threaded(port, "COM9")
    await stream.write(bytes(10_000))
    assert max(map(len, port.written)) <= 4096
    assert b"".join(port.written) == bytes(10_000)
    await end(stream, port)


async def test_a_reader_that_does_not_come_stops_the_port() -> None:
    port = Port()
    stream = await open_threaded(port, "COM9")
    for _ in range(10):
        port.incoming.put(bytes(65536))
    await asyncio.sleep(0.2)  # time enough to read them all
    assert port.incoming.qsize() == 9
    async with asyncio.timeout(SOON_S):
        total = 0
        while total < 10 * 65536:
            total += len(await stream.read())
    await end(stream, port)


def test_an_end_of_the_loop_before_the_end_of_the_port_breaks_nothing() -> None:
    port = Port()

    async def leave() -> None:
        stream = await open_threaded(port, "COM9")
        stream.abort()

    asyncio.run(leave())
    assert port.closed.wait(SOON_S)
