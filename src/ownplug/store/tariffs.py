"""Tariffs and prices as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Any, assert_never

from ownplug.core.energy.price_table import PriceSpan, PriceTable
from ownplug.core.energy.tariff import DayNight, Flat, Hourly, Tariff, TariffBook
from ownplug.store.sqlite import Database, Statement, Value

_SET_CURRENCY = (
    "INSERT INTO tariff_currency VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET currency = excluded.currency"
)


class TariffRows:
    """What energy costs, in the home's database; fits `ownplug.ledger.TariffStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> TariffBook:
        """See `TariffStore.load`."""
        currencies = await self._database.all("SELECT currency FROM tariff_currency", lambda row: str(row[0]))
        tariffs = await self._database.all(
            "SELECT begins, price_micros, night_price_micros, night_from, night_to FROM tariff ORDER BY begins",
            _tariff,
        )
        prices = await self._database.all(
            "SELECT start_s, length_s, price_micros FROM tariff_price ORDER BY start_s", _price
        )
        return TariffBook(
            currency=currencies[0] if currencies else None, tariffs=tuple(tariffs), table=PriceTable(prices)
        )

    async def put(
        self,
        currency: str,
        *,
        tariff: Tariff | None = None,
        prices: Sequence[PriceSpan] = (),
        drops_prices: bool = False,
    ) -> None:
        """See `TariffStore.put`."""
        await self._database.write_all(_put(currency, tariff, prices, drops_prices=drops_prices))

    async def remove(self, begins: date) -> None:
        """See `TariffStore.remove`."""
        await self._database.write("DELETE FROM tariff WHERE begins = ?", begins.isoformat())


def _put(
    currency: str, tariff: Tariff | None, prices: Sequence[PriceSpan], *, drops_prices: bool
) -> Iterator[Statement]:
    yield _SET_CURRENCY, (currency,)
    if tariff is not None:
        yield "INSERT OR REPLACE INTO tariff VALUES (?, ?, ?, ?, ?)", _row(tariff)
    if drops_prices:
        yield "DELETE FROM tariff_price", ()
    if prices:
        yield (
            "DELETE FROM tariff_price WHERE start_s >= ? AND start_s < ?",
            (prices[0].start_s, prices[-1].end_s),
        )
    for price in prices:
        yield (
            "INSERT INTO tariff_price VALUES (?, ?, ?)",
            (price.start_s, price.length_s, price.price_micros),
        )


def _row(tariff: Tariff) -> tuple[Value, ...]:
    rate, begins = tariff.rate, tariff.begins.isoformat()
    match rate:
        case Flat():
            return begins, rate.price_micros, None, None, None
        case DayNight():
            night = rate.night_from.isoformat("minutes"), rate.night_to.isoformat("minutes")
            return begins, rate.day_price_micros, rate.night_price_micros, *night
        case Hourly():
            return begins, None, None, None, None
        case _:
            assert_never(rate)


def _tariff(row: tuple[Any, ...]) -> Tariff:
    begins, price_micros, night_price_micros, night_from, night_to = row
    rate: Flat | DayNight | Hourly
    if night_from is not None:
        rate = DayNight(
            day_price_micros=price_micros,
            night_price_micros=night_price_micros,
            night_from=time.fromisoformat(night_from),
            night_to=time.fromisoformat(night_to),
        )
    elif price_micros is not None:
        rate = Flat(price_micros=price_micros)
    else:
        rate = Hourly()
    return Tariff(begins=date.fromisoformat(begins), rate=rate)


def _price(row: tuple[Any, ...]) -> PriceSpan:
    start_s, length_s, price_micros = row
    return PriceSpan(start_s=start_s, length_s=length_s, price_micros=price_micros)
