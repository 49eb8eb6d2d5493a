"""Who is there, as far as what they say tells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ownplug.app.presence import CALL_AFTER_S, GONE_AFTER_S, Presence
from ownplug.core.identity import Uuid

KETTLE, LAMP = Uuid("1811081234567825182734298f1a2b3c"), Uuid("1811081234567825182734298f1a2b3d")


def test_who_speaks_is_there_until_it_has_been_silent_for_too_long() -> None:
    presence = Presence()
    stay = presence.heard(KETTLE, 0)
    assert stay is not None
    assert presence.heard(KETTLE, 10) is None
    assert presence.gone(10 + GONE_AFTER_S - 1) == []
    assert presence.gone(10 + GONE_AFTER_S) == [(KETTLE, stay)]
    assert presence.gone(10 + GONE_AFTER_S) == []
    again = presence.heard(KETTLE, 200)
    assert again not in {None, stay}


def test_who_is_silent_is_asked_again_and_again_before_it_counts_as_gone() -> None:
    presence = Presence()
    presence.heard(KETTLE, 0)
    asked = [now_s for now_s in range(0, int(GONE_AFTER_S), 5) if presence.to_call([KETTLE], now_s)]
    assert asked == [CALL_AFTER_S, 2 * CALL_AFTER_S]


def test_plugs_of_the_home_that_are_not_there_are_asked_at_once_and_then_now_and_again() -> None:
    presence = Presence()
    assert presence.to_call([KETTLE, LAMP], 0) == [KETTLE, LAMP]
    presence.heard(LAMP, 1)
    assert presence.to_call([KETTLE, LAMP], CALL_AFTER_S) == [KETTLE]
    assert presence.to_call([KETTLE, LAMP], CALL_AFTER_S + 1) == [LAMP]


def test_at_the_end_everybody_is_gone_and_asked_anew() -> None:
    presence = Presence()
    stay = presence.heard(KETTLE, 0)
    assert presence.end() == [(KETTLE, stay)]
    assert presence.end() == []
    assert presence.to_call([KETTLE], 1) == [KETTLE]


@given(st.lists(st.tuples(st.sampled_from([KETTLE, LAMP]), st.integers(0, 60)), max_size=50))
def test_a_plug_that_speaks_often_enough_never_goes(told: list[tuple[Uuid, int]]) -> None:
    presence, now_s = Presence(), 0
    for uuid in (KETTLE, LAMP):
        presence.heard(uuid, 0)
    for uuid, pause_s in told:
        now_s += min(pause_s, int(GONE_AFTER_S) - 1)
        for each in (KETTLE, LAMP):
            presence.heard(each, now_s)
        presence.heard(uuid, now_s)
        assert presence.gone(now_s) == []
