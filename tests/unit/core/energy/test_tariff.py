"""What an hour costs, worked out by hand, also on the days on which clocks are changed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time

import pytest

from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.price_table import PriceSpan, PriceTable
from ownplug.core.energy.tariff import (
    DayNight,
    Flat,
    Hourly,
    Rate,
    Tariff,
    TariffBook,
    check_currency,
)
from ownplug.core.errors import NotFound, UsageError

BERLIN = Calendar("Europe/Berlin")


def book(rate: Rate, *, table: PriceTable | None = None) -> TariffBook:
    tariff = Tariff(begins=date(2020, 1, 1), rate=rate)
    return TariffBook(currency="EUR", tariffs=(tariff,), table=table or PriceTable())


def night(begin: time, end: time) -> TariffBook:
    rate = DayNight(day_price_micros=300_000, night_price_micros=100_000, night_from=begin, night_to=end)
    return book(rate)


def prices_of(found: TariffBook, calendar: Calendar, day: date) -> list[float | None]:
    return list(found.hour_prices(calendar, calendar.begin(day), calendar.end(day)).values())


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_each_tariff_holds_from_its_day_until_the_next() -> None:
    found = TariffBook()
    for begins, price_micros in ((date(2026, 7, 1), 250_000), (date(2026, 1, 1), 210_000)):
        found = found.with_tariff(Tariff(begins=begins, rate=Flat(price_micros=price_micros)))
    from_s, to_s = BERLIN.begin(date(2025, 12, 31)), BERLIN.end(date(2026, 7, 1))
    prices = found.hour_prices(BERLIN, from_s, to_s)
    by_day: dict[date, set[float | None]] = {}
    for start_s, price in prices.items():
        by_day.setdefault(BERLIN.day(start_s), set()).add(price)
    assert by_day[date(2025, 12, 31)] == {None}
    assert by_day[date(2026, 1, 1)] == by_day[date(2026, 6, 30)] == {0.21}
    assert by_day[date(2026, 7, 1)] == {0.25}
    assert sum(price == 0.21 for price in prices.values()) == 181 * 24 - 1  # in March an hour is left out


def test_a_tariff_of_the_same_day_is_replaced_and_one_that_is_removed_lets_the_one_before_hold_on() -> None:
    first, second, other = (
        Tariff(begins=begins, rate=Flat(price_micros=micros))
        for begins, micros in ((date(2026, 1, 1), 1), (date(2026, 2, 1), 2), (date(2026, 2, 1), 3))
    )
    found = TariffBook().with_tariff(second).with_tariff(first).with_tariff(other)
    assert found.tariffs == (first, other)
    assert found.without(date(2026, 2, 1)).tariffs == (first,)
    with pytest.raises(NotFound, match="2026-03-01"):
        found.without(date(2026, 3, 1))


def test_the_first_and_the_last_hour_may_be_within_the_span_in_part() -> None:
    begin, end = at("2026-01-05T10:30"), at("2026-01-05T12:00:01")
    hours = [at("2026-01-05T10:00"), at("2026-01-05T11:00"), at("2026-01-05T12:00")]
    assert book(Flat(price_micros=1)).hour_prices(BERLIN, begin, end) == dict.fromkeys(hours, 0.000_001)


def test_half_an_hour_of_night_counts_half() -> None:
    """Economy 7 as in much of Britain: half past midnight to half past seven."""
    prices = prices_of(night(time(0, 30), time(7, 30)), Calendar("Europe/London"), date(2026, 1, 15))
    assert prices == [0.2, *[0.1] * 6, 0.2, *[0.3] * 16]


def test_a_minute_of_night_counts_a_sixtieth() -> None:
    prices = prices_of(night(time(23, 59), time(0, 2)), BERLIN, date(2026, 1, 15))
    assert prices[0] == pytest.approx((2 * 0.1 + 58 * 0.3) / 60, abs=1e-12)
    assert prices[23] == pytest.approx((0.1 + 59 * 0.3) / 60, abs=1e-12)
    assert prices[1:23] == [0.3] * 22


@pytest.mark.parametrize(
    ("day", "night_hours", "day_hours"),
    [
        (date(2026, 1, 15), 8, 16),
        (date(2026, 3, 29), 7, 16),  # 02:00 is left out
        (date(2026, 10, 25), 9, 16),  # 02:00 comes twice, and is night both times
    ],
)
def test_the_night_is_as_long_as_clocks_show(day: date, night_hours: int, day_hours: int) -> None:
    prices = prices_of(night(time(22), time(6)), BERLIN, day)
    assert Counter(prices) == {0.1: night_hours, 0.3: day_hours}


def test_a_night_that_begins_in_the_hour_that_comes_twice_does_so_twice() -> None:
    prices = prices_of(night(time(2, 30), time(4)), BERLIN, date(2026, 10, 25))
    assert prices[:6] == [0.3, 0.3, 0.2, 0.2, 0.1, 0.3]


def test_a_night_that_begins_in_the_hour_that_is_left_out_begins_after_it() -> None:
    prices = prices_of(night(time(2, 30), time(4)), BERLIN, date(2026, 3, 29))
    assert prices[:4] == [0.3, 0.3, 0.1, 0.3]  # 00:00, 01:00, 03:00, 04:00


def test_where_clocks_are_set_by_half_an_hour_a_piece_of_an_hour_has_its_own_price() -> None:
    calendar = Calendar("Australia/Lord_Howe")  # from 02:00 back to 01:30
    prices = prices_of(night(time(1, 45), time(3)), calendar, date(2026, 4, 5))
    hours = calendar.hours(date(2026, 4, 5))
    assert [length_s for _, length_s in hours[:4]] == [3600, 3600, 1800, 3600]
    assert prices[:5] == pytest.approx([0.3, 0.25, 0.2, 0.1, 0.3], abs=1e-12)


def test_nights_are_those_of_the_zone() -> None:
    calendar = Calendar("Asia/Kathmandu")  # 5:45 ahead of UTC
    found = night(time(22), time(6)).hour_prices(
        calendar, calendar.begin(date(2026, 1, 15)), calendar.end(date(2026, 1, 15))
    )
    assert found[at("2026-01-15T00:15")] == 0.3  # 06:00 there
    assert found[at("2026-01-14T23:15")] == 0.1


def test_the_price_of_an_hour_is_the_mean_of_its_quarters() -> None:
    quarters = [
        PriceSpan(start_s=at("2026-01-15T10:00") + 900 * number, length_s=900, price_micros=price)
        for number, price in enumerate([100_000, 200_000, 300_000, -200_000, 70_000])
    ]
    found = book(Hourly(), table=PriceTable(quarters))
    prices = found.hour_prices(BERLIN, at("2026-01-15T09:00"), at("2026-01-15T13:00"))
    assert list(prices.values()) == [None, 0.1, 0.07, None]  # of 11:00 only a quarter is known


def test_the_table_counts_only_where_a_tariff_says_so() -> None:
    span = PriceSpan(start_s=at("2026-01-15T10:00"), length_s=3600, price_micros=100_000)
    found = TariffBook(currency="EUR", table=PriceTable([span]))
    assert found.mean_price(BERLIN, span.start_s, 3600) is None
    assert book(Flat(price_micros=5), table=PriceTable([span])).mean_price(
        BERLIN, span.start_s, 3600
    ) == pytest.approx(0.000_005)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (time(22), time(22)),
        (time(22, 0, 1), time(6)),
        (time(22), time(6, microsecond=1)),
        (time(22, tzinfo=UTC), time(6)),
    ],
)
def test_a_night_that_cannot_be_is_refused(begin: time, end: time) -> None:
    with pytest.raises(UsageError) as refused:
        night(begin, end)
    assert refused.value.hint


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "EU", "€", "EUR\n", "ÄÖÜ"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    check_currency("EUR")
    with pytest.raises(UsageError, match="no currency"):
        check_currency(currency)


def test_another_currency_leaves_no_prices_of_the_old_one() -> None:
    table = PriceTable([PriceSpan(start_s=0, length_s=900, price_micros=1)])
    found = TariffBook(currency="EUR", table=table)
    assert found.in_currency("EUR").table is table
    assert found.in_currency("SEK").table.extent is None
