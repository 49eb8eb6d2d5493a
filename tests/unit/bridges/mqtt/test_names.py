"""Any name is one level of a topic; no two plugs share one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.bridges.mqtt import topic_level
from ownplug.core.identity import Uuid
from ownplug.core.mqtt import check_topic

UUID = Uuid("1811081234567825182734298f1a2b3c")


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("kettle", "kettle"),
        ("große Lampe", "große Lampe"),
        ("tea/pot", "tea_pot-1a2b3c"),
        ("50+ #1", "50_ _1-1a2b3c"),
        ("$SYS", "_SYS-1a2b3c"),
        ("line\nend", "line_end-1a2b3c"),
        (" ", "plug-1a2b3c"),
        ("x" * 61, f"{'x' * 60}-1a2b3c"),
        ("cafe\u0301", "café-1a2b3c"),
    ],
)
def test_what_cannot_stand_there_is_made_safe_and_visibly_so(name: str, level: str) -> None:
    assert topic_level(name, UUID) == level


@given(st.text())
def test_any_name_is_a_level(name: str) -> None:
    level = topic_level(name, UUID)
    check_topic(f"ownplug/{level}/on")
    assert level
    assert "/" not in level
    assert not level.startswith("$")


@given(st.text(), st.text())
def test_names_that_end_up_the_same_stay_apart(one: str, other: str) -> None:
    second = Uuid("1811081234567825182734298f1a2b3d")
    if one != other:
        assert topic_level(one, UUID) != topic_level(other, second) or topic_level(one, UUID) == one
