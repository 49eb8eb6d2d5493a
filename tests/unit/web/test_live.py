from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from ownplug.aio import Broadcast
from ownplug.core.identity import Uuid
from ownplug.core.state import Reading
from ownplug.hub import (
    Event,
    FirmwareProgress,
    PlugBound,
    PlugForgotten,
    PlugOffline,
    PlugOnline,
    PlugRegistered,
    PlugRenamed,
    PowerRead,
    RelaySwitched,
)
from ownplug.web.live import Teller

NOON = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"at": NOON, "uuid": Uuid("1706223411101036000134298f1a2b3c"), "name": "kettle"}
READING = Reading(at=NOON, power_w=41.5, voltage_v=229.8, current_a=0.181)


@pytest.mark.parametrize(
    ("event", "own"),
    [
        (PlugRegistered(**WHO), {"event": "plug-registered"}),
        (PlugOnline(**WHO), {"event": "plug-online"}),
        (PlugOffline(**WHO, reason="it went"), {"event": "plug-offline", "reason": "it went"}),
        (PlugBound(**WHO), {"event": "plug-bound"}),
        (PlugRenamed(**WHO), {"event": "plug-renamed"}),
        (PlugForgotten(**WHO), {"event": "plug-forgotten"}),
        (
            FirmwareProgress(**WHO, state="downloading", percent=40, version="", failure=""),
            {
                "event": "firmware-progress",
                "state": "downloading",
                "percent": 40,
                "version": "",
                "failure": "",
            },
        ),
        (RelaySwitched(**WHO, channel=0, on=True), {"event": "relay-switched", "channel": 0, "on": True}),
        (
            PowerRead(**WHO, reading=READING),
            {
                "event": "power-read",
                "reading": {
                    "at": "2025-06-01T12:00:00Z",
                    "power_w": 41.5,
                    "voltage_v": 229.8,
                    "current_a": 0.181,
                },
            },
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Event) else "",
)
async def test_each_event_is_told_with_all_it_knows(event: Event, own: dict[str, Any]) -> None:
    with Broadcast[Event]().subscribe() as subscription:
        (message,) = Teller(subscription).messages(event)
    common = {"at": "2025-06-01T12:00:00Z", "uuid": "1706223411101036000134298f1a2b3c", "name": "kettle"}
    assert json.loads(message) == common | own


async def test_times_are_told_in_utc() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=2)))
    with Broadcast[Event]().subscribe() as subscription:
        (message,) = Teller(subscription).messages(PlugOnline(**WHO | {"at": berlin}))
    assert json.loads(message)["at"] == "2025-06-01T12:00:00Z"


async def test_a_slow_listener_is_told_once_how_much_it_missed() -> None:
    broadcast = Broadcast[Event]()
    with broadcast.subscribe(limit=2) as subscription:
        teller = Teller(subscription)
        for channel in range(5):
            broadcast.publish(RelaySwitched(**WHO, channel=channel, on=True))
        broadcast.close()
        told = [json.loads(message) async for event in subscription for message in teller.messages(event)]
    assert [message["event"] for message in told] == ["missed", "relay-switched", "relay-switched"]
    assert told[0] == {"event": "missed", "at": "2025-06-01T12:00:00Z", "uuid": "", "name": "", "count": 3}
    assert [message["channel"] for message in told[1:]] == [3, 4]


async def test_a_device_cannot_break_out_of_its_name() -> None:
    name = 'x","event":"plug-online\x1b[2J\u2028'
    with Broadcast[Event]().subscribe() as subscription:
        (message,) = Teller(subscription).messages(PlugBound(**WHO | {"name": name}))
    assert json.loads(message)["name"] == name
