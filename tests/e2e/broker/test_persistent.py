"""Sessions that outlive their connections (`clean session 0`), in memory and over a kill of the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Disconnect,
    Pingreq,
    Pingresp,
    ProtocolLevel,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
)

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import Caller, Open

pytestmark = pytest.mark.e2e

PATIENCE_S = 20.0
Q1 = QoS.AT_LEAST_ONCE


async def enter(
    caller: Caller,
    *,
    clean: bool = False,
    is_present: bool = False,
    level: ProtocolLevel = ProtocolLevel.MQTT_3_1_1,
) -> None:
    await caller.say(
        Connect(client_id="anna", username="anna", password=b"pw-anna", clean_session=clean, level=level)
    )
    assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED, session_present=is_present)


async def subscribe(caller: Caller, topic_filter: str = "anna/#", qos: QoS = Q1) -> None:
    await caller.say(Subscribe(packet_id=3, requests=(Request(topic_filter=topic_filter, qos=qos),)))
    assert await caller.hear() == Suback(packet_id=3, granted=(qos,))


def message(packet_id: int, payload: bytes, *, dup: bool = False) -> Publish:
    return Publish(topic="anna/a", payload=payload, qos=Q1, packet_id=packet_id, dup=dup)


@pytest.mark.parametrize("level", ProtocolLevel)
async def test_what_comes_while_a_client_is_away_waits_for_it(open_house: Open, level: ProtocolLevel) -> None:
    has_word = level is ProtocolLevel.MQTT_3_1_1
    async with open_house() as house:
        async with house.call() as caller:
            await enter(caller, level=level)
            await subscribe(caller)
            await caller.say(Disconnect())
        await house.diary.until("disconnected", "anna")
        for payload in (b"1", b"2"):
            house.broker.publish("anna/a", payload)
        house.broker.publish("anna/a", b"at most once", qos=QoS.AT_MOST_ONCE)
        async with house.call() as caller:
            await enter(caller, is_present=has_word, level=level)
            assert [await caller.hear(), await caller.hear()] == [message(1, b"1"), message(2, b"2")]
            await caller.say(Pingreq())
            assert await caller.hear() == Pingresp()


async def test_what_was_not_acknowledged_comes_again_first_and_with_dup(open_house: Open) -> None:
    async with open_house() as house:
        async with house.call() as caller:
            await enter(caller)
            await subscribe(caller)
            for payload in (b"1", b"2", b"3"):
                house.broker.publish("anna/a", payload)
            for number, payload in enumerate((b"1", b"2", b"3"), start=1):
                assert await caller.hear() == message(number, payload)
            await caller.say(Puback(packet_id=2), Pingreq())
            assert await caller.hear() == Pingresp()
        await house.diary.until("disconnected", "anna")
        house.broker.publish("anna/a", b"4")
        async with house.call() as caller:
            await enter(caller, is_present=True)
            assert [await caller.hear() for _ in range(3)] == [
                message(1, b"1", dup=True),
                message(3, b"3", dup=True),
                message(4, b"4"),
            ]


async def test_a_clean_session_forgets_what_was_kept(open_house: Open) -> None:
    async with open_house() as house:
        for clean, is_present in ((False, False), (False, True), (True, False), (False, False)):
            async with house.call() as caller:
                await enter(caller, clean=clean, is_present=is_present)
                if not is_present and not clean:
                    await subscribe(caller)
            house.broker.publish("anna/a", b"old")
        async with house.call() as caller:
            await enter(caller, clean=True)
            await caller.say(Pingreq())
            assert await caller.hear() == Pingresp()


async def test_an_unsubscribed_filter_stays_unsubscribed(open_house: Open) -> None:
    async with open_house() as house:
        async with house.call() as caller:
            await enter(caller)
            await subscribe(caller)
            await caller.say(Unsubscribe(packet_id=4, filters=("anna/#",)))
            assert await caller.hear() == Unsuback(packet_id=4)
        house.broker.publish("anna/a", b"1")
        async with house.call() as caller:
            await enter(caller, is_present=True)
            await caller.say(Pingreq())
            assert await caller.hear() == Pingresp()


async def test_whoever_takes_over_has_the_session(open_house: Open) -> None:
    async with open_house() as house, house.call() as first, house.call() as second:
        await enter(first)
        await subscribe(first)
        house.broker.publish("anna/a", b"1")
        assert await first.hear() == message(1, b"1")
        await enter(second, is_present=True)
        assert await second.hear() == message(1, b"1", dup=True)
        assert await first.hear() is None
        house.broker.publish("anna/a", b"2")
        assert await second.hear() == message(2, b"2")


async def test_another_user_with_the_same_client_id_has_another_session(open_house: Open) -> None:
    async with open_house() as house:
        async with house.call() as caller:
            await enter(caller)
        async with house.call() as caller:
            ben = Connect(client_id="anna", username="ben", password=b"pw-ben", clean_session=False)
            await caller.say(ben)
            assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED, session_present=False)


async def test_the_queue_of_a_client_that_is_away_is_bounded_and_keeps_the_oldest(open_house: Open) -> None:
    async with open_house(max_queued_messages=10) as house:
        async with house.call() as caller:
            await enter(caller)
            await subscribe(caller)
        await house.diary.until("disconnected", "anna")
        for number in range(25):
            house.broker.publish("anna/a", str(number).encode())
        assert house.broker.dropped_messages == 15
        async with house.call() as caller:
            await enter(caller, is_present=True)
            for number in range(10):
                assert await caller.hear() == message(number + 1, str(number).encode())
            await caller.say(Pingreq())
            assert await caller.hear() == Pingresp()


async def test_kept_sessions_are_bounded_and_clean_ones_come_in_all_the_same(open_house: Open) -> None:
    async with open_house(max_sessions=1) as house, house.call() as caller, house.call() as other:
        await enter(caller)
        login = Connect(client_id="b", username="ben", password=b"pw-ben", clean_session=False)
        await other.say(login)
        assert await other.hear() == Connack(code=ConnectCode.SERVER_UNAVAILABLE)
        async with house.call() as again:
            await again.say(Connect(client_id="b", username="ben", password=b"pw-ben"))
            assert await again.hear() == Connack(code=ConnectCode.ACCEPTED)


@pytest.mark.parametrize("version", ["mqttv31", "mqttv311"])
@pytest.mark.parametrize("qos", ["1", "2"])
async def test_mosquittos_client_gets_what_came_while_it_was_away(
    open_house: Open,
    run_to_end: Callable[..., Any],
    require_program: Callable[[str, str], str],
    version: str,
    qos: str,
) -> None:
    pub, sub = (
        require_program(f"mosquitto_{n}", "apt-get install mosquitto-clients") for n in ("pub", "sub")
    )
    async with open_house() as house:
        to = ["-V", version, "-u", "anna", "-P", "pw-anna", "-h", "127.0.0.1", "-p", str(house.tcp_port)]
        listening = [sub, *to, "-i", "reader", "-c", "-t", "anna/#", "-q", qos]
        assert (await run_to_end(*listening, "-E"))[0] == 0  # subscribe, and go
        for number in range(3):
            assert await run_to_end(pub, *to, "-t", "anna/a", "-m", str(number), "-q", qos) == (0, "")
        status, printed = await run_to_end(*listening, "-C", "3", "-W", "15")
    assert (status, printed.split()) == (0, ["0", "1", "2"])
