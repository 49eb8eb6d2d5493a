"""The plug's integers and SI units."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.units import Position, amperes, decivolts, milliamperes, milliwatts, volts, watts

readable = st.integers(min_value=-(2**31), max_value=2**32)


def test_a_captured_reading_in_si_units() -> None:
    """Source: capture (MSS310 hw 2 fw 2.1.9, protocol notes, 5.4)."""
    assert (amperes(174), volts(2368), watts(13058)) == (0.174, 236.8, 13.058)


@given(readable)
def test_every_integer_of_a_plug_survives_the_way_to_si_and_back(value: int) -> None:
    assert decivolts(volts(value)) == value
    assert milliamperes(amperes(value)) == value
    assert milliwatts(watts(value)) == value


def test_si_values_are_rounded_to_the_nearest_step_not_cut() -> None:
    assert (decivolts(229.96), milliamperes(0.0996), milliwatts(1.9999)) == (2300, 100, 2000)


def test_a_position_is_told_in_millionths_of_a_degree() -> None:
    # Source: protocol notes, 5.8 (the example of System.Position).
    assert Position.parse("40.4,-3.7").microdegrees == (40_400_000, -3_700_000)
    assert str(Position.parse(" 52.52 , 13.40 ")) == "52.52,13.4"
