"""What a kWh costs, and when: flat, by day and night, or by the hour from a table.

Costs are reckoned by the hour. The price of an hour is the mean of the prices in it, by how long each holds: energy is
taken to have been used evenly within the hour.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TypeAlias, assert_never

from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.price_table import MICROS, PriceSpan, PriceTable
from ownplug.core.errors import NotFound, UsageError

_CURRENCY = re.compile("[A-Z]{3}")
_MINUTE_S = 60
_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """One price at all times, in millionths of the currency per kWh."""

    price_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNight:
    """Two prices: it is night while clocks show a time from `night_from` on and before `night_to`.

    Attributes:
        day_price_micros: millionths of the currency per kWh.
        night_price_micros: the same.
        night_from: local time, to the minute.
        night_to: the same; earlier than `night_from` where the night goes on after midnight.

    Raises:
        UsageError: the night never ends, or a time has seconds or a zone.
    """

    day_price_micros: int
    night_price_micros: int
    night_from: time
    night_to: time

    def __post_init__(self) -> None:
        for at in (self.night_from, self.night_to):
            if at.second or at.microsecond or at.tzinfo is not None:
                raise UsageError(f"{at} is no time that a night may begin or end at.", hint="HH:MM, local.")
        if self.night_from == self.night_to:
            raise UsageError(
                f"A night from {self.night_from:%H:%M} to {self.night_to:%H:%M} has no end.",
                hint="Where all hours cost the same, use a flat price.",
            )

    def night_s(self, shown: datetime, length_s: int) -> int:
        """Return for how many seconds it is night, in so many after `shown`, which do not go beyond midnight."""
        start_s = _second_of_day(shown.time())
        from_s, to_s = _second_of_day(self.night_from), _second_of_day(self.night_to)
        nights = [(from_s, to_s)] if from_s < to_s else [(0, to_s), (from_s, _DAY_S)]
        return sum(max(min(start_s + length_s, end) - max(start_s, begin), 0) for begin, end in nights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hourly:
    """Prices that change all the time, and stand in the table."""


Rate: TypeAlias = Flat | DayNight | Hourly


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What energy costs from a day on, until the next tariff begins.

    Attributes:
        begins: the first day, in the owner's zone.
        rate: its prices.
    """

    begins: date
    rate: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffBook:
    """All that a home pays and paid for energy. It does not change: each change makes another one.

    Attributes:
        currency: of all prices, three capital letters; None: there are none yet.
        tariffs: in order of their beginning, two never on one day.
        table: the prices for `Hourly`.
    """

    currency: str | None = None
    tariffs: tuple[Tariff, ...] = ()
    table: PriceTable = field(default_factory=PriceTable)

    def with_tariff(self, tariff: Tariff) -> TariffBook:
        """Return it with a tariff, in place of one that begins on the same day."""
        others = [each for each in self.tariffs if each.begins != tariff.begins]
        return replace(self, tariffs=tuple(sorted([*others, tariff], key=_begins)))

    def without(self, begins: date) -> TariffBook:
        """Return it without the tariff that begins on a day.

        Raises:
            NotFound: none does.
        """
        others = tuple(each for each in self.tariffs if each.begins != begins)
        if len(others) == len(self.tariffs):
            raise NotFound(f"No tariff begins on {begins}.", hint="`ownplug tariff list` shows them.")
        return replace(self, tariffs=others)

    def with_prices(self, fitted: Sequence[PriceSpan]) -> TariffBook:
        """Return it with other prices in its table, see `PriceTable.fitted`."""
        return replace(self, table=self.table.replaced(fitted))

    def in_currency(self, currency: str) -> TariffBook:
        """Return it in a currency: prices that stand in the table in another one are gone."""
        if self.currency in {None, currency}:
            return replace(self, currency=currency)
        return replace(self, currency=currency, table=PriceTable())

    def mean_price(self, calendar: Calendar, start_s: int, length_s: int) -> float | None:
        """Return the price of an hour, per kWh; None: there is none.

        Args:
            calendar: of the owner's zone.
            start_s: when an hour of that calendar begins.
            length_s: how long it is.
        """
        shown = calendar.moment(start_s)
        rate = self._rate_on(shown.date())
        match rate:
            case None:
                return None
            case Flat():
                return rate.price_micros / MICROS
            case DayNight():
                night_s = rate.night_s(shown, length_s)
                weighed = night_s * rate.night_price_micros + (length_s - night_s) * rate.day_price_micros
                return weighed / (length_s * MICROS)
            case Hourly():
                return self.table.mean(start_s, start_s + length_s)
            case _:
                assert_never(rate)

    def hour_prices(self, calendar: Calendar, from_s: int, to_s: int) -> dict[int, float | None]:
        """Return the price of each hour that has a part between two moments, by when the hour begins; in order."""
        prices = {}
        day = calendar.day(from_s)
        while calendar.begin(day) < to_s:
            for start_s, length_s in calendar.hours(day):
                if start_s < to_s and start_s + length_s > from_s:
                    prices[start_s] = self.mean_price(calendar, start_s, length_s)
            day += timedelta(days=1)
        return prices

    def _rate_on(self, day: date) -> Rate | None:
        number = bisect_right(self.tariffs, day, key=_begins)
        return self.tariffs[number - 1].rate if number else None


def check_currency(currency: str) -> None:
    """Look whether that is a currency.

    Raises:
        UsageError: it is not three capital letters.
    """
    if not _CURRENCY.fullmatch(currency):
        raise UsageError(f"{currency!r} is no currency.", hint="Three capital letters, such as EUR.")


def _begins(tariff: Tariff) -> date:
    return tariff.begins


def _second_of_day(at: time) -> int:
    return (at.hour * _MINUTE_S + at.minute) * _MINUTE_S + at.second
