"""Retained messages: kept, replaced, deleted, delivered to who comes later, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

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
    from tests.e2e.broker.conftest import Caller, Open

pytestmark = pytest.mark.e2e

Q0, Q1, Q2 = QoS


async def enter(caller: Caller, name: str = "anna", *, clean: bool = True) -> None:
    password = f"pw-{name}".encode()
    await caller.say(Connect(client_id=name, username=name, password=password, clean_session=clean))
    assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)


async def subscribe(caller: Caller, *filters: str, qos: QoS = Q1) -> None:
    await caller.say(
        Subscribe(packet_id=3, requests=tuple(Request(topic_filter=f, qos=qos) for f in filters))
    )
    assert await caller.hear() == Suback(packet_id=3, granted=(qos,) * len(filters))


async def has_nothing_more(caller: Caller) -> None:
    await caller.say(Pingreq())
    assert await caller.hear() == Pingresp()


def retained(topic: str, payload: bytes, *, qos: QoS = Q0, packet_id: int | None = None) -> Publish:
    return Publish(topic=topic, payload=payload, qos=qos, retain=True, packet_id=packet_id)


@pytest.mark.parametrize("qos", QoS)
async def test_who_comes_later_gets_the_last_message_with_the_flag(open_house: Open, qos: QoS) -> None:
    async with open_house() as house, house.call() as caller:
        house.broker.publish("anna/a", b"old", qos=qos, retain=True)
        house.broker.publish("anna/a", b"new", qos=qos, retain=True)
        house.broker.publish("anna/b", b"passing", qos=qos)
        await enter(caller)
        await subscribe(caller, "anna/#", qos=Q2)
        assert await caller.hear() == retained("anna/a", b"new", qos=qos, packet_id=1 if qos else None)
        await has_nothing_more(caller)


async def test_who_is_subscribed_gets_it_without_the_flag(open_house: Open) -> None:
    async with open_house() as house, house.call() as caller:
        await enter(caller)
        await subscribe(caller, "anna/a")
        await caller.say(retained("anna/a", b"1"))
        assert await caller.hear() == Publish(topic="anna/a", payload=b"1")


async def test_an_empty_message_deletes_it_and_is_passed_on(open_house: Open) -> None:
    async with open_house() as house, house.call() as caller, house.call() as later:
        await enter(caller)
        await caller.say(retained("anna/a", b"1", qos=Q1, packet_id=9))
        assert await caller.hear() == Puback(packet_id=9)
        await subscribe(caller, "anna/a")
        assert await caller.hear() == retained("anna/a", b"1", qos=Q1, packet_id=1)
        await caller.say(retained("anna/a", b""))
        assert await caller.hear() == Publish(topic="anna/a", payload=b"")
        await enter(later, "anna")
        await subscribe(later, "anna/a")
        await has_nothing_more(later)


async def test_a_message_without_the_flag_leaves_what_was_kept(open_house: Open) -> None:
    async with open_house() as house, house.call() as caller:
        house.broker.publish("anna/a", b"kept", qos=Q0, retain=True)
        house.broker.publish("anna/a", b"passing", qos=Q0)
        house.broker.publish("anna/a", b"", qos=Q0)
        await enter(caller)
        await subscribe(caller, "anna/a")
        assert await caller.hear() == retained("anna/a", b"kept")
        await has_nothing_more(caller)


async def test_subscribing_again_brings_it_again(open_house: Open) -> None:
    async with open_house() as house, house.call() as caller:
        house.broker.publish("anna/a", b"1", qos=Q0, retain=True)
        await enter(caller)
        for _ in range(2):
            await subscribe(caller, "anna/a")
            assert await caller.hear() == retained("anna/a", b"1")


async def test_nobody_gets_what_he_may_not_read(open_house: Open) -> None:
    async with open_house() as house, house.call() as caller:
        house.broker.publish("ben/secret", b"1", qos=Q0, retain=True)
        await enter(caller)
        await caller.say(Subscribe(packet_id=3, requests=(Request(topic_filter="#"),)))
        assert await caller.hear() == Suback(packet_id=3, granted=(None,))
        await has_nothing_more(caller)


async def test_nobody_can_retain_where_he_may_not_write(open_house: Open) -> None:
    async with open_house() as house, house.call() as caller, house.call() as ben:
        await enter(caller)
        await caller.say(retained("ben/a", b"1", qos=Q1, packet_id=9))
        assert await caller.hear() == Puback(packet_id=9)
        await enter(ben, "ben")
        await subscribe(ben, "ben/#")
        await has_nothing_more(ben)


async def test_what_is_over_a_users_share_is_passed_on_and_not_kept(open_house: Open, caplog: Any) -> None:
    async with open_house(max_retained_messages_per_user=3) as house, house.call() as caller:
        await enter(caller)
        await subscribe(caller, "anna/live/#", qos=Q0)
        await caller.say(*(retained(f"anna/live/{n}", b"1") for n in range(5)))
        assert [(await caller.hear()) for _ in range(5)] == [
            Publish(topic=f"anna/live/{n}", payload=b"1") for n in range(5)
        ]
        await subscribe(caller, "anna/live/+", qos=Q0)
        heard = {(await caller.hear()) for _ in range(3)}
        assert heard == {retained(f"anna/live/{n}", b"1") for n in range(3)}
        await has_nothing_more(caller)
    assert "No room to retain 'anna/live/3' of 'anna'" in caplog.text


@pytest.mark.parametrize("clean", [True, False])
async def test_all_of_very_many_arrive_while_others_are_served(open_house: Open, clean: bool) -> None:
    count = 5_000
    async with open_house(max_inflight=50) as house, house.call() as caller, house.call() as other:
        for number in range(count):
            house.broker.publish(f"anna/{number}", b"x" * 50, retain=True)
        await enter(caller, clean=clean)
        await enter(other, "ben")
        await subscribe(caller, "anna/#")
        topics: set[str] = set()
        while len(topics) < count:
            message = await caller.hear()
            assert isinstance(message, Publish)
            assert message.packet_id is not None
            topics.add(message.topic)
            await caller.say(Puback(packet_id=message.packet_id))
            if len(topics) % 1000 == 0:
                await has_nothing_more(other)
        assert house.broker.dropped_messages == 0


async def test_mosquittos_clients_agree(
    open_house: Open, run_to_end: Callable[..., Any], require_program: Callable[[str, str], str]
) -> None:
    pub, sub = (
        require_program(f"mosquitto_{n}", "apt-get install mosquitto-clients") for n in ("pub", "sub")
    )
    async with open_house() as house:
        to = ["-u", "anna", "-P", "pw-anna", "-h", "127.0.0.1", "-p", str(house.tcp_port), "-t", "anna/a"]
        reading = [sub, *to, "-F", "%r %q %p", "-q", "2"]
        assert await run_to_end(pub, *to, "-m", "kept", "-r", "-q", "2") == (0, "")
        assert await run_to_end(*reading, "-C", "1", "-W", "15") == (0, "1 2 kept\n")
        assert await run_to_end(pub, *to, "-n", "-r", "-q", "1") == (0, "")
        async with asyncio.timeout(20):
            status, printed = await run_to_end(*reading, "-W", "1")
    assert (status, printed) == (27, "Timed out\n")  # nothing came
