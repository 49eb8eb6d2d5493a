"""Between the rules of a plug as values (`ownplug.core.schedule`) and as entries of its messages.

How a plug is told of sunrise and sunset is in no source. Here they are minutes that no day has; the plug gives back
`time` and `sunOffset` and no other field that could tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from ownplug.core.errors import Malformed, UsageError
from ownplug.core.meross.payloads.rules import (
    OldTriggerEntry,
    OldTriggerIf,
    OldTriggerRule,
    OldTriggerThen,
    RuleToggle,
    TimerEntry,
    TimerExtend,
    TriggerEntry,
    TriggerRule,
)
from ownplug.core.schedule import EVERY_DAY, AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday

E = TypeVar("E", bound=msgspec.Struct)

SUN_MINUTES = {1441: SunEvent.SUNRISE, 1442: SunEvent.SUNSET}
"""The `time` that stands for the sun. Source: assumed."""

_SUN_TIMES = {event: minute for minute, event in SUN_MINUTES.items()}
_WEEKLY, _ONCE = 1, 2  # Source: captures (1), published programs (2) (protocol notes, 5.7)
_REPEATS = 0x80  # Source: captures (it is set in all of them); assumed (that `type` decides, not this bit)
_WEEK_LIMIT = 0xFF


def read_entry(value: Mapping[str, Any], kind: type[E]) -> E:
    """Read one entry of a message as its type.

    Raises:
        Malformed: something is missing, or of another type.
    """
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.MsgspecError as error:
        raise Malformed(f"The plug's rule is not readable: {error}") from error


def timer_of(entry: TimerEntry) -> Timer:
    """What a timer means.

    Raises:
        Malformed: nothing that a plug with a relay can do.
    """
    if entry.kind not in {_WEEKLY, _ONCE}:
        raise Malformed(f"Timers of type {entry.kind} are not known.")
    days = _days(entry.week)
    return Timer(
        id=_id(entry.id),
        at=_when(entry),
        turns_on=_is_on(entry.extend.toggle),
        days=EVERY_DAY if entry.kind == _ONCE and not days else days,
        repeats=entry.kind == _WEEKLY,
        enabled=_flag(entry.enable, "enable"),
        name=entry.alias,
        channel=0 if entry.channel is msgspec.UNSET else entry.channel,
        made_at=entry.made_at,
    )


def timer_entry(timer: Timer) -> TimerEntry:
    """How a plug is told of a timer; `older_timer` makes it one of the first generation."""
    return TimerEntry(
        id=timer.id,
        alias=timer.name,
        kind=_WEEKLY if timer.repeats else _ONCE,
        enable=int(timer.enabled),
        channel=timer.channel,
        made_at=timer.made_at,
        week=_mask(timer.days) | (_REPEATS if timer.repeats else 0),
        time=_SUN_TIMES[timer.at.event] if isinstance(timer.at, AtSun) else timer.at.minute,
        sun_offset=timer.at.offset_min if isinstance(timer.at, AtSun) else 0,
        extend=TimerExtend(toggle=RuleToggle(onoff=int(timer.turns_on))),
    )


def auto_off_of(entry: TriggerEntry) -> AutoOff:
    """What an auto-off means.

    Raises:
        Malformed: nothing that a plug with a relay can do.
    """
    try:
        return AutoOff(
            id=_id(entry.id),
            duration_s=entry.rule.duration,
            days=_days(entry.rule.week),
            enabled=_flag(entry.enable, "enable"),
            name=entry.alias,
            channel=entry.channel,
            made_at=entry.made_at,
        )
    except UsageError as error:
        raise Malformed(str(error)) from error


def auto_off_entry(auto_off: AutoOff) -> TriggerEntry:
    """How a plug is told of an auto-off; `older_trigger` makes it one of the first generation."""
    return TriggerEntry(
        id=auto_off.id,
        enable=int(auto_off.enabled),
        channel=auto_off.channel,
        alias=auto_off.name,
        made_at=auto_off.made_at,
        rule=TriggerRule(duration=auto_off.duration_s, week=_mask(auto_off.days) | _REPEATS),
    )


def older_timer(entry: TimerEntry) -> TimerEntry:
    """The same timer for a plug of the first generation."""
    return msgspec.structs.replace(entry, channel=msgspec.UNSET)


def older_trigger(entry: TriggerEntry) -> OldTriggerEntry:
    """The same auto-off for a plug of the first generation.

    Source: capture of an mss310 of hardware 1 (protocol notes, 5.7).
    """
    return OldTriggerEntry(
        id=entry.id,
        kind=entry.kind,
        enable=entry.enable,
        alias=entry.alias,
        made_at=entry.made_at,
        rule=OldTriggerRule(
            when=OldTriggerIf(toggle=RuleToggle(onoff=1)),
            then=OldTriggerThen(delay=entry.rule),
            do=OldTriggerIf(toggle=RuleToggle(onoff=0)),
        ),
    )


def newer_trigger(entry: OldTriggerEntry) -> TriggerEntry:
    """The auto-off that a plug of the first generation tells of.

    Raises:
        Malformed: it is another rule than "when turned on, wait, turn off".
    """
    if not _is_on(entry.rule.when.toggle) or _is_on(entry.rule.do.toggle):
        raise Malformed("This rule of the plug is no auto-off.")
    return TriggerEntry(
        id=entry.id,
        kind=entry.kind,
        enable=entry.enable,
        alias=entry.alias,
        made_at=entry.made_at,
        rule=entry.rule.then.delay,
    )


def _when(entry: TimerEntry) -> AtClock | AtSun:
    try:
        if event := SUN_MINUTES.get(entry.time):
            return AtSun(event=event, offset_min=entry.sun_offset)
        return AtClock(minute=entry.time)
    except UsageError as error:
        raise Malformed(str(error)) from error


def _id(text: str) -> str:
    if not text:
        raise Malformed("A rule of the plug has no id.")
    return text


def _days(week: int) -> frozenset[Weekday]:
    if not 0 <= week <= _WEEK_LIMIT:
        raise Malformed(f"{week} are no days of a week.")
    return frozenset(day for day in Weekday if week >> day & 1)


def _mask(days: frozenset[Weekday]) -> int:
    return sum(1 << day for day in days)


def _is_on(toggle: RuleToggle) -> bool:
    return _flag(toggle.onoff, "onoff")


def _flag(value: int, name: str) -> bool:
    if value not in {0, 1}:
        raise Malformed(f"{name} is {value}, neither 0 nor 1.")
    return value == 1
