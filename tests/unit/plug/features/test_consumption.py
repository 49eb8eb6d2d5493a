"""The days that a plug remembers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ownplug.core.errors import DeviceError
from ownplug.core.state import EnergyDay
from ownplug.plug import Plug
from ownplug.testing.recorded_plug import RecordedPlug

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

CONSUMPTION_X = "Appliance.Control.ConsumptionX"


async def test_the_recorded_days_come_oldest_first_with_their_gaps(
    mss310r: RecordedPlug, to_plug: ToPlug
) -> None:
    days = await to_plug(mss310r).energy_days()
    assert [(day.day, day.energy_wh) for day in days] == [
        ("2023-01-12", 41), ("2023-01-13", 39), ("2023-01-14", 36), ("2023-01-15", 36), ("2023-01-16", 36),
        ("2023-01-17", 41), ("2023-01-18", 23), ("2023-01-19", 24), ("2023-01-21", 4), ("2023-01-22", 1),
        ("2023-01-23", 12), ("2023-01-24", 37), ("2023-01-25", 21), ("2023-01-26", 15), ("2023-01-27", 23),
        ("2023-01-28", 7), ("2023-02-10", 0),
    ]  # fmt: skip


async def test_of_a_day_that_is_told_twice_the_newer_record_counts(script: Script, to_plug: ToPlug) -> None:
    twice = [
        {"date": "2024-03-02", "time": 20, "value": 7},
        {"date": "2024-03-01", "time": 5, "value": 1},
        {"date": "2024-03-02", "time": 10, "value": 900},
    ]
    plug = script(("GETACK", CONSUMPTION_X, {"consumptionx": twice}), abilities=(CONSUMPTION_X,))
    assert await to_plug(plug).energy_days() == [
        EnergyDay(day="2024-03-01", energy_wh=1),
        EnergyDay(day="2024-03-02", energy_wh=7),
    ]


async def test_a_new_plug_remembers_nothing(script: Script, to_plug: ToPlug) -> None:
    plug = script(("GETACK", CONSUMPTION_X, {"consumptionx": []}), abilities=(CONSUMPTION_X,))
    assert await to_plug(plug).energy_days() == []


async def test_a_plug_without_a_meter_says_so(mss210: RecordedPlug, to_plug: ToPlug) -> None:
    with pytest.raises(DeviceError, match="no meter"):
        await to_plug(mss210).energy_days()
