"""QoS 2 in both directions: exactly once, also when a connection is lost in the middle."""

from __future__ import annotations

import asyncio
import queue
from typing import TYPE_CHECKING, Any

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    ProtocolLevel,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    QoS,
    Request,
    Suback,
    Subscribe,
)

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import Caller, House, Open

pytestmark = pytest.mark.e2e

PATIENCE_S = 20.0
Q2 = QoS.EXACTLY_ONCE


async def enter(caller: Caller, *, clean: bool = True, is_present: bool = False) -> None:
    await caller.say(Connect(client_id="anna", username="anna", password=b"pw-anna", clean_session=clean))
    assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED, session_present=is_present)


async def subscribe(caller: Caller, topic_filter: str = "anna/#") -> None:
    await caller.say(Subscribe(packet_id=3, requests=(Request(topic_filter=topic_filter, qos=Q2),)))
    assert await caller.hear() == Suback(packet_id=3, granted=(Q2,))


def message(packet_id: int, *, dup: bool = False, payload: bytes = b"1") -> Publish:
    return Publish(topic="anna/a", payload=payload, qos=Q2, packet_id=packet_id, dup=dup)


async def test_a_message_goes_through_both_handshakes(open_house: Open) -> None:
    async with open_house() as house, house.call() as caller:
        await enter(caller)
        await subscribe(caller)
        await caller.say(message(77))
        assert [await caller.hear(), await caller.hear()] == [Pubrec(packet_id=77), message(1)]
        await caller.say(Pubrel(packet_id=77), Pubrec(packet_id=1))
        assert [await caller.hear(), await caller.hear()] == [Pubcomp(packet_id=77), Pubrel(packet_id=1)]
        await caller.say(Pubcomp(packet_id=1), message(77, payload=b"2"))  # the id is free again
        assert [await caller.hear(), await caller.hear()] == [Pubrec(packet_id=77), message(2, payload=b"2")]


@pytest.mark.parametrize("step", ["before PUBREC", "before PUBREL", "before PUBCOMP"])
async def test_a_subscriber_that_is_cut_off_gets_it_once(open_house: Open, step: str) -> None:
    async with open_house() as house:
        async with house.call() as caller:
            await enter(caller, clean=False)
            await subscribe(caller)
            house.broker.publish("anna/a", b"1", qos=Q2)
            assert await caller.hear() == message(1)
            if step != "before PUBREC":
                await caller.say(Pubrec(packet_id=1))
                assert await caller.hear() == Pubrel(packet_id=1)
        await house.diary.until("disconnected", "anna")
        async with house.call() as caller:
            await enter(caller, clean=False, is_present=True)
            if step == "before PUBREC":
                assert await caller.hear() == message(1, dup=True)
                await caller.say(Pubrec(packet_id=1))
            assert await caller.hear() == Pubrel(packet_id=1)
            await caller.say(Pubcomp(packet_id=1))
            house.broker.publish("anna/a", b"next", qos=Q2)
            assert await caller.hear() == message(2, payload=b"next")


async def test_a_publisher_that_is_cut_off_and_sends_again_is_heard_once(open_house: Open) -> None:
    heard: list[bytes] = []
    async with open_house() as house:
        house.broker.attach("anna/a", lambda topic, payload: heard.append(payload))
        async with house.call() as caller:
            await enter(caller, clean=False)
            await caller.say(message(5))
            assert await caller.hear() == Pubrec(packet_id=5)
        async with house.call() as caller:
            await enter(caller, clean=False, is_present=True)
            await caller.say(message(5, dup=True), Pubrel(packet_id=5))
            assert [await caller.hear(), await caller.hear()] == [Pubrec(packet_id=5), Pubcomp(packet_id=5)]
            await caller.say(message(5, payload=b"another"))
            assert await caller.hear() == Pubrec(packet_id=5)
    assert heard == [b"1", b"another"]


@pytest.mark.parametrize("protocol", [paho.MQTTv31, paho.MQTTv311], ids=["3.1", "3.1.1"])
async def test_paho_hears_each_of_its_qos_2_messages_once(open_house: Open, protocol: int) -> None:
    async with open_house() as house:
        heard = await asyncio.to_thread(paho_echo, house, protocol)
    assert heard == [(str(n).encode(), 2) for n in range(60)]


def paho_echo(house: House, protocol: Any) -> list[tuple[bytes, int]]:
    heard: queue.Queue[tuple[bytes, int]] = queue.Queue()
    granted: queue.Queue[object] = queue.Queue()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="anna", protocol=protocol)
    client.username_pw_set("anna", "pw-anna")
    client.on_connect = lambda c, *_: c.subscribe("anna/#", qos=2)
    client.on_subscribe = lambda c, u, mid, codes, *_: granted.put(codes)
    client.on_message = lambda c, u, message: heard.put((bytes(message.payload), message.qos))
    client.connect("127.0.0.1", house.tcp_port)
    client.loop_start()
    try:
        granted.get(timeout=PATIENCE_S)
        for number in range(60):
            client.publish("anna/a", str(number), qos=2)
        return [heard.get(timeout=PATIENCE_S) for _ in range(60)]
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.parametrize("level", ProtocolLevel)
@pytest.mark.parametrize("sent", QoS)
@pytest.mark.parametrize("granted", QoS)
async def test_a_message_arrives_at_the_lower_of_both_levels(
    open_house: Open, level: ProtocolLevel, sent: QoS, granted: QoS
) -> None:
    async with open_house() as house, house.call() as caller:
        await caller.say(Connect(client_id="anna", username="anna", password=b"pw-anna", level=level))
        await caller.hear()
        await caller.say(Subscribe(packet_id=3, requests=(Request(topic_filter="anna/a", qos=granted),)))
        assert await caller.hear() == Suback(packet_id=3, granted=(granted,))
        house.broker.publish("anna/a", b"1", qos=sent)
        arrived = await caller.hear()
    assert isinstance(arrived, Publish)
    assert (arrived.qos, arrived.dup, arrived.retain) == (min(sent, granted), False, False)
