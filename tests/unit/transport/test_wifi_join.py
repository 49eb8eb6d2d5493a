"""How nmcli writes, and how plugs call their networks; the rest is judged by the real nmcli."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.transport.wifi_join import is_plugs_network, parse_terse


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("", [""]),
        ("wlan0:wifi:connected::", ["wlan0", "wifi", "connected", "", ""]),
        ("We\\:ird\\\\:60", ["We:ird\\", "60"]),
    ],
)
def test_a_line_is_split_at_colons_that_are_not_escaped(line: str, fields: list[str]) -> None:
    assert parse_terse(line) == fields


@given(st.lists(st.text(), min_size=1))
def test_any_fields_are_read_as_they_were_written(fields: list[str]) -> None:
    line = ":".join(field.replace("\\", "\\\\").replace(":", "\\:") for field in fields)
    assert parse_terse(line) == fields


@pytest.mark.parametrize(
    ("ssid", "is_one"),
    [
        ("Meross_SW_1A2B", True),
        ("MEROSS_SW_5dcc", True),
        ("Meross_SW_1A2", False),
        ("Meross_SW_1A2B ", False),
        ("Meross_factory_mss310", False),
        ("Home", False),
    ],
)
def test_a_plugs_network_is_known_by_its_name(ssid: str, is_one: bool) -> None:
    assert is_plugs_network(ssid) is is_one
