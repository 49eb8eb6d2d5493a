"""Topics of an MQTT server for somebody who never waits: what is said goes out when it can, the newest first to count.

What is kept at the server (retained) is remembered here, so that a server that was away, or has forgotten all, is told
anew. Whoever speaks this way has a last will, which tells the others that it is gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from ownplug.aio import Backoff, Clock, beside, supervise
from ownplug.core.errors import OwnplugError
from ownplug.core.mqtt import Publish, QoS, Will, matches
from ownplug.core.secret import Secret
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt

log = logging.getLogger(__name__)

_PASSING = 1_000  # messages that are not kept; the oldest give way while the server is away
_GOODBYE_S = 2.0

Hear = Callable[[str, bytes], None]
"""Is told topic and payload of a message; never waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where others see whether we are there: kept at the server, as our last will, too.

    Attributes:
        here: said first, each time that the server is there.
        gone: said by the server when we are lost.
        left: said by us when we go.
    """

    topic: str
    here: bytes = b"online"
    gone: bytes = b"offline"
    left: bytes = b"offline"


class Messenger(Protocol):
    """A way to say and hear things at an MQTT server."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Say something; never waits. Of what is kept only the newest of each topic counts; an empty one ends it."""

    def listen(self, topic_filter: str, hear: Hear) -> None:
        """Have `hear` told of what is said there from now on, but not of what was said before and kept."""

    def recall(self, topic_filter: str, hear: Hear) -> None:
        """Have `hear` told of what was said there before and kept: now, or each time that the server is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An MQTT server and who we are there.

    Attributes:
        client_id: must be nobody else's: the server sends the other one away.
    """

    endpoint: MqttEndpoint
    client_id: str
    username: str | None = None
    password: Secret | None = None


class FarMessenger:
    """A `Messenger` at a server that may come and go; `open_messenger` makes one.

    Args:
        server: where, and who we are there.
        status: where others see whether we are there; None: nowhere.
        clock: waits between attempts.
    """

    def __init__(self, server: Server, status: Status | None, clock: Clock) -> None:
        self._server = server
        self._status = status
        self._clock = clock
        self._ears: list[tuple[str, Hear, bool]] = []  # the last: of what is kept, else of what is new
        self._kept: dict[str, bytes] = {}
        self._due: dict[str, bytes] = {}  # of what is kept: what the server has not been told yet
        self._passing: deque[tuple[str, bytes]] = deque(maxlen=_PASSING)
        self._something = asyncio.Event()
        self._connection: MqttConnection | None = None

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """See `Messenger.publish`."""
        if not retain:
            self._passing.append((topic, payload))
        else:
            for topics in (self._kept, self._due):
                topics.pop(topic, None)  # what is said last goes out last
                topics[topic] = payload
        self._something.set()

    def listen(self, topic_filter: str, hear: Hear) -> None:
        """See `Messenger.listen`."""
        self._ears.append((topic_filter, hear, False))
        self._something.set()

    def recall(self, topic_filter: str, hear: Hear) -> None:
        """See `Messenger.recall`."""
        self._ears.append((topic_filter, hear, True))
        self._something.set()

    async def run(self) -> None:
        """Be there, for ever."""
        backoff = Backoff(first_s=0.5, limit_s=30.0)
        where = f"{self._server.endpoint.host}:{self._server.endpoint.port}"
        told = ""
        while True:
            try:
                await self._be_there(where, backoff)
            except* OwnplugError as failures:
                why = str(failures.exceptions[0])
                log.log(
                    logging.DEBUG if why == told else logging.WARNING, "No MQTT server at %s: %s", where, why
                )
                told = why
            finally:
                self._connection = None
            await self._clock.sleep(backoff.next_s())

    async def say_goodbye(self) -> None:
        """Tell the others that we go, if the server is there."""
        if self._connection is not None and self._status is not None:
            with suppress(OwnplugError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await self._connection.publish(self._status.topic, self._status.left, retain=True)

    async def _be_there(self, where: str, backoff: Backoff) -> None:
        server, status = self._server, self._status
        async with open_mqtt(
            server.endpoint,
            client_id=server.client_id,
            username=server.username,
            password=server.password,
            will=Will(topic=status.topic, payload=status.gone, qos=QoS.AT_LEAST_ONCE, retain=True)
            if status
            else None,
        ) as connection:
            if status:
                await connection.publish(status.topic, status.here, retain=True)
            log.info("At the MQTT server %s as %s", where, server.client_id)
            backoff.reset()
            self._due = dict(self._kept)
            self._something.set()
            self._connection = connection
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._say_all(connection))
                async for message in connection.publications():
                    self._hear(message)

    async def _say_all(self, connection: MqttConnection) -> None:
        heard = 0  # of the ears: for how many the server was asked
        while True:
            await self._something.wait()
            self._something.clear()
            while heard < len(self._ears):
                heard += 1
                await connection.subscribe(self._ears[heard - 1][0])
            while self._due:
                topic = next(iter(self._due))
                payload = self._due.pop(topic)
                if not payload:
                    self._kept.pop(topic, None)
                await connection.publish(topic, payload, retain=True)
            while self._passing:
                topic, payload = self._passing.popleft()
                await connection.publish(topic, payload)

    def _hear(self, message: Publish) -> None:
        for topic_filter, hear, of_kept in self._ears:
            if message.retain is of_kept and matches(topic_filter, message.topic):
                hear(message.topic, message.payload)


@asynccontextmanager
async def open_messenger(server: Server, status: Status | None, clock: Clock) -> AsyncIterator[FarMessenger]:
    """Be at an MQTT server for as long as the context lasts, as often as it comes back."""
    messenger = FarMessenger(server, status, clock)
    name = f"MQTT as {server.client_id}"
    async with beside(supervise(name, messenger.run, backoff=Backoff(), clock=clock), name=name):
        try:
            yield messenger
        finally:
            await messenger.say_goodbye()
