"""What a feature is in Home Assistant's words: which kind of entity, what it measures, how it is said and set.

Source: home-assistant.io, "MQTT" and its pages on switch, sensor, update and button; "Sensor", its device classes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import assert_never

from ownplug.hub import Feature, Kind, Wish

ON, OFF, PRESS = "ON", "OFF", "PRESS"
_UNKNOWN = b"None"
_LONGEST = 255  # characters of a state

Options = dict[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One kind of feature in Home Assistant's words.

    Attributes:
        platform: which kind of entity.
        options: what else is said of it.
    """

    platform: str
    options: Options = field(default_factory=dict)


_OUTLET = Words(platform="switch", options={"device_class": "outlet"})
_SETTING = Words(platform="switch", options={"entity_category": "config"})
_NUMBER = Words(platform="sensor", options={"state_class": "measurement"})
_TEXT = Words(platform="sensor", options={"entity_category": "diagnostic"})
_BUTTON = Words(platform="button", options={"entity_category": "config"})

# What is more to say of some features than their kind tells.
_BY_ID: dict[str, Words] = {
    "light": Words(platform="switch", options={"entity_category": "config", "icon": "mdi:led-outline"}),
    "signal": Words(
        platform="sensor",
        options={"state_class": "measurement", "entity_category": "diagnostic", "icon": "mdi:wifi"},
    ),
    "firmware": Words(
        platform="update", options={"device_class": "firmware", "entity_category": "diagnostic"}
    ),
    "identify": Words(platform="button", options={"device_class": "identify", "entity_category": "config"}),
}

# Of sensors: by what they are measured in.
_BY_UNIT: dict[str, Options] = {
    "W": {"device_class": "power", "state_class": "measurement", "suggested_display_precision": 1},
    "V": {"device_class": "voltage", "state_class": "measurement", "suggested_display_precision": 1},
    "A": {"device_class": "current", "state_class": "measurement", "suggested_display_precision": 2},
    # One that falls to 0 at midnight is no fault: Home Assistant takes that for the start of a new count.
    "kWh": {"device_class": "energy", "state_class": "total_increasing", "suggested_display_precision": 2},
}


def words_of(feature: Feature) -> Words:
    """Return what a feature is in Home Assistant's words."""
    if feature.id in _BY_ID:
        return _BY_ID[feature.id]
    match feature.kind:
        case Kind.SWITCH:
            return _SETTING if feature.channel is None else _OUTLET
        case Kind.SENSOR:
            options = _BY_UNIT.get(feature.unit)
            return _NUMBER if options is None else Words(platform="sensor", options=options)
        case Kind.TEXT:
            return _TEXT
        case Kind.BUTTON:
            return _BUTTON
    assert_never(feature.kind)


def state_of(feature: Feature) -> bytes | None:
    """Return what is said of a feature as it is now; None: nothing, as it is nothing to know."""
    if feature.kind is Kind.BUTTON:
        return None
    if words_of(feature).platform == "update":
        # JSON, as a version such as 2.1 would else be taken for a number. Empty where it is not known.
        return json.dumps({"installed_version": feature.value} if feature.value else {}).encode()
    match feature.value:
        case None:
            return _UNKNOWN
        case bool():
            return (ON if feature.value else OFF).encode()
        case int() | float():
            return f"{feature.value:.10g}".encode()
        case str():
            return feature.value[:_LONGEST].encode("utf-8", "replace")
    assert_never(feature.value)


def wish_of(feature: Feature, payload: bytes) -> Wish | None:
    """Return what somebody wants who writes this; None: it is not what Home Assistant writes."""
    match feature.kind:
        case Kind.SWITCH:
            return {ON.encode(): Wish.ON, OFF.encode(): Wish.OFF}.get(payload)
        case Kind.BUTTON:
            return Wish.PRESS if payload == PRESS.encode() else None
        case Kind.SENSOR | Kind.TEXT:
            return None
    assert_never(feature.kind)
