from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownplug.core.errors import OwnplugError
from ownplug.core.mqtt import (
    Change,
    IdReleased,
    IdTaken,
    KeptMessage,
    MessageDone,
    MessageKept,
    MessageReceived,
    QoS,
    Remembered,
    RetainedDropped,
    RetainedKept,
    RetainedMessage,
    SessionEnded,
    SessionKey,
    SessionOpened,
    SessionRecord,
    SubscriptionDropped,
    SubscriptionKept,
)
from ownplug.core.records import UserRecord
from ownplug.core.secret import Secret
from ownplug.store import SqliteStore

ANNA, BEN = SessionKey("anna", "one"), SessionKey("ben", "one")
Q1, Q2 = QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE


def retained(topic: str, payload: bytes = b"\x00\xff") -> RetainedMessage:
    return RetainedMessage(topic=topic, payload=payload, qos=Q1, owner="anna")


def kept(packet_id: int, payload: bytes = b"1") -> KeptMessage:
    return KeptMessage(packet_id=packet_id, qos=Q2, topic="ä/𝄞", payload=payload, retain=packet_id == 1)


async def after(path: Path, *changes: Change) -> Remembered:
    """What a second run finds."""
    async with SqliteStore(path) as store:
        await store.mqtt.write(changes)
    async with SqliteStore(path) as store:
        return await store.mqtt.load()


async def test_an_empty_home_remembers_nothing(tmp_path: Path) -> None:
    assert await after(tmp_path / "db") == Remembered()


async def test_retained_messages_are_replaced_and_dropped(tmp_path: Path) -> None:
    found = await after(
        tmp_path / "db",
        *(RetainedKept(message=retained(topic)) for topic in ("a", "b", "c")),
        RetainedKept(message=retained("a", b"")),
        RetainedDropped(topic="b"),
        RetainedDropped(topic="never there"),
    )
    assert sorted(found.retained, key=lambda m: m.topic) == [retained("a", b""), retained("c")]


async def test_a_session_comes_back_whole_and_messages_in_their_order(tmp_path: Path) -> None:
    found = await after(
        tmp_path / "db",
        SessionOpened(key=ANNA),
        SessionOpened(key=BEN),
        SubscriptionKept(key=ANNA, topic_filter="a/#", qos=Q1),
        SubscriptionKept(key=ANNA, topic_filter="a/#", qos=Q2),
        SubscriptionKept(key=ANNA, topic_filter="b", qos=Q1),
        SubscriptionDropped(key=ANNA, topic_filter="b"),
        *(MessageKept(key=ANNA, message=kept(number)) for number in (7, 1, 5, 9, 3)),
        MessageDone(key=ANNA, packet_id=5),
        MessageReceived(key=ANNA, packet_id=9),
        MessageReceived(key=ANNA, packet_id=7),
        MessageKept(key=BEN, message=kept(7)),
        IdTaken(key=ANNA, packet_id=11),
        IdTaken(key=ANNA, packet_id=12),
        IdReleased(key=ANNA, packet_id=11),
    )
    assert found.sessions == (
        SessionRecord(
            key=ANNA,
            subscriptions={"a/#": Q2},
            messages=(kept(1), kept(3)),
            received=(9, 7),
            taken=(12,),
        ),
        SessionRecord(key=BEN, subscriptions={}, messages=(kept(7),), received=(), taken=()),
    )


async def test_a_session_that_ends_takes_all_with_it_and_no_other(tmp_path: Path) -> None:
    found = await after(
        tmp_path / "db",
        SessionOpened(key=ANNA),
        SubscriptionKept(key=ANNA, topic_filter="a", qos=Q1),
        MessageKept(key=ANNA, message=kept(1)),
        IdTaken(key=ANNA, packet_id=1),
        SessionOpened(key=BEN),
        SessionEnded(key=ANNA),
        SessionOpened(key=ANNA),
    )
    empty = [
        SessionRecord(key=key, subscriptions={}, messages=(), received=(), taken=()) for key in (ANNA, BEN)
    ]
    assert sorted(found.sessions, key=lambda session: session.key) == empty


EVERY_CHANGE: list[Change] = [
    SubscriptionKept(key=ANNA, topic_filter="a", qos=Q1),
    SubscriptionDropped(key=ANNA, topic_filter="a"),
    MessageKept(key=ANNA, message=kept(1)),
    MessageReceived(key=ANNA, packet_id=1),
    MessageDone(key=ANNA, packet_id=1),
    IdTaken(key=ANNA, packet_id=1),
    IdReleased(key=ANNA, packet_id=1),
]


@pytest.mark.parametrize("change", EVERY_CHANGE, ids=lambda change: type(change).__name__)
async def test_what_belongs_to_a_session_that_is_gone_is_nothing(tmp_path: Path, change: Change) -> None:
    assert await after(tmp_path / "db", change, SessionEnded(key=ANNA)) == Remembered()


async def test_a_batch_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    broken = RetainedKept(message=RetainedMessage(topic="b", payload=None, qos=Q1, owner=""))  # type: ignore[arg-type] # what a full disk would do
    async with SqliteStore(tmp_path / "db") as store:
        with pytest.raises(OwnplugError):
            await store.mqtt.write([RetainedKept(message=retained("a")), broken])
        assert await store.mqtt.load() == Remembered()
        await store.mqtt.write([RetainedKept(message=retained("a"))])
        assert len((await store.mqtt.load()).retained) == 1


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([SessionOpened(key=ANNA), SessionEnded(key=ANNA), *EVERY_CHANGE]), max_size=8)
)
async def test_the_same_changes_once_more_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, changes: list[Change]
) -> None:
    once, twice = tmp_path_factory.mktemp("once") / "db", tmp_path_factory.mktemp("twice") / "db"
    async with SqliteStore(once) as first, SqliteStore(twice) as second:
        await first.mqtt.write(changes)
        await second.mqtt.write(changes)
        if changes:
            await second.mqtt.write(changes[-1:])
        assert await first.mqtt.load() == await second.mqtt.load()


async def test_nothing_is_left_of_a_removed_user_and_all_of_the_others(tmp_path: Path) -> None:
    of_ben = RetainedMessage(topic="b", payload=b"1", qos=Q1, owner="ben")
    async with SqliteStore(tmp_path / "db") as store:
        for name in ("anna", "ben"):
            await store.save_user(UserRecord(name=name, password_hash=Secret("$argon2")))
        changes: list[Change] = [RetainedKept(message=retained("a")), RetainedKept(message=of_ben)]
        for key in (ANNA, BEN):
            changes += [
                SessionOpened(key=key),
                SubscriptionKept(key=key, topic_filter="#", qos=Q2),
                MessageKept(key=key, message=kept(1)),
                IdTaken(key=key, packet_id=7),
            ]
        await store.mqtt.write(changes)
        await store.delete_user("anna")
        await store.mqtt.write([MessageKept(key=ANNA, message=kept(2))])  # was on its way
    async with SqliteStore(tmp_path / "db") as store:
        assert [user.name for user in await store.users()] == ["ben"]
        assert await store.mqtt.load() == Remembered(
            retained=(of_ben,),
            sessions=(
                SessionRecord(key=BEN, subscriptions={"#": Q2}, messages=(kept(1),), received=(), taken=(7,)),
            ),
        )
