"""What the home pays for energy: kept in a store, held in memory for whoever reckons costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date

from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.price_csv import parse_prices
from ownplug.core.energy.price_table import PriceExtent, PriceSpan
from ownplug.core.energy.tariff import Hourly, Tariff, TariffBook, check_currency
from ownplug.core.errors import Conflict, UsageError
from ownplug.ledger.ports import TariffStore

_YEARS = range(2000, 2100)


class Tariffs:
    """The tariffs and prices of a home; without a store they last as long as this does.

    Each change is on the disk before it counts, whole or not at all.

    Args:
        calendar: returns that of the owner's zone, which may become another one.
    """

    def __init__(self, calendar: Callable[[], Calendar]) -> None:
        self._calendar = calendar
        self._store: TariffStore | None = None
        self._book = TariffBook()
        self._changing = asyncio.Lock()

    async def load(self, store: TariffStore) -> None:
        """Read what is kept in `store`, and keep changes there.

        Raises:
            OwnplugError: it cannot be read.
        """
        self._book = await store.load()
        self._store = store

    @property
    def currency(self) -> str | None:
        """The currency of all prices, three capital letters; None: there are no prices yet."""
        return self._book.currency

    @property
    def extent(self) -> PriceExtent | None:
        """Which prices by the hour there are; None: none."""
        return self._book.table.extent

    def all(self) -> tuple[Tariff, ...]:
        """Return the tariffs, in order of their beginning: each holds until the next begins."""
        return self._book.tariffs

    def prices(self, from_s: int, to_s: int) -> dict[int, float | None]:
        """Return what a kWh costs in each hour that has a part between two moments, in the home's currency.

        It only looks at what is in memory, and may be called from any thread: a year takes some tenths of a second.

        Args:
            from_s: Unix time.
            to_s: the same, excluded.

        Returns:
            By when an hour of the owner's zone begins, in order; None where there is no price. The hours are those
            that energy is kept by, also where clocks are changed.
        """
        return self._book.hour_prices(self._calendar(), from_s, to_s)

    async def set(self, tariff: Tariff, *, currency: str | None = None) -> None:
        """Let a tariff hold from its day on until the next one; it takes the place of one that begins on that day.

        Args:
            tariff: what is paid.
            currency: three capital letters; None: that of the other prices.

        Raises:
            Conflict: there are tariffs in another currency. Where none are left, prices in the table go with it.
            UsageError: that is no currency, or a day beyond all reason.
            OwnplugError: it cannot be written.
        """
        await self._change(currency, tariff, ())

    async def remove(self, begins: date) -> None:
        """Remove the tariff that begins on a day; the one before it holds on. Prices in the table stay.

        Raises:
            NotFound: none begins then.
            OwnplugError: it cannot be written.
        """
        async with self._changing:
            book = self._book.without(begins)
            if self._store is not None:
                await self._store.remove(begins)
            self._book = book

    async def import_prices(
        self, text: str, *, currency: str | None = None, begins: date | None = None
    ) -> PriceExtent:
        """Take prices over from a CSV table; they replace those of the same time, all or none. Return what came.

        Args:
            text: see `ownplug.core.energy.price_csv`.
            currency: three capital letters; None: that of the other prices.
            begins: from that day on what is paid goes by the table; None: tariffs stay as they are.

        Raises:
            UsageError: something is wrong with the table; says in which line, and what.
            Conflict: there are tariffs in another currency.
            OwnplugError: it cannot be written.
        """
        spans = await asyncio.to_thread(parse_prices, text, self._calendar())
        await self._change(
            currency, Tariff(begins=begins, rate=Hourly()) if begins is not None else None, spans
        )
        return PriceExtent(from_s=spans[0].start_s, to_s=spans[-1].end_s, count=len(spans))

    async def _change(self, currency: str | None, tariff: Tariff | None, spans: Sequence[PriceSpan]) -> None:
        if tariff is not None and tariff.begins.year not in _YEARS:
            raise UsageError(f"{tariff.begins} is not in this century.", hint="YYYY-MM-DD.")
        async with self._changing:
            agreed = self._agreed(currency, replaced=tariff.begins if tariff else None)
            book = self._book.in_currency(agreed)
            fitted = book.table.fitted(spans) if spans else []
            if self._store is not None:
                drops_prices = book.table is not self._book.table
                await self._store.put(agreed, tariff=tariff, prices=fitted, drops_prices=drops_prices)
            if fitted:
                book = book.with_prices(fitted)
            self._book = book.with_tariff(tariff) if tariff is not None else book

    def _agreed(self, currency: str | None, *, replaced: date | None) -> str:
        """Return in which currency all will be when the tariff that begins on a day is replaced."""
        known = self._book.currency
        agreed = known if currency is None else currency
        if agreed is None:
            raise UsageError(
                "It is not known in which currency prices are.", hint="Say it, as in `--currency EUR`."
            )
        check_currency(agreed)
        if agreed != known and any(tariff.begins != replaced for tariff in self._book.tariffs):
            raise Conflict(
                f"The home's tariffs are in {known}.",
                hint="A home has one currency: remove the other tariffs first, or give their prices in it.",
            )
        return agreed
