"""One MQTT connection as a client: drives `core.mqtt.ClientMachine` over any `ByteStream`.

One task reads and one writes, so a caller that is cancelled can never leave half a packet on the wire. Whatever
ends the connection is kept and raised to everyone who waits on it, and to whoever uses it next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, assert_never

from ownplug.aio import ByteStream, Overflow, Subscription
from ownplug.core.errors import Forbidden, LinkBroken, LinkClosed, LinkError, LinkTimeout, OwnplugError
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
    Will,
)
from ownplug.transport.tcp import open_tcp
from ownplug.transport.tls import TlsMachine, start_tls

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable
    from types import TracebackType

    from ownplug.core.secret import Secret

ANSWER_TIMEOUT_S = 10.0
"""How long the server may take to answer anything; plugs on a weak Wi-Fi need seconds, servers do not."""

_INBOX_LIMIT = 1024  # messages; a fleet's whole start-up talk fits
_GOODBYE_S = 2.0

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttEndpoint:
    """Where an MQTT server listens; with `tls` None, without encryption."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


@asynccontextmanager
async def open_mqtt(
    endpoint: MqttEndpoint,
    *,
    client_id: str,
    username: str | None = None,
    password: Secret | None = None,
    keep_alive_s: int = 60,
    level: ProtocolLevel = ProtocolLevel.MQTT_3_1_1,
    clean_session: bool = True,
    will: Will | None = None,
    timeout_s: float = ANSWER_TIMEOUT_S,
) -> AsyncIterator[MqttConnection]:
    """Connect and log in; leaving the `async with` says goodbye and disconnects.

    `keep_alive_s` is told to the server and kept by pings. `timeout_s` is the patience with each of: connecting,
    the TLS handshake, any answer.

    Raises:
        Unreachable: nobody listens there.
        LinkError: the connection ended or timed out before the server let us in.
        Forbidden: the server refused the login; the sentence says why.
        WireError: what listens there speaks no MQTT, or no TLS.
    """
    connect = Connect(
        client_id=client_id,
        level=level,
        clean_session=clean_session,
        keepalive_s=keep_alive_s,
        username=username,
        password=None if password is None else password.reveal().encode(),
        will=will,
    )
    stream = await _open_stream(endpoint, timeout_s)
    async with MqttConnection(stream, connect, answer_timeout_s=timeout_s) as connection:
        yield connection


class MqttConnection:
    """A logged-in client on a stream that it owns; use it as `async with`.

    Attributes:
        missed: messages that were lost because `messages` was not read for too long.
    """

    def __init__(
        self,
        stream: ByteStream,
        connect: Connect,
        *,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        inbox_limit: int = _INBOX_LIMIT,
    ) -> None:
        self._stream = stream
        self._client_id = connect.client_id
        self._answer_timeout_s = answer_timeout_s
        self._machine = ClientMachine(connect, answer_timeout_s=answer_timeout_s)
        self._inbox: Subscription[Publish] = Subscription(
            limit=inbox_limit, policy=Overflow.DROP_OLDEST, key=None
        )
        self._failure: OwnplugError | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._due = asyncio.Event()  # there is something to write
        self._written = asyncio.Event()  # there is nothing left to write
        self._is_writing = False  # a packet may be halfway out: after that only cutting is safe
        self._tasks = asyncio.TaskGroup()
        self._workers: list[asyncio.Task[None]] = []

    @property
    def missed(self) -> int:
        """Messages that were lost because `messages` was not read for too long."""
        return self._inbox.missed

    async def __aenter__(self) -> Self:
        """Log in.

        Raises:
            LinkError, Forbidden, WireError: see `open_mqtt`.
        """
        let_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers[_CONNACK] = let_in
        self._machine.start(_now_s())
        await self._tasks.__aenter__()
        self._workers = [
            self._tasks.create_task(self._guarded(self._read_all), name=f"mqtt read {self._client_id}"),
            self._tasks.create_task(self._guarded(self._write_all), name=f"mqtt write {self._client_id}"),
        ]
        async with contextlib.AsyncExitStack() as on_failure:
            on_failure.push_async_exit(self.__aexit__)
            await let_in
            on_failure.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say goodbye if that is still possible, and disconnect."""
        can_say_goodbye = self._failure is None and not self._is_writing
        self._fail(LinkClosed("The MQTT connection was closed by this side."))
        for worker in self._workers:
            worker.cancel()
        cancelled = isinstance(error, asyncio.CancelledError)
        try:
            # the group must see a cancellation, which may be its own; all else is the caller's business alone
            await self._tasks.__aexit__(*((kind, error, trace) if cancelled else (None, None, None)))
        finally:
            await self._leave(can_say_goodbye=can_say_goodbye)

    async def subscribe(self, topic_filter: str, qos: QoS = QoS.AT_LEAST_ONCE) -> QoS:
        """Ask for messages; return the quality that was granted.

        Raises:
            Forbidden: the server does not grant this filter.
            LinkError: the connection ended, or no answer came in time.
            UsageError: a bad filter.
        """
        self._check()
        request = Request(topic_filter=topic_filter, qos=qos)
        granted: tuple[QoS | None, ...] = await self._answer_to(self._machine.subscribe(request))
        if granted[0] is None:
            raise Forbidden(f"The MQTT server does not let this login read {topic_filter!r}.")
        return granted[0]

    async def unsubscribe(self, topic_filter: str) -> None:
        """Ask for no more messages of a filter.

        Raises:
            LinkError: the connection ended, or no answer came in time.
            UsageError: a bad filter.
        """
        self._check()
        await self._answer_to(self._machine.unsubscribe(topic_filter))

    async def publish(
        self, topic: str, payload: bytes, qos: QoS = QoS.AT_LEAST_ONCE, *, retain: bool = False
    ) -> None:
        """Send a message; with QoS 1 wait until the server has it, with QoS 0 until it is on its way.

        Raises:
            LinkError: the connection ended, or no answer came in time: it may or may not have arrived.
            UsageError: a bad topic, or QoS 2.
        """
        self._check()
        packet_id = self._machine.publish(topic, payload, qos=qos, retain=retain)
        if packet_id is not None:
            await self._answer_to(packet_id)
            return
        self._wake_writer()
        await self._written.wait()
        self._check()

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield topic and payload of each message; for one reader. Ends only by raising.

        Raises:
            LinkError: the connection ended.
            WireError: the server broke the rules.
        """
        async for message in self.publications():
            yield message.topic, message.payload

    async def publications(self) -> AsyncIterator[Publish]:
        """Yield each message whole, with what `messages` leaves out: whether it was kept for those who come later.

        Raises:
            As `messages`, of which only one can be used.
        """
        async for message in self._inbox:
            yield message
        self._check()

    def abort(self) -> None:
        """Cut the connection without a goodbye, as a plug does that loses its power."""
        self._fail(LinkClosed("The MQTT connection was cut by this side."))
        self._stream.abort()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _fail(self, failure: OwnplugError) -> None:
        """Keep the first reason and tell everyone who waits."""
        if self._failure is not None:
            return
        self._failure = failure
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(failure)
        self._inbox.end()
        self._due.set()
        self._written.set()

    async def _answer_to(self, packet_id: int) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[packet_id] = answer
        self._wake_writer()
        try:
            async with asyncio.timeout(self._answer_timeout_s):
                return await answer
        except TimeoutError as error:
            if isinstance(error, OwnplugError):
                raise
            raise LinkTimeout(
                f"The MQTT server did not acknowledge within {self._answer_timeout_s:g} s."
            ) from error
        finally:
            del self._answers[packet_id]

    def _wake_writer(self) -> None:
        self._written.clear()
        self._due.set()

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except OwnplugError as failure:
            self._fail(failure)
        self._stream.abort()

    async def _read_all(self) -> None:
        while self._failure is None:
            data = await self._stream.read()
            if not data:
                raise LinkBroken("The MQTT server ended the connection.")
            for event in self._machine.receive(data, _now_s()):
                self._handle(event)
            if self._machine.failure is not None:
                raise self._machine.failure
            self._wake_writer()

    async def _write_all(self) -> None:
        while self._failure is None:
            self._due.clear()
            if data := self._machine.data_to_send():
                self._is_writing = True
                await self._stream.write(data)
                self._is_writing = False
                continue
            self._written.set()
            deadline_s = self._machine.deadline_s
            try:
                async with asyncio.timeout_at(None if deadline_s == math.inf else deadline_s):
                    await self._due.wait()
            except TimeoutError:
                self._machine.tick(_now_s())
            if self._machine.failure is not None:
                raise self._machine.failure

    def _handle(self, event: ClientEvent) -> None:
        match event:
            case Publish():
                missed = self._inbox.missed
                self._inbox.put(event)
                if not missed and self._inbox.missed:
                    _LOG.warning("%s: messages come faster than they are read and get lost", self._client_id)
            case Connack():
                self._answer(_CONNACK, None)
                del self._answers[_CONNACK]
            case Suback(packet_id=packet_id, granted=granted):
                self._answer(packet_id, granted)
            case Puback(packet_id=packet_id) | Unsuback(packet_id=packet_id):
                self._answer(packet_id, None)
            case _:
                assert_never(event)

    def _answer(self, packet_id: int, result: Any) -> None:
        answer = self._answers.get(packet_id)
        if answer is not None and not answer.done():
            answer.set_result(result)

    async def _leave(self, *, can_say_goodbye: bool) -> None:
        if not can_say_goodbye:
            self._stream.abort()
            return
        self._machine.disconnect()
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self._stream.write(self._machine.data_to_send())
                await self._stream.close()
        except (LinkError, TimeoutError):
            self._stream.abort()


_CONNACK = 0  # stands for CONNECT among the packet ids, which begin at 1


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def _open_stream(endpoint: MqttEndpoint, timeout_s: float) -> ByteStream:
    stream = await open_tcp(endpoint.host, endpoint.port, timeout_s=timeout_s)
    if endpoint.tls is None:
        return stream
    machine = TlsMachine(endpoint.tls, server_side=False, server_hostname=endpoint.host)
    try:
        async with asyncio.timeout(timeout_s):
            return await start_tls(stream, machine)
    except TimeoutError as error:
        if isinstance(error, OwnplugError):
            raise
        raise LinkTimeout(
            f"{endpoint.host}:{endpoint.port} did not finish the TLS handshake within {timeout_s:g} s."
        ) from error
