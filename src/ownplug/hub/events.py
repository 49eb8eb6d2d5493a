"""What happened, for whoever listens: pages, bridges, automation, `ownplug watch`.

Each event is a fact about one plug. `kind` is its name on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ownplug.core.identity import Uuid
from ownplug.core.state import Availability, PlugState, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a plug.

    Attributes:
        at: when, in UTC.
        uuid: which plug.
        name: what its owner calls it.
    """

    kind: ClassVar[str] = "event"

    at: datetime
    uuid: Uuid
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugRegistered(Event):
    """A plug that the home did not know came with the home's login and was taken in."""

    kind: ClassVar[str] = "plug-registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugOnline(Event):
    """A plug can be reached."""

    kind: ClassVar[str] = "plug-online"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugOffline(Event):
    """A plug can no longer be reached, and why."""

    kind: ClassVar[str] = "plug-offline"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugBound(Event):
    """A plug finished its start-up talk: it will not fall back to pairing."""

    kind: ClassVar[str] = "plug-bound"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySwitched(Event):
    """A relay was switched, whoever did it, or its state was learnt for the first time."""

    kind: ClassVar[str] = "relay-switched"

    channel: int
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRead(Event):
    """The meter was read."""

    kind: ClassVar[str] = "power-read"

    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugRenamed(Event):
    """The owner gave a plug a new name."""

    kind: ClassVar[str] = "plug-renamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugForgotten(Event):
    """The owner removed a plug from the home."""

    kind: ClassVar[str] = "plug-forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBroken(Event):
    """A plug used more than its limit allows and is switched off, until somebody allows it again."""

    kind: ClassVar[str] = "limit-broken"

    power_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused(Event):
    """A plug's safeguards forbade what somebody asked, or it came too late; `by` is who asked."""

    kind: ClassVar[str] = "command-refused"

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimersChanged(Event):
    """The timers or auto-offs that a plug keeps were changed, whoever did it; one change may be told twice."""

    kind: ClassVar[str] = "timers-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareProgress(Event):
    """The upgrade of a plug's firmware has come further.

    Attributes:
        state: how far: checking, offered, downloading, writing, restarting, done or failed.
        percent: how much of the image the plug has, 0 to 100.
        version: what the plug came back with; empty until then.
        failure: why it failed, in words; empty where it did not.
    """

    kind: ClassVar[str] = "firmware-progress"

    state: str
    percent: int
    version: str
    failure: str


def events_between(old: PlugState, new: PlugState, *, at: datetime, uuid: Uuid, name: str) -> list[Event]:
    """Return what happened to a plug whose state went from `old` to `new`."""
    events: list[Event] = []
    if new.availability is not old.availability:
        events += _came_or_went(new, at=at, uuid=uuid, name=name)
    if new.bound and not old.bound:
        events.append(PlugBound(at=at, uuid=uuid, name=name))
    for relay in new.relays:
        before = old.relay(relay.channel)
        if before is None or before.on is not relay.on:
            events.append(RelaySwitched(at=at, uuid=uuid, name=name, channel=relay.channel, on=relay.on))
    if new.reading is not None and new.reading is not old.reading:
        events.append(PowerRead(at=at, uuid=uuid, name=name, reading=new.reading))
    if new.rule_changes != old.rule_changes:
        events.append(TimersChanged(at=at, uuid=uuid, name=name))
    return events


def _came_or_went(new: PlugState, *, at: datetime, uuid: Uuid, name: str) -> list[Event]:
    match new.availability:
        case Availability.ONLINE:
            return [PlugOnline(at=at, uuid=uuid, name=name)]
        case Availability.OFFLINE:
            return [PlugOffline(at=at, uuid=uuid, name=name, reason=new.reason)]
        case Availability.UNKNOWN:
            return []
