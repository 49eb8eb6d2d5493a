"""Prices over time: what replaces a part of them leaves the rest as it was."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.energy.price_table import PriceExtent, PriceSpan, PriceTable, to_micros
from ownplug.core.errors import UsageError

QUARTER_S = 900
LAST = 40  # quarters of an hour in which all of this happens


def span(start: int, length: int, price: int) -> PriceSpan:
    """A price, in quarters of an hour."""
    return PriceSpan(start_s=start * QUARTER_S, length_s=length * QUARTER_S, price_micros=price)


def all_of(table: PriceTable) -> list[PriceSpan]:
    return list(table.within(-1, 2 * LAST * QUARTER_S))


@st.composite
def imports(draw: st.DrawFn) -> list[PriceSpan]:
    """What one file holds: prices of one length, which follow on each other."""
    length = draw(st.sampled_from([1, 2, 4]))
    start, count = draw(st.integers(0, LAST - 8)), draw(st.integers(2, 6))
    prices = draw(st.lists(st.integers(-9, 9), min_size=count, max_size=count))
    return [span(start + number * length, length, price) for number, price in enumerate(prices)]


@given(st.lists(imports(), max_size=5))
def test_each_moment_has_the_price_that_came_last(files: list[list[PriceSpan]]) -> None:
    table, expected = PriceTable(), dict[int, int]()
    for spans in files:
        table = table.replaced(table.fitted(spans))
        for each in spans:
            for at_s in range(each.start_s, each.end_s, QUARTER_S):
                expected[at_s] = each.price_micros
    found = all_of(table)
    assert {
        at_s: each.price_micros for each in found for at_s in range(each.start_s, each.end_s, QUARTER_S)
    } == expected
    assert all(before.end_s <= after.start_s for before, after in pairwise(found))
    for from_s in range(0, LAST * QUARTER_S, 4 * QUARTER_S):
        within = [expected[at] for at in range(from_s, from_s + 4 * QUARTER_S, QUARTER_S) if at in expected]
        mean = sum(within) / len(within) / 1e6 if within else None
        assert table.mean(from_s, from_s + 4 * QUARTER_S) == pytest.approx(mean, abs=1e-15)


def test_what_is_cut_keeps_its_price_on_both_sides() -> None:
    table = PriceTable([span(0, 4, 1), span(4, 4, 2)])
    fitted = table.fitted([span(1, 1, 7), span(2, 1, 8)])
    assert fitted == [span(0, 1, 1), span(1, 1, 7), span(2, 1, 8), span(3, 1, 1)]
    assert all_of(table.replaced(fitted)) == [*fitted, span(4, 4, 2)]
    assert all_of(table) == [span(0, 4, 1), span(4, 4, 2)]  # which does not change


def test_it_tells_what_it_has() -> None:
    assert PriceTable().extent is None
    table = PriceTable([span(0, 4, 1), span(8, 2, 2)])
    assert table.extent == PriceExtent(from_s=0, to_s=10 * QUARTER_S, count=2)


def test_a_price_is_weighed_by_how_long_it_holds() -> None:
    table = PriceTable([span(0, 1, 400_000), span(1, 2, 100_000)])
    assert table.mean(0, 3 * QUARTER_S) == 0.2
    assert table.mean(0, 4 * QUARTER_S) == 0.2  # where there is no price, none is weighed
    assert table.mean(QUARTER_S - 60, QUARTER_S + 60) == 0.25
    assert table.mean(3 * QUARTER_S, 9 * QUARTER_S) is None


@pytest.mark.parametrize(
    ("price", "micros"),
    [(0.2871, 287_100), (Decimal("-0.01"), -10_000), (0, 0), (1e6, 10**12), (Decimal("0.0000004"), 0)],
)
def test_prices_are_whole_millionths(price: float | Decimal, micros: int) -> None:
    assert to_micros(price) == micros


@given(st.integers(-(10**9), 10**9))
def test_a_price_comes_back_as_it_was_typed(micros: int) -> None:
    assert to_micros(float(f"{micros / 1e6:.6f}")) == to_micros(Decimal(micros) / 10**6) == micros


@pytest.mark.parametrize("price", [float("nan"), float("inf"), 1_000_001, Decimal("1e999"), Decimal("NaN")])
def test_what_nobody_pays_is_refused(price: float | Decimal) -> None:
    with pytest.raises(UsageError, match="no price"):
        to_micros(price)
