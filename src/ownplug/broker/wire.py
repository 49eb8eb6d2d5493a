"""The lower half of a connection: asyncio's transport, with TLS over it or not."""

from __future__ import annotations

import asyncio
import socket

from ownplug.broker.inbox import INBOX_LIMIT
from ownplug.transport.tls import TlsMachine


class Wire:
    """Plain bytes both ways. After an error it can only be closed."""

    __slots__ = ("_is_paused", "_tls", "_transport")

    def __init__(self, transport: asyncio.Transport, tls: TlsMachine | None) -> None:
        self._transport = transport
        self._tls = tls
        self._is_paused = False
        _set_options(transport.get_extra_info("socket"))

    @property
    def is_ready(self) -> bool:
        """Whether MQTT may begin: at once, or when the TLS handshake is done."""
        return self._tls is None or self._tls.handshake_done

    @property
    def has_ended(self) -> bool:
        """Whether the client has said, in TLS, that it will send no more."""
        return self._tls is not None and self._tls.peer_closed

    def hello(self) -> str:
        """One sentence about what the client said first, for the log of a failed handshake."""
        return self._tls.hello() if self._tls is not None else ""

    def receive(self, data: bytes) -> bytes:
        """Take what the transport brought, answer it where TLS has to, and return what it means.

        Raises:
            OwnplugError: TLS failed; the client has been told.
        """
        if self._tls is None:
            return data
        try:
            return self._tls.receive(data)
        finally:
            self._send_due(self._tls)

    def send(self, data: bytes) -> None:
        """Hand bytes to the transport.

        Raises:
            OwnplugError: TLS has failed.
        """
        if self._tls is None:
            self._transport.write(data)
            return
        self._tls.write(data)
        self._send_due(self._tls)

    def regulate(self, waiting_bytes: int, *, is_stalled: bool) -> None:
        """Stop reading while too much waits to be worked off, or while the client takes no answers."""
        if not self._is_paused:
            if waiting_bytes > INBOX_LIMIT or is_stalled:
                self._is_paused = True
                self._transport.pause_reading()
        elif waiting_bytes <= INBOX_LIMIT // 2 and not is_stalled:
            self._is_paused = False
            self._transport.resume_reading()

    def close(self) -> None:
        """Say goodbye and end the connection when all is sent."""
        if self._tls is not None:
            self._tls.close_notify()
            self._send_due(self._tls)
        self._transport.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def _send_due(self, tls: TlsMachine) -> None:
        if data := tls.data_to_send():
            self._transport.write(data)


def address_of(transport: asyncio.BaseTransport) -> str:
    """Where a connection comes from, without the port."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else "nowhere"  # it may be gone already


def _set_options(connected: socket.socket | None) -> None:
    """Answer at once, and notice a peer that lost its power also where it set no keepalive."""
    if connected is not None and connected.family in (socket.AF_INET, socket.AF_INET6):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
