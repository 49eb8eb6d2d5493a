"""Kept sessions and the disk: nothing is answered or sent before what it speaks of is written."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import OwnplugError
from ownplug.core.mqtt import (
    Change,
    Connack,
    Connect,
    ConnectCode,
    Disconnect,
    IdTaken,
    KeptMessage,
    MessageDone,
    MessageKept,
    Packet,
    Puback,
    Publish,
    Pubrec,
    QoS,
    Remembered,
    Request,
    RetainedKept,
    RetainedMessage,
    SessionEnded,
    SessionKey,
    SessionOpened,
    SessionRecord,
    Suback,
    Subscribe,
    SubscriptionKept,
)

if TYPE_CHECKING:
    from tests.unit.broker.conftest import Caller, Exchange

ANNA = SessionKey("a", "a")
Q0, Q1, Q2 = QoS


class Disk:
    """Notes what is written, as long as there is room."""

    def __init__(self) -> None:
        self.written: list[Change] = []
        self.is_full = False

    async def load(self) -> Remembered:
        return Remembered()

    async def write(self, changes: Sequence[Change]) -> None:
        if self.is_full:
            raise OwnplugError("The disk is full.")
        self.written += changes


@pytest.fixture
async def disk() -> Disk:
    return Disk()


@pytest.fixture
async def exchange(make_exchange: Callable[..., Exchange], disk: Disk) -> Exchange:
    return make_exchange(store=disk, max_queued_messages=3, session_expiry_s=60.0, max_sessions=2)


async def write(exchange: Exchange) -> None:
    """Let the disk take what waits for it, and connections act on that."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.01):
            await exchange.board.journal.run()


async def say(exchange: Exchange, caller: Caller, *packets: Packet) -> list[Packet]:
    """What is heard before the disk has written; then it has."""
    caller.say(*packets)
    await exchange.judge()
    early = caller.heard()
    await write(exchange)
    return early


async def come(exchange: Exchange, *, clean: bool = False) -> Caller:
    caller = exchange.call()
    login = Connect(client_id="a", username="a", password=b"a", clean_session=clean)
    assert await say(exchange, caller, login) == []
    return caller


def message(payload: bytes, qos: QoS = Q1, packet_id: int = 1) -> Publish:
    return Publish(topic="a", payload=payload, qos=qos, packet_id=packet_id if qos else None)


SUBSCRIBE = Subscribe(packet_id=3, requests=(Request(topic_filter="a", qos=Q2),))


async def test_each_answer_waits_for_the_disk(exchange: Exchange, disk: Disk) -> None:
    caller = await come(exchange)
    assert caller.heard() == [Connack(code=ConnectCode.ACCEPTED)]
    assert await say(exchange, caller, SUBSCRIBE) == []
    assert caller.heard() == [Suback(packet_id=3, granted=(Q2,))]
    assert await say(exchange, caller, message(b"1", Q2, 9)) == []
    assert caller.heard() == [Pubrec(packet_id=9), message(b"1", Q2, 1)]
    kept = KeptMessage(packet_id=1, qos=Q2, topic="a", payload=b"1", retain=False)
    assert disk.written == [
        SessionOpened(key=ANNA),
        SubscriptionKept(key=ANNA, topic_filter="a", qos=Q2),
        IdTaken(key=ANNA, packet_id=9),
        MessageKept(key=ANNA, message=kept),
    ]


async def test_goodbye_in_the_same_breath_is_answered_and_carried_out(exchange: Exchange) -> None:
    caller = exchange.call()
    login = Connect(client_id="b", username="a", password=b"a")
    retained = Publish(topic="a", payload=b"1", qos=Q1, packet_id=9, retain=True)
    assert await say(exchange, caller, login, retained, Disconnect()) == []
    assert caller.heard() == [Connack(code=ConnectCode.ACCEPTED), Puback(packet_id=9)]
    assert caller.transport.is_closed


async def test_who_has_nothing_to_do_with_the_disk_does_not_wait_for_it(exchange: Exchange) -> None:
    waiting = await come(exchange)
    await say(exchange, waiting, SUBSCRIBE)
    caller = exchange.call()
    caller.say(Connect(client_id="b", username="ab", password=b"ab"))
    await exchange.judge()
    waiting.say(message(b"1", Q1, 9))
    caller.say(Publish(topic="ab", payload=b"", qos=Q1, packet_id=5))
    assert caller.heard() == [Connack(code=ConnectCode.ACCEPTED), Puback(packet_id=5)]
    assert Puback(packet_id=9) not in waiting.heard()


async def test_qos_0_reaches_who_is_there_and_never_the_disk(exchange: Exchange, disk: Disk) -> None:
    caller = await come(exchange)
    await say(exchange, caller, SUBSCRIBE)
    caller.heard()
    exchange.board.route(message(b"there", Q0))
    await asyncio.sleep(0)
    assert caller.heard() == [message(b"there", Q0)]
    caller.hang_up()
    exchange.board.route(message(b"away", Q0))
    await write(exchange)
    assert not any(isinstance(change, MessageKept) for change in disk.written)


async def test_a_full_session_drops_the_newest_and_says_so(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caller = await come(exchange)
    await say(exchange, caller, SUBSCRIBE)
    caller.hang_up()
    for number in range(5):
        exchange.board.route(message(str(number).encode()))
    assert exchange.board.traffic.dropped == 2
    assert "The session of 'a' is full" in caplog.text
    for _ in range(2):
        exchange.board.forget_warnings()
    assert caplog.text.count("2 messages for the session of 'a' were dropped in the last minute") == 1


async def test_who_stays_away_for_too_long_is_forgotten(exchange: Exchange, disk: Disk) -> None:
    caller = await come(exchange)
    board = exchange.board
    await exchange.clock.advance(100)
    assert board.sessions.expire(exchange.clock.monotonic()) == []  # it is there
    caller.hang_up()
    await exchange.clock.advance(59)
    assert board.sessions.expire(exchange.clock.monotonic()) == []
    await exchange.clock.advance(1)
    assert board.sessions.expire(exchange.clock.monotonic()) == [ANNA]
    await write(exchange)
    assert disk.written[-1] == SessionEnded(key=ANNA)


async def test_a_session_whose_rights_were_taken_brings_nothing(exchange: Exchange, disk: Disk) -> None:
    record = SessionRecord(
        key=ANNA,
        subscriptions={"a": Q1, "other/#": Q1},
        messages=(
            KeptMessage(packet_id=4, qos=Q1, topic="other/secret", payload=b"", retain=False),
            KeptMessage(packet_id=5, qos=Q1, topic="a", payload=b"mine", retain=True),
        ),
        received=(),
        taken=(),
    )
    exchange.board.restore(Remembered(sessions=(record,)))
    caller = await come(exchange)
    assert caller.heard() == [
        Connack(code=ConnectCode.ACCEPTED, session_present=True),
        Publish(topic="a", payload=b"mine", qos=Q1, packet_id=5, dup=True, retain=True),
    ]
    assert MessageDone(key=ANNA, packet_id=4) in disk.written
    assert list(exchange.board.subscriptions.match("other/x")) == []


async def test_what_there_is_no_room_for_any_more_is_left_behind(
    make_exchange: Callable[..., Exchange], disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    exchange = make_exchange(store=disk, max_sessions=1, max_retained_messages=1)
    records = tuple(
        SessionRecord(key=SessionKey("a", name), subscriptions={}, messages=(), received=(), taken=())
        for name in ("one", "two")
    )
    retained = tuple(RetainedMessage(topic=topic, payload=b"1", qos=Q0, owner="a") for topic in ("x", "y"))
    exchange.board.restore(Remembered(retained=retained, sessions=records))
    assert (len(exchange.board.sessions), len(exchange.board.retained)) == (1, 1)
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert ["'y'" in warnings[0], "'two'" in warnings[1]] == [True, True]
    await write(exchange)
    assert SessionEnded(key=SessionKey("a", "two")) in disk.written
    assert not any(isinstance(change, RetainedKept) for change in disk.written)


async def test_one_user_cannot_use_up_the_sessions_of_all(
    make_exchange: Callable[..., Exchange], disk: Disk
) -> None:
    exchange = make_exchange(store=disk, max_sessions=10, max_sessions_per_user=2)
    sessions = exchange.board.sessions
    for name in ("one", "two"):
        record = SessionRecord(
            key=SessionKey("a", name), subscriptions={}, messages=(), received=(), taken=()
        )
        assert sessions.restore(record, 0.0)
    assert not sessions.has_room(SessionKey("a", "three"))
    assert sessions.has_room(SessionKey("a", "two"))
    assert sessions.has_room(SessionKey("b", "three"))


async def test_the_sessions_of_a_user_that_is_gone_are_forgotten_and_the_others_are_not(
    exchange: Exchange, disk: Disk
) -> None:
    caller = await come(exchange)
    await say(exchange, caller, SUBSCRIBE)
    exchange.board.sessions.end_all_of("nobody")
    assert len(exchange.board.sessions) == 1
    exchange.board.sessions.end_all_of("a")
    assert len(exchange.board.sessions) == 0
    assert list(exchange.board.subscriptions.match("a")) == []
    await write(exchange)
    assert disk.written[-1] == SessionEnded(key=ANNA)


async def test_on_a_full_disk_who_is_there_gets_messages_and_nobody_is_promised_a_session(
    exchange: Exchange, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    caller = await come(exchange)
    await say(exchange, caller, SUBSCRIBE)
    caller.heard()
    disk.is_full = True
    exchange.board.route(message(b"finds out"))
    await write(exchange)
    await asyncio.sleep(0)
    assert caller.heard() == [message(b"finds out", Q1, 1)]
    exchange.board.route(message(b"knows"))
    exchange.board.route(message(b"exactly once", Q2))
    await asyncio.sleep(0)
    assert caller.heard() == [message(b"knows", Q1, 2)]  # the other would come twice after a kill
    caller.say(Puback(packet_id=1))
    other = exchange.call()
    other.say(Connect(client_id="b", username="b", password=b"b", clean_session=False))
    await exchange.judge()
    assert other.heard() == [Connack(code=ConnectCode.SERVER_UNAVAILABLE)]
    assert "The disk takes nothing: 'b' cannot have a session" in caplog.text

    disk.is_full = False
    await write(exchange)
    assert caller.heard() == [message(b"exactly once", Q2, 3)]
    assert MessageDone(key=ANNA, packet_id=1) in disk.written
    ids = [change.message.packet_id for change in disk.written if isinstance(change, MessageKept)]
    assert ids == [2, 3]  # the first is done: there was nothing left to keep


async def test_on_a_full_disk_retained_messages_are_passed_on_and_stay_as_they_were(
    exchange: Exchange, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    caller = exchange.call()
    caller.say(Connect(client_id="b", username="a", password=b"a"), SUBSCRIBE)
    await exchange.judge()
    exchange.board.route(Publish(topic="a", payload=b"before", retain=True))
    await write(exchange)
    disk.is_full = True
    exchange.board.route(Publish(topic="other", payload=b"finds out", retain=True))
    await write(exchange)
    caller.heard()
    for number, payload in enumerate((b"after", b""), start=1):
        caller.say(Publish(topic="a", payload=payload, qos=Q1, packet_id=9, retain=True))
        await asyncio.sleep(0)
        passed_on = Publish(topic="a", payload=payload, qos=Q1, packet_id=number)
        assert caller.heard() == [Puback(packet_id=9), passed_on]
    kept = exchange.board.retained.get("a")
    assert kept is not None
    assert kept.payload == b"before"
    assert "The disk takes nothing: 'a' is only passed on" in caplog.text
