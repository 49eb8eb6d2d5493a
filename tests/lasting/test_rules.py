"""A year of timers in virtual plugs, against an expansion by others: calendars for the clock, `astral` for the sun.

The plugs belong to nobody: there is no network and no server, only a clock that was set, and a few restarts. What a
plug does is read from its serial console. `OWNPLUG_SOAK_SEED` says which rules there are.
"""

from __future__ import annotations

import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import astral
import astral.sun
import icalendar
import pytest
import recurring_ical_events

from ownplug.core.meross import MessageMaker, Method, as_data, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.rules import timer_entry
from ownplug.core.meross.timerule import time_rules
from ownplug.core.schedule import AtClock, AtSun, SunEvent, Timer, Weekday
from ownplug.core.secret import Secret
from ownplug.virtual import find_profile
from ownplug.virtual.air import Air
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.firmware.httpd import Request
from ownplug.virtual.firmware.machine import Firmware
from ownplug.virtual.firmware.shell import Shell
from ownplug.virtual.firmware.signals import ConsolePrinted, HttpAsked, Input, PowerCycled
from ownplug.virtual.firmware.timing import Timing
from ownplug.virtual.identity import make_uuid
from ownplug.virtual.parts.hlw8032 import Hlw8032, Pace
from ownplug.virtual.parts.outlet import Load, Outlet, no_noise

SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
YEAR = 2024
DAY_S = 86_400
SUN_TOLERANCE_S = 120  # two almanacs that are at most 90 s apart, each with its seconds cut off
RESTARTS = 4
UNSET_S = 40  # for which a restarted plug waits for somebody to tell it the time
BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ACTED = re.compile(rb"mrs_timer_proc L: \d+\]: rule\[(\d+)\] (on|off)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    zone: str
    latitude: float
    longitude: float


TOWNS = (
    Town(zone="Europe/Berlin", latitude=52.52, longitude=13.405),
    Town(zone="America/New_York", latitude=40.71, longitude=-74.01),
    Town(zone="Australia/Sydney", latitude=-33.87, longitude=151.21),
    Town(zone="Atlantic/Azores", latitude=37.74, longitude=-25.67),
)


class Plug:
    """One firmware, its wires in the test's hands, and what it said that its rules did.

    Attributes:
        acted: when each timer acted, in Unix seconds, by slot.
        restarted: from when to when its clock was not set.
        wakes: how often it was woken.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.now_s = 0.0
        self.acted: dict[int, list[float]] = defaultdict(list)
        self.restarted: list[tuple[float, float]] = []
        self.wakes = 0
        timing, chance = Timing(), random.Random(1).randrange
        outlet = Outlet(load=Load.resistive(60), mains_v=230, noise=no_noise)
        self.device = Device(
            profile=find_profile("mss310"),
            uuid=make_uuid(1),
            flash=Flash(),
            outlet=outlet,
            meter=Hlw8032(outlet, pace=Pace.NEWS, now_s=0.0),
            air=Air(),
            address="127.0.0.1",
            below=chance,
            now_s=0.0,
        )
        shell = Shell(self.device, timing, faults=Faults(), below=chance)
        self.firmware = Firmware(self.device, timing, shell)
        self._begin_s = datetime(YEAR, 1, 1, tzinfo=ZoneInfo(self.town.zone)).timestamp()
        self._next_s = 0.0
        self._wake(PowerCycled())
        self.run_until(self.unix_s + 10)
        self.ask(ns.SYSTEM_POSITION, {"position": self._position()})
        self.tell_time()

    @property
    def unix_s(self) -> float:
        """What time it really is."""
        return self._begin_s - 60 + self.now_s

    def ask(self, namespace: str, payload: object) -> None:
        maker = MessageMaker(key=Secret(""), sender="/test", new_id=lambda: "0" * 32)
        body = encode_message(maker.make(Method.SET, namespace, payload, now_s=0))
        self._wake(HttpAsked(number=1, request=Request(method="POST", path="/config", body=body)))

    def tell_time(self) -> None:
        rules = time_rules(ZoneInfo(self.town.zone), datetime.fromtimestamp(self._begin_s, UTC))
        time = {"timestamp": int(self.unix_s), "timezone": self.town.zone, "timeRule": rules}
        self.ask(ns.SYSTEM_TIME, {"time": time})

    def restart(self) -> None:
        """Pull the plug and put it back in; a little later somebody tells it the time."""
        begin_s = self.unix_s
        self._wake(PowerCycled())
        self.run_until(begin_s + UNSET_S)
        self.tell_time()
        self.restarted.append((begin_s, self.unix_s // 60 * 60))

    def run_until(self, unix_s: float, *, for_rules_only: bool = False) -> None:
        """Let time pass. For its rules only: its meter sleeps meanwhile, or a year would take minutes."""
        end_s = self.now_s + unix_s - self.unix_s
        while self.now_s < end_s:
            due_s = self.firmware._alarm.due_s if for_rules_only else self._next_s
            self.now_s = min(due_s, end_s)
            if for_rules_only:
                self.device.meter.power_up(self.now_s)
            self._wake()

    def _wake(self, *inputs: Input) -> None:
        outcome = self.firmware.update(self.now_s, inputs)
        assert outcome.next_s > self.now_s
        self._next_s = outcome.next_s
        self.wakes += 1
        for effect in outcome.effects:
            if isinstance(effect, ConsolePrinted):
                self._read(effect.data)

    def _read(self, printed: bytes) -> None:
        acted = _ACTED.findall(printed)
        for slot, _ in acted:
            self.acted[int(slot)].append(self.unix_s)
        if acted:
            assert self.device.relay.is_on == (acted[-1][1] == b"on")

    def _position(self) -> dict[str, int]:
        longitude, latitude = round(self.town.longitude * 1e6), round(self.town.latitude * 1e6)
        return {"longitude": longitude, "latitude": latitude}


def some_timers(chance: random.Random, count: int) -> list[Timer]:
    """Every fifth in the small hours, in which clocks are changed; every third by the sun; every fourth acts once."""
    timers = []
    for number in range(count):
        at: AtClock | AtSun = AtClock(minute=chance.randrange(1440))
        if number % 5 == 0:
            at = AtClock(minute=chance.randrange(0, 200))
        elif number % 3 == 0:
            at = AtSun(event=chance.choice(list(SunEvent)), offset_min=chance.randrange(-240, 241))
        days = frozenset(chance.sample(list(Weekday), chance.randint(1, 7)))
        timers.append(
            Timer(
                id=f"{number}",
                at=at,
                turns_on=chance.random() < 0.5,
                days=days if number % 2 else frozenset(Weekday),
                repeats=number % 4 != 1,
            )
        )
    return timers


def by_calendar(timer: Timer, minute: int, zone: ZoneInfo) -> Iterator[float]:
    """When a calendar program would have the timer act."""
    first = next(
        day
        for number in range(7)
        if (day := date(YEAR, 1, 1) + timedelta(days=number)).weekday() in timer.days
    )
    event = icalendar.Event()
    event.add("uid", timer.id)
    event.add("dtstart", datetime.combine(first, time(minute // 60, minute % 60), tzinfo=zone))
    event.add("rrule", {"freq": "weekly", "byday": [BYDAY[day] for day in sorted(timer.days)]})
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    begin = datetime(YEAR, 1, 1, tzinfo=zone)
    for found in recurring_ical_events.of(calendar).between(begin, begin.replace(year=YEAR + 1)):
        yield _moment_of(found["DTSTART"].dt)


def _moment_of(shown: datetime) -> float:
    """A calendar moves what falls into the hour that is left out to the next one; a plug acts as the clock is set."""
    zone, moment = shown.tzinfo, shown.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
        return moment.timestamp()
    before = (moment - timedelta(hours=3)).astimezone(zone).utcoffset()
    while (moment - timedelta(minutes=1)).astimezone(zone).utcoffset() != before:
        moment -= timedelta(minutes=1)
    return moment.timestamp()


def by_sun(timer: Timer, at: AtSun, town: Town) -> Iterator[float]:
    """When an almanac has the sun do what the timer waits for, and the offset."""
    observer, zone = astral.Observer(town.latitude, town.longitude), ZoneInfo(town.zone)
    look_up = astral.sun.sunrise if at.event is SunEvent.SUNRISE else astral.sun.sunset
    for number in range(-1, 368):
        day = date(YEAR, 1, 1) + timedelta(days=number)
        if day.weekday() in timer.days:
            minute = look_up(observer, date=day, tzinfo=zone).replace(second=0, microsecond=0)
            yield (minute + timedelta(minutes=at.offset_min)).timestamp()


def expected(timer: Timer, plug: Plug, begin_s: float, end_s: float) -> list[float]:
    """When the timer should have acted; what a plug without a clock could not know is left out."""
    moments = (
        by_sun(timer, timer.at, plug.town)
        if isinstance(timer.at, AtSun)
        else by_calendar(timer, timer.at.minute, ZoneInfo(plug.town.zone))
    )
    possible = sorted(
        moment
        for moment in moments
        if begin_s < moment < end_s and not any(dark <= moment < lit for dark, lit in plug.restarted)
    )
    return possible if timer.repeats else possible[:1]


def compare(plug: Plug, timers: list[Timer], begin_s: float, end_s: float) -> dict[str, float]:
    """Each timer's deeds against the expansion; how many there were, and how far apart the almanacs were."""
    counts: dict[str, float] = defaultdict(int)
    for slot, timer in enumerate(timers):
        kind = "sun" if isinstance(timer.at, AtSun) else "weekly" if timer.repeats else "once"
        theirs, ours = expected(timer, plug, begin_s, end_s), plug.acted[slot]
        assert len(ours) == len(theirs), (plug.town.zone, timer)
        apart_s = [abs(int(our) - their) for our, their in zip(ours, theirs, strict=True)]
        assert max(apart_s, default=0) <= (SUN_TOLERANCE_S if kind == "sun" else 0), (plug.town.zone, timer)
        counts[f"{kind} rules"] += 1
        counts[f"{kind} acts"] += len(ours)
        counts["seconds between the almanacs"] = max(counts["seconds between the almanacs"], *apart_s, 0)
        if isinstance(timer.at, AtClock):
            for moment in theirs:
                counts[_season(moment, timer.at.minute, ZoneInfo(plug.town.zone))] += 1
        kept = plug.device.timers.find(timer.id)
        assert kept is not None
        assert kept.rule.enabled == (timer.repeats or not theirs)
    return counts


def _season(moment: float, minute: int, zone: ZoneInfo) -> str:
    shown = datetime.fromtimestamp(moment, zone)
    if shown.hour * 60 + shown.minute != minute:
        return "acts in an hour left out"
    is_twice = shown.replace(fold=1).utcoffset() != shown.utcoffset()
    return "acts in an hour that came twice" if is_twice else "acts in other hours"


def live(town: Town, timers: list[Timer], chance: random.Random) -> dict[str, float]:
    """A year of one plug with its timers."""
    plug = Plug(town)
    for timer in timers:
        plug.ask(ns.CONTROL_TIMER_X, {"timerx": as_data(timer_entry(timer))})
    begin_s, end_s = plug.unix_s, plug.unix_s + 366 * DAY_S
    for moment in sorted(chance.uniform(begin_s, end_s) for _ in range(RESTARTS)):
        plug.run_until(moment, for_rules_only=True)
        plug.restart()
    plug.run_until(end_s, for_rules_only=True)
    return compare(plug, timers, begin_s, end_s)


def live_through(count: int) -> dict[str, float]:
    """A year of plugs in all towns that share so many timers: what they did, counted."""
    chance, total = random.Random(SEED), defaultdict[str, float](float)
    for town in TOWNS:
        for what, number in live(town, some_timers(chance, count // len(TOWNS)), chance).items():
            total[what] = max(total[what], number) if "between" in what else total[what] + number
    return total


@pytest.mark.soak
def test_a_hundred_timers_of_a_year_are_those_of_calendar_and_almanac(
    capsys: pytest.CaptureFixture[str],
) -> None:
    total = live_through(100)
    with capsys.disabled():
        print("", *(f"{number:7.0f} {what}" for what, number in sorted(total.items())), sep="\n")  # noqa: T201
    assert sum(number for what, number in total.items() if what.endswith("rules")) == 100
    assert total["acts in an hour left out"] > 0
    assert total["acts in an hour that came twice"] > 0


def test_some_timers_of_a_year_are_those_of_calendar_and_almanac() -> None:
    assert live_through(20)["weekly acts"] > 366


@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2024, 10, 27)])
def test_a_plug_that_is_woken_whenever_it_asks_for_it_does_the_same(day: date) -> None:
    plug, timers = Plug(TOWNS[0]), some_timers(random.Random(SEED), 32)
    noon_s = datetime.combine(day, time(12), tzinfo=UTC).timestamp()
    plug.run_until(noon_s - DAY_S, for_rules_only=True)
    for timer in timers:
        plug.ask(ns.CONTROL_TIMER_X, {"timerx": as_data(timer_entry(timer))})
    begin_s = plug.unix_s
    plug.run_until(noon_s)
    assert sum(compare(plug, timers, begin_s, noon_s).values()) > 32
    assert plug.wakes > DAY_S / 60
