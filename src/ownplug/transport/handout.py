"""Hands files out by plain HTTP, each once and to one address, and listens only while there is something to give.

For programs that can fetch by nothing better. A path cannot be guessed, whoever asks from another address gets the
same 404 as for any wrong one, and so does whoever comes after the file was taken. Nothing is read from the disk.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ownplug.transport.endpoint import listen_failure, parse_endpoint

_REQUEST_PATIENCE_S = 10.0  # until a request is whole
_CHUNK_PATIENCE_S = 60.0  # for a far side that takes nothing: longer than a plug's Wi-Fi is away
_REQUEST_LIMIT = 4096  # bytes
_CHUNK = 4096
_SEND_BUFFER = 16 * 1024  # small, so that what the system has taken is nearly what has arrived
_CONNECTIONS = 16  # at a time; one plug needs one
_NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Offer:
    data: bytes
    to: str
    sent: Callable[[int], None]
    is_taken: bool = False


class Handout:
    """Files for others to fetch; use it as `async with`.

    Args:
        endpoint: HOST:PORT to listen at; port 0 is any free one.
        option: the name of that setting, for errors.
        host: how the others call this machine.
    """

    def __init__(self, endpoint: str, *, option: str, host: str) -> None:
        self._endpoint = endpoint
        self._option = option
        self._host = f"[{host}]" if ":" in host else host
        self._offers: dict[str, _Offer] = {}
        self._server: asyncio.Server | None = None
        self._opening = asyncio.Lock()
        self._tasks = asyncio.TaskGroup()
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        # Without the body's error, which would come back wrapped in a group.
        await self._tasks.__aexit__(None, None, None)

    @asynccontextmanager
    async def offer(self, data: bytes, *, to: str, sent: Callable[[int], None]) -> AsyncIterator[str]:
        """Let the program at an address fetch a file once; gives the URL, which is good inside the `with`.

        A transfer that breaks off may be begun anew.

        Args:
            data: the file.
            to: the address that may fetch it.
            sent: is told how many bytes of it have gone out, each time that some did.

        Raises:
            Conflict, UsageError: nothing can listen there.
        """
        async with self._opening:
            port = await self._listen()
            path = f"/{secrets.token_hex(16)}.bin"
            self._offers[path] = _Offer(data=data, to=to, sent=sent)
        try:
            yield f"http://{self._host}:{port}{path}"
        finally:
            del self._offers[path]
            if not self._offers:
                self._stop()

    async def _listen(self) -> int:
        if self._server is None:
            host, port = parse_endpoint(self._endpoint, self._option)
            try:
                self._server = await asyncio.start_server(self._take, host, port, limit=_REQUEST_LIMIT)
            except OSError as error:
                raise listen_failure(error, self._endpoint, self._option) from error
        return int(self._server.sockets[0].getsockname()[1])

    def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._serving:
            task.cancel()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None or len(self._serving) >= _CONNECTIONS:
            writer.transport.abort()
            return
        task = self._tasks.create_task(self._serve(reader, writer), name="handout")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(_REQUEST_PATIENCE_S):
                    head = await reader.readuntil(b"\r\n\r\n")
                await self._answer(head, writer)
                writer.close()
                async with asyncio.timeout(_CHUNK_PATIENCE_S):
                    await writer.wait_closed()
        finally:
            writer.transport.abort()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        peer = str(writer.get_extra_info("peername")[0])
        path = _path(head)
        offer = self._offers.get(path)
        if offer is None or offer.is_taken or offer.to != peer:
            log.info("%s asked for a file that is not offered to it", peer)
            writer.write(_NOTHING)
            return
        writer.transport.set_write_buffer_limits(high=0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        await _send(writer, _head(len(offer.data)))
        for start in range(0, len(offer.data), _CHUNK):
            chunk = offer.data[start : start + _CHUNK]
            await _send(writer, chunk)
            if path not in self._offers:
                return  # it was taken back: whoever has a part shall not get the rest
            offer.is_taken = start + len(chunk) == len(offer.data)
            offer.sent(start + len(chunk))


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    async with asyncio.timeout(_CHUNK_PATIENCE_S):
        await writer.drain()


def _path(head: bytes) -> str:
    """What is asked for; empty for anything but a GET."""
    method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    path, _, version = rest.partition(" ")
    return path if method == "GET" and version.startswith("HTTP/1.") else ""


def _head(length: int) -> bytes:
    return (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/octet-stream\r\n"
        f"Content-Length: {length}\r\n"
        "Connection: close\r\n\r\n"
    ).encode()
