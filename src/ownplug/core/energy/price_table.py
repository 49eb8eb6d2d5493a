"""Prices over time: many, in order, none over another, small enough to be held in memory for years.

A price is kept as a whole number of millionths of the currency: it is read back as it was typed, and means of prices
do not depend on the order in which they are added.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ownplug.core.errors import UsageError

MICROS = 1_000_000
"""Millionths in one of the currency."""

_HIGHEST = 1_000_000  # of the currency, per kWh; whoever pays more has mistaken the unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSpan:
    """A price, and when it holds.

    Attributes:
        start_s: Unix time.
        length_s: seconds.
        price_micros: millionths of the currency per kWh; negative where one is paid for using energy.
    """

    start_s: int
    length_s: int
    price_micros: int

    @property
    def end_s(self) -> int:
        """When it holds no more."""
        return self.start_s + self.length_s


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceExtent:
    """What prices there are: from when until when, in Unix time, and how many."""

    from_s: int
    to_s: int
    count: int


class PriceTable:
    """Prices in order of time; it does not change, what replaces a part of it makes another one.

    Args:
        spans: in order, none over another.
    """

    def __init__(self, spans: Iterable[PriceSpan] = ()) -> None:
        self._starts_s: array[int] = array("q")
        self._lengths_s: array[int] = array("q")
        self._prices: array[int] = array("q")
        for span in spans:
            self._starts_s.append(span.start_s)
            self._lengths_s.append(span.length_s)
            self._prices.append(span.price_micros)

    @property
    def extent(self) -> PriceExtent | None:
        """What prices there are; None: none. There may be gaps between them."""
        if not self._starts_s:
            return None
        return PriceExtent(from_s=self._starts_s[0], to_s=self._at(-1).end_s, count=len(self._starts_s))

    def within(self, from_s: int, to_s: int) -> Iterator[PriceSpan]:
        """Yield the prices that hold at some moment between the two, in order."""
        number = max(bisect_right(self._starts_s, from_s) - 1, 0)
        while number < len(self._starts_s) and self._starts_s[number] < to_s:
            if (span := self._at(number)).end_s > from_s:
                yield span
            number += 1

    def mean(self, from_s: int, to_s: int) -> float | None:
        """Return the mean of the prices between two moments, by how long each holds, per kWh; None: there is none."""
        weighed, priced_s = 0, 0
        for span in self.within(from_s, to_s):
            holds_s = min(span.end_s, to_s) - max(span.start_s, from_s)
            weighed += span.price_micros * holds_s
            priced_s += holds_s
        return weighed / (priced_s * MICROS) if priced_s else None

    def fitted(self, spans: Sequence[PriceSpan]) -> list[PriceSpan]:
        """Return `spans`, which follow on each other, with what is left of those here that begin or end within them."""
        from_s, to_s = spans[0].start_s, spans[-1].end_s
        left = [
            PriceSpan(start_s=cut.start_s, length_s=from_s - cut.start_s, price_micros=cut.price_micros)
            for cut in self.within(from_s, from_s + 1)
            if cut.start_s < from_s
        ]
        right = [
            PriceSpan(start_s=to_s, length_s=cut.end_s - to_s, price_micros=cut.price_micros)
            for cut in self.within(to_s, to_s + 1)  # which may begin just there: then it stays as it is
        ]
        return [*left, *spans, *right]

    def replaced(self, fitted: Sequence[PriceSpan]) -> PriceTable:
        """Return the table with these in place of all that begin between the first and the end of the last."""
        made, new = PriceTable(), PriceTable(fitted)
        first = bisect_left(self._starts_s, fitted[0].start_s)
        after = bisect_left(self._starts_s, fitted[-1].end_s)
        made._starts_s = self._starts_s[:first] + new._starts_s + self._starts_s[after:]
        made._lengths_s = self._lengths_s[:first] + new._lengths_s + self._lengths_s[after:]
        made._prices = self._prices[:first] + new._prices + self._prices[after:]
        return made

    def _at(self, number: int) -> PriceSpan:
        return PriceSpan(
            start_s=self._starts_s[number],
            length_s=self._lengths_s[number],
            price_micros=self._prices[number],
        )


def to_micros(price: float | Decimal) -> int:
    """Return a price in millionths, rounded to the nearest.

    Raises:
        UsageError: it is no number, or beyond all reason.
    """
    if not math.isfinite(price) or not -_HIGHEST <= price <= _HIGHEST:
        raise UsageError(
            f"{price} is no price of a kWh.", hint=f"From -{_HIGHEST} to {_HIGHEST}, per kWh and not per MWh."
        )
    return round(price * MICROS)
