"""What happened, told from two states of a plug."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ownplug.core.identity import Uuid
from ownplug.core.state import Availability, PlugState, Reading, RelayState
from ownplug.hub import (
    Event,
    PlugBound,
    PlugForgotten,
    PlugOffline,
    PlugOnline,
    PlugRegistered,
    PlugRenamed,
    PowerRead,
    RelaySwitched,
    TimersChanged,
)
from ownplug.hub.events import events_between

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
UUID = Uuid("1811081234567825182734298f1a2b3c")
READING = Reading(at=NOW, power_w=1.0, voltage_v=230.0, current_a=0.1)
ON = RelayState(channel=0, on=True)
ONLINE = PlugState(availability=Availability.ONLINE, relays=(ON,), reading=READING, bound=True)


def between(old: PlugState, new: PlugState) -> list[Event]:
    return events_between(old, new, at=NOW, uuid=UUID, name="Kettle")


def test_nothing_new_is_no_event() -> None:
    assert between(ONLINE, ONLINE) == []
    assert between(ONLINE, replace(ONLINE, address="192.168.1.51", signal=3, timezone="UTC")) == []


@pytest.mark.parametrize("before", [Availability.UNKNOWN, Availability.OFFLINE])
def test_coming_is_an_event(before: Availability) -> None:
    new = PlugState(availability=Availability.ONLINE)
    assert between(PlugState(availability=before), new) == [PlugOnline(at=NOW, uuid=UUID, name="Kettle")]


def test_going_is_an_event_with_its_reason() -> None:
    gone = replace(ONLINE, availability=Availability.OFFLINE, reason="its keepalive ran out")
    assert between(ONLINE, gone) == [
        PlugOffline(at=NOW, uuid=UUID, name="Kettle", reason="its keepalive ran out")
    ]


def test_a_state_that_is_no_longer_known_is_no_event() -> None:
    assert between(ONLINE, PlugState()) == []


def test_a_bind_is_an_event_and_its_loss_is_none() -> None:
    unbound = replace(ONLINE, bound=False)
    assert between(unbound, ONLINE) == [PlugBound(at=NOW, uuid=UUID, name="Kettle")]
    assert between(ONLINE, unbound) == []


def test_only_relays_that_changed_or_are_new_are_events() -> None:
    strip = replace(ONLINE, relays=(ON, RelayState(channel=1, on=False), RelayState(channel=2, on=True)))
    assert between(ONLINE, strip) == [
        RelaySwitched(at=NOW, uuid=UUID, name="Kettle", channel=1, on=False),
        RelaySwitched(at=NOW, uuid=UUID, name="Kettle", channel=2, on=True),
    ]
    again = replace(strip, relays=(RelayState(channel=0, on=True, changed_at=NOW), *strip.relays[1:]))
    assert between(strip, again) == []


def test_each_reading_is_an_event_also_if_it_shows_the_same() -> None:
    assert between(ONLINE, replace(ONLINE, reading=replace(READING))) == [
        PowerRead(at=NOW, uuid=UUID, name="Kettle", reading=READING)
    ]


def test_all_that_happened_at_once_is_told_in_order() -> None:
    assert [event.kind for event in between(PlugState(), ONLINE)] == [
        "plug-online",
        "plug-bound",
        "relay-switched",
        "power-read",
    ]


def test_the_names_of_events_are_a_promise() -> None:
    kinds: list[type[Event]] = [
        PlugRegistered,
        PlugOnline,
        PlugOffline,
        PlugBound,
        RelaySwitched,
        PowerRead,
        PlugRenamed,
        PlugForgotten,
        TimersChanged,
    ]
    assert {kind.kind for kind in kinds} == {
        *("plug-registered", "plug-online", "plug-offline", "plug-bound"),
        *("relay-switched", "power-read", "plug-renamed", "plug-forgotten", "timers-changed"),
    }
