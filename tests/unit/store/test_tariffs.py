"""Tariffs and prices on the disk: all of a change or nothing of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path

import pytest

from ownplug.core.energy.price_table import PriceSpan
from ownplug.core.energy.tariff import DayNight, Flat, Hourly, Tariff
from ownplug.core.errors import Conflict
from ownplug.store import SqliteStore
from ownplug.store.tariffs import TariffRows

FLAT = Tariff(begins=date(2024, 1, 1), rate=Flat(price_micros=310_000))
ECONOMY7 = Tariff(
    begins=date(2025, 1, 1),
    rate=DayNight(
        day_price_micros=290_000, night_price_micros=-1, night_from=time(0, 30), night_to=time(7, 30)
    ),
)
HOURLY = Tariff(begins=date(2026, 1, 1), rate=Hourly())


@pytest.fixture
async def rows(tmp_path: Path) -> AsyncIterator[TariffRows]:
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        yield store.tariffs


def spans(start: int, *prices: int) -> list[PriceSpan]:
    return [
        PriceSpan(start_s=900 * (start + number), length_s=900, price_micros=price)
        for number, price in enumerate(prices)
    ]


async def kept(rows: TariffRows) -> list[PriceSpan]:
    return list((await rows.load()).table.within(0, 10**9))


async def test_tariffs_come_back_as_they_were(rows: TariffRows) -> None:
    for tariff in (HOURLY, FLAT, ECONOMY7):
        await rows.put("EUR", tariff=tariff)
    book = await rows.load()
    assert (book.currency, book.tariffs) == ("EUR", (FLAT, ECONOMY7, HOURLY))
    await rows.remove(ECONOMY7.begins)
    other = Tariff(begins=FLAT.begins, rate=Hourly())
    await rows.put("SEK", tariff=other)
    book = await rows.load()
    assert (book.currency, book.tariffs) == ("SEK", (other, HOURLY))


async def test_prices_replace_those_of_their_own_time(rows: TariffRows) -> None:
    await rows.put("EUR", prices=spans(0, 1, 2, 3, 4))
    await rows.put("EUR", prices=spans(1, 7, -8))
    assert await kept(rows) == spans(0, 1, 7, -8, 4)
    await rows.put("EUR", prices=spans(9, 5), drops_prices=True)
    assert await kept(rows) == spans(9, 5)


async def test_of_a_change_that_fails_nothing_is_kept(rows: TariffRows) -> None:
    await rows.put("EUR", tariff=FLAT, prices=spans(0, 1, 2))
    with pytest.raises(Conflict):  # the last of these begins when the first does
        await rows.put("SEK", tariff=HOURLY, prices=[*spans(0, 5, 6), *spans(0, 7)], drops_prices=True)
    book = await rows.load()
    assert (book.currency, book.tariffs, await kept(rows)) == ("EUR", (FLAT,), spans(0, 1, 2))
