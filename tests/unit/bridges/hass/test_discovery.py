"""How a plug is announced; a real Home Assistant judges in tests/e2e/bridges."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bridges.hass.plugs import FEATURES, KETTLE, OUTLET, TOPICS, UUID

from ownplug.bridges.hass.discovery import config_of, readable
from ownplug.hub import Device


def told(device: Device = KETTLE, *, page: str = "") -> dict[str, Any]:
    config: dict[str, Any] = json.loads(config_of(device, device.features, TOPICS, page=page))
    return config


def test_the_device_is_what_the_plug_is() -> None:
    assert told()["device"] == {
        "identifiers": [f"ownplug_{UUID}"],
        "connections": [["mac", "34:29:8f:1a:2b:3c"]],
        "name": "kettle",
        "manufacturer": "Meross",
        "serial_number": UUID.text,
        "model": "mss310",
        "sw_version": "2.1.7",
        "hw_version": "2.0.0",
        "suggested_area": "Kitchen",
    }
    assert told()["origin"]["name"] == "ownplug"
    assert told()["availability"] == [
        {"topic": "ownplug/hass/status"},
        {"topic": f"ownplug/hass/{UUID}/available"},
    ]
    assert told()["availability_mode"] == "all"


def test_our_page_is_named_where_others_reach_it() -> None:
    device = told(page="https://192.168.1.10:8480/")["device"]
    assert device["configuration_url"] == f"https://192.168.1.10:8480/plugs/{UUID}"


def test_every_entity_has_an_id_of_its_own_for_ever() -> None:
    renamed = replace(KETTLE, name="lamp", room="", firmware="2.1.8")
    ids = [component["unique_id"] for component in told()["components"].values()]
    assert len(set(ids)) == len(FEATURES)
    assert ids == [component["unique_id"] for component in told(renamed)["components"].values()]


def test_the_only_outlet_is_called_as_the_plug_and_several_are_told_apart() -> None:
    assert told()["components"]["on"]["name"] is None
    second = replace(OUTLET, id="on_1", name="Outlet 1", channel=1)
    several = told(replace(KETTLE, features=(OUTLET, second)))["components"]
    assert [several[each]["name"] for each in ("on", "on_1")] == ["Outlet", "Outlet 1"]
    assert several["on_1"]["command_topic"] == f"ownplug/hass/{UUID}/on_1/set"


@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=200))
def test_any_name_and_room_is_a_text_in_one_message_and_never_a_topic(name: str, room: str) -> None:
    device = replace(KETTLE, name=name, room=room, model=room, firmware=name, hardware=name)
    config = told(device)
    assert config["components"] == told()["components"]
    assert config["availability"] == told()["availability"]
    shown = config["device"]["name"]
    assert 0 < len(shown) <= 120
    assert all(each >= " " for each in shown)
    assert config["device"].get("suggested_area", "x").strip()


def test_what_is_readable_stays_as_it_is() -> None:
    for name in (
        "<b>kettle</b> & {{ 7 * 7 }}",
        "Wasser\N{LATIN SMALL LETTER O WITH DIAERESIS}fen 🫖",
        "👨\u200d👩\u200d👧",
    ):
        assert readable(name, "") == name
    assert readable("a\x07b\u202ec\nd", "") == "a bc d"
    assert readable("\x00", "Plug") == "Plug"
