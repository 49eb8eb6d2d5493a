"""The plug's way to its MQTT server: TLS as an old chip speaks it, MQTT 3.1, one subscription."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import ssl
from collections.abc import Callable

from ownplug.aio import READ_SIZE, ByteStream
from ownplug.core.errors import LinkError, OwnplugError
from ownplug.core.mqtt import Connect, ProtocolLevel, QoS
from ownplug.transport.mqtt import MqttConnection
from ownplug.transport.tcp import open_tcp
from ownplug.transport.tls import TlsMachine, start_tls
from ownplug.virtual.firmware.signals import (
    BrokerLost,
    BrokerReady,
    ConnectBroker,
    Delivered,
    Input,
    PublishMessage,
)

_KEEP_ALIVE_S = 30  # Source: captures of brokers (protocol notes, 4.1: plugs made in 2018 and 2019)
_PATIENCE_S = 10.0  # with each of: TCP, TLS, any answer. Source: assumed
_HALF_OPEN_S = (
    4.0 * _KEEP_ALIVE_S
)  # a server has to notice after one and a half; this one may be gone as well
_FAREWELL_S = 2.0  # for what was said before leaving
_OUTBOX_LIMIT = 256  # messages; a real plug has memory for a few. Source: assumed

_LOG = logging.getLogger(__name__)


@functools.cache
def plug_tls_context() -> ssl.SSLContext:
    """TLS as these plugs speak it: at most 1.2, RSA certificates only, whoever signed them. One for all plugs.

    Source: protocol notes, 4.1 (RSA only; self-signed works); assumed (the cipher suites: no ClientHello of
    a real plug is known, so everything that goes with RSA is offered, down to AES128-SHA).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aRSA:@SECLEVEL=0")
    return context


class Cable:
    """A `ByteStream` that can be pulled out: then nothing comes or goes, and the far side is not told."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._pulled = asyncio.Event()

    def pull(self) -> None:
        """Leave the far side with half a connection."""
        self._pulled.set()

    @property
    def is_pulled(self) -> bool:
        """Whether the far side has only half a connection."""
        return self._pulled.is_set()

    async def fade(self) -> None:
        """Wait until the far side gives the connection up, or has long had to."""
        with contextlib.suppress(LinkError, TimeoutError):
            async with asyncio.timeout(_HALF_OPEN_S):
                while await self._stream.read():
                    continue

    def discard(self) -> None:
        """Give the connection back to the system."""
        self._stream.abort()

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `ByteStream.read`."""
        return await self._stream.read(max_bytes)

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`."""
        if not self._pulled.is_set():
            await self._stream.write(data)

    async def close(self) -> None:
        """See `ByteStream.close`."""
        if not self._pulled.is_set():
            await self._stream.close()

    def abort(self) -> None:
        """See `ByteStream.abort`."""
        if not self._pulled.is_set():
            self._stream.abort()


class BrokerLink:
    """One connection to a server, from its beginning to its end.

    Args:
        order: where to, and as whom.
        tell: takes what happens; nothing is told once the plug has left.
    """

    def __init__(self, order: ConnectBroker, tell: Callable[[Input], None]) -> None:
        self._order = order
        self._tell = tell
        self._outbox: asyncio.Queue[PublishMessage | None] = asyncio.Queue()
        self._cable: Cable | None = None
        self._is_ready = False
        self._left = False
        self._scope: asyncio.Timeout | None = None

    def publish(self, message: PublishMessage) -> None:
        """Send when it is this message's turn; one too many is lost."""
        if self._outbox.qsize() < _OUTBOX_LIMIT:
            self._outbox.put_nowait(message)
        else:
            _LOG.warning("%s: the server takes too little, a message is lost", self._order.client_id)

    def leave(self) -> None:
        """End the connection after what was said before, without MQTT's farewell."""
        self._left = True
        self._outbox.put_nowait(None)
        self._end_in(_FAREWELL_S if self._is_ready else 0.0)

    def cut(self, *, half_open: bool) -> None:
        """End it at once, as a loss of power does; with `half_open` the server is not told."""
        self._left = True
        self._end_in(0.0)
        if self._cable is not None and half_open:
            self._cable.pull()
        elif self._cable is not None:
            self._cable.discard()

    async def run(self) -> None:
        """Connect, subscribe, carry messages both ways; returns when the connection is gone on both sides."""
        try:
            await self._live()
            if self._cable is not None and self._cable.is_pulled:
                await self._cable.fade()
        finally:
            if self._cable is not None:
                self._cable.discard()

    async def _live(self) -> None:
        try:
            async with asyncio.timeout(None) as self._scope:
                if self._left:
                    return
                await self._converse()
        except* (OwnplugError, TimeoutError) as failures:
            reason = failures.exceptions[0]
            _LOG.info("%s: no %s:%s: %s", self._order.client_id, self._order.host, self._order.port, reason)
        self._scope = None  # the plug may still want to leave what has ended by itself
        if not self._left:
            self._tell(BrokerLost())

    def _end_in(self, seconds: float) -> None:
        if self._scope is not None:
            self._scope.reschedule(asyncio.get_running_loop().time() + seconds)

    async def _converse(self) -> None:
        connect = Connect(
            client_id=self._order.client_id,
            level=ProtocolLevel.MQTT_3_1,
            keepalive_s=_KEEP_ALIVE_S,
            username=self._order.login.username,
            password=self._order.login.password.reveal().encode(),
        )
        stream = await self._open()
        async with MqttConnection(stream, connect, answer_timeout_s=_PATIENCE_S) as connection:
            try:
                await self._carry(connection)
            finally:
                connection.abort()

    async def _open(self) -> ByteStream:
        host, port = self._order.host, self._order.port
        self._cable = Cable(await open_tcp(host, port, timeout_s=_PATIENCE_S))
        machine = TlsMachine(plug_tls_context(), server_side=False, server_hostname=None)
        async with asyncio.timeout(_PATIENCE_S):
            return await start_tls(self._cable, machine)

    async def _carry(self, connection: MqttConnection) -> None:
        await connection.subscribe(self._order.inbox, QoS.AT_LEAST_ONCE)
        if self._left:
            return
        self._is_ready = True
        self._tell(BrokerReady())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear(connection))
            group.create_task(self._say(connection))

    async def _hear(self, connection: MqttConnection) -> None:
        async for _topic, payload in connection.messages():
            if not self._left:
                self._tell(Delivered(payload=payload))

    async def _say(self, connection: MqttConnection) -> None:
        while (message := await self._outbox.get()) is not None:
            await connection.publish(message.topic, message.payload, QoS.AT_LEAST_ONCE)
        connection.abort()
