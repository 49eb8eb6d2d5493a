"""The HTTP port of a virtual plug: one connection at a time, as the plug has it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
from collections.abc import Callable

from ownplug.aio import Clock
from ownplug.core.errors import UsageError
from ownplug.virtual.firmware.httpd import Progress, RequestReader
from ownplug.virtual.firmware.signals import HttpAnswer, HttpAsked

_WAITING_ROOM = 4  # connections that wait while one is served. Source: assumed
_REQUEST_PATIENCE_S = 10.0  # until a request is whole. Source: assumed
_ACCEPT_PAUSE_S = 0.1
_CHUNK = 4096

_LOG = logging.getLogger(__name__)


class HttpPort:
    """Takes requests and gives answers.

    Args:
        listener: where they come in; made by `listen`.
        body_limit: longest body of a request, in bytes.
        clock: the steady clock of the world.
        ask: takes a request, for which `answer` will be called.
    """

    def __init__(
        self, listener: socket.socket, *, body_limit: int, clock: Clock, ask: Callable[[HttpAsked], None]
    ) -> None:
        self._listener = listener
        self._body_limit = body_limit
        self._clock = clock
        self._ask = ask
        self._asked: dict[int, asyncio.Future[bytes]] = {}

    def answer(self, effect: HttpAnswer) -> None:
        """Give an answer to whoever still waits for it."""
        answer = self._asked.pop(effect.number, None)
        if answer is not None and not answer.done():
            answer.set_result(effect.data)

    async def run(self) -> None:
        """Serve until cancelled; others wait while one is served, and too many are not let in."""
        loop = asyncio.get_running_loop()
        for number in itertools.count():
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError as error:  # the system is out of descriptors, or the caller has gone already
                _LOG.warning("a connection to a virtual plug was lost: %s", error)
                await self._clock.sleep(_ACCEPT_PAUSE_S)
                continue
            with (
                connection,
                contextlib.suppress(OSError),
            ):  # TimeoutError is one: silent callers are hung up on
                connection.setblocking(False)  # noqa: FBT003 - the library's shape
                await self._converse(connection, number)

    async def _converse(self, connection: socket.socket, number: int) -> None:
        loop = asyncio.get_running_loop()
        reader = RequestReader(body_limit=self._body_limit)
        async with asyncio.timeout(_REQUEST_PATIENCE_S):
            while reader.progress is Progress.MORE:
                data = await loop.sock_recv(connection, _CHUNK)
                if not data:
                    return
                reader.feed(data)
        if reader.progress is Progress.HOPELESS:
            return
        answer = loop.create_future()
        self._asked[number] = answer
        self._ask(HttpAsked(number=number, request=reader.request()))
        async with asyncio.timeout(_REQUEST_PATIENCE_S):
            await loop.sock_sendall(connection, await answer)


def listen(host: str, port: int) -> socket.socket:
    """Open the plug's HTTP port; port 0 is any free one.

    Raises:
        UsageError: it is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_WAITING_ROOM)
    except OSError as error:
        raise UsageError(
            f"The HTTP port {host}:{port} of a virtual plug cannot be opened: {error.strerror or error}.",
            hint="Choose another with --http HOST:PORT; port 0 is any free one.",
        ) from error
    listener.setblocking(False)  # noqa: FBT003 - the library's shape
    return listener
