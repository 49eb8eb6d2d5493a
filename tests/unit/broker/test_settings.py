from __future__ import annotations

from ownplug.broker.settings import BrokerSettings


def test_limits_of_a_connection_come_from_the_settings() -> None:
    limits = BrokerSettings(
        max_packet_bytes=1, max_queued_bytes=2, max_queued_messages=3, max_inflight=4, max_subscriptions=5
    ).limits()
    assert (limits.max_packet_size, limits.outbox.max_bytes, limits.outbox.max_messages) == (1, 2, 3)
    assert (limits.outbox.max_inflight, limits.max_subscriptions) == (4, 5)
