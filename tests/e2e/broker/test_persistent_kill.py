"""`kill -9` of the hub at the worst moment: what was acknowledged is there when it runs again."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
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
)
from ownplug.core.secret import Secret
from ownplug.hub.accounts import Accounts
from ownplug.store import SqliteStore

if TYPE_CHECKING:
    from devtools.program import Program
    from tests.e2e.broker.conftest import Caller

    Call = Callable[[int], AbstractAsyncContextManager[Caller]]

pytestmark = pytest.mark.e2e

Q0, Q1, Q2 = QoS
PASSWORD = "a long password"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Hub:
    """A hub in a process of its own, always at the same port."""

    def __init__(self, launch: Callable[..., Program], home: Path) -> None:
        self.port = free_port()
        self._launch = launch
        self._home = home
        self._program: Program | None = None

    async def start(self) -> None:
        address = f"127.0.0.1:{self.port}"
        arguments = ("--mqtts", "127.0.0.1:0", "--mqtt", address, "--web", "127.0.0.1:0")
        program = self._program = self._launch("hub", "run", *arguments, "--home", str(self._home))
        await asyncio.to_thread(program.ready)

    def kill(self) -> None:
        assert self._program is not None
        self._program.kill()


@pytest.fixture
async def hub(launch: Callable[..., Any], tmp_path: Path) -> Hub:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    async with SqliteStore(home / "hub.sqlite3") as store:
        accounts = Accounts(store)
        await accounts.load()
        await accounts.add("anna", Secret(PASSWORD), read=["anna/#"], write=["anna/#"])
    hub = Hub(launch, home)
    await hub.start()
    return hub


async def enter(caller: Caller, name: str, *, clean: bool = False) -> bool:
    """Come in; return whether the session was there before."""
    await caller.say(
        Connect(client_id=name, username="anna", password=PASSWORD.encode(), clean_session=clean)
    )
    answer = await caller.hear()
    assert isinstance(answer, Connack)
    assert answer.code is ConnectCode.ACCEPTED
    return answer.session_present


async def subscribe(caller: Caller, qos: QoS) -> None:
    await caller.say(Subscribe(packet_id=3, requests=(Request(topic_filter="anna/#", qos=qos),)))
    assert await caller.hear() == Suback(packet_id=3, granted=(qos,))


def message(number: int, qos: QoS, *, dup: bool = False, retain: bool = False) -> Publish:
    return Publish(
        topic=f"anna/{number if retain else 'all'}",
        payload=str(number).encode(),
        qos=qos,
        packet_id=number,
        dup=dup,
        retain=retain,
    )


async def collect(caller: Caller) -> Counter[int]:
    """Take all that comes, with whatever handshake it needs; return how often each number came."""
    came: Counter[int] = Counter()
    await caller.say(Pingreq())
    quiet = 0
    while quiet < 3:  # three pings answered with nothing in between
        packet = await caller.hear()
        match packet:
            case Publish():
                quiet = 0
                came[int(packet.payload)] += 1
                assert packet.packet_id is not None
                answer = Puback if packet.qos is Q1 else Pubrec
                await caller.say(answer(packet_id=packet.packet_id))
            case Pubrel():
                quiet = 0
                await caller.say(Pubcomp(packet_id=packet.packet_id))
            case Pingresp():
                quiet += 1
                await asyncio.sleep(0.05)
                await caller.say(Pingreq())
            case _:
                raise AssertionError(packet)
    return came


@pytest.mark.parametrize("acknowledged_before_the_kill", [1, 40])
async def test_what_was_acknowledged_waits_for_its_subscriber(
    hub: Hub, call_port: Call, acknowledged_before_the_kill: int
) -> None:
    async with call_port(hub.port) as reader:
        assert not await enter(reader, "reader")
        await subscribe(reader, Q1)
    acknowledged: set[int] = set()
    async with call_port(hub.port) as writer:
        await enter(writer, "writer", clean=True)
        await writer.say(*(message(number, Q1) for number in range(1, 301)))
        while len(acknowledged) < acknowledged_before_the_kill:
            packet = await writer.hear()
            assert isinstance(packet, Puback)
            acknowledged.add(packet.packet_id)
        hub.kill()
        while (packet := await lost(writer)) is not None:  # what it had said before
            assert isinstance(packet, Puback)
            acknowledged.add(packet.packet_id)
    await hub.start()
    async with call_port(hub.port) as reader:
        assert await enter(reader, "reader")
        came = await collect(reader)
    assert acknowledged <= set(came)
    assert max(came.values()) == 1


async def lost(caller: Caller) -> Any:
    try:
        return await caller.hear()
    except ConnectionError:
        return None


async def test_qos_2_arrives_exactly_once_from_end_to_end(hub: Hub, call_port: Call) -> None:
    """Writer and reader have kept sessions; both finish their handshakes with the hub that runs again."""
    count = 120
    came: Counter[int] = Counter()
    received: set[int] = set()  # by the reader, which has not seen their PUBREL
    recorded: set[int] = set()  # PUBREC has come to the writer
    completed: set[int] = set()
    async with call_port(hub.port) as reader, call_port(hub.port) as writer:
        await enter(reader, "reader")
        await subscribe(reader, Q2)
        await enter(writer, "writer")
        await writer.say(*(message(number, Q2) for number in range(1, count + 1)))
        for _ in range(count // 3):
            await write_on(writer, recorded, completed)
        for _ in range(count // 4):
            await read_on(reader, came, received)
        hub.kill()
    await hub.start()
    async with call_port(hub.port) as reader, call_port(hub.port) as writer:
        assert await enter(writer, "writer")
        await writer.say(
            *(message(n, Q2, dup=True) for n in range(1, count + 1) if n not in recorded | completed),
            *(Pubrel(packet_id=n) for n in sorted(recorded)),
        )
        while len(completed) < count:
            await write_on(writer, recorded, completed)
        assert await enter(reader, "reader")
        while len(came) < count or received:
            await read_on(reader, came, received)
        assert await collect(reader) == Counter()
    assert came == Counter(range(1, count + 1))


async def write_on(writer: Caller, recorded: set[int], completed: set[int]) -> None:
    packet = await writer.hear()
    match packet:
        case Pubrec():
            recorded.add(packet.packet_id)
            await writer.say(Pubrel(packet_id=packet.packet_id))
        case Pubcomp():
            recorded.discard(packet.packet_id)
            completed.add(packet.packet_id)
        case _:
            raise AssertionError(packet)


async def read_on(reader: Caller, came: Counter[int], received: set[int]) -> None:
    packet = await reader.hear()
    match packet:
        case Publish():
            assert packet.packet_id is not None
            if packet.packet_id not in received:  # MQTT-4.3.3-2: the receiver's side of it
                received.add(packet.packet_id)
                came[int(packet.payload)] += 1
            await reader.say(Pubrec(packet_id=packet.packet_id))
        case Pubrel():
            received.discard(packet.packet_id)
            await reader.say(Pubcomp(packet_id=packet.packet_id))
        case _:
            raise AssertionError(packet)


async def test_retained_messages_and_their_deletions_are_there(hub: Hub, call_port: Call) -> None:
    async with call_port(hub.port) as writer:
        await enter(writer, "writer", clean=True)
        await writer.say(*(message(number, Q1, retain=True) for number in range(1, 21)))
        gone = Publish(topic="anna/5", payload=b"", qos=Q1, packet_id=99, retain=True)
        await writer.say(gone)
        while await writer.hear() != Puback(packet_id=99):
            pass
    hub.kill()
    await hub.start()
    async with call_port(hub.port) as reader:
        await enter(reader, "reader", clean=True)
        await subscribe(reader, Q1)
        came = await collect(reader)
    assert came == Counter(number for number in range(1, 21) if number != 5)
