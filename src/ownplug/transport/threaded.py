"""A blocking serial port as a `ByteStream`: what the event loop cannot watch is read and written in threads.

For COM ports of Windows and for `rfc2217://`. One thread reads and, at the end, closes; another opens and
writes. Neither keeps the program alive.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, Protocol

from ownplug.aio import READ_SIZE
from ownplug.core.errors import LinkBroken, LinkClosed, OwnplugError

READ_TIMEOUT_S = 0.1
"""The longest that a read of the port may block, which its maker must see to: so soon an end is noticed."""

_WRITE_SIZE = 4096  # bytes; no single write may take longer than the network's own patience
_CLOSE_TIMEOUT_S = 5.0  # for a far side that does not take what was written


class BlockingPort(Protocol):
    """What is needed of a port: the part of pyserial's that all of its kinds have."""

    @property
    def in_waiting(self) -> int:
        """How many bytes can be read without waiting."""

    def open(self) -> None:
        """Open it."""

    def read(self, size: int, /) -> bytes:
        """Give what there is, up to `size` bytes; nothing after a short while."""

    def write(self, data: bytes, /) -> object:
        """Send all of `data`."""

    def flush(self) -> object:
        """Wait until it is sent."""

    def close(self) -> None:
        """Close it."""


class ThreadedStream:
    """See `ByteStream`; made by `open_threaded`."""

    def __init__(self, port: BlockingPort, name: str) -> None:
        self._port = port
        self._name = name
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._ended = asyncio.Event()
        self._arrived = asyncio.Event()
        self._inbox = bytearray()
        self._failure: OwnplugError | None = None
        self._room = threading.Event()
        self._stop = threading.Event()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writing: _Job | None = None
        self._writer = threading.Thread(target=self._write_all, name=f"write {name}", daemon=True)
        self._reader = threading.Thread(target=self._read_all, name=f"read {name}", daemon=True)

    async def open(self) -> None:
        """Open the port.

        Raises:
            OSError, ValueError: what the port itself raised.
        """
        self._writer.start()
        try:
            await self._opened
        except asyncio.CancelledError:
            self.abort()
            raise

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `ByteStream.read`."""
        while True:
            if self._inbox and not isinstance(self._failure, LinkClosed):
                chunk = bytes(self._inbox[:max_bytes])
                del self._inbox[:max_bytes]
                if len(self._inbox) < READ_SIZE:
                    self._room.set()
                return chunk
            self._check()
            self._arrived.clear()
            await self._arrived.wait()

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`."""
        for start in range(0, len(data), _WRITE_SIZE):
            self._check()
            self._writing = job = _Job(data[start : start + _WRITE_SIZE], self._loop.create_future())
            self._jobs.put(job)
            await job.done
        self._check()

    async def close(self) -> None:
        """See `ByteStream.close`; a far side that takes nothing for 5 s is cut off."""
        if self._failure is None:
            self._fail(LinkClosed(f"{self._name} was closed by this side."))
            self._jobs.put(_Job(None, self._loop.create_future()))
        self._jobs.put(None)
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._ended.wait()
        except TimeoutError:
            pass
        finally:
            self.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._ended.wait()

    def abort(self) -> None:
        """See `ByteStream.abort`."""
        self._fail(LinkClosed(f"{self._name} was closed by this side."))
        self._stop.set()
        self._room.set()
        self._jobs.put(None)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _fail(self, failure: OwnplugError) -> None:
        """Keep the first reason, and tell both sides."""
        if self._failure is not None and not isinstance(failure, LinkClosed):
            return
        self._failure = failure
        self._arrived.set()
        if self._writing is not None and not self._writing.done.done():
            self._writing.done.set_exception(failure)

    def _receive(self, data: bytes) -> None:
        self._inbox += data
        if len(self._inbox) < READ_SIZE:
            self._room.set()
        self._arrived.set()

    # --- in the threads ---

    def _write_all(self) -> None:
        try:
            self._port.open()
        except (OSError, ValueError, Warning) as error:  # warnings, where they are errors: pyserial is old
            self._tell(_refuse, self._opened, error)
            self._tell(self._ended.set)
            return
        self._tell(_finish, self._opened)
        self._room.set()
        self._reader.start()
        while (job := self._jobs.get()) is not None and not self._stop.is_set():
            try:
                self._port.flush() if job.data is None else self._port.write(job.data)
            except OSError as error:
                self._tell(self._broke, error)
                break
            self._tell(_finish, job.done)
        self._stop.set()
        self._room.set()

    def _read_all(self) -> None:
        try:
            while self._room.wait() and not self._stop.is_set():
                data = self._port.read(max(1, min(self._port.in_waiting, READ_SIZE)))
                if data:
                    self._room.clear()  # until the loop has taken it: no more than that is ever on its way
                    self._tell(self._receive, data)
        except OSError as error:
            self._tell(self._broke, error)
        self._end()

    def _end(self) -> None:
        """Close the port; a write that still waits is ended by that."""
        self._stop.set()
        self._jobs.put(None)
        cancel_write = getattr(self._port, "cancel_write", None)
        if cancel_write is not None:
            with contextlib.suppress(OSError):
                cancel_write()
            self._writer.join()
        with contextlib.suppress(OSError):
            self._port.close()
        self._writer.join()
        self._tell(self._ended.set)

    def _broke(self, error: OSError) -> None:
        failure = LinkBroken(
            f"{self._name} is gone: {error.strerror or error}.", hint="Was the adapter unplugged?"
        )
        failure.__cause__ = error
        self._fail(failure)

    def _tell(self, what: Callable[..., object], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before us
            self._loop.call_soon_threadsafe(what, *arguments)


class _Job:
    """Bytes to be written, or None to wait until all are sent; and who waits for that."""

    __slots__ = ("data", "done")

    def __init__(self, data: bytes | None, done: asyncio.Future[None]) -> None:
        self.data = data
        self.done = done


async def open_threaded(port: BlockingPort, name: str) -> ThreadedStream:
    """Open `port`, whose reads must return within `READ_TIMEOUT_S`, and take it over.

    Raises:
        OSError, ValueError: what the port itself raised.
    """
    stream = ThreadedStream(port, name)
    await stream.open()
    return stream


def _finish(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


def _refuse(waiting: asyncio.Future[None], error: Exception) -> None:
    if not waiting.done():
        waiting.set_exception(error)
