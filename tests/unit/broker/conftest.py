"""Callers without sockets: asyncio's transport is played, everything else is the real thing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ownplug.broker.broker import Broker
from ownplug.broker.connection import ClientConnection
from ownplug.broker.ports import Connection, SessionStore
from ownplug.broker.settings import BrokerSettings
from ownplug.broker.switchboard import Switchboard
from ownplug.core.mqtt import Access, Connect, Packet, PacketReader, Passage, encode
from ownplug.testing import FakeClock


class Own:
    """Rights to everything that begins with the user's own name."""

    def __init__(self, username: str) -> None:
        self._prefix = username

    def may_subscribe(self, topic_filter: str) -> bool:
        return topic_filter.startswith(self._prefix)

    def may_publish(self, topic: str) -> bool:
        return topic.startswith(self._prefix)


class Doorman:
    """Lets in whoever's password is the user name; notes what is published; can take its time or fail."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes, str]] = []
        self.passage = Passage.FREE
        self.observed: list[tuple[str, bytes]] = []
        self.failure: Exception | None = None
        self.patience = asyncio.Event()
        self.patience.set()

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        self.asked.append((client_id, username, password, address))
        await self.patience.wait()
        if self.failure is not None:
            raise self.failure
        return Own(username) if username and password == username.encode() else None

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        self.observed.append((topic, payload))
        return self.passage


class Diary:
    """Notes what a listener is told."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str]] = []

    def handshake_failed(self, address: str, why: str) -> None:
        self.entries.append(("no handshake", address, why))

    def connected(self, connection: Connection) -> None:
        self.entries.append(("connected", connection.client_id, connection.address))

    def subscribed(self, connection: Connection, topic_filter: str) -> None:
        self.entries.append(("subscribed", connection.client_id, topic_filter))

    def disconnected(self, connection: Connection, reason: str) -> None:
        self.entries.append(("disconnected", connection.client_id, reason))


class PlayedTransport(asyncio.Transport):
    """Keeps what is written; the test decides when the client takes it."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 50000)})
        self.written = bytearray()
        self.is_closed = False
        self.reads = True
        self.protocol: ClientConnection | None = None
        self.room: int | None = None  # bytes until writing is paused

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data
        if self.room is not None and self.protocol is not None and len(self.written) > self.room:
            self.protocol.pause_writing()

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True


class Caller:
    """The far end of one connection."""

    def __init__(self, board: Switchboard, address: str) -> None:
        self.board = board
        self.transport = PlayedTransport(address)
        self.connection = ClientConnection(board, None)
        self.transport.protocol = self.connection
        self._reader = PacketReader(1 << 24)
        self.connection.connection_made(self.transport)

    def say(self, *packets: Packet) -> None:
        self.connection.data_received(b"".join(map(encode, packets)))

    def heard(self) -> list[Packet]:
        send(self.board)
        data = bytes(self.transport.written)
        self.transport.written.clear()
        return self._reader.feed(data)

    @property
    def is_read(self) -> bool:
        return self.transport.reads

    def hang_up(self, error: Exception | None = None) -> None:
        self.connection.connection_lost(error)


def send(board: Switchboard) -> None:
    """Have everything sent that is to be sent soon."""
    board.outgoing._send()
    board.outgoing._send_paced()


class Exchange:
    """A switchboard with its doorman, its listener and its time; `call` makes a connection."""

    def __init__(self, settings: BrokerSettings, store: SessionStore | None = None) -> None:
        self.clock = FakeClock()
        self.doorman = Doorman()
        self.diary = Diary()
        self.board = Switchboard(settings, self.doorman, self.clock, self.diary, store)

    def call(self, address: str = "192.0.2.7") -> Caller:
        return Caller(self.board, address)

    async def judge(self) -> None:
        """Judge every login that waits."""
        while not self.board.logins.empty():
            await self.board.logins.get_nowait().judge()

    async def let_in(self, name: str, **fields: object) -> Caller:
        """A caller that has been let in as user `name`, with the same client id."""
        caller = self.call()
        caller.say(Connect(client_id=name, username=name, password=name.encode(), **fields))  # type: ignore[arg-type] # fields of Connect, as each test needs them
        await self.judge()
        caller.heard()
        return caller

    def send(self) -> None:
        """Have everything sent that is to be sent soon."""
        send(self.board)

    def tell(self) -> list[tuple[str, str, str]]:
        """Let the feed tell what has happened; return the listener's notes."""
        self.board.feed._tell(self.clock.monotonic() + 1)
        return self.diary.entries


@pytest.fixture
async def make_exchange() -> Callable[..., Exchange]:
    return lambda store=None, **settings: Exchange(BrokerSettings(**settings), store)


@pytest.fixture
async def call() -> Callable[[Broker], Caller]:
    """Connect to a server that runs."""
    return lambda broker: Caller(broker._board, "192.0.2.7")


@pytest.fixture
async def exchange() -> Exchange:
    return Exchange(BrokerSettings())
