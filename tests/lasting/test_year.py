"""A year in the life of a plug's meter: what it says it used, beside what was really used.

Somebody switches it at random, its mains fail for three days, its hub is away for three days, it loses its power for a
moment or restarts by itself, and Europe's summer time begins and ends.

`OWNPLUG_SOAK_SEED` says which year (default 1).
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from tests.lasting.metered import FIRST, LOADS, PULSE_WH, SEED, ZONE, MeteredPlug, unix_at

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import Load


class WatchedPlug(MeteredPlug):
    """One that is asked for its days.

    Attributes:
        told_wh: what it told of the days that were over.
    """

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        self.told_wh: dict[date, int] = {}

    def look(self) -> None:
        """Ask the plug for the days that are over."""
        if reply := self.ask_by_http(ns.CONTROL_CONSUMPTION_X):
            told = json.loads(reply)["payload"]["consumptionx"]
            days = {date.fromisoformat(day["date"]): day["value"] for day in told}
            today = datetime.fromtimestamp(self.now_s, ZONE).date()
            self.told_wh |= {day: value for day, value in days.items() if day < today}


def happenings(plug: WatchedPlug, days: int) -> list[tuple[float, Callable[[], None]]]:
    """What happens when: each day somebody looks and somebody presses, each month has its outages and restarts."""
    chance = random.Random(f"{SEED} {days}")
    planned: list[tuple[float, Callable[[], None]]] = []
    for number in range(1, days):
        day = FIRST + timedelta(days=number)
        planned.append((unix_at(day, 1), plug.look))
        planned += [(unix_at(day, chance.uniform(0, 23)), plug.press) for _ in range(chance.randrange(4))]
        if chance.random() < 0.15:
            planned.append((unix_at(day, chance.uniform(0, 23)), chance.choice((plug.restart, plug.blink))))
        if number % 30 == 8:
            begins_s = unix_at(day, chance.uniform(0, 23))
            planned += [(begins_s, plug.mains_fail), (begins_s + 3 * 86_400, plug.power_up)]
        if number % 30 == 16:
            begins_s = unix_at(day, chance.uniform(0, 23))
            planned += [(begins_s, plug.hub_goes), (begins_s + 3 * 86_400, plug.hub_comes)]
    return sorted(planned, key=lambda happening: happening[0])


def live(load: Load, days: int) -> WatchedPlug:
    plug = WatchedPlug(load)
    plug.power_up()
    for at_s, happening in happenings(plug, days):
        plug.pass_time(at_s)
        plug.counts[happening.__name__] += 1
        happening()
    plug.pass_time(unix_at(FIRST + timedelta(days=days), 1))
    plug.look()
    plug.end_life()
    return plug


def table(name: str, plug: WatchedPlug) -> list[str]:
    """What was used and what was told, by month."""
    months: defaultdict[str, list[date]] = defaultdict(list)
    for day in sorted(plug.told_wh):
        months[f"{day:%Y-%m}"].append(day)
    lines = [
        f"{name}: {dict(plug.counts)}",
        f"{'month':<9}{'used kWh':>12}{'told kWh':>12}{'worst day Wh':>14}",
    ]
    for month, listed in months.items():
        used_wh = sum(plug.truth.day_wh[day] for day in listed)
        told_wh = sum(plug.told_wh[day] for day in listed)
        worst_wh = max(abs(plug.told_wh[day] - plug.truth.day_wh[day]) for day in listed)
        lines.append(f"{month:<9}{used_wh / 1000:>12.3f}{told_wh / 1000:>12.3f}{worst_wh:>14.3f}")
    worst_pulses = max(abs(pulses - used_wh / PULSE_WH) for pulses, used_wh in plug.lives)
    pulses = sum(pulses for pulses, _ in plug.lives)
    lines.append(
        f"{pulses:,} pulses counted in {len(plug.lives)} lives, at most {worst_pulses:.2f} wrong in one"
    )
    return lines


SLOW = (pytest.mark.soak, pytest.mark.timeout(900))


@pytest.mark.parametrize(
    ("load", "days"),
    [
        pytest.param("washer", 30, id="washer-month"),
        pytest.param("heater", 30, id="heater-month"),
        pytest.param("standby", 30, id="standby-month"),
        pytest.param("washer", 365, id="washer-year", marks=SLOW),
        pytest.param("fridge", 365, id="fridge-year", marks=SLOW),
    ],
)
def test_the_plugs_days_are_those_of_the_load(load: str, days: int, tell: Callable[[str], None]) -> None:
    plug = live(LOADS[load], days)
    tell("\n".join(table(load, plug)))
    used_wh = {day: used for day, used in plug.truth.day_wh.items() if day < FIRST + timedelta(days=days)}
    assert len(used_wh) >= days - 3 * (days // 30 + 1)
    for day, used in used_wh.items():
        assert plug.told_wh[day] == pytest.approx(used, abs=1), day
    assert all(value == 0 for day, value in plug.told_wh.items() if day not in used_wh)
    for pulses, used in plug.lives:
        assert pulses * PULSE_WH == pytest.approx(used, rel=0.001, abs=PULSE_WH)
