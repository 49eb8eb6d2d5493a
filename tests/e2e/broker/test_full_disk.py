"""The disk is full: plugs go on, nothing is promised that cannot be kept, and room is all that it takes afterwards."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.disks import Disk, SmallDisk

from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
)

if TYPE_CHECKING:
    from devtools.program import Program
    from tests.e2e.broker.conftest import Caller

    Call = Callable[[int], AbstractAsyncContextManager[Caller]]
    Launch = Callable[..., Program]
    Command = Callable[..., Any]

pytestmark = pytest.mark.e2e

Q0, Q1, Q2 = QoS
PASSWORD = "a long password"
TOLD = "is only passed on"
PATIENCE = 200
"""Looks, a tenth of a second apart."""


class House:
    """A hub on that disk, with a plug at home and a user who may do everything."""

    def __init__(self, disk: Disk, launch: Launch, ownplug: Command) -> None:
        self.home = disk.home
        self.tls_port = "0"
        self._launch = launch
        self._ownplug = ownplug
        self.hub = self.start()
        plug = launch("virtual", "run", "--seed", "7").ready()
        where = ("--ssid", "Home", "--password", "secret123", "--name", "kettle")
        self.run("pair", f"http://{plug['http']}", *where)
        user = [sys.executable, "-m", "ownplug", "user", "add", "anna", "--password-stdin"]
        rights = ["--read", "#", "--write", "#", "--home", str(disk.home)]
        subprocess.run([*user, *rights], input=PASSWORD, text=True, check=True, capture_output=True)

    def start(self) -> Program:
        self.hub = self._launch(
            *("hub", "run", "--home", str(self.home), "--advertise", "127.0.0.1"),
            *("--mqtts", f"127.0.0.1:{self.tls_port}", "--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0"),
        )
        ready = self.hub.ready()
        self.tls_port = ready["mqtts"].rpartition(":")[2]
        self.port = int(ready["mqtt"].rpartition(":")[2])
        return self.hub

    def run(self, *words: str, status: int = 0) -> Any:
        return self._ownplug(*words, status=status, home=self.home)

    def is_plug_at_home(self) -> bool:
        [shown] = self.run("plugs")
        return shown["availability"] == "online" and bool(shown["relays"])

    def switch(self) -> None:
        """Everything about a plug that a person wants, as often as it takes to see something go wrong."""
        for command, on in (("off", False), ("on", True), ("toggle", False), ("toggle", True)):
            self.run(command, "kettle")
            [shown] = self.run("plugs")
            assert (shown["relays"][0]["on"], shown["availability"]) == (on, "online")

    def check(self) -> None:
        """Nothing on the disk is broken."""
        with closing(sqlite3.connect(self.home / "hub.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []

    def said(self) -> str:
        return self.hub.log.read_text()


@pytest.fixture
def house(disk: Disk, launch: Launch, ownplug: Command) -> House:
    return House(disk, launch, ownplug)


async def enter(caller: Caller, client_id: str, *, clean: bool = True) -> ConnectCode:
    login = Connect(
        client_id=client_id, username="anna", password=PASSWORD.encode(), clean_session=clean, keepalive_s=60
    )
    await caller.say(login)
    answer = await caller.hear()
    assert isinstance(answer, Connack)
    return answer.code


async def listen(caller: Caller, *filters: str, qos: QoS = Q1) -> None:
    requests = tuple(Request(topic_filter=topic_filter, qos=qos) for topic_filter in filters)
    await caller.say(Subscribe(packet_id=3, requests=requests))
    assert await caller.hear() == Suback(packet_id=3, granted=(qos,) * len(filters))


def message(number: int, *, topic: str = "house/a", qos: QoS = Q1, retain: bool = False) -> Publish:
    payload = str(number).encode()
    return Publish(topic=topic, payload=payload, qos=qos, packet_id=number if qos else None, retain=retain)


async def take(caller: Caller, *, topic: str = "house/a") -> int:
    """The number of the next message of this topic, acknowledged; others are, too."""
    while True:
        packet = await caller.hear()
        if isinstance(packet, Puback):
            continue
        assert isinstance(packet, Publish), packet
        if packet.packet_id is not None:
            await caller.say(Puback(packet_id=packet.packet_id))
        if packet.topic == topic:
            return int(packet.payload)


async def retained(port: int, call_port: Call) -> dict[str, bytes]:
    """What a newcomer hears of what was left."""
    async with call_port(port) as caller:
        assert await enter(caller, "newcomer") is ConnectCode.ACCEPTED
        await listen(caller, "kept/#", qos=Q0)
        await caller.say(Pingreq())
        heard = {}
        while isinstance(packet := await caller.hear(), Publish):
            heard[packet.topic] = packet.payload
    return heard


async def fill_and_live_on(house: House, disk: Disk, call_port: Call) -> dict[str, bytes]:
    """Fill the disk while everybody is there; then try what still works, and what must not be promised.

    Returns what waits for room, to be kept then.
    """
    waiting = {}
    async with call_port(house.port) as away:
        assert await enter(away, "away", clean=False) is ConnectCode.ACCEPTED
        await listen(away, "house/#")
    async with (
        call_port(house.port) as reader,
        call_port(house.port) as writer,
        call_port(house.port) as hasty,
        call_port(house.port) as careful,
    ):
        for caller, name, clean in (
            (reader, "reader", False),
            (careful, "careful", False),
            (writer, "writer", True),
            (hasty, "hasty", True),
        ):
            assert await enter(caller, name, clean=clean) is ConnectCode.ACCEPTED
        # Also what plugs say and hear: so they, too, speak to a session that cannot be written.
        await listen(reader, "house/#", "/appliance/+/publish", "/appliance/+/subscribe")
        await writer.say(message(1), message(2, topic="kept/a", retain=True))
        assert [await writer.hear(), await writer.hear()] == [Puback(packet_id=1), Puback(packet_id=2)]
        assert await take(reader) == 1

        await asyncio.to_thread(disk.fill, house.hub)
        await hasty.say(message(3, topic="kept/b", retain=True))
        # What finds the disk full is not acknowledged; unless a plug's message found it before, and all know of it.
        if await hasty.hear() is None:
            waiting["kept/b"] = b"3"
        else:
            assert TOLD in house.said()
        await asyncio.to_thread(house.switch)
        for number in range(4, 24):
            await writer.say(message(number))
            assert await writer.hear() == Puback(packet_id=number)
            assert await take(reader) == number
        await writer.say(message(24, topic="kept/a", retain=True))
        assert await writer.hear() == Puback(packet_id=24)
        assert TOLD in house.said()  # of whichever came first: the second warning in a minute is kept back
        await careful.say(message(25, qos=Q2))
        assert await careful.hear() is None  # and no PUBREC
        assert not await may_stay(house.port, call_port)
        refused = await asyncio.to_thread(house.run, "plugs", "rename", "kettle", "pot", status=1)
        assert refused["hint"] == "Is the disk full or read-only?"
        await reader.say(Pingreq())
        while not isinstance(await reader.hear(), Pingresp):
            pass
    assert house.said().count("clients want kept cannot be written") == 1  # and not once a second
    assert "Traceback" not in house.said()
    return waiting


async def test_room_is_all_that_it_takes(house: House, disk: Disk, call_port: Call) -> None:
    waiting = await fill_and_live_on(house, disk, call_port)
    await asyncio.to_thread(disk.free, house.hub)
    for _ in range(PATIENCE):  # the hub tries once a second
        if await may_stay(house.port, call_port):
            break
        await asyncio.sleep(0.1)
    assert "is written again" in house.said()
    await came_back(house, call_port, waited=[1, *range(4, 24), 25], kept={"kept/a": b"2", **waiting})
    await asyncio.to_thread(house.run, "plugs", "rename", "kettle", "pot")
    await asyncio.to_thread(house.check)


async def test_a_kill_on_a_full_disk_loses_nothing_that_was_promised(
    house: House, disk: Disk, call_port: Call, eventually: Callable[..., Any]
) -> None:
    await fill_and_live_on(house, disk, call_port)
    house.hub.kill()
    await asyncio.to_thread(house.check)
    if isinstance(disk, SmallDisk):
        disk.free()
    await asyncio.to_thread(house.start)
    await came_back(house, call_port, waited=[1], kept={"kept/a": b"2"})
    await asyncio.to_thread(eventually, house.is_plug_at_home)
    await asyncio.to_thread(house.switch)
    await asyncio.to_thread(house.check)


async def may_stay(port: int, call_port: Call) -> bool:
    """Whether somebody may have a session that is kept."""
    async with call_port(port) as caller:
        return await enter(caller, "newcomer", clean=False) is ConnectCode.ACCEPTED


async def came_back(house: House, call_port: Call, *, waited: list[int], kept: dict[str, bytes]) -> None:
    """Who was away gets what waited, and newcomers what was kept; all is as it was before."""
    assert await retained(house.port, call_port) == kept
    async with call_port(house.port) as away:
        assert await enter(away, "away", clean=False) is ConnectCode.ACCEPTED
        assert [await take(away) for _ in waited] == waited
        await away.say(message(30), message(31, topic="kept/c", retain=True))
        assert await take(away) == 30


def test_a_hub_that_starts_on_a_full_disk_says_so(
    small_disk: SmallDisk, launch: Launch, ownplug: Command
) -> None:
    house = House(small_disk, launch, ownplug)
    house.hub.stop()
    small_disk.fill()
    arguments = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
    failed = ownplug("hub", "run", *arguments, status=1, home=house.home)
    assert (failed["code"], failed["hint"]) == ("not-kept", "Is the disk full or read-only?")
    small_disk.free()
    house.start()
    house.hub.stop()
    house.check()
