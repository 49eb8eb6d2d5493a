"""Asking a time server, by UDP."""

from __future__ import annotations

import asyncio
from typing import cast

from ownplug.core.errors import LinkTimeout, Malformed, Unreachable
from ownplug.core.sntp import decode_answer, encode_question


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
