"""A year in the life of a home: `python -m devtools.page_home HOME --days 400` fills a stopped one with energy.

What its plugs have used is invented, by a seed, so that pictures and figures of the page are the same each time: a
fridge that cycles, a dishwasher some evenings, a heater in winter, a desk by day. It is written by the store's own
functions, as the ledger writes it. A home without plugs gets them.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ownplug.aio import SystemClock
from ownplug.app import HomeFolder
from ownplug.core.energy.book import Mark, Sample
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.kept import Batch
from ownplug.core.energy.reconcile import Correction, Reason
from ownplug.core.energy.tariff import DayNight, Tariff
from ownplug.core.identity import Uuid
from ownplug.core.records import SERIES, PlugRecord
from ownplug.store import SqliteStore

NAMES = ("Fridge", "Dishwasher", "Fan heater", "Desk", "Reading lamp", "Washing machine")
"""What lives in the home, in the order of its plugs."""

_ROOMS = ("Kitchen", "Kitchen", "Living room", "Living room", "Living room", "Cellar")
_ZONE = "Europe/Berlin"
_SEED = 7
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_MINUTE_DAYS, _SAMPLE_S = 3, 30
_SAMPLE_DAYS = 1
_FULL_MS = 60_000
_CORRECTED = 1  # of NAMES
_MISSED_WH = 140
_PRICES = DayNight(
    day_price_micros=340_000, night_price_micros=240_000, night_from=time(22), night_to=time(6)
)


def fill_home(home: Path, *, days: int) -> None:
    """Fill a home whose hub does not run, until now: plugs called as in `NAMES`, or all of these where there is none.

    Args:
        home: its folder.
        days: how many, today included.
    """
    asyncio.run(_fill(HomeFolder(home), days))


async def _fill(folder: HomeFolder, days: int) -> None:
    async with SqliteStore(folder.database) as store:
        today = SystemClock().now().astimezone(ZoneInfo(_ZONE)).date()
        first_day = today - timedelta(days=days)
        begin = datetime.combine(first_day, time(), ZoneInfo(_ZONE)).astimezone(UTC)
        known = {plug.name: plug for plug in await store.plugs() or _invented(begin)}
        meters = {
            number: await _moved_in(store, known[name], number, begin)
            for number, name in enumerate(NAMES)
            if name in known
        }
        await store.tariffs.put("EUR", tariff=Tariff(begins=first_day, rate=_PRICES))
        calendar = Calendar(_ZONE)
        for back in range(days, -1, -1):
            for batch in _day(meters, calendar, today - timedelta(days=back), back):
                await store.energy.add(batch)
        if _CORRECTED in meters:
            await _correct(store, meters[_CORRECTED], calendar, today)


def _invented(begin: datetime) -> list[PlugRecord]:
    return [
        PlugRecord(
            uuid=Uuid(f"{number + 1:032x}"), name=name, registered_at=begin, series=number % SERIES + 1
        )
        for number, name in enumerate(NAMES)
    ]


async def _moved_in(store: SqliteStore, plug: PlugRecord, number: int, begin: datetime) -> int:
    placed = replace(plug, room=_ROOMS[number], registered_at=begin + timedelta(minutes=number))
    await store.save_plug(placed)
    meter = await store.energy.meter(plug.uuid, 0)
    if meter is None:
        raise LookupError(f"{plug.name} is not in the registry")
    return meter


async def _correct(store: SqliteStore, meter: int, calendar: Calendar, today: date) -> None:
    """Let the plug have counted more than was measured on two days, as after a gap and between samples."""
    for back, reason in ((6, Reason.GAP), (17, Reason.SAMPLING)):
        day = today - timedelta(days=back)
        hours = await store.energy.hours(meter, calendar.begin(day), calendar.end(day))
        if not hours:
            continue
        before_wh = sum(hour.measured_j for hour in hours) / _HOUR_S
        after_wh = round(before_wh) + _MISSED_WH
        correction = Correction(
            day=day,
            reason=reason,
            before_wh=before_wh,
            after_wh=after_wh,
            told_wh=after_wh,
            uncovered_s=2700 if reason is Reason.GAP else 0,
            hours={hours[-1].start_s: round((after_wh - before_wh) * _HOUR_S)},
        )
        await store.energy.weighed(meter, [], [correction], SystemClock().now())


def _day(meters: dict[int, int], calendar: Calendar, day: date, back: int) -> Iterator[Batch]:
    """Yield a day of all meters; today ends now."""
    end_s = min(calendar.end(day), int(SystemClock().now().timestamp()) // _MINUTE_S * _MINUTE_S)
    for number, meter in meters.items():
        chance = random.Random(f"{_SEED} {number} {day}")  # noqa: S311 - how much flows
        batch = Batch(marks={meter: Mark(at_ms=end_s * 1000, power_mw=0)})
        for at_s in range(calendar.begin(day), end_s, _MINUTE_S):
            watts = _watts(number, day, (at_s - calendar.begin(day)) / _HOUR_S, chance)
            _note(batch, meter, at_s, calendar.hour(at_s), watts, back)
        yield batch


def _note(batch: Batch, meter: int, at_s: int, hour: tuple[int, int], watts: float, back: int) -> None:
    joules = round(watts * _MINUTE_S)
    if back <= _MINUTE_DAYS:
        batch.add(meter, at_s, *hour, joules, _FULL_MS)
    else:
        sums = batch.hours.setdefault((meter, *hour), [0, 0])
        sums[0] += joules
        sums[1] += _FULL_MS
    if back < _SAMPLE_DAYS:
        batch.samples += [
            (meter, _sample(second, watts)) for second in range(at_s, at_s + _MINUTE_S, _SAMPLE_S)
        ]


def _sample(at_s: int, watts: float) -> Sample:
    return Sample(
        at_ms=at_s * 1000,
        power_mw=round(watts * 1000),
        voltage_mv=230_000,
        current_ma=round(watts / 0.23),
        is_on=True,
    )


def _watts(number: int, day: date, hour: float, chance: random.Random) -> float:
    """What flows into one of `NAMES` at an hour of a day."""
    noise = chance.random()
    evening = random.Random(f"{_SEED} {NAMES[number]} {day}").random()  # noqa: S311 - the same all day
    match number:
        case 0:
            return 82 + 6 * noise if hour % 1.1 < 0.5 else 2.0
        case 1:
            runs = evening < 0.55 and 19.2 <= hour < 21.0
            return (2030.0 + 40 * noise if hour < 19.5 or hour >= 20.7 else 66.0) if runs else 0.6
        case 2:
            cold = 0.5 + 0.5 * math.cos((day.timetuple().tm_yday - 15) / 365 * 2 * math.pi)
            return 1980.0 + 60 * noise if evening < cold and 6.5 <= hour < 7.2 else 0.0
        case 3:
            return 118 + 8 * noise if day.weekday() < 5 and 8.9 <= hour < 17.5 else 6.0
        case 4:
            return 6.4 if 17.0 + evening <= hour < 23.0 else 0.0
        case _:
            runs = evening < 0.3 and 10.0 <= hour < 11.6
            return (1900.0 + 80 * noise if hour < 10.4 else 180 + 120 * noise) if runs else 0.9


def main() -> None:
    """Fill a home."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path)
    parser.add_argument("--days", type=int, default=400)
    options = parser.parse_args()
    fill_home(options.home, days=options.days)


if __name__ == "__main__":
    main()
