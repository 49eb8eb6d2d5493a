"""The rules that a plug keeps and follows by itself: timers and auto-offs, and when they act.

Firmware and client reckon with the same code, so that a person is shown the moment at which the plug will act. A plug
knows no time zones, only the offsets that it was told (`Zone`), and the sun from where it was told to be (`Place`).

Two days of a year are not like the others. What holds for them here is what people expect of an alarm clock: a timer
acts once on every day it is meant for. In the hour that comes twice it acts the first time. In the hour that is
left out it acts at the moment at which the clock is set forward, several of them in the order of their times, so that
the relay is afterwards where a day without the change would have left it.

Source: assumed (for the days of change; the firmware's own way is not known).
"""

from ownplug.core.schedule.moments import Moment, Place, next_moment
from ownplug.core.schedule.rules import EVERY_DAY, AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday
from ownplug.core.schedule.sun import sun_moments, sun_times
from ownplug.core.schedule.words import (
    describe_at,
    describe_days,
    describe_duration,
    parse_at,
    parse_days,
    parse_duration,
    render_clock,
    summarize,
)
from ownplug.core.schedule.zone import TimeRule, Zone

__all__ = [
    "EVERY_DAY",
    "AtClock",
    "AtSun",
    "AutoOff",
    "Moment",
    "Place",
    "SunEvent",
    "TimeRule",
    "Timer",
    "Weekday",
    "Zone",
    "describe_at",
    "describe_days",
    "describe_duration",
    "next_moment",
    "parse_at",
    "parse_days",
    "parse_duration",
    "render_clock",
    "summarize",
    "sun_moments",
    "sun_times",
]
