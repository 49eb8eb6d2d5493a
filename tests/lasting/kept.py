"""Two clients whose sessions outlive their connections, and the promises of MQTT between them.

A writer numbers its messages, a reader sees which come. Both remember what a client with a kept session has to, and
neither remembers more: what arrives is judged as it comes, so that days of it take no memory.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ownplug.aio import ByteStream
from ownplug.core.errors import LinkBroken, LinkTimeout, OwnplugError
from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Packet,
    PacketReader,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    QoS,
    Request,
    Suback,
    Subscribe,
    encode,
)
from ownplug.transport.tcp import open_tcp
from ownplug.transport.tls import TlsMachine, client_context, start_tls

NAME, PASSWORD, FILTER = "kept", "a-long-password", "kept/#"
LEVELS = (QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)

KEEPALIVE_S = 30
PING_S = 20.0
SILENCE_S = PING_S + 15.0
MOST_OPEN, IDS = 50, 64  # few ids, so that each is used again and again
MOST_BEHIND = 500  # messages: what a session's queue cannot hold is dropped, and that is no loss to look for


Say = Callable[..., Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How busy these clients are."""

    pauses_s: tuple[float, ...] = (0.5, 3.0, 3.0, 3.0, 100.0)
    """Before one comes again."""
    between_s: float = 15.0
    """Between two messages, on average."""
    moody: float = 0.02
    """Which part of what comes is followed by the end of the connection instead of an answer."""


class KeptClient(ABC):
    """Comes, is cut off, and comes again.

    Attributes:
        counts: how often what happened.
        is_quiet: it begins nothing new, and does not go by itself.
    """

    def __init__(self, client_id: str, port: int, chance: random.Random, pace: Pace) -> None:
        self.counts: Counter[str] = Counter()
        self.is_quiet = False
        self._chance = chance
        self._pace = pace
        self._port = port
        self._tls: ssl.SSLContext = client_context(verify=False)
        self._login = Connect(
            client_id=client_id,
            clean_session=False,
            keepalive_s=KEEPALIVE_S,
            username=NAME,
            password=PASSWORD.encode(),
        )
        self._is_known = False  # the server has promised to remember it
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Be there as much as one can."""
        while True:
            try:
                await self._visit()
            except* (OwnplugError, TimeoutError):
                self.counts["cut off"] += 1
            pauses_s = self._pace.pauses_s
            await asyncio.sleep(min(pauses_s) if self.is_quiet else self._chance.choice(pauses_s))

    @abstractmethod
    def first_words(self) -> list[Packet]:
        """What it says when it was let in."""

    @abstractmethod
    async def speak(self, say: Say) -> None:
        """What it does by itself."""

    @abstractmethod
    def take(self, packet: Packet) -> Packet | None:
        """Take what came; return the answer."""

    async def _visit(self) -> None:
        async with asyncio.timeout(SILENCE_S):
            tcp = await open_tcp("127.0.0.1", self._port)
            machine = TlsMachine(self._tls, server_side=False, server_hostname="localhost")
            stream = await start_tls(tcp, machine)
        with _cut_at_the_end(stream):
            await stream.write(encode(self._login))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear(stream, tasks))

    async def _hear(self, stream: ByteStream, tasks: asyncio.TaskGroup) -> None:
        packets = PacketReader(1 << 20)
        while True:
            try:
                async with asyncio.timeout(SILENCE_S):
                    data = await stream.read()
            except TimeoutError as error:
                raise LinkTimeout("The server is silent.") from error
            if not data:
                raise LinkBroken("The server has ended it.")
            for packet in packets.feed(data):
                await self._act_on(packet, stream, tasks)
            assert packets.failure is None

    async def _act_on(self, packet: Packet, stream: ByteStream, tasks: asyncio.TaskGroup) -> None:
        match packet:
            case Connack():
                self._let_in(packet)
                await self._say(stream, *self.first_words())
                tasks.create_task(self._ping(stream))
                tasks.create_task(self.speak(lambda *words: self._say(stream, *words)))
            case Pingresp():
                return
            case _:
                answer = self.take(packet)
                if not self.is_quiet and self._chance.random() < self._pace.moody:
                    raise LinkBroken("It has gone without an answer.")
                if answer is not None:
                    await self._say(stream, answer)

    def _let_in(self, connack: Connack) -> None:
        assert connack.code is ConnectCode.ACCEPTED
        assert connack.session_present is self._is_known, (
            "the server has forgotten a session that it promised"
        )
        self._is_known = True
        self.counts["came"] += 1

    async def _ping(self, stream: ByteStream) -> None:
        while True:
            await asyncio.sleep(PING_S)
            await self._say(stream, Pingreq())

    async def _say(self, stream: ByteStream, *words: Packet) -> None:
        async with self._sending:
            await stream.write(b"".join(map(encode, words)))


class Writer(KeptClient):
    """Writes numbers at QoS 1 and 2, and again what was not acknowledged.

    Attributes:
        last: the last number at each QoS.
    """

    def __init__(self, port: int, chance: random.Random, pace: Pace, reader: Reader) -> None:
        super().__init__("writer", port, chance, pace)
        self.last = dict.fromkeys(LEVELS, 0)
        self._reader = reader
        self._open: dict[int, Publish | Pubrel] = {}  # by packet id: what the server has yet to answer
        self._last_id = 0

    @property
    def is_done(self) -> bool:
        """Whether the server has acknowledged everything."""
        return not self._open

    def first_words(self) -> list[Packet]:
        return list(self._open.values())  # MQTT-4.4.0-1

    async def speak(self, say: Say) -> None:
        await self._reader.is_subscribed.wait()
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / self._pace.between_s))
            is_behind = self.last[QoS.AT_LEAST_ONCE] - self._reader.last[QoS.AT_LEAST_ONCE] > MOST_BEHIND
            if not self.is_quiet and not is_behind and len(self._open) < MOST_OPEN:
                await say(self._next())

    def take(self, packet: Packet) -> Packet | None:
        match packet:
            case Puback() | Pubcomp():
                self._open.pop(packet.packet_id, None)
                return None
            case Pubrec():
                release = Pubrel(packet_id=packet.packet_id)
                self._open.pop(packet.packet_id, None)  # MQTT-4.6.0-4: PUBREL has the order of PUBREC
                self._open[packet.packet_id] = release
                return release
            case _:
                raise AssertionError(f"the server said {packet} to the writer")

    def _next(self) -> Publish:
        qos = self._chance.choice(LEVELS)
        self.last[qos] += 1
        self._last_id = next(n for n in _ids_after(self._last_id) if n not in self._open)
        number = str(self.last[qos]).encode()
        message = Publish(topic=f"kept/{qos}", payload=number, qos=qos, packet_id=self._last_id)
        self._open[self._last_id] = Publish(
            topic=message.topic, payload=number, qos=qos, packet_id=self._last_id, dup=True
        )
        self.counts[f"written at QoS {qos}"] += 1
        return message


class Reader(KeptClient):
    """Sees that each number comes: at QoS 2 once and in order, at QoS 1 at least once and first in order.

    Attributes:
        last: the highest number at each QoS.
        is_subscribed: the server has promised that from now on nothing is missed.
    """

    def __init__(self, port: int, chance: random.Random, pace: Pace) -> None:
        super().__init__("reader", port, chance, pace)
        self.last = dict.fromkeys(LEVELS, 0)
        self.is_subscribed = asyncio.Event()
        self._unreleased: set[int] = set()

    def first_words(self) -> list[Packet]:
        if self.is_subscribed.is_set():
            return []
        return [Subscribe(packet_id=1, requests=(Request(topic_filter=FILTER, qos=QoS.EXACTLY_ONCE),))]

    async def speak(self, say: Say) -> None:
        """It only listens."""

    def take(self, packet: Packet) -> Packet | None:
        match packet:
            case Suback():
                assert packet.granted == (QoS.EXACTLY_ONCE,)
                self.is_subscribed.set()
                return None
            case Publish(packet_id=int(packet_id)):
                return self._take_message(packet, packet_id)
            case Pubrel():
                self._unreleased.discard(packet.packet_id)
                return Pubcomp(packet_id=packet.packet_id)
            case _:
                raise AssertionError(f"the server said {packet} to the reader")

    def _take_message(self, message: Publish, packet_id: int) -> Packet:
        assert message.topic == f"kept/{message.qos}"
        number, last = int(message.payload), self.last[message.qos]
        if message.qos is QoS.AT_LEAST_ONCE:
            assert number <= last + 1, f"{number} came after {last} at QoS 1: something was lost"
            self.last[message.qos] = max(number, last)
            self.counts["again at QoS 1"] += number <= last
            return Puback(packet_id=packet_id)
        if packet_id not in self._unreleased:  # MQTT-4.3.3-2
            assert number == last + 1, f"{number} came after {last} at QoS 2: something was lost or doubled"
            self.last[message.qos] = number
            self._unreleased.add(packet_id)
        return Pubrec(packet_id=packet_id)


class Mail:
    """Both of them: nothing that was acknowledged between them is lost or doubled."""

    def __init__(self, port: int, seed: int, pace: Pace | None = None) -> None:
        pace = pace or Pace()
        self.reader = Reader(port, random.Random(f"reader {seed}"), pace)
        self.writer = Writer(port, random.Random(f"writer {seed}"), pace, self.reader)
        self.clients = (self.reader, self.writer)

    def end(self) -> None:
        """Let nothing new be written."""
        for client in self.clients:
            client.is_quiet = True

    def judge(self) -> None:
        """By now all must have arrived; that it came as it should was seen when it came."""
        assert self.writer.is_done
        assert self.reader.last == self.writer.last
        assert min(self.reader.last.values()) > 0

    def told(self) -> dict[str, dict[str, int]]:
        """What happened, by client."""
        return {"writer": dict(self.writer.counts), "reader": dict(self.reader.counts)}


def _ids_after(last_id: int) -> Iterator[int]:
    return ((last_id + step) % IDS + 1 for step in range(IDS))


@contextmanager
def _cut_at_the_end(stream: ByteStream) -> Iterator[None]:
    try:
        yield
    finally:
        stream.abort()
