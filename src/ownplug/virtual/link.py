"""The plug's way to its MQTT server: TLS as an old chip speaks it, MQTT 3.1, one subscription.

A link drives its machines from asyncio's callbacks and has one task, which waits for its end: ten thousand plugs shall
fit in one process.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import math
import ssl
from collections.abc import Callable
from enum import Enum
from typing import assert_never, cast

from ownplug.core.errors import LinkBroken, LinkTimeout, OwnplugError
from ownplug.core.mqtt import (
    ClientEvent,
    ClientMachine,
    Connack,
    Connect,
    ProtocolLevel,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Unsuback,
)
from ownplug.transport.tcp import answer_at_once, connect_tcp, reset
from ownplug.transport.tls import TlsMachine, plug_context
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
def refusing_tls_context() -> ssl.SSLContext:
    """The same, of a plug that trusts nobody: it breaks the handshake off with an alert when it sees a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aRSA:@SECLEVEL=0")
    return context


class _Presence(Enum):
    """Whether the plug is still at its end of the connection."""

    HERE = "it talks and listens"
    LEAVING = "it says what was due, then it ends the connection"
    PULLED = "nothing comes or goes any more, and the far side was not told"
    GONE = "the connection is over"


class BrokerLink(asyncio.Protocol):
    """One connection to a server, from its beginning to its end.

    Args:
        order: where to, and as whom.
        tell: takes what happens; nothing is told once the plug has left.
        refuses_tls: whether the plug takes no certificate at all.
    """

    __slots__ = (
        "_answer_due_s",
        "_connecting",
        "_is_ready",
        "_loop",
        "_mqtt",
        "_order",
        "_outbox",
        "_over",
        "_presence",
        "_refuses_tls",
        "_tell",
        "_timer",
        "_tls",
        "_transport",
    )

    def __init__(
        self, order: ConnectBroker, tell: Callable[[Input], None], *, refuses_tls: bool = False
    ) -> None:
        self._order = order
        self._refuses_tls = refuses_tls
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[OwnplugError | None] = self._loop.create_future()
        self._presence = _Presence.HERE
        self._connecting: asyncio.Timeout | None = None
        self._transport: asyncio.Transport | None = None
        self._tls: TlsMachine | None = None
        self._mqtt: ClientMachine | None = None
        self._outbox: list[PublishMessage] = []  # the first is on its way once the link is ready
        self._is_ready = False
        self._answer_due_s = math.inf  # of the handshake, the subscription, or the message on its way
        self._timer: asyncio.TimerHandle | None = None

    # --- the plug's side ---

    async def run(self) -> None:
        """Connect, subscribe, carry messages both ways; returns when the connection is gone on both sides."""
        try:
            await self._connect()
            reason = await self._over
        finally:
            self._discard()
        if reason is not None:
            order = self._order
            _LOG.info("%s: no %s:%s: %s", order.client_id, order.host, order.port, reason)
            self._tell(BrokerLost())

    def publish(self, message: PublishMessage) -> None:
        """Send when it is this message's turn; one too many is lost."""
        if len(self._outbox) >= _OUTBOX_LIMIT:
            _LOG.warning("%s: the server takes too little, a message is lost", self._order.client_id)
            return
        self._outbox.append(message)
        if len(self._outbox) == 1:
            self._send_next()

    def leave(self) -> None:
        """End the connection after what was said before, without MQTT's farewell."""
        if self._presence is not _Presence.HERE:
            return
        self._presence = _Presence.LEAVING
        if self._is_ready and self._outbox:
            self._answer_due_s = self._loop.time() + _FAREWELL_S
            self._set_timer()
        else:
            self._end(None)

    def cut(self, *, half_open: bool) -> None:
        """End it at once, as a loss of power does; with `half_open` the server is not told."""
        if self._presence is _Presence.GONE:
            return
        if half_open and self._transport is not None:
            self._presence = _Presence.PULLED
            self._mqtt = None
            self._answer_due_s = self._loop.time() + _HALF_OPEN_S
            self._set_timer()
        else:
            self._end(None)

    # --- asyncio's side ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        self._transport = cast("asyncio.Transport", transport)
        if self._presence is not _Presence.HERE:
            reset(self._transport)
            return
        answer_at_once(self._transport)
        context = refusing_tls_context() if self._refuses_tls else plug_context()
        self._tls = TlsMachine(context, server_side=False)
        self._tls.start()
        self._flush()
        self._expect_answer()

    def data_received(self, data: bytes) -> None:
        """Take what the server sent."""
        if self._presence is _Presence.PULLED or self._tls is None:
            return
        try:
            self._hear(self._tls, data)
        except OwnplugError as failure:
            self._mqtt = None
            self._flush()  # TLS may have to say what is wrong
            self._end(failure)

    def pause_writing(self) -> None:
        """The server takes nothing: what it says needs answers, too, and waits."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The server takes bytes again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def eof_received(self) -> bool:
        """The server will send no more."""
        return False  # asyncio closes the transport, and `connection_lost` follows

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone; an error of ours ends the plug, for it is a bug."""
        if exc is None or isinstance(exc, OSError):
            self._end(LinkBroken(f"The MQTT server ended the connection{f': {exc}' if exc else ''}."))
        elif not self._over.done():
            self._presence = _Presence.GONE
            self._over.set_exception(exc)

    # --- the story ---

    async def _connect(self) -> None:
        """Open the connection, unless the plug leaves meanwhile."""
        if self._presence is _Presence.GONE:
            return
        order = self._order
        try:
            async with asyncio.timeout(None) as patience:
                self._connecting = patience
                try:
                    await connect_tcp(lambda: self, order.host, order.port, timeout_s=_PATIENCE_S)
                finally:
                    self._connecting = None
        except OwnplugError as failure:
            self._end(failure)
        except TimeoutError:  # the plug has left
            return

    def _hear(self, tls: TlsMachine, data: bytes) -> None:
        plain = tls.receive(data)
        if self._mqtt is None and tls.handshake_done:
            self._mqtt = self._log_in()
        if self._mqtt is not None:
            for event in self._mqtt.receive(plain, self._loop.time()):
                self._handle(self._mqtt, event)
            if self._mqtt.failure is not None:
                raise self._mqtt.failure
        self._flush()
        if tls.peer_closed:
            raise LinkBroken("The MQTT server ended the connection.")

    def _log_in(self) -> ClientMachine:
        login = self._order.login
        connect = Connect(
            client_id=self._order.client_id,
            level=ProtocolLevel.MQTT_3_1,
            keepalive_s=_KEEP_ALIVE_S,
            username=login.username,
            password=login.password.reveal().encode(),
        )
        machine = ClientMachine(connect, answer_timeout_s=_PATIENCE_S)
        machine.start(self._loop.time())
        self._expect_answer()
        return machine

    def _handle(self, machine: ClientMachine, event: ClientEvent) -> None:
        match event:
            case Connack():
                machine.subscribe(Request(topic_filter=self._order.inbox, qos=QoS.AT_LEAST_ONCE))
                self._expect_answer()
            case Suback(granted=granted):
                self._subscribed(is_granted=granted[0] is not None)
            case Publish() if self._presence is _Presence.HERE:
                self._tell(Delivered(payload=event.payload))
            case Puback():
                self._outbox.pop(0)
                self._send_next()
            case Publish() | Unsuback():
                return
            case _:
                assert_never(event)

    def _subscribed(self, *, is_granted: bool) -> None:
        if not is_granted:
            raise LinkBroken("The MQTT server does not let this plug read its inbox.")
        self._is_ready = True
        self._answer_due_s = math.inf
        if self._presence is _Presence.HERE:
            self._tell(BrokerReady())

    def _send_next(self) -> None:
        """Send the first of the messages that wait; a plug that is leaving and has said all is gone."""
        if not self._is_ready or self._mqtt is None or self._presence is _Presence.GONE:
            return
        if self._outbox:
            message = self._outbox[0]
            self._mqtt.publish(message.topic, message.payload, qos=QoS.AT_LEAST_ONCE)
            self._flush()
            if self._presence is _Presence.HERE:
                self._expect_answer()
        elif self._presence is _Presence.LEAVING:
            self._end(None)
        else:
            self._answer_due_s = math.inf

    def _expect_answer(self) -> None:
        self._answer_due_s = self._loop.time() + _PATIENCE_S
        self._set_timer()

    def _flush(self) -> None:
        """Put on the wire what the machines have to say."""
        if self._tls is None or self._transport is None or self._presence is _Presence.PULLED:
            return
        if self._mqtt is not None and (packets := self._mqtt.data_to_send()):
            self._tls.write(packets)
        if data := self._tls.data_to_send():
            self._transport.write(data)

    def _set_timer(self) -> None:
        """See to it that `_tick` is called in time; a timer that comes early is set anew when it comes."""
        mqtt_due_s = self._mqtt.deadline_s if self._mqtt is not None else math.inf
        due_s = min(self._answer_due_s, mqtt_due_s)
        if due_s == math.inf or (self._timer is not None and self._timer.when() <= due_s):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(due_s, self._tick)

    def _tick(self) -> None:
        """Ping, or lose patience."""
        self._timer = None
        now_s = self._loop.time()
        if now_s >= self._answer_due_s:
            self._end(LinkTimeout(f"The MQTT server did not answer within {_PATIENCE_S:g} s."))
            return
        if self._mqtt is not None:
            self._mqtt.tick(now_s)
            self._flush()
            if self._mqtt.failure is not None:
                self._end(self._mqtt.failure)
                return
        self._set_timer()

    def _end(self, reason: OwnplugError | None) -> None:
        """The connection is over; a plug that has left does not care why."""
        if self._over.done():
            return
        was_here, self._presence = self._presence is _Presence.HERE, _Presence.GONE
        self._over.set_result(reason if was_here else None)
        if self._connecting is not None:
            self._connecting.reschedule(self._loop.time())

    def _discard(self) -> None:
        """Give everything back to the system."""
        self._presence = _Presence.GONE
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            reset(self._transport)
            self._transport = None
