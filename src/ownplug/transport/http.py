"""HTTP as plugs speak it, and as the hub's own API does; aiohttp is known here and in `http_server` only.

A plug is a peculiar server. It serves one connection at a time, ends some header lines in LF only, sends no
length but closes instead, drops the connection without a byte when it does not like a request, and cuts long
answers. So each host has a queue, each request a deadline, and each reply a limit; aiohttp reads LF-only heads
(with and without its C parser, though not under `python -X dev`, where it is strict on purpose).

Nothing of a browser is wanted: no redirects, cookies, proxies from the environment, or decompression.
It is longer than others because what aiohttp raises is translated in one place.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self, TypedDict
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import aiohttp
import msgspec

from ownplug.core.errors import (
    Forbidden,
    LinkBroken,
    LinkTimeout,
    Malformed,
    OwnplugError,
    Unexpected,
    UsageError,
)
from ownplug.transport.endpoint import authority
from ownplug.transport.tcp import connect_failure

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
    from types import TracebackType

    from ownplug.core.secret import Secret

PLUG_REPLY_LIMIT = 64 * 1024
"""Bytes; ten times the longest answer seen (6.7 kB, an EM06)."""

CONNECT_TIMEOUT_S = 4.0
"""A plug on the same network accepts within 1 s unless it is busy with another client."""

TOTAL_TIMEOUT_S = 10.0
"""From the call to the end of the reply, waiting behind other requests included."""

_API_REPLY_LIMIT = 16 * 1024 * 1024  # bytes; a year of hourly samples of a large home, as JSON
_FILE = "application/octet-stream"
_FIRST_FAILURE = 300  # of the statuses that mean that there is no file
_EVENT_LIMIT = 1024 * 1024  # bytes in one WebSocket message
_HEARTBEAT_S = 20.0  # a hub that is gone is noticed within one and a half of these


class _Asked(TypedDict):
    body: bytes | BytesIO | None
    headers: dict[str, str]


class HttpClient:
    """Requests to plugs, one at a time for each host; use it as `async with`."""

    def __init__(self, *, reply_limit: int = PLUG_REPLY_LIMIT) -> None:
        self._reply_limit = reply_limit
        self._session = _Session(keep_connections=False)
        self._turns: WeakValueDictionary[tuple[str, int], asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        await self._session.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        timeout_s: float = TOTAL_TIMEOUT_S,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> bytes:
        """Send `body` and return the whole reply; waits for its turn at that host.

        Raises:
            Unreachable: nobody answers at that address.
            LinkTimeout: no whole reply within `timeout_s`, which includes waiting for other requests.
            LinkBroken: the host cut the connection, before the reply or within it.
            Malformed: what came back is no HTTP, or is too long.
            Unexpected: another status than 200.
            UsageError: no HTTP URL.
        """
        place = _address(url)
        turn = self._turns.setdefault(place, asyncio.Lock())
        headers = {"Content-Type": "application/json", "Connection": "close"}
        async with _deadline(place, timeout_s), turn:
            exchange = self._session.exchange(
                "POST", url, body=body, headers=headers, connect_timeout_s=connect_timeout_s
            )
            async with exchange as response:
                if response.status != 200:
                    raise Unexpected(f"{authority(*place)} answered with HTTP status {response.status}.")
                return await _read_limited(response, self._reply_limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReply:
    """What the hub's API answered, whatever its status; `data` is None where the reply had no body."""

    status: int
    headers: Mapping[str, str]
    data: Any


class JsonClient:
    """Calls and events of the hub's own API; use it as `async with`.

    `tls` is for an `https` URL whose certificate this machine does not trust by itself.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._session = _Session(keep_connections=True, tls=tls)

    async def __aenter__(self) -> Self:
        await self._session.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        file: bytes | None = None,
        file_type: str = _FILE,
        token: Secret | None = None,
        timeout_s: float = TOTAL_TIMEOUT_S,
    ) -> JsonReply:
        """Call the API; every status is an answer, and only the caller knows what it means.

        Args:
            method: of HTTP.
            url: what to call.
            json: what to send, as JSON.
            file: or what to send as it is.
            file_type: what that is.
            token: the login.
            timeout_s: for all of it.

        Raises:
            Unreachable: nobody answers at that address.
            LinkTimeout: no whole reply within `timeout_s`.
            LinkBroken: the connection was cut.
            Malformed: what came back is no HTTP, no JSON, or too long.
            UsageError: no HTTP URL.
        """
        async with (
            _deadline(_address(url), timeout_s),
            self._session.exchange(method, url, **_asked(json, token, file, file_type)) as response,
        ):
            return await _json_reply(response)

    async def download(
        self,
        method: str,
        url: str,
        take: Callable[[bytes], Awaitable[None]],
        *,
        kind: str,
        json: Any = None,
        token: Secret | None = None,
        patience_s: float,
    ) -> JsonReply:
        """Have the API make a file, and hand it on as it comes; an answer that is no file is returned as it is.

        Args:
            method: of HTTP.
            url: what to call.
            take: is given the file, piece by piece.
            kind: the media type of the file.
            json: what is asked for.
            token: the login.
            patience_s: for the beginning of the answer, and for each piece of it.

        Raises:
            As `request`; `take` may have been given the beginning of a file by then.
        """
        async with (
            _deadline(_address(url), patience_s) as deadline,
            self._session.exchange(method, url, **_asked(json, token)) as response,
        ):
            if response.content_type != kind or response.status >= _FIRST_FAILURE:
                return await _json_reply(response)
            async for piece in response.content.iter_any():
                await take(piece)
                deadline.reschedule(asyncio.get_running_loop().time() + patience_s)
            return JsonReply(status=response.status, headers=response.headers.copy(), data=None)

    async def events(self, url: str, *, token: Secret | None = None) -> AsyncIterator[Any]:
        """Yield each message of a WebSocket as decoded JSON; ends only by raising.

        Raises:
            Unreachable: nobody answers at that address.
            Forbidden: the hub does not accept the token.
            LinkError: the hub ended the stream or is gone.
            WireError: no WebSocket is there, or what came is no JSON.
            UsageError: no HTTP URL.
        """
        where = authority(*_address(url))
        async with self._session.socket(url, _bearer(token)) as socket:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise LinkBroken(f"The event stream of {where} broke: {message.data}.")
                yield _decode(message.data.encode(), f"An event of {where}")
            raise LinkBroken(f"{where} ended the event stream (code {socket.close_code}).")


async def fetch(
    url: str, *, limit: int, timeout_s: float, came: Callable[[int, int], None] | None = None
) -> bytes:
    """Fetch a file, of `limit` bytes at most.

    Args:
        url: where it is.
        limit: the longest file that is taken, in bytes.
        timeout_s: for all of it.
        came: is told how many bytes have come, and of how many, where the server says that.

    Raises:
        Unreachable, LinkTimeout, LinkBroken, UsageError: as `HttpClient.post`.
        Malformed: it is longer than that.
        Unexpected: another status than 200.
    """
    place = _address(url)
    session = _Session(keep_connections=False)
    await session.open()
    try:
        async with (
            _deadline(place, timeout_s),
            session.exchange("GET", url, body=None, headers={"Connection": "close"}) as response,
        ):
            if response.status != 200:
                raise Unexpected(f"{authority(*place)} answered with HTTP status {response.status}.")
            return await _read_limited(response, limit, came)
    finally:
        await session.close()


class _Session:
    """An aiohttp session without anything of a browser, whose errors are ours."""

    def __init__(self, *, keep_connections: bool, tls: ssl.SSLContext | None = None) -> None:
        self._keep_connections = keep_connections
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        connector = aiohttp.TCPConnector(
            ssl=self._tls or True,
            limit=0,
            force_close=not self._keep_connections,
            resolver=aiohttp.ThreadedResolver(),  # asks the system, which knows names like hub.local
            use_dns_cache=False,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            skip_auto_headers=("Accept-Encoding", "User-Agent", "Accept"),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def exchange(
        self,
        method: str,
        url: str,
        *,
        body: bytes | BytesIO | None,
        headers: dict[str, str],
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s)
        request = self._opened().request(
            method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        )
        with _translated(url, connect_timeout_s):
            async with request as response:
                yield response

    @asynccontextmanager
    async def socket(
        self, url: str, headers: dict[str, str]
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        opening = self._opened().ws_connect(
            url, headers=headers, heartbeat=_HEARTBEAT_S, max_msg_size=_EVENT_LIMIT
        )
        with _translated(url, CONNECT_TIMEOUT_S):
            async with _deadline(_address(url), TOTAL_TIMEOUT_S):
                socket = await opening
            async with socket:
                yield socket

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise UsageError("An HTTP client works inside `async with` only.")
        return self._session


def _address(url: str) -> tuple[str, int]:
    """Host and port of a URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is not a URL.") from error
    if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.hostname or port == 0:
        raise UsageError(f"{url!r} is not an HTTP URL.", hint="It begins with http:// or https://.")
    return parts.hostname, port or (443 if parts.scheme in {"https", "wss"} else 80)


def _bearer(token: Secret | None) -> dict[str, str]:
    if token is None:
        return {}
    text = token.reveal()
    if not (text.isascii() and text.isprintable()):
        raise UsageError("The token holds characters that no token has.", hint="Was it copied whole?")
    return {"Authorization": f"Bearer {text}"}


def _asked(json: Any, token: Secret | None, file: bytes | None = None, file_type: str = _FILE) -> _Asked:
    if file is not None:
        return {
            "body": BytesIO(file),
            "headers": {**_bearer(token), "Content-Type": file_type},
        }  # sent piece by piece
    if json is None:
        return {"body": None, "headers": _bearer(token)}
    headers = {**_bearer(token), "Content-Type": "application/json"}
    return {"body": msgspec.json.encode(json), "headers": headers}


async def _json_reply(response: aiohttp.ClientResponse) -> JsonReply:
    place = authority(*_address(str(response.url)))
    content = await _read_limited(response, _API_REPLY_LIMIT)
    data = _decode(content, f"The answer of {place} (HTTP status {response.status})")
    return JsonReply(status=response.status, headers=response.headers.copy(), data=data)


def _decode(content: bytes, what: str) -> Any:
    try:
        return msgspec.json.decode(content) if content else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"{what} is not JSON.", hint="Is that really a hub?") from error


async def _read_limited(
    response: aiohttp.ClientResponse, limit: int, came: Callable[[int, int], None] | None = None
) -> bytes:
    body, total = bytearray(), response.content_length
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise Malformed(f"The reply is longer than {limit} bytes, so it was not read to its end.")
        if came is not None and total:
            came(len(body), total)
    return bytes(body)


@asynccontextmanager
async def _deadline(place: tuple[str, int], timeout_s: float) -> AsyncIterator[asyncio.Timeout]:
    deadline = asyncio.timeout(timeout_s)
    try:
        async with deadline:
            yield deadline
    except TimeoutError as error:
        if not deadline.expired():
            raise
        raise LinkTimeout(f"{authority(*place)} did not answer within {timeout_s:g} s.") from error


@contextmanager
def _translated(url: str, connect_timeout_s: float) -> Iterator[None]:
    """Turn aiohttp's errors into ours."""
    try:
        yield
    except UnicodeError as error:  # from looking up a name that no name server can be asked for
        raise UsageError(f"{url!r} is not a URL.") from error
    except aiohttp.ClientError as error:
        host, port = _address(url)
        raise _translate(error, host, port, connect_timeout_s) from error


def _translate(error: aiohttp.ClientError, host: str, port: int, connect_timeout_s: float) -> OwnplugError:
    where = authority(host, port)
    match error:
        case aiohttp.ClientSSLError():  # a ClientConnectorError, too, but TCP had worked
            return LinkBroken(f"No trusted TLS connection to {where}: {error}.")
        case aiohttp.ClientConnectorError():
            return connect_failure(error.os_error, host, port)
        case aiohttp.ServerTimeoutError():
            return connect_failure(error, host, port, timeout_s=connect_timeout_s)
        case aiohttp.WSServerHandshakeError():
            if error.status in {401, 403}:
                return Forbidden(f"{where} does not accept this token.")
            return Unexpected(f"{where} offers no event stream there (HTTP status {error.status}).")
    return _translate_late(error, where)


def _translate_late(error: aiohttp.ClientError, where: str) -> OwnplugError:
    """What went wrong after the connection stood."""
    match error:
        case aiohttp.ServerDisconnectedError():
            return LinkBroken(
                f"{where} closed the connection without an answer.",
                hint="It may be busy, or the request may be one that it does not know, or too long for it.",
            )
        case aiohttp.ClientPayloadError():
            return LinkBroken(f"{where} cut its answer short.")
        case aiohttp.InvalidURL():
            return UsageError(f"No request can be made to {where}: the URL is not valid.")
        case aiohttp.ClientResponseError():
            return Malformed(f"{where} did not answer in HTTP.")
    return LinkBroken(f"The connection to {where} broke: {error}.")
