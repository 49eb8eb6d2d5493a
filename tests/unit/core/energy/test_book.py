"""Samples become joules: worked by hand, and whatever comes in whatever order."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.energy.book import Book, Mark

GAP_MS = 90_000


def taken(book: Book) -> dict[int, tuple[int, int]]:
    found: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for start_s, joules, covered_ms in book.take():
        found[start_s][0] += joules
        found[start_s][1] += covered_ms
    return {start_s: (joules, covered_ms) for start_s, (joules, covered_ms) in found.items()}


def test_a_steady_load_by_hand() -> None:
    book = Book(GAP_MS)
    for at_s in range(0, 121, 10):
        book.sample(at_s * 1000, 60_000)
    assert taken(book) == {0: (3600, 60_000), 60: (3600, 60_000)}  # 60 W for a minute, twice: 1 Wh each


def test_a_ramp_is_cut_where_the_minute_ends() -> None:
    book = Book(GAP_MS)
    book.sample(50_000, 0)
    book.sample(70_000, 100_000)
    assert taken(book) == {0: (250, 10_000), 60: (750, 10_000)}  # 0 to 50 W, then 50 to 100 W, for 10 s each


def test_a_relay_that_falls_ends_the_load_at_that_moment() -> None:
    book = Book(GAP_MS)
    book.sample(0, 100_000)
    book.switched(5_000, on=False)
    book.sample(20_000, 0)
    assert taken(book) == {0: (500, 20_000)}


def test_what_a_relay_lets_through_is_known_from_the_next_sample() -> None:
    book = Book(GAP_MS)
    book.sample(0, 0)
    book.switched(10_000, on=True)
    book.sample(20_000, 50_000)
    assert taken(book) == {0: (500, 20_000)}


def test_a_stretch_in_which_nobody_looked_is_nobodys() -> None:
    book = Book(GAP_MS)
    book.sample(0, 60_000)
    book.sample(GAP_MS + 1, 60_000)
    assert taken(book) == {}
    book.sample(GAP_MS + 1001, 60_000)
    assert taken(book) == {60: (60, 1_000)}


def test_no_time_is_counted_twice() -> None:
    book = Book(GAP_MS)
    for at_s in (0, 30, 10, 20, 30, 40):
        book.sample(at_s * 1000, 60_000)
    assert taken(book) == {0: (2400, 40_000)}


def test_a_clock_that_was_a_year_ahead_is_not_waited_for() -> None:
    book = Book(GAP_MS)
    for at_s in (31_536_000, 0, 10):
        book.sample(at_s * 1000, 60_000)
    assert taken(book) == {0: (600, 10_000)}


def test_what_is_fed_back_is_not_used() -> None:
    book = Book(GAP_MS)
    book.sample(0, -60_000)
    book.sample(10_000, -60_000)
    assert taken(book) == {0: (0, 10_000)}


def test_power_that_no_plug_can_carry_is_counted_as_the_most_that_is_believed() -> None:
    book = Book(GAP_MS)
    book.sample(0, 2**53)
    book.sample(10_000, 2**53)
    assert taken(book) == {0: (1_000_000, 10_000)}


def test_a_book_goes_on_from_the_mark_of_another() -> None:
    book = Book(GAP_MS, Mark(at_ms=0, power_mw=60_000))
    book.sample(10_000, 60_000)
    assert taken(book) == {0: (600, 10_000)}


@pytest.mark.parametrize("on", [False, True])
def test_what_was_counted_until_a_relay_moved_is_not_counted_again_by_the_next_book(on: bool) -> None:
    book = Book(GAP_MS)
    book.sample(0, 60_000)
    book.switched(10_000, on=on)
    assert taken(book) == {0: (600, 10_000)}
    later = Book(GAP_MS, book.mark())
    later.sample(20_000, 60_000)
    assert taken(later) == {0: (600 if on else 300, 10_000)}


def test_a_book_that_has_seen_nothing_has_no_mark() -> None:
    assert Book(GAP_MS).mark() is None


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 200_000), st.integers(0, 4_000_000), st.booleans()), min_size=1, max_size=60
    )
)
def test_nothing_is_rounded_away_however_often_it_is_taken(steps: list[tuple[int, int, bool]]) -> None:
    book, at_ms, before_mw = Book(GAP_MS), 1_700_000_000_123, 0
    book.sample(at_ms, 0)
    true_j, covered_ms, joules, taken_ms = Fraction(0), 0, 0, 0
    for step_ms, power_mw, takes in steps:
        at_ms += step_ms
        book.sample(at_ms, power_mw)
        if step_ms <= GAP_MS:
            true_j += Fraction((before_mw + power_mw) * step_ms, 2_000_000)
            covered_ms += step_ms
        before_mw = power_mw
        if takes:
            for _, part_j, part_ms in book.take():
                joules += part_j
                taken_ms += part_ms
    for start_s, part_j, part_ms in book.take():
        assert start_s % 60 == 0
        joules += part_j
        taken_ms += part_ms
    assert taken_ms == covered_ms
    assert true_j - 2 <= joules <= true_j  # less than a joule is left in the book, and the cuts of ramps
