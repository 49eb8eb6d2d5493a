"""Logins, rights, keepalive, takeover, presence, starting and stopping, over real sockets."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from ownplug.aio import SystemClock
from ownplug.broker import Broker, BrokerSettings
from ownplug.core.errors import Conflict, UsageError
from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    ForeignConnect,
    Passage,
    Pingreq,
    Pingresp,
    ProtocolLevel,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
)

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import Caller, Open

pytestmark = pytest.mark.e2e

Q1 = QoS.AT_LEAST_ONCE


def login(
    name: str = "anna", level: ProtocolLevel = ProtocolLevel.MQTT_3_1, keepalive_s: int = 60
) -> Connect:
    return Connect(
        client_id=name, level=level, keepalive_s=keepalive_s, username=name, password=f"pw-{name}".encode()
    )


async def enter(caller: Caller, connect: Connect | None = None) -> None:
    await caller.say(connect or login())
    assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)


def subscribe(*filters: str) -> Subscribe:
    return Subscribe(packet_id=3, requests=tuple(Request(topic_filter=f, qos=Q1) for f in filters))


@pytest.mark.parametrize("level", ProtocolLevel)
async def test_forbidden_topics_do_no_harm_and_nothing(open_house: Open, level: ProtocolLevel) -> None:
    async with open_house() as house, house.call() as anna, house.call() as ben:
        await enter(anna, login("anna", level))
        await enter(ben, login("ben", level))
        await anna.say(subscribe("ben/#", "anna/#", "#", "+/x"))
        refused = Q1 if level is ProtocolLevel.MQTT_3_1 else None  # 3.1 has no word for it
        assert await anna.hear() == Suback(packet_id=3, granted=(refused, Q1, refused, refused))
        await ben.say(
            Publish(topic="ben/secret", payload=b"1", qos=Q1, packet_id=7),
            Publish(topic="anna/forbidden", payload=b"2", qos=Q1, packet_id=8),
            Pingreq(),
        )
        assert [await ben.hear() for _ in range(3)] == [Puback(packet_id=7), Puback(packet_id=8), Pingresp()]
        await anna.say(Publish(topic="anna/own", payload=b"3"))
        assert await anna.hear() == Publish(topic="anna/own", payload=b"3")


async def test_a_client_that_falls_silent_is_let_go_and_one_that_pings_is_not(open_house: Open) -> None:
    async with open_house() as house, house.call() as silent, house.call() as alive:
        await enter(silent, login("silent", keepalive_s=1))
        await enter(alive, login("alive", keepalive_s=1))
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(silent.closed())
            while not waiting.done():
                await alive.say(Pingreq())
                assert await alive.hear() == Pingresp()
                await asyncio.sleep(0.2)
        assert "silent" in await house.diary.until("disconnected", "silent")
        assert ("disconnected", "alive") not in [entry[:2] for entry in house.diary.entries]


async def test_the_same_plug_again_takes_over_its_half_open_connection(open_house: Open) -> None:
    async with open_house() as house, house.call(tls=True) as first, house.call(tls=True) as second:
        await enter(first)
        await enter(second)
        assert await first.hear() is None
        await second.say(Pingreq())
        assert await second.hear() == Pingresp()
        assert await house.diary.until("disconnected", "anna") == "the client connected anew"
        assert [entry[0] for entry in house.diary.entries] == ["connected", "disconnected", "connected"]


async def test_mqtt_5_is_refused_with_code_1(open_house: Open) -> None:
    async with open_house() as house, house.call() as caller:
        await caller.say(ForeignConnect(protocol_name="MQTT", level=5))
        assert await caller.hear() == Connack(code=ConnectCode.UNACCEPTABLE_PROTOCOL)
        assert await caller.hear() is None


async def test_a_local_client_and_a_connected_one_reach_each_other(open_house: Open) -> None:
    async with open_house() as house, house.call(tls=True) as plug:
        house.broker.attach("anna/publish", lambda topic, payload: house.broker.publish("anna/in", payload))
        await enter(plug)
        await plug.say(subscribe("anna/in"), Publish(topic="anna/publish", payload=b"!", qos=Q1, packet_id=9))
        assert await plug.hear() == Suback(packet_id=3, granted=(Q1,))
        assert await plug.hear() == Puback(packet_id=9)
        assert await plug.hear() == Publish(topic="anna/in", payload=b"!", qos=Q1, packet_id=1)


async def test_a_slow_subscriber_costs_messages_and_nobody_else_anything(open_house: Open) -> None:
    async with open_house(max_queued_messages=50) as house, house.call() as slow, house.call() as fast:
        for name, caller in (("slow", slow), ("fast", fast)):
            await enter(caller, login(name))
        await slow.say(Subscribe(packet_id=3, requests=(Request(topic_filter="slow/#"),)))
        assert isinstance(await slow.hear(), Suback)
        payload = bytes(100_000)
        async with asyncio.timeout(30):
            while not house.broker.dropped_messages:  # until every buffer of the system is full
                house.broker.publish("slow/x", payload)
                await asyncio.sleep(0)
        await fast.say(Pingreq())
        assert await fast.hear() == Pingresp()
        assert isinstance(await slow.hear(), Publish)


async def test_stopping_closes_every_connection_and_tells_of_it(open_house: Open) -> None:
    async with open_house() as house:
        async with (
            house.call() as caller,
            house.call(tls=True) as encrypted,
            house.call(raw_on_tls=True) as raw,
        ):
            await enter(caller)
            await enter(encrypted, login("ben"))
            await raw.say(b"\x16")
            await house.broker.__aexit__(None, None, None)
            assert [await one.closed() for one in (caller, encrypted, raw)] == [b"", b"", b""]
        assert house.broker.connection_count == 0
        gone = [entry for entry in house.diary.entries if entry[0] == "disconnected"]
        assert sorted(gone) == [
            ("disconnected", "anna", "the server stops"),
            ("disconnected", "ben", "the server stops"),
        ]
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", house.tcp_port)


class Nobody:
    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> None:
        return None

    def screen(self, topic: str, payload: bytes, access: object) -> Passage:
        return Passage.FREE


async def test_a_taken_port_is_named_with_the_option_to_change_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = BrokerSettings(mqtts="", mqtt=f"127.0.0.1:{port}")
        with pytest.raises(Conflict, match=str(port)) as caught:
            async with Broker(settings, Nobody(), SystemClock()):
                pass
    assert "--mqtt HOST:PORT" in caught.value.hint


async def test_an_address_of_another_machine_is_a_usage_error() -> None:
    settings = BrokerSettings(mqtts="", mqtt="192.0.2.1:0")
    with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
        async with Broker(settings, Nobody(), SystemClock()):
            pass
