"""What a feature is in Home Assistant's words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bridges.hass.plugs import FEATURES, OUTLET

from ownplug.bridges.hass.words import state_of, wish_of, words_of
from ownplug.hub import Feature, Kind


@pytest.mark.parametrize(
    ("feature", "platform"),
    [
        (Feature(id="fuse", kind=Kind.SWITCH, name="Fuse"), "switch"),
        (Feature(id="heat", kind=Kind.SENSOR, name="Heat", unit="K"), "sensor"),
        (Feature(id="note", kind=Kind.TEXT, name="Note"), "sensor"),
        (Feature(id="reset", kind=Kind.BUTTON, name="Reset"), "button"),
    ],
)
def test_a_feature_that_nobody_has_thought_of_is_shown_by_its_kind(feature: Feature, platform: str) -> None:
    assert words_of(feature).platform == platform


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (replace(OUTLET, value=None), b"None"),
        (replace(FEATURES[1], value=None), b"None"),
        (replace(FEATURES[1], value=0.0), b"0"),
        (replace(FEATURES[4], value=123456.789), b"123456.789"),
        (replace(FEATURES[9], value=None), b"{}"),
        (replace(FEATURES[9], value="2.1"), b'{"installed_version": "2.1"}'),
        (Feature(id="note", kind=Kind.TEXT, name="Note", value="\ud800" * 300), b"?" * 255),
        (FEATURES[8], None),
    ],
)
def test_what_is_said_of_a_value(feature: Feature, said: bytes | None) -> None:
    assert state_of(feature) == said


@given(st.sampled_from(FEATURES), st.binary(max_size=12))
def test_nothing_else_is_a_wish(feature: Feature, payload: bytes) -> None:
    assert (wish_of(feature, payload) is None) == (
        payload not in {Kind.SWITCH: (b"ON", b"OFF"), Kind.BUTTON: (b"PRESS",)}.get(feature.kind, ())
    )
