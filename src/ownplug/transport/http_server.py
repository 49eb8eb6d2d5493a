"""An HTTP server for one handler: whole requests of limited size in, bytes out. Knows aiohttp, as `http` does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from ownplug.transport.endpoint import listen_failure, parse_endpoint

if TYPE_CHECKING:
    import ssl

BODY_LIMIT = 64 * 1024
"""Bytes that a request may have."""

BODY_PATIENCE_S = 10.0
"""Seconds until a body is whole."""

_KEEP_ALIVE_S = 30.0
_HEADER_LIMIT = 8 * 1024  # bytes of a line, and of a header
_LINGER_S = 1.0  # what a refused client still sends is swallowed for so long, that it reads why
_SHUTDOWN_S = 1.0  # for requests that are being answered


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request whose body has arrived whole.

    Attributes:
        path: without its query, decoded.
        authorization: the header of that name; empty if there is none.
        address: of whoever asks.
        port: of ours, at which it came in.
    """

    method: str
    path: str
    authorization: str
    body: bytes
    address: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What is answered."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"


Handle = Callable[[HttpRequest], Awaitable[HttpReply]]


class _NoHttp(logging.Filter):
    """Keeps out of the log what strangers send that is no HTTP: they would fill it, and a line may hold a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is told."""
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, HttpProcessingError)


_log = logging.getLogger(__name__)
_log.addFilter(_NoHttp())


@asynccontextmanager
async def serve_http(
    endpoint: str,
    option: str,
    handle: Handle,
    *,
    tls: ssl.SSLContext | None = None,
    body_patience_s: float = BODY_PATIENCE_S,
) -> AsyncIterator[tuple[str, int]]:
    """Answer requests for as long as the context lasts; gives host and port.

    A request that is too long, too slow, or no HTTP, is refused before it reaches `handle`.

    Args:
        endpoint: HOST:PORT to listen at; port 0 is any free one.
        option: the name of that setting, for errors.
        handle: answers one request. What it raises is logged, and answered with HTTP status 500.
        tls: the server's certificate; without one it speaks plain HTTP.
        body_patience_s: until a body must be whole.

    Raises:
        Conflict, UsageError: nothing can listen there.
    """
    host, port = parse_endpoint(endpoint, option)
    server = web.Server(
        _read_then(handle, body_patience_s),
        keepalive_timeout=_KEEP_ALIVE_S,
        max_line_size=_HEADER_LIMIT,
        max_field_size=_HEADER_LIMIT,
        lingering_time=_LINGER_S,
        logger=_log,
        access_log=None,
        auto_decompress=False,
    )
    runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port, ssl_context=tls).start()
        except OSError as error:
            raise listen_failure(error, endpoint, option) from error
        address = runner.addresses[0]
        yield str(address[0]), int(address[1])
    finally:
        await runner.cleanup()


def _read_then(
    handle: Handle, patience_s: float
) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            async with asyncio.timeout(patience_s):
                body = await _read(request)
        except TimeoutError:
            return _refusal(408)
        except (ConnectionError, HttpProcessingError, web.RequestPayloadError):  # cut, or no chunks
            return _refusal(400)
        if body is None:
            return _refusal(413)
        reply = await handle(
            HttpRequest(
                method=request.method,
                path=request.path,
                authorization=request.headers.get("Authorization", ""),
                body=body,
                address=request.remote or "",
                port=_port(request),
            )
        )
        return web.Response(
            body=reply.body,
            status=reply.status,
            content_type=reply.content_type,
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        )

    return answer


def _port(request: web.BaseRequest) -> int:
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return int(name[1]) if name else 0


def _refusal(status: int) -> web.Response:
    response = web.Response(status=status)
    response.force_close()  # what is left of the request is nobody's
    return response


async def _read(request: web.BaseRequest) -> bytes | None:
    """Read the whole body, or return None as soon as it is known to be too long."""
    if (request.content_length or 0) > BODY_LIMIT:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
