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
    assert outbox.dropped == 2
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
