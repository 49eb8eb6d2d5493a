from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.virtual.parts.outlet import Load, Segment, parse_curve


def test_a_line_holds_until_the_next_and_the_last_as_long_as_the_one_before() -> None:
    curve = parse_curve("0,4.5\n90,1800,0.98\n# cooling\n\n100,60 # W\n")
    assert curve == Load(
        segments=(
            Segment(lasts_s=90, constant_w=4.5),
            Segment(lasts_s=10, constant_w=1800, power_factor=0.98),
            Segment(lasts_s=10, constant_w=60),
        ),
        repeats=True,
    )


@pytest.mark.parametrize("heading", ["seconds,watts", " Seconds , Watts ", "time,power,power_factor"])
def test_a_heading_is_passed_over_at_the_beginning_only(heading: str) -> None:
    assert parse_curve(f"{heading}\n0,1\n1,2") == parse_curve("0,1\n1,2")
    with pytest.raises(UsageError, match="Line 2 of the curve"):
        parse_curve(f"0,1\n{heading}\n1,2")


def test_a_curve_may_begin_at_any_time() -> None:
    assert parse_curve("1676020370,1\n1676020380,2") == parse_curve("0,1\n10,2")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "fewer than two lines"),
        ("0,1", "fewer than two lines"),
        ("0,1\n5", "Line 2 of the curve has 1 values"),
        ("0,1\n5,1,1,1", "Line 2 of the curve has 4 values"),
        ("0,1\n5;1", "Line 2 of the curve has 1 values"),
        ("0,1\n5,one", "Line 2 of the curve: 'one' is no number"),
        ("0,1\n5,", "Line 2 of the curve: '' is no number"),
        ("0,1\nnan,1", "Line 2 of the curve: 'nan' is no number"),
        ("0,1\n5,inf", "Line 2 of the curve: 'inf' is no number"),
        ("0,1\n5,-1", "Line 2 of the curve: watts are a number from 0 to 4000"),
        ("0,1\n5,4001", "watts are a number from 0 to 4000"),
        ("0,1,0\n5,1", "Line 1 of the curve: the power factor"),
        ("0,1,1.1\n5,1", "the power factor"),
        ("0,1\n0,2", "Line 2 of the curve: its time is not after"),
        ("5,1\n4,2", "its time is not after"),
    ],
)
def test_what_is_no_curve_is_refused_with_the_line(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_curve(text)


@pytest.mark.slow
def test_a_curve_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match="more than 100,000 lines"):
        parse_curve("".join(f"{at},1\n" for at in range(100_001)))


@given(st.text() | st.text("0123456789.,\n-e# ", max_size=80))
def test_any_text_ends_in_a_curve_or_in_a_sentence(text: str) -> None:
    with suppress(UsageError):
        assert parse_curve(text).repeats
