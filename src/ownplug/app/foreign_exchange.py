"""Plugs at an MQTT server that somebody runs already: the hub is one of its clients.

That server says who may log in, and tells nobody who comes and goes. A plug is there when it says something that is
signed with its key, and gone when it does not answer.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ownplug.aio import Backoff, Clock, beside, supervise
from ownplug.app.mqtt_servers import endpoint_of, login_in
from ownplug.app.presence import GONE_AFTER_S, Presence
from ownplug.app.settings import ForeignSettings
from ownplug.core.errors import OwnplugError
from ownplug.core.meross.login import Login
from ownplug.core.meross.topics import DEVICE_OUTBOXES
from ownplug.hub import Exchange, Hub
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt

log = logging.getLogger(__name__)

_LOOK_S = 5.0
_WAITING = 4_000  # messages; older ones give way, as nobody would wait for their answers any more


class ForeignExchange:
    """The hub's way to plugs at another server. It tries for ever to be there; `run` is for `supervise`.

    Args:
        hub: whose plugs they are.
        endpoint: the server.
        login: for it; the home's own by default, asked for at each attempt, since the key may change.
        clock: measures silence.
    """

    def __init__(self, hub: Hub, endpoint: MqttEndpoint, login: Login | None, clock: Clock) -> None:
        self._hub = hub
        self._endpoint = endpoint
        self._login = login
        self._clock = clock
        self._presence = Presence()
        self._to_send: deque[tuple[str, bytes]] = deque(maxlen=_WAITING)
        self._has_something = asyncio.Event()
        self._is_connected = False

    @property
    def is_connected(self) -> bool:
        """Whether the server lets us in now."""
        return self._is_connected

    def publish(self, topic: str, payload: bytes) -> None:
        """Send to whoever reads `topic`; while the server is away nobody does."""
        if self._is_connected:
            self._to_send.append((topic, payload))
            self._has_something.set()

    async def run(self) -> None:
        """Be there, for ever."""
        backoff = Backoff(first_s=0.5, limit_s=30.0)
        told = ""
        while True:
            why = "the hub has stopped looking"
            try:
                await self._be_there(backoff)
            except* OwnplugError as failures:
                why = str(failures.exceptions[0])
                if why != told:
                    log.warning("Plugs at %s:%s are away: %s", self._endpoint.host, self._endpoint.port, why)
                told = why
            finally:
                self._lost(why)
            await self._clock.sleep(backoff.next_s())

    async def _be_there(self, backoff: Backoff) -> None:
        login = self._login or self._hub.own_login()
        async with open_mqtt(
            self._endpoint,
            client_id=f"ownplug-{secrets.token_hex(8)}",
            username=login.username,
            password=login.password,
        ) as connection:
            await connection.subscribe(DEVICE_OUTBOXES)
            log.info("Plugs come by %s:%s", self._endpoint.host, self._endpoint.port)
            backoff.reset()
            self._is_connected = True
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send_all(connection))
                tasks.create_task(self._look_after())
                async for topic, payload in connection.messages():
                    self._receive(topic, payload)

    async def _send_all(self, connection: MqttConnection) -> None:
        while True:
            await self._has_something.wait()
            while self._to_send:
                topic, payload = self._to_send.popleft()
                await connection.publish(topic, payload)
            self._has_something.clear()

    async def _look_after(self) -> None:
        while True:
            now_s = self._clock.monotonic()
            for uuid, stay in self._presence.gone(now_s):
                self._hub.plug_offline(
                    uuid, connection=stay, reason=f"it has said nothing for {GONE_AFTER_S:g} s"
                )
            for uuid in self._presence.to_call([plug.uuid for plug in self._hub.registry.all()], now_s):
                self._hub.call(uuid)
            await self._clock.sleep(_LOOK_S)

    def _receive(self, topic: str, payload: bytes) -> None:
        uuid = self._hub.author(topic, payload)
        if uuid is None:
            return  # nobody's; what is forged must not make a plug appear
        stay = self._presence.heard(uuid, self._clock.monotonic())
        if stay is not None:
            self._hub.plug_online(uuid, connection=stay, address="")
        self._hub.receive(topic, payload)

    def _lost(self, why: str) -> None:
        self._is_connected = False
        self._to_send.clear()
        for uuid, stay in self._presence.end():
            self._hub.plug_offline(uuid, connection=stay, reason=f"the MQTT server is away: {why}")


@asynccontextmanager
async def at_foreign_server(
    hub: Hub, own: Exchange, settings: ForeignSettings, clock: Clock
) -> AsyncIterator[ForeignExchange | None]:
    """Have the hub look after plugs at another server, too, if there is one, for as long as the context lasts.

    Args:
        hub: whose plugs they are.
        own: the way to plugs at our own server.
        settings: where the other one is.
        clock: measures silence.

    Raises:
        UsageError: a file that is named there cannot be read.
    """
    if not settings.server:
        yield None
        return
    endpoint = endpoint_of(settings.server, ca=settings.ca)
    login = login_in(settings.login) if settings.login else None
    exchange = ForeignExchange(hub, endpoint, login, clock)
    hub.speak_through(Exchanges(own, exchange))
    name = "plugs at another MQTT server"
    async with beside(supervise(name, exchange.run, backoff=Backoff(), clock=clock), name=name):
        yield exchange


class Exchanges:
    """Several ways at once: whoever reads a topic is at one of them."""

    def __init__(self, *ways: Exchange) -> None:
        self._ways = ways

    def publish(self, topic: str, payload: bytes) -> None:
        """Send by every way."""
        for way in self._ways:
            way.publish(topic, payload)
