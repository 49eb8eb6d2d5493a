"""How a plug is announced: one message for the device with all its entities.

Source: home-assistant.io, "MQTT", device discovery payload (from 2024.12 on).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

from ownplug import __version__
from ownplug.bridges.hass.topics import Topics, object_id
from ownplug.bridges.hass.words import OFF, ON, PRESS, words_of
from ownplug.core.identity import Uuid
from ownplug.hub import Device, Feature, Kind

_LONGEST = 120  # characters of a name
# What no name on a dashboard should hold: control characters, halves of a character, line ends, turns of direction.
_NO_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def config_of(device: Device, features: Sequence[Feature], topics: Topics, *, page: str = "") -> bytes:
    """Return the message that announces a plug.

    Args:
        device: the plug.
        features: what it can do.
        topics: where things are said.
        page: the URL of our page; empty: none that others reach.
    """
    outlets = sum(feature.channel is not None for feature in features)
    config = {
        "device": _device(device, page),
        "origin": {"name": "ownplug", "sw_version": __version__} | ({"support_url": page} if page else {}),
        "availability": [{"topic": topics.status}, {"topic": topics.available(device.uuid)}],
        "availability_mode": "all",
        "components": {
            feature.id: _component(device.uuid, feature, topics, is_only_outlet=outlets == 1)
            for feature in features
        },
    }
    return json.dumps(config, ensure_ascii=False).encode("utf-8", "replace")


def readable(text: str, otherwise: str) -> str:
    """Return a text as a name on a dashboard."""
    shown = "".join(
        " " if unicodedata.category(each) in _NO_TEXT else each for each in text if each not in _TURNS
    )
    return " ".join(shown.split())[:_LONGEST] or otherwise


def _device(device: Device, page: str) -> dict[str, Any]:
    told = {
        "model": readable(device.model, ""),
        "sw_version": readable(device.firmware, ""),
        "hw_version": readable(device.hardware, ""),
        "suggested_area": readable(device.room, ""),
        "configuration_url": f"{page.rstrip('/')}/plugs/{device.uuid.text}" if page else "",
    }
    return {
        "identifiers": [object_id(device.uuid)],
        "connections": [["mac", device.uuid.mac.text]],
        "name": readable(device.name, f"Plug {device.uuid.tail}"),
        "manufacturer": "Meross",
        "serial_number": device.uuid.text,
        **{name: text for name, text in told.items() if text},
    }


def _component(uuid: Uuid, feature: Feature, topics: Topics, *, is_only_outlet: bool) -> dict[str, Any]:
    words = words_of(feature)
    # An entity without a name is called as its device: the one that people mean by it.
    is_the_plug = feature.channel is not None and is_only_outlet
    component: dict[str, Any] = {
        "platform": words.platform,
        "unique_id": f"{object_id(uuid)}_{feature.id}",
        "name": None if is_the_plug else feature.name,
        **words.options,
    }
    if feature.kind is not Kind.BUTTON:
        component["state_topic"] = topics.state(uuid, feature.id)
    if feature.kind is Kind.SWITCH:
        component |= {"command_topic": topics.command(uuid, feature.id), "payload_on": ON, "payload_off": OFF}
    if feature.kind is Kind.BUTTON:
        component |= {"command_topic": topics.command(uuid, feature.id), "payload_press": PRESS}
    if feature.unit:
        component["unit_of_measurement"] = feature.unit
    return component
