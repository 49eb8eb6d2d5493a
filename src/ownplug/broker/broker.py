"""The MQTT server of a home: listeners, the tasks behind them, and local clients in the same process."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from ownplug.aio import Backoff, Clock, supervise
from ownplug.broker.connection import ClientConnection
from ownplug.broker.ports import Gatekeeper, Listener, SessionStore
from ownplug.broker.settings import BrokerSettings
from ownplug.broker.switchboard import LocalSubscriber, Switchboard
from ownplug.core.errors import Malformed, UsageError
from ownplug.core.mqtt import Publish, QoS, RetainedDropped, check_filter, check_topic, matches
from ownplug.core.records import UserChange
from ownplug.transport.endpoint import listen_failure, parse_endpoint

SWEEP_S = 0.5
"""Seconds between two looks for connections that are overdue; a keepalive is that much more patient."""

SWEEPS_A_MINUTE = 120

LOGINS_AT_ONCE = 32
"""Logins that are judged side by side: a person's takes a slow hash, and plugs must not wait behind it."""

BACKLOG = 512
"""Connections that the system holds until we take them: a home's plugs all come back at once after an outage."""

STOP_S = 2.0
"""Seconds for last words when the server stops."""


class Broker:
    """An MQTT 3.1 and 3.1.1 server: `async with Broker(...) as broker`.

    Args:
        settings: addresses and limits.
        gatekeeper: decides on logins and rights.
        clock: measures silence.
        tls: certificate and ciphers for `settings.mqtts` (`ownplug.transport.tls.server_context`).
        legacy_tls: the same for `settings.mqtts_legacy`.
        listener: is told of connections.
        store: keeps retained messages and sessions over a restart; without one they last as long as the server.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        gatekeeper: Gatekeeper,
        clock: Clock,
        *,
        tls: ssl.SSLContext | None = None,
        legacy_tls: ssl.SSLContext | None = None,
        listener: Listener | None = None,
        store: SessionStore | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._tls = tls
        self._legacy_tls = legacy_tls
        self._board = Switchboard(settings, gatekeeper, clock, listener, store)
        self._store = store
        self._tls_server: asyncio.Server | None = None
        self._more_tls_servers: list[asyncio.Server] = []
        self._legacy_server: asyncio.Server | None = None
        self._tcp_server: asyncio.Server | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            Conflict: a port is taken.
            UsageError: an address is not one of this machine, not allowed, or not HOST:PORT; or TLS without a
                certificate.
        """
        async with AsyncExitStack() as stack:
            tasks = asyncio.TaskGroup()
            await tasks.__aenter__()
            stack.push_async_callback(
                tasks.__aexit__, None, None, None
            )  # else our errors come out in a group
            for name, run in self._services().items():
                work = supervise(name, run, backoff=Backoff(first_s=0.01, limit_s=1.0), clock=self._clock)
                stack.callback(tasks.create_task(work, name=name).cancel)
            stack.push_async_callback(self._stop)
            if self._store is not None:
                self._board.restore(await self._store.load())
            await self._open()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def tls_address(self) -> tuple[str, int] | None:
        """Host and port of MQTT over TLS, None if it is off."""
        return _address(self._tls_server)

    @property
    def more_tls_addresses(self) -> list[tuple[str, int]]:
        """Host and port of each further listener for MQTT over TLS."""
        return [address for server in self._more_tls_servers if (address := _address(server))]

    @property
    def legacy_address(self) -> tuple[str, int] | None:
        """Host and port of MQTT over old TLS, None if it is off."""
        return _address(self._legacy_server)

    @property
    def tcp_address(self) -> tuple[str, int] | None:
        """Host and port of MQTT without TLS, None if it is off."""
        return _address(self._tcp_server)

    @property
    def connection_count(self) -> int:
        """Connections now, let in or not."""
        return len(self._board.connections)

    @property
    def dropped_messages(self) -> int:
        """Messages that clients have lost since the start because they read too slowly."""
        return self._board.traffic.dropped

    @property
    def is_listening(self) -> bool:
        """Whether every listener that the settings ask for is open."""
        settings = self._settings
        wanted = [
            (settings.mqtts, self._tls_server),
            (settings.mqtts_legacy, self._legacy_server),
            (settings.mqtt, self._tcp_server),
        ]
        servers = [server for endpoint, server in wanted if endpoint]
        has_all = len(self._more_tls_servers) == len(settings.mqtts_also)
        return has_all and all(
            server and server.is_serving() for server in (*servers, *self._more_tls_servers)
        )

    @property
    def is_stuck(self) -> bool:
        """Whether the disk takes nothing of what clients want kept."""
        return self._board.journal.is_stuck

    def figures(self) -> dict[str, int]:
        """Return counters and gauges by their names in `$SYS`, and `connections` and `logins/accepted` besides."""
        board = self._board
        return {
            **board.system.figures(),
            "connections": self.connection_count,
            "logins/accepted": board.traffic.accepted,
        }

    def attach(self, topic_filter: str, handler: Callable[[str, bytes], None]) -> Callable[[], None]:
        """Have `handler(topic, payload)` called for each message that the filter matches; return what ends it.

        Calls come in order, one at a time, in order with what the listener is told. If the handler raises,
        the failure is logged and the next call comes all the same.

        Raises:
            UsageError: that is no topic filter.
        """
        _must_be(check_filter, topic_filter)
        subscriber = LocalSubscriber(self._board.feed, handler)
        self._board.subscriptions.add(topic_filter, subscriber, QoS.AT_LEAST_ONCE)
        return functools.partial(self._board.subscriptions.drop, subscriber)

    def publish(
        self, topic: str, payload: bytes, *, qos: QoS = QoS.AT_LEAST_ONCE, retain: bool = False
    ) -> None:
        """Send a message to whoever is subscribed, local handlers included. Never waits.

        Args:
            topic: where to.
            payload: what.
            qos: nobody gets it at a higher one.
            retain: keep it for those who subscribe later; an empty one ends that.

        Raises:
            UsageError: that is no topic name.
        """
        _must_be(check_topic, topic)
        packet_id = 1 if qos else None
        self._board.route(Publish(topic=topic, payload=payload, qos=qos, retain=retain, packet_id=packet_id))

    def kept(self, topic_filter: str) -> list[tuple[str, bytes]]:
        """Return topic and payload of what is retained now where the filter matches.

        Raises:
            UsageError: that is no topic filter.
        """
        _must_be(check_filter, topic_filter)
        retained = self._board.retained
        found = (
            retained.get(topic) for topic in retained.candidates(topic_filter) if matches(topic_filter, topic)
        )
        return [(message.topic, message.payload) for message in found if message is not None]

    def use_certificate(self, tls: ssl.SSLContext, legacy_tls: ssl.SSLContext) -> None:
        """Use these for connections that come from now on; those that are there stay as they are."""
        self._tls, self._legacy_tls = tls, legacy_tls

    def user_changed(self, username: str, change: UserChange) -> None:
        """A user is not what it was: have its connections, and what is kept for it, live with that.

        With other rights they lose the subscriptions that they may not have any more; with another login they are
        closed. When the user is gone, or somebody new has its name, its sessions and its retained messages go, too.
        """
        board = self._board
        board.user_changed(username, is_login_same=change is UserChange.RIGHTS)
        if change is UserChange.PERSON:
            board.sessions.end_all_of(username)
            for topic in board.retained.drop_all_of(username):
                board.journal.put(RetainedDropped(topic=topic))

    def _services(self) -> dict[str, Callable[[], Awaitable[None]]]:
        services: dict[str, Callable[[], Awaitable[None]]] = {
            f"MQTT login {number}": self._judge_logins for number in range(LOGINS_AT_ONCE)
        }
        if self._settings.sys_interval_s:
            services["MQTT $SYS"] = self._tell_system
        return {
            "MQTT feed": self._board.feed.run,
            "MQTT journal": self._board.journal.run,
            "MQTT sweeper": self._sweep,
            **services,
        }

    async def _judge_logins(self) -> None:
        while True:
            connection = await self._board.logins.get()
            await connection.judge()

    async def _tell_system(self) -> None:
        while True:
            await self._clock.sleep(self._settings.sys_interval_s)
            self._board.tell_system()

    async def _sweep(self) -> None:
        while True:
            for _ in range(SWEEPS_A_MINUTE):
                await self._clock.sleep(SWEEP_S)
                now_s, is_stuck = self._clock.monotonic(), self._board.journal.is_stuck
                for connection in tuple(self._board.connections):
                    if now_s >= connection.deadline_s:
                        connection.expire()
                    elif is_stuck and connection.is_held:
                        connection.close("the disk takes nothing, and what it said cannot be kept")
            self._board.forget_warnings()
            self._board.sessions.expire(self._clock.monotonic())

    async def _open(self) -> None:
        settings = self._settings
        wants_tls = bool(settings.mqtts or settings.mqtts_also)
        if (wants_tls and self._tls is None) or (settings.mqtts_legacy and self._legacy_tls is None):
            raise UsageError("MQTT over TLS needs a certificate.")
        if settings.mqtts:
            self._tls_server = await self._listen(settings.mqtts, "--mqtts", lambda: self._tls)
        for endpoint in settings.mqtts_also:
            self._more_tls_servers.append(await self._listen(endpoint, "--mqtts-also", lambda: self._tls))
        if settings.mqtts_legacy:
            self._legacy_server = await self._listen(
                settings.mqtts_legacy, "--mqtts-legacy", lambda: self._legacy_tls
            )
        if settings.mqtt:
            self._tcp_server = await self._listen(settings.mqtt, "--mqtt", lambda: None)

    async def _listen(
        self, endpoint: str, option: str, tls: Callable[[], ssl.SSLContext | None]
    ) -> asyncio.Server:
        host, port = parse_endpoint(endpoint, option)

        def make() -> ClientConnection:
            return ClientConnection(self._board, tls())

        try:
            return await asyncio.get_running_loop().create_server(make, host, port, backlog=BACKLOG)
        except OSError as error:
            raise listen_failure(error, endpoint, option) from error

    async def _stop(self) -> None:
        """Take nobody in any more, say goodbye to all, and let the listener hear of it."""
        listening = (self._tls_server, *self._more_tls_servers, self._legacy_server, self._tcp_server)
        servers = [server for server in listening if server is not None]
        for server in servers:
            server.close()
        for connection in tuple(self._board.connections):
            connection.close("the server stops")
        try:
            async with asyncio.timeout(STOP_S):
                await self._board.nobody_left.wait()
                await self._board.feed.all_told.wait()
                await self._board.journal.all_written.wait()
        except TimeoutError:
            for connection in tuple(self._board.connections):
                connection.abort()
            await self._board.nobody_left.wait()
        for server in servers:
            await server.wait_closed()


def _address(server: asyncio.Server | None) -> tuple[str, int] | None:
    if server is None or not server.sockets:
        return None
    host, port = server.sockets[0].getsockname()[:2]
    return str(host), int(port)


def _must_be(check: Callable[[str], None], text: str) -> None:
    try:
        check(text)
    except Malformed as error:
        raise UsageError(str(error)) from error
