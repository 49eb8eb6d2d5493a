"""TCP as a `ByteStream`, and every way in which connecting can fail as a sentence of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import socket
import struct
from collections.abc import Callable

from ownplug.aio import READ_SIZE
from ownplug.core.errors import (
    ConnectionRefused,
    LinkBroken,
    LinkClosed,
    NameUnknown,
    OwnplugError,
    Unreachable,
    UsageError,
)
from ownplug.transport.endpoint import authority

CONNECT_TIMEOUT_S = 10.0
"""How long a connection attempt may take; on a home network even a busy plug answers within 2 s."""

_CLOSE_TIMEOUT_S = 5.0  # for a far side that does not take what was written

_NO_LINGER = struct.pack("ii", 1, 0)  # on, for 0 s: unsent data is dropped and the far side gets a reset

_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}


class TcpStream:
    """A `ByteStream` over one TCP connection; `open_tcp` makes one, a server wraps what it accepted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._closed = False
        answer_at_once(writer.transport)

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `ByteStream.read`."""
        self._check_open()
        try:
            chunk = await self._reader.read(max_bytes)
        except OSError as error:
            raise self._broken(error) from error
        if not chunk:
            self._check_open()
        return chunk

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`."""
        self._check_open()
        if self._writer.is_closing():
            raise LinkBroken("The far side ended the connection.")
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise self._broken(error) from error
        self._check_open()

    async def close(self) -> None:
        """See `ByteStream.close`; a far side that takes nothing for 5 s is cut off."""
        self._closed = True
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._writer.wait_closed()
        except OSError:  # broken or too slow (TimeoutError is one): either way it ends here
            self._writer.transport.abort()

    def abort(self) -> None:
        """See `ByteStream.abort`; the far side sees a reset, not an end."""
        self._closed = True
        reset(self._writer.transport)

    def _check_open(self) -> None:
        if self._closed:
            raise LinkClosed("The connection was closed by this side.")

    def _broken(self, error: OSError) -> OwnplugError:
        if self._closed:
            return LinkClosed("The connection was closed by this side.")
        return LinkBroken(f"The connection broke: {error.strerror or error}.")


async def open_tcp(host: str, port: int, *, timeout_s: float = CONNECT_TIMEOUT_S) -> TcpStream:
    """Connect to a host by name or address; a name's addresses are tried in turn.

    Raises:
        Unreachable: no such name, refused, no route, or no answer within `timeout_s`; the sentence says which.
        UsageError: the host or port cannot exist.
    """
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport = await connect_tcp(lambda: protocol, host, port, timeout_s=timeout_s)
    writer = asyncio.StreamWriter(transport, protocol, reader, asyncio.get_running_loop())
    return TcpStream(reader, writer)


async def connect_tcp(
    make_protocol: Callable[[], asyncio.Protocol],
    host: str,
    port: int,
    *,
    timeout_s: float = CONNECT_TIMEOUT_S,
) -> asyncio.Transport:
    """Connect as `open_tcp` does, for an asyncio protocol.

    Raises:
        Unreachable, UsageError: as `open_tcp`.
    """
    if not 0 < port < 65536:
        raise UsageError(f"{port} is not a TCP port.", hint="Ports are numbers from 1 to 65535.")
    deadline = asyncio.timeout(timeout_s)
    try:
        async with deadline:
            transport, _ = await asyncio.get_running_loop().create_connection(make_protocol, host, port)
    except (OSError, UnicodeError) as error:
        late = timeout_s if deadline.expired() else None
        raise connect_failure(error, host, port, timeout_s=late) from error
    return transport


def answer_at_once(transport: asyncio.BaseTransport) -> None:
    """Send small writes without waiting: each is one command or answer, which Nagle's algorithm would only delay."""
    with contextlib.suppress(OSError):  # the far side may have ended it already; reading will tell
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def reset(transport: asyncio.WriteTransport) -> None:
    """End a connection so that the far side sees a reset, not an end."""
    with contextlib.suppress(OSError):  # closed already
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


def connect_failure(
    error: OSError | UnicodeError, host: str, port: int, *, timeout_s: float | None = None
) -> OwnplugError:
    """Say why connecting failed; `timeout_s` is set when our own patience ended it."""
    where = authority(host, port)
    if isinstance(error, UnicodeError):
        return UsageError(f"{host!r} is not a host name.")
    if isinstance(error, socket.gaierror):
        return NameUnknown(
            f"The host name {host!r} is not known ({error.strerror}).",
            hint="Check its spelling, or use the IP address.",
        )
    if timeout_s is not None:
        return Unreachable(
            f"{where} did not answer within {timeout_s:g} s.",
            hint="Is it switched on, and in the same network?",
        )
    codes = _system_codes(error)
    if codes == {errno.ECONNREFUSED}:
        return ConnectionRefused(
            f"{where} refused the connection.",
            hint="The host is there, but nothing listens on that port.",
        )
    if codes and codes <= _NO_ROUTE:
        return Unreachable(
            f"There is no way to {where} from this network.", hint="Is it in the same network?"
        )
    return Unreachable(f"{where} cannot be reached: {error.strerror or error}.")


def _system_codes(error: OSError) -> set[int]:
    """The system's error numbers; asyncio puts those of several addresses into one text."""
    if error.errno is not None:
        return {error.errno}
    return {int(number) for number in re.findall(r"\[Errno (\d+)\]", str(error))}
