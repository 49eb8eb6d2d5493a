"""The last will: when it is published, how, and when not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ownplug.broker import Access
from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Disconnect,
    Passage,
    Pingreq,
    Pingresp,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    Will,
)

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import Caller, House, Open

pytestmark = pytest.mark.e2e

Q0, Q1, Q2 = QoS
WILL = Will(topic="home/will", payload=b"gone", qos=Q1)


@dataclass
class Resident:
    """May do everything below `home/`, until the right to write is taken away."""

    may_write: bool = True

    def may_subscribe(self, topic_filter: str) -> bool:
        return topic_filter.startswith("home/")

    def may_publish(self, topic: str) -> bool:
        return self.may_write and topic.startswith("home/")


@dataclass
class Porter:
    """Lets everybody in as a resident."""

    resident: Resident = field(default_factory=Resident)

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        await asyncio.sleep(0)
        return self.resident

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        return Passage.FREE


async def enter(caller: Caller, client_id: str, will: Will | None = None, *, keepalive_s: int = 60) -> None:
    await caller.say(
        Connect(client_id=client_id, username="u", password=b"", will=will, keepalive_s=keepalive_s)
    )
    assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)


async def listen(caller: Caller, name: str = "listener") -> None:
    await enter(caller, name)
    await caller.say(Subscribe(packet_id=3, requests=(Request(topic_filter="home/#", qos=Q2),)))
    assert await caller.hear() == Suback(packet_id=3, granted=(Q2,))


def published(will: Will, *, retain: bool = False) -> Publish:
    packet_id = 1 if will.qos else None
    return Publish(topic=will.topic, payload=will.payload, qos=will.qos, retain=retain, packet_id=packet_id)


async def has_heard_nothing(caller: Caller) -> None:
    await caller.say(Pingreq())
    assert await caller.hear() == Pingresp()


@pytest.mark.parametrize("qos", QoS)
async def test_a_lost_connection_publishes_it_at_its_qos(open_house: Open, qos: QoS) -> None:
    will = Will(topic="home/will", payload=b"gone", qos=qos)
    async with open_house(gatekeeper=Porter()) as house, house.call() as listener:
        await listen(listener)
        async with house.call() as mortal:
            await enter(mortal, "mortal", will)
        assert await listener.hear() == published(will)


async def test_goodbye_forgets_it(open_house: Open) -> None:
    async with open_house(gatekeeper=Porter()) as house, house.call() as listener:
        await listen(listener)
        async with house.call() as mortal:
            await enter(mortal, "mortal", WILL)
            await mortal.say(Disconnect())
            assert await mortal.hear() is None
        await house.diary.until("disconnected", "mortal")
        await has_heard_nothing(listener)


async def test_silence_beyond_the_keepalive_publishes_it(open_house: Open) -> None:
    async with open_house(gatekeeper=Porter()) as house, house.call() as listener, house.call() as mortal:
        await listen(listener)
        await enter(mortal, "mortal", WILL, keepalive_s=1)
        assert await listener.hear() == published(WILL)
        assert await mortal.hear() is None


async def test_a_broken_rule_publishes_it(open_house: Open) -> None:
    async with open_house(gatekeeper=Porter()) as house, house.call() as listener, house.call() as mortal:
        await listen(listener)
        await enter(mortal, "mortal", WILL)
        await mortal.say(b"\xff\xff")
        assert await listener.hear() == published(WILL)


async def test_a_takeover_publishes_the_old_connections_and_keeps_the_new_ones(open_house: Open) -> None:
    async with open_house(gatekeeper=Porter()) as house, house.call() as listener, house.call() as first:
        await listen(listener)
        await enter(first, "mortal", WILL)
        async with house.call() as second:
            newer = Will(topic="home/will", payload=b"newer", qos=Q0)
            await enter(second, "mortal", newer)
            assert await listener.hear() == published(WILL)
            await has_heard_nothing(listener)
        assert await listener.hear() == published(newer)


async def test_the_server_that_stops_publishes_it(open_house: Open) -> None:
    heard: list[bytes] = []
    async with open_house(gatekeeper=Porter()) as house, house.call() as mortal:
        house.broker.attach("home/will", lambda topic, payload: heard.append(payload))
        await enter(mortal, "mortal", WILL)
        await house.broker.__aexit__(None, None, None)
    assert heard == [b"gone"]


@pytest.mark.parametrize("retain", [True, False])
async def test_it_is_retained_if_it_asks_for_that(open_house: Open, retain: bool) -> None:
    will = Will(topic="home/will", payload=b"gone", retain=retain)
    async with open_house(gatekeeper=Porter()) as house:
        await die_with(house, will)
        async with house.call() as late:
            await listen(late)
            if retain:
                assert await late.hear() == published(will, retain=True)
            await has_heard_nothing(late)


async def die_with(house: House, will: Will) -> None:
    async with house.call() as mortal:
        await enter(mortal, "mortal", will)
    await house.diary.until("disconnected", "mortal")


async def test_an_empty_retained_will_deletes_what_was_kept(open_house: Open) -> None:
    async with open_house(gatekeeper=Porter()) as house:
        house.broker.publish("home/will", b"here", retain=True)
        await die_with(house, Will(topic="home/will", retain=True))
        async with house.call() as late:
            await listen(late)
            await has_heard_nothing(late)


async def test_a_right_that_was_taken_away_meanwhile_keeps_it_back(open_house: Open) -> None:
    porter = Porter()
    async with open_house(gatekeeper=porter) as house, house.call() as listener:
        await listen(listener)
        async with house.call() as mortal:
            await enter(mortal, "mortal", WILL)
            porter.resident.may_write = False
        await house.diary.until("disconnected", "mortal")
        await has_heard_nothing(listener)


async def test_whoever_was_not_let_in_leaves_none(open_house: Open) -> None:
    heard: list[str] = []
    async with open_house() as house:
        house.broker.attach("#", lambda topic, payload: heard.append(topic))
        async with house.call() as mortal:
            await mortal.say(Connect(client_id="m", username="anna", password=b"wrong", will=WILL))
            assert await mortal.hear() == Connack(code=ConnectCode.BAD_LOGIN)
            assert await mortal.hear() is None
    assert heard == []
