"""uvicorn as one task among others: it takes no signals, no loop, no log of its own.

Its socket is ours: it is open before the server starts, so that its real port can be told, and a port in use
is an error with a name instead of the end of the process.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import uvicorn
from starlette.types import ASGIApp

from ownplug.core.errors import Conflict, OwnplugError, UsageError
from ownplug.web.app import create_app
from ownplug.web.doors import Doors
from ownplug.web.settings import WebSettings

_LAST_PORT = 65535
_BACKLOG = 100
_HEADER_LIMIT = 16 * 1024  # bytes of request line and headers together
_MESSAGE_LIMIT = 4 * 1024  # bytes; a listener names 50 plugs by uuid in less than half of it
_TICK_S = 1.0  # as fine as the Date header is
_SHUTDOWN_S = 1  # for requests that are being answered; sockets are closed at once


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServer:
    """A running web interface.

    Attributes:
        url: where this machine reaches it, "http://127.0.0.1:8480".
    """

    url: str


@asynccontextmanager
async def open_web(
    doors: Doors, settings: WebSettings, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[WebServer]:
    """Serve the web interface of a hub for as long as the context lasts.

    At the end listeners are told that the hub goes away, and answers under way have a second to finish.

    Args:
        doors: what it opens to who may come in.
        settings: where to listen and which names to answer to.
        tls: the server's certificate; without one it speaks plain HTTP.

    Raises:
        Conflict: the port is in use.
        UsageError: this machine has no such address, the port needs more rights, or a setting is wrong.
    """
    app = create_app(doors, settings)
    listener = await _listen(settings)
    server = _Server(_config(app, tls))
    tasks = asyncio.TaskGroup()
    await tasks.__aenter__()
    tasks.create_task(server.serve(sockets=[listener]), name="web")
    try:
        yield WebServer(url=_url(listener, "https" if tls else "http"))
    finally:
        server.stop()
        # Without the body's error, which would cancel the server before it has closed its sockets, and come
        # back wrapped in a group.
        await tasks.__aexit__(None, None, None)


class _Server(uvicorn.Server):
    """A server that leaves signals alone and leaves nothing open; it wakes once a second, not ten times."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End soon."""
        self.should_exit = True
        self._stopping.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none: they belong to the program."""
        yield

    async def main_loop(self) -> None:
        """Keep the Date header right until it is time to stop."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_S):
                    await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close as uvicorn does, then cut whoever does not take the rest of an answer."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _config(app: ASGIApp, tls: ssl.SSLContext | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",  # the one with a limit for headers
        ws="websockets-sansio",
        ws_max_size=_MESSAGE_LIMIT,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # whom we believe is decided by Host and token, not by X-Forwarded-For
        server_header=False,
        log_level=_log_level(),
        h11_max_incomplete_event_size=_HEADER_LIMIT,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        ssl_context_factory=(lambda _config, _default: tls) if tls else None,
    )


def _log_level() -> int:
    """The log's own level, but not the one at which uvicorn tells the headers of requests, with the token."""
    return max(logging.INFO, logging.getLogger("uvicorn.error").getEffectiveLevel())


async def _listen(settings: WebSettings) -> socket.socket:
    host, port = settings.host, settings.port
    if not 0 <= port <= _LAST_PORT:  # the system would take what is left of it after its 16 bits
        raise UsageError(f"{port} is no port.", hint=f"Use --web {host}:PORT with a port up to {_LAST_PORT}.")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host or None, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        return _listener(family, address)
    except (OSError, OverflowError, UnicodeError) as error:
        _explain(error, settings)


def _listener(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    # Made as TCP by name: asyncio turns Nagle's algorithm off only where the protocol is not left open, and with
    # it every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with ExitStack() as on_failure:
        on_failure.callback(listener.close)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        on_failure.pop_all()
    return listener


def _explain(error: Exception, settings: WebSettings) -> NoReturn:
    place = f"{settings.host}:{settings.port}"
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        raise Conflict(
            f"The web port {settings.port} is in use.",
            hint=f"Choose another with --web {settings.host}:PORT; port 0 takes any free one.",
        ) from error
    if number == errno.EACCES:
        raise UsageError(
            f"The web interface may not listen on {place}.", hint="Ports below 1024 need more rights."
        ) from error
    if number == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror | OverflowError | UnicodeError):
        raise UsageError(
            f"This machine cannot listen on {place}.", hint="Use --web with one of its own addresses."
        ) from error
    raise OwnplugError(f"The web interface cannot listen on {place}: {error}.") from error


def _url(listener: socket.socket, scheme: str) -> str:
    """Name the socket so that a program on this machine can call it: 0.0.0.0 is no address to call."""
    address, port = listener.getsockname()[:2]
    if address in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on
        address = "127.0.0.1" if address == "0.0.0.0" else "::1"  # noqa: S104
    return f"{scheme}://[{address}]:{port}" if ":" in address else f"{scheme}://{address}:{port}"
