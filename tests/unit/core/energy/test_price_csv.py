"""Tables of prices as people have them: each is taken whole, or refused with the line that is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.energy import price_csv
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.price_csv import parse_prices
from ownplug.core.energy.price_table import PriceSpan
from ownplug.core.errors import UsageError

BERLIN = Calendar("Europe/Berlin")
BEGIN_S = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def spans(*prices_micros: int, step_s: int = 3600, begin_s: int = BEGIN_S) -> list[PriceSpan]:
    return [
        PriceSpan(start_s=begin_s + number * step_s, length_s=step_s, price_micros=price)
        for number, price in enumerate(prices_micros)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "start,price\n2026-01-01T01:00,0.2871\n2026-01-01T02:00,-0.01\n",
        "start,price\r\n2026-01-01 01:00:00,0.2871\r\n2026-01-01 02:00:00,-.01\r\n",
        "\ufeffStart,Price\n2026-01-01T00:00Z,0.2871\n2026-01-01T01:00:00.000Z,-1e-2",
        '"start";"price"\n"2026-01-01T01:00+01:00";"0,2871"\n"2026-01-01T02:00+0100";"-0,01"\n',
        "start ; price\n2026-01-01T01:00 ; 0.2871\n\n2026-01-01T02:00 ; -0.01\n  \n",
        f"start,price\n{BEGIN_S},0.2871\n{BEGIN_S + 3600},-0.0100000\n",
        "start,price\r2026-01-01T02:00,-0.01\r2026-01-01T01:00,+0.2871\r",  # in whatever order
    ],
)
def test_each_way_to_write_it_is_understood(text: str) -> None:
    assert parse_prices(text, BERLIN) == spans(287_100, -10_000)


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_a_price_holds_until_the_next(minutes: int) -> None:
    rows = [f"{BEGIN_S + number * minutes * 60},{number}" for number in range(3)]
    found = parse_prices("\n".join(["start,price", *rows]), BERLIN)
    assert found == spans(0, 1_000_000, 2_000_000, step_s=minutes * 60)


def test_a_day_of_25_hours_in_local_time_with_offsets() -> None:
    hours = [*range(3), *range(2, 24)]
    rows = [
        f"2026-10-25T{hour:02}:00+0{1 if number > 2 else 2}:00,{number}" for number, hour in enumerate(hours)
    ]
    found = parse_prices("\n".join(["start,price", *rows]), BERLIN)
    assert [(span.start_s, span.length_s) for span in found] == BERLIN.hours(date(2026, 10, 25))
    assert [span.price_micros for span in found] == [number * 1_000_000 for number in range(25)]


def test_a_day_of_23_hours_in_local_time_needs_no_offsets() -> None:
    rows = [f"2026-03-29T{hour:02}:00,1" for hour in range(24) if hour != 2]
    found = parse_prices("\n".join(["start,price", *rows]), BERLIN)
    assert [(span.start_s, span.length_s) for span in found] == BERLIN.hours(date(2026, 3, 29))


GOOD = "2026-01-01T01:00,0.2871"


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([""], "Line 1 has to name the columns"),
        ([GOOD, GOOD], "Line 1 has to name the columns"),
        (["price,start", GOOD], "Line 1 has to name the columns"),
        (["start,price"], "has 0 prices"),
        (["start,price", GOOD], "has 1 prices"),
        (["start,price", GOOD, "2026-01-01T02:00"], "Line 3: there are 1 columns"),
        (["start,price", GOOD, "2026-01-01T02:00,0,21"], "Line 3: there are 3 columns"),
        (["start,price", GOOD, "2026-01-01T02:00,"], "Line 3: '' is no price"),
        (["start,price", GOOD, "2026-01-01T02:00,nan"], "Line 3: 'nan' is no price"),
        (["start,price", GOOD, "2026-01-01T02:00,-inf"], "Line 3: '-inf' is no price"),
        (["start,price", GOOD, "2026-01-01T02:00,1e99"], r"Line 3: 1E\+99 is no price"),
        (["start;price", "2026-01-01T02:00;1.234,56"], "Line 2: '1.234.56' is no price"),
        (["start,price", "", GOOD, "", "tomorrow,1"], "Line 5: 'tomorrow' is no date"),
        (["start,price", "2026-13-01T00:00,1"], "Line 2: '2026-13-01T00:00' is no date"),
        (["start,price", "2026-01-01,1"], "Line 2: '2026-01-01' is no date"),
        (["start,price", "2026-01-01T00:00+99:00,1"], "Line 2: .* is no date"),
        (["start,price", "٢٠٢٦-01-01T00:00,1"], "Line 2: .* is no date"),
        (["start,price", "0001-01-01T00:00,1"], "Line 2: .* is not in this century"),
        (["start,price", "9999-12-31T23:00-12:00,1"], "Line 2: .* is not in this century"),
        (["start,price", "20260101,1"], "Line 2: '20260101' is not in this century"),
        (["start,price", f"{BEGIN_S}000,1"], "Line 2: '1767225600000' is not in this century"),
        (["start,price", "2026-01-01T00:05,1"], "Line 2: .* is no full quarter"),
        (["start,price", "2026-01-01T00:00:30Z,1"], "Line 2: .* is no full quarter"),
        (["start,price", f"{BEGIN_S + 1},1"], "Line 2: .* is no full quarter"),
        (["start,price", "2026-01-01T00:00:00.5Z,1"], "Line 2: .* is no date"),
        (["start,price", GOOD, "2026-01-01T02:00,1", GOOD], "Line 4 begins when line 2 does"),
        (["start,price", GOOD, "2026-01-01T01:45,1"], "Line 3 begins 45 minutes after line 2"),
        (["start,price", GOOD, "2026-01-01T02:00,1", "2026-01-01T04:00,1"], "Line 4 begins 120 minutes"),
        (["start,price", GOOD, "2026-01-01T02:00,1", "2026-01-01T02:30,1"], "Line 4 begins 30 minutes"),
        (["start,price", "2026-10-25T02:00,1"], "Line 2: .* comes twice in Europe/Berlin"),
        (["start,price", "2026-03-29T02:30,1"], "Line 2: .* does not come in Europe/Berlin"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_a_hint(lines: list[str], wrong: str) -> None:
    with pytest.raises(UsageError, match=f"^(The table )?{wrong}") as refused:
        parse_prices("\n".join(lines), BERLIN)
    assert refused.value.hint


def test_the_hour_that_comes_twice_needs_its_offset() -> None:
    with pytest.raises(UsageError) as refused:
        parse_prices("start,price\n2026-10-25T02:15,1\n", BERLIN)
    assert "offset" in refused.value.hint


def test_a_cell_of_any_length_is_not_repeated_whole() -> None:
    with pytest.raises(UsageError) as refused:
        parse_prices(f"start,price\n{'x' * 10_000},1\n", BERLIN)
    assert len(str(refused.value)) < 100


def test_there_is_an_end_to_what_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"{BEGIN_S + 900 * number},1\n" for number in range(11))
    monkeypatch.setattr(price_csv, "MOST_ROWS", 11)
    assert len(parse_prices(f"start,price\n{rows}", BERLIN)) == 11
    monkeypatch.setattr(price_csv, "MOST_ROWS", 10)
    with pytest.raises(UsageError, match="more than 10 rows"):
        parse_prices(f"start,price\n{rows}", BERLIN)
    with pytest.raises(UsageError, match="more than 5 MB"):
        parse_prices("x" * (price_csv.LONGEST_TABLE + 1), BERLIN)


@given(st.text() | st.text(alphabet="0123456789-T:+Z.,;eE\n\r \"'\ufeff\x00"), st.sampled_from(",;"))
def test_any_text_ends_in_prices_or_in_a_sentence(text: str, separator: str) -> None:
    for table in (text, f"start{separator}price\n{text}"):
        try:
            count = len(parse_prices(table, BERLIN))
        except UsageError:
            continue
        assert count >= 2


ROWS = st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=100)
FIRST = st.integers(946_684_800 // 900 + 8 * 24 * 4, 4_000_000_000 // 900).map(lambda quarter: quarter * 900)


@given(
    ROWS, FIRST, st.sampled_from([900, 1800, 3600]), st.sampled_from(["Z", "+05:45", "unix"]), st.randoms()
)
def test_what_is_written_is_read(
    prices: list[int], begin_s: int, step_s: int, form: str, random: Random
) -> None:
    lines = []
    for number, price in enumerate(prices):
        at_s = begin_s + number * step_s
        ahead = timedelta(hours=5, minutes=45) if form == "+05:45" else timedelta()
        shown = f"{datetime.fromtimestamp(at_s, UTC) + ahead:%Y-%m-%d %H:%M}{form}"
        lines.append(f"{at_s if form == 'unix' else shown};{price / 1e6:.6f}".replace(".", ","))
    random.shuffle(lines)
    found = parse_prices("\n".join(["start;price", *lines]), BERLIN)
    assert found == spans(*prices, step_s=step_s, begin_s=begin_s)
