"""`Appliance.Control.Timer(X)`, `Trigger(X)` and their digests: the rules that a plug keeps.

The entries stay plain values in the messages, so that one of another family (a garage door's) does not spoil the
rest; `ownplug.core.meross.rules` reads and makes them.

Source: capture:mss310r-hw2.0.0-fw2.1.4, capture:mss210-hw1-fw1.1.12 (without rules), protocol notes 5.7 (entries).
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import field

from ownplug.core.meross.payloads.scalars import UnixSeconds

Entry = dict[str, Any]


class RuleToggle(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule does to the relay, or waits for it to do."""

    onoff: int
    changed_at: UnixSeconds = field(name="lmTime", default=0)


class TimerExtend(msgspec.Struct, frozen=True, kw_only=True):
    """What a timer does."""

    toggle: RuleToggle


class TimerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One timer. The first generation names no channel."""

    id: str
    alias: str = ""
    kind: int = field(name="type", default=1)  # 1 weekly, 2 once
    enable: int = 1
    channel: int | msgspec.UnsetType = msgspec.UNSET
    made_at: UnixSeconds = field(name="createTime", default=0)
    week: int  # bit 0 Monday ... bit 6 Sunday; bit 7 repeats
    time: int  # minute of the local day
    sun_offset: int = field(name="sunOffset", default=0)  # minutes
    duration: int = 0
    extend: TimerExtend


class TriggerRule(msgspec.Struct, frozen=True, kw_only=True):
    """After how many seconds to turn off, and on which days."""

    duration: int
    week: int


class TriggerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One auto-off."""

    id: str
    kind: int = field(name="type", default=0)  # 0 and 1 are seen; the meaning is unknown
    enable: int = 1
    channel: int = 0
    alias: str = ""
    made_at: UnixSeconds = field(name="createTime", default=0)
    rule: TriggerRule


class OldTriggerIf(msgspec.Struct, frozen=True, kw_only=True):
    """What starts the countdown."""

    toggle: RuleToggle


class OldTriggerThen(msgspec.Struct, frozen=True, kw_only=True):
    """The countdown."""

    delay: TriggerRule


class OldTriggerRule(msgspec.Struct, frozen=True, kw_only=True):
    """If the relay is switched like this, wait, then switch it like that."""

    when: OldTriggerIf = field(name="_if_")
    then: OldTriggerThen = field(name="_then_")
    do: OldTriggerIf = field(name="_do_")


class OldTriggerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One auto-off of the first generation."""

    id: str
    kind: int = field(name="type", default=0)
    enable: int = 1
    alias: str = ""
    made_at: UnixSeconds = field(name="createTime", default=0)
    rule: OldTriggerRule


class TimerXPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.TimerX`: one timer with its summary, a list of changed ones, or nothing (`{}`)."""

    timers: Entry | list[Entry] = field(name="timerx")
    digest: Entry | msgspec.UnsetType = msgspec.UNSET


class TriggerXPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.TriggerX`: one auto-off with its summary, a list of changed ones, or nothing (`{}`)."""

    triggers: Entry | list[Entry] = field(name="triggerx")
    digest: Entry | msgspec.UnsetType = msgspec.UNSET


class TimerPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.Timer` of the first generation: all timers."""

    timers: list[Entry] = field(name="timer")


class TriggerPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.Trigger` of the first generation: all auto-offs."""

    triggers: list[Entry] = field(name="trigger")


class RuleSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Which rule there is, and how often it was changed."""

    channel: int = 0
    id: str
    count: int = 0


class RuleDigestPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Digest.TimerX` and `TriggerX`: which rules there are."""

    digest: list[RuleSummary]
