from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.mqtt.decode import PacketReader
from ownplug.core.mqtt.encode import PublishTemplate
from ownplug.core.mqtt.outbox import Outbox, OutboxLimits, next_packet_id
from ownplug.core.mqtt.packets import Packet, Publish, QoS

EVERYTHING = 1 << 30


def message(number: int, qos: QoS = QoS.AT_LEAST_ONCE, size: int = 0) -> PublishTemplate:
    return PublishTemplate(
        Publish(
            topic=str(number),
            payload=bytes(size),
            qos=qos,
            packet_id=1 if qos is not QoS.AT_MOST_ONCE else None,
        )
    )


def read(outbox: Outbox, max_bytes: int = EVERYTHING) -> list[Publish]:
    packets: list[Packet] = PacketReader().feed(b"".join(outbox.take(max_bytes)))
    return [packet for packet in packets if isinstance(packet, Publish)]


def test_messages_leave_in_the_order_in_which_they_came() -> None:
    outbox = Outbox(OutboxLimits())
    for number in range(5):
        outbox.offer(message(number, QoS(number % 2)), QoS.AT_LEAST_ONCE)
    sent = read(outbox)
    assert [(p.topic, p.qos) for p in sent] == [(str(n), n % 2) for n in range(5)]
    assert [p.packet_id for p in sent] == [None, 1, None, 2, None]


@pytest.mark.parametrize("published", [QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE])
@pytest.mark.parametrize("granted", [QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE])
def test_a_message_goes_out_at_the_lower_qos(published: QoS, granted: QoS) -> None:
    outbox = Outbox(OutboxLimits())
    outbox.offer(message(1, published), granted)
    assert [p.qos for p in read(outbox)] == [min(published, granted)]


def test_only_so_many_are_unacknowledged_and_an_acknowledgement_lets_the_next_go() -> None:
    outbox = Outbox(OutboxLimits(max_inflight=2))
    for number in range(4):
        outbox.offer(message(number), QoS.AT_LEAST_ONCE)
    assert [p.topic for p in read(outbox)] == ["0", "1"]
    assert read(outbox) == []
    assert outbox.acknowledge(1)
    assert [p.topic for p in read(outbox)] == ["2"]
    assert list(outbox.inflight) == [2, 3]
    assert not outbox.acknowledge(1)


def test_a_full_queue_drops_the_newest_and_counts_it() -> None:
    outbox = Outbox(OutboxLimits(max_messages=2))
    assert [outbox.offer(message(number), QoS.AT_MOST_ONCE) for number in range(4)] == [
        True,
        True,
        False,
        False,
    ]
    assert [p.topic for p in read(outbox)] == ["0", "1"]
    assert outbox.offer(message(9), QoS.AT_MOST_ONCE)


def test_the_queue_is_bounded_by_bytes_too() -> None:
    outbox = Outbox(OutboxLimits(max_bytes=2500))
    accepted = [outbox.offer(message(number, size=1000), QoS.AT_MOST_ONCE) for number in range(3)]
    assert accepted == [True, True, False]
    assert outbox.queued_bytes <= 2500
    read(outbox)
    assert (outbox.queued_bytes, len(outbox)) == (0, 0)


def test_no_more_than_asked_for_is_taken_but_always_one() -> None:
    outbox = Outbox(OutboxLimits())
    for number in range(3):
        outbox.offer(message(number, size=1000), QoS.AT_MOST_ONCE)
    assert [p.topic for p in read(outbox, 1)] == ["0"]
    assert [p.topic for p in read(outbox, 1500)] == ["1", "2"]


@given(st.sets(st.integers(1, 40)), st.integers(0, 0xFFFF))
def test_a_packet_id_is_never_0_and_never_in_use(in_use: set[int], last: int) -> None:
    packet_id = next_packet_id(last, in_use)
    assert 1 <= packet_id <= 0xFFFF
    assert packet_id not in in_use


def test_when_every_packet_id_is_in_use_it_says_so() -> None:
    with pytest.raises(UsageError, match="no packet id is free"):
        next_packet_id(5, range(1, 0x10000))


Q2 = QoS.EXACTLY_ONCE


def keep(outbox: Outbox, number: int, qos: QoS = QoS.AT_LEAST_ONCE, size: int = 0) -> int | None:
    """What is done for a session that outlives its connection."""
    template = message(number, qos, size)
    packet_id = outbox.reserve(template)
    if packet_id is not None:
        outbox.put(template, qos, packet_id)
    return packet_id


def test_a_reserved_message_has_its_packet_id_from_the_beginning() -> None:
    outbox = Outbox(OutboxLimits())
    assert [keep(outbox, number) for number in range(3)] == [1, 2, 3]
    assert [(p.topic, p.packet_id, p.dup) for p in read(outbox)] == [
        ("0", 1, False), ("1", 2, False), ("2", 3, False)
    ]  # fmt: skip


def test_room_is_taken_when_it_is_reserved_and_not_when_the_message_is_put() -> None:
    outbox = Outbox(OutboxLimits(max_messages=2))
    first = outbox.reserve(message(0))
    assert (first, outbox.reserve(message(1)), outbox.reserve(message(2))) == (1, 2, None)
    outbox = Outbox(OutboxLimits(max_bytes=1500))
    assert (outbox.reserve(message(0, size=1000)), outbox.reserve(message(1, size=1000))) == (1, None)


def test_ids_that_are_waiting_or_unacknowledged_are_not_given_again() -> None:
    outbox = Outbox(OutboxLimits())
    keep(outbox, 0)
    keep(outbox, 1)
    read(outbox)
    keep(outbox, 2)
    outbox._last_id = 0
    assert outbox.reserve(message(3)) == 4


def test_a_lost_connection_brings_everything_back_in_order_with_dup() -> None:
    outbox = Outbox(OutboxLimits(max_inflight=2))
    for number, qos in enumerate((QoS.AT_LEAST_ONCE, Q2, QoS.AT_LEAST_ONCE)):
        keep(outbox, number, qos)
    outbox.offer(message(9, QoS.AT_MOST_ONCE), Q2)
    waiting = outbox.queued_bytes
    assert [p.topic for p in read(outbox)] == ["0", "1"]
    outbox.rewind()
    assert outbox.queued_bytes == waiting - message(9).size
    again = read(outbox)
    assert [(p.topic, p.packet_id, p.dup) for p in again] == [("0", 1, True), ("1", 2, True)]
    outbox.acknowledge(1)
    assert [(p.topic, p.packet_id, p.dup) for p in read(outbox)] == [("2", 3, False)]


def test_what_was_received_is_never_sent_again() -> None:
    outbox = Outbox(OutboxLimits())
    for number in range(2):
        keep(outbox, number, Q2)
    read(outbox)
    assert outbox.received(1)
    assert not outbox.received(1)
    assert not outbox.received(77)
    outbox.rewind()
    assert list(outbox.inflight) == [1]
    assert [p.packet_id for p in read(outbox)] == [2]
    assert outbox.complete(1)
    assert not outbox.complete(1)
    assert not outbox.complete(2)


def test_puback_does_not_end_what_pubrec_is_awaited_for() -> None:
    outbox = Outbox(OutboxLimits())
    keep(outbox, 0, Q2)
    read(outbox)
    assert not outbox.acknowledge(1)
    assert list(outbox.inflight) == [1]


def test_releases_are_in_the_order_of_pubrec() -> None:
    outbox = Outbox(OutboxLimits())
    for number in range(3):
        keep(outbox, number, Q2)
    read(outbox)
    for packet_id in (2, 3, 1):
        outbox.received(packet_id)
    outbox.rewind()
    assert list(outbox.inflight) == [2, 3, 1]


def test_what_an_earlier_run_had_comes_with_dup_and_keeps_its_id() -> None:
    outbox = Outbox(OutboxLimits())
    outbox.restore(message(4, Q2), Q2, 9)
    outbox.restore_received(12)
    assert list(outbox.inflight) == [12]
    assert [(p.topic, p.packet_id, p.dup) for p in read(outbox)] == [("4", 9, True)]
    assert outbox.complete(12)


def test_unacknowledged_bytes_are_bounded_too() -> None:
    outbox = Outbox(OutboxLimits(max_bytes=2500))
    for number in range(2):
        outbox.offer(message(number, size=1000), QoS.AT_LEAST_ONCE)
    read(outbox)
    for number in range(2, 4):
        outbox.offer(message(number, size=1000), QoS.AT_LEAST_ONCE)
    assert [p.topic for p in read(outbox)] == ["2"]
    assert read(outbox) == []
    outbox.acknowledge(1)
    assert [p.topic for p in read(outbox)] == ["3"]


def test_what_a_client_may_not_read_any_more_is_dropped() -> None:
    outbox = Outbox(OutboxLimits())
    for number in range(3):
        keep(outbox, number)
    assert outbox.keep_only(lambda topic: topic != "1") == [2]
    assert [p.topic for p in read(outbox)] == ["0", "2"]
    assert (outbox.queued_bytes, outbox.keep_only(lambda _: False)) == (0, [])
