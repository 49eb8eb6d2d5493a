from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.firmware.days import EnergyDays
from ownplug.virtual.firmware.flash import ENERGY_DAYS, Flash

FIRST = date(2023, 1, 1)


def test_lists_days_by_slot_the_31st_first() -> None:
    days = EnergyDays(Flash())
    for day in (date(2023, 1, 30), date(2023, 1, 31), date(2023, 2, 1), date(2023, 2, 10)):
        days.add(1, day=day, unix_s=0)
    assert [record.day.day for record in days.listing(date(2023, 2, 10))] == [31, 1, 10, 30]


def test_adds_up_small_amounts_without_losing_any() -> None:
    flash = Flash()
    for _ in range(1000):
        EnergyDays(flash).add(0.001234, day=FIRST, unix_s=7)
    [record] = EnergyDays(flash).listing(FIRST)
    assert record.energy_wh == pytest.approx(1.234)
    assert record.changed_at == 7


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60).map(sorted))
def test_keeps_exactly_the_last_30_days_whatever_days_there_were(steps: list[int]) -> None:
    days = EnergyDays(Flash())
    for step in steps:
        days.add(1, day=FIRST + timedelta(days=step), unix_s=0)
    today = FIRST + timedelta(days=steps[-1])
    listed = {record.day for record in days.listing(today)}
    assert listed == {FIRST + timedelta(days=s) for s in steps if s > steps[-1] - 30}


@pytest.mark.parametrize("text", ["x", "2023-01-01", "2023-01-01,x,1", "2023-01-01,1,inf", "2023-13-01,1,1"])
def test_a_damaged_record_is_as_good_as_none(text: str) -> None:
    days = EnergyDays(Flash(dict.fromkeys(ENERGY_DAYS, text)))
    assert days.listing(FIRST) == []
    days.add(1, day=FIRST, unix_s=0)
    assert [record.day for record in days.listing(FIRST)] == [FIRST]
