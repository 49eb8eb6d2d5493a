"""A time server, asked and served, by UDP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from ownplug.aio import Clock
from ownplug.core.errors import LinkTimeout, Malformed, Unreachable
from ownplug.core.sntp import decode_answer, encode_answer, encode_question
from ownplug.transport.endpoint import listen_failure, parse_endpoint


class _Asked(asyncio.DatagramProtocol):
    def __init__(self, question: bytes) -> None:
        self.told: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._question = question

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.DatagramTransport", transport).sendto(self._question)

    def datagram_received(self, data: bytes, addr: object) -> None:
        try:
            told = decode_answer(data, self._question)
        except Malformed:
            return  # anybody may send anything; the answer may still come
        if not self.told.done():
            self.told.set_result(told)

    def error_received(self, exc: Exception) -> None:
        if not self.told.done():
            self.told.set_exception(exc)


async def ask_time(host: str, port: int, *, now_s: float, timeout_s: float) -> float:
    """Ask one server once; return Unix time.

    Args:
        host: its name or address.
        port: its port.
        now_s: what the asker believes.
        timeout_s: how long the answer may take.

    Raises:
        Unreachable: no such name, or nobody is there.
        LinkTimeout: no answer came.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s):
            transport, asked = await loop.create_datagram_endpoint(
                lambda: _Asked(encode_question(now_s)), remote_addr=(host, port)
            )
            try:
                return await asked.told
            finally:
                transport.close()
    except TimeoutError as error:
        raise LinkTimeout(f"{host}:{port} did not tell the time within {timeout_s:g} s.") from error
    except OSError as error:
        raise Unreachable(
            f"{host}:{port} cannot be asked for the time: {error.strerror or error}."
        ) from error


class _Answering(asyncio.DatagramProtocol):
    """Answers each question once, with as many bytes; what is no question costs nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            answer = encode_answer(data, self._clock.now().timestamp())
        except Malformed:
            return  # anybody may send anything
        if self._transport is not None:
            self._transport.sendto(answer, addr)

    def error_received(self, exc: Exception) -> None:
        """Whoever asked is gone; the next one is not."""


@asynccontextmanager
async def serve_time(endpoint: str, option: str, clock: Clock) -> AsyncIterator[tuple[str, int]]:
    """Answer whoever asks for the time at `endpoint`, HOST:PORT; gives where it listens.

    Raises:
        UsageError: that is no address of this machine, or a port that this user may not use.
        Conflict: the port is taken.
    """
    try:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Answering(clock), local_addr=parse_endpoint(endpoint, option)
        )
    except OSError as error:
        raise listen_failure(error, endpoint, option) from error
    try:
        yield transport.get_extra_info("sockname")[:2]
    finally:
        transport.close()
