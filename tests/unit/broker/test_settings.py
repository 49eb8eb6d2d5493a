from __future__ import annotations

import pytest

from ownplug.broker.settings import BrokerSettings, parse_endpoint
from ownplug.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("0.0.0.0:8883", ("0.0.0.0", 8883)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:1883", ("::1", 1883)),
        ("plugs.example:65535", ("plugs.example", 65535)),
    ],
)
def test_an_endpoint_is_host_and_port(text: str, endpoint: tuple[str, int]) -> None:
    assert parse_endpoint(text, "--mqtts") == endpoint


@pytest.mark.parametrize(
    "text", ["", "8883", ":8883", "host:", "host:x", "host:65536", "::1:8883", "host:-1", "h:²"]
)
def test_anything_else_names_the_option(text: str) -> None:
    with pytest.raises(UsageError, match="--mqtts"):
        parse_endpoint(text, "--mqtts")


def test_limits_of_a_connection_come_from_the_settings() -> None:
    limits = BrokerSettings(
        max_packet_bytes=1, max_queued_bytes=2, max_queued_messages=3, max_inflight=4, max_subscriptions=5
    ).limits()
    assert (limits.max_packet_size, limits.outbox.max_bytes, limits.outbox.max_messages) == (1, 2, 3)
    assert (limits.outbox.max_inflight, limits.max_subscriptions) == (4, 5)
