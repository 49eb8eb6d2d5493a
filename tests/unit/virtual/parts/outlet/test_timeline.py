from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.parts.outlet import Load, Segment
from ownplug.virtual.parts.outlet.timeline import Timeline

FIRST = Segment(lasts_s=10, resistive_w=100)
SECOND = Segment(lasts_s=5, constant_w=40)


def test_a_load_that_ends_stays_in_its_last_segment() -> None:
    line = Timeline(Load(segments=(FIRST, SECOND)))
    assert line.at(0) == (FIRST, 0)
    assert line.at(9.5) == (FIRST, 9.5)
    assert line.at(10) == (SECOND, 0)
    assert line.at(1000) == (SECOND, 990)
    assert line.used_j(1000) == (1000, 990 * 40)


def test_a_load_that_repeats_begins_again() -> None:
    line = Timeline(Load(segments=(FIRST, SECOND), repeats=True))
    assert line.at(15) == (FIRST, 0)
    assert line.at(15 * 1000 + 12) == (SECOND, 2)
    assert line.used_j(15 * 1000 + 12) == (1000 * 1001, 200 * 1000 + 80)


def test_changes_are_where_segments_begin() -> None:
    ends, repeats = (Timeline(Load(segments=(FIRST, SECOND), repeats=again)) for again in (False, True))
    for line in (ends, repeats):
        assert line.next_change_s(0) == 0
        assert line.next_change_s(0.1) == 10
        assert line.next_change_s(10) == 10
    assert ends.next_change_s(10.1) == math.inf
    assert repeats.next_change_s(10.1) == 15
    assert repeats.next_change_s(15 * 7 + 1) == 15 * 7 + 10


segments = st.builds(
    Segment,
    lasts_s=st.floats(0.1, 50),
    resistive_w=st.floats(0, 3000),
    constant_w=st.floats(0, 3000),
    surge=st.floats(0, 6),
)
loads = st.builds(Load, segments=st.lists(segments, min_size=1, max_size=6).map(tuple), repeats=st.booleans())


@given(loads, st.floats(0, 500), st.floats(0, 500))
def test_energy_is_the_same_in_one_piece_as_segment_by_segment(
    load: Load, one_s: float, other_s: float
) -> None:
    """Against a walk through the segments that knows nothing of sums made in advance."""
    line, (from_s, until_s) = Timeline(load), sorted((one_s, other_s))
    resistive_j = constant_j = 0.0
    at_s = from_s
    while at_s < until_s:
        segment, into_s = line.at(at_s)
        is_last = segment is load.segments[-1] and not load.repeats
        left_s = math.inf if is_last else segment.lasts_s - into_s
        piece_s = min(until_s - at_s, max(left_s, 1e-9))
        resistive_j += segment.resistive_w * piece_s
        constant_j += segment.constant_j(into_s + piece_s) - segment.constant_j(into_s)
        at_s += piece_s
    before, after = line.used_j(from_s), line.used_j(until_s)
    assert after[0] - before[0] == pytest.approx(resistive_j, abs=0.1)
    assert after[1] - before[1] == pytest.approx(constant_j, abs=0.1)
