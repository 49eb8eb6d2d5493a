"""The documents of timers and auto-offs: the owner's words, and the values that they stand for."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BaseModel, Field, StrictBool

from ownplug.core.schedule import (
    AtClock,
    AtSun,
    AutoOff,
    SunEvent,
    Timer,
    Weekday,
    parse_at,
    render_clock,
    summarize,
)
from ownplug.hub import KeptRules, TimerView
from ownplug.web.schema import Moment, Sent

V = TypeVar("V")

_DAY_S, _DAY_MIN = 86_400, 1440

DayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Turns = Literal["on", "off"]


class SunMoment(Sent):
    """A moment by the sun; minutes before it are negative."""

    event: Literal["sunrise", "sunset"]
    offset_min: int = Field(default=0, ge=-_DAY_MIN, le=_DAY_MIN, strict=True)


class RuleBody(Sent):
    """What timers and auto-offs have in common."""

    name: str = Field(default="", max_length=64)
    days: list[DayName] = Field(default_factory=lambda: list(get_args(DayName)), min_length=1, max_length=7)
    enabled: StrictBool = True
    channel: int = Field(default=0, ge=0, le=255, strict=True)


class TimerBody(RuleBody):
    """A timer: by the plug's clock (`18:30`) or by the sun."""

    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | SunMoment
    turns: Turns
    repeats: StrictBool = Field(default=True, description="otherwise it acts once, on the first of its days")


class AutoOffBody(RuleBody):
    """An auto-off: after how many seconds the outlet is turned off again."""

    after_s: int = Field(ge=1, le=_DAY_S, strict=True)


class TimerDocument(BaseModel):
    """A timer as the plug keeps it, and when it acts next; null: not within a year."""

    id: str
    name: str
    at: str | SunMoment
    turns: Turns
    days: list[DayName]
    repeats: bool
    enabled: bool
    channel: int
    acts_next_at: Moment | None
    summary: str
    warning: str


class AutoOffDocument(BaseModel):
    """An auto-off as the plug keeps it."""

    id: str
    name: str
    after_s: int
    days: list[DayName]
    enabled: bool
    channel: int


class Unread(BaseModel):
    """A rule that the plug keeps and the hub does not understand; it can be removed."""

    id: str
    name: str
    reason: str


class TimerList(BaseModel):
    """All timers of a plug, in its own order."""

    timers: list[TimerDocument]
    unread: list[Unread]


class AutoOffList(BaseModel):
    """All auto-offs of a plug, in its own order."""

    auto_offs: list[AutoOffDocument]
    unread: list[Unread]


def timer_of(body: TimerBody, rule_id: str = "") -> Timer:
    """Return the timer that a caller means."""
    return Timer(
        id=rule_id,
        at=parse_at(body.at) if isinstance(body.at, str) else _at_sun(body.at),
        turns_on=body.turns == "on",
        days=_days(body),
        repeats=body.repeats,
        enabled=body.enabled,
        name=body.name,
        channel=body.channel,
    )


def auto_off_of(body: AutoOffBody, rule_id: str = "") -> AutoOff:
    """Return the auto-off that a caller means."""
    return AutoOff(
        id=rule_id,
        duration_s=body.after_s,
        days=_days(body),
        enabled=body.enabled,
        name=body.name,
        channel=body.channel,
    )


def _at_sun(moment: SunMoment) -> AtSun:
    return AtSun(event=SunEvent(moment.event), offset_min=moment.offset_min)


def _days(body: RuleBody) -> frozenset[Weekday]:
    return frozenset(Weekday[name.upper()] for name in body.days)


def timer_document(view: TimerView) -> TimerDocument:
    """Make the document of a timer."""
    timer = view.timer
    return TimerDocument(
        id=timer.id,
        name=timer.name,
        at=_at_document(timer.at),
        turns="on" if timer.turns_on else "off",
        days=_day_names(timer.days),
        repeats=timer.repeats,
        enabled=timer.enabled,
        channel=timer.channel,
        acts_next_at=view.acts_next_at,
        summary=summarize(timer),
        warning=view.warning,
    )


def _at_document(at: AtClock | AtSun) -> str | SunMoment:
    if isinstance(at, AtClock):
        return render_clock(at)
    return SunMoment(event=at.event.value, offset_min=at.offset_min)


def auto_off_document(auto_off: AutoOff) -> AutoOffDocument:
    """Make the document of an auto-off."""
    return AutoOffDocument(
        id=auto_off.id,
        name=auto_off.name,
        after_s=auto_off.duration_s,
        days=_day_names(auto_off.days),
        enabled=auto_off.enabled,
        channel=auto_off.channel,
    )


def _day_names(days: frozenset[Weekday]) -> list[DayName]:
    return [name for name, day in zip(get_args(DayName), Weekday, strict=True) if day in days]


def unread_documents(kept: KeptRules[V]) -> list[Unread]:
    """Make the documents of what is kept and not understood."""
    return [Unread(id=rule.id, name=rule.name, reason=rule.reason) for rule in kept.unread]
