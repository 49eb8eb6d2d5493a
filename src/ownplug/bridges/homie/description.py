"""A device in the words of the Homie convention 4.0.0 (homieiot.github.io): nodes, properties, values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ownplug import __version__
from ownplug.core.identity import Uuid
from ownplug.hub import Device, Feature, Kind

_NODES = {"outlet": "Outlet", "meter": "Meter", "plug": "Plug"}
_OF_METER = frozenset({"power", "voltage", "current", "energy", "energy_today"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HomieDevice:
    """What is said of a device, by topic below `PREFIX/ID/`.

    Attributes:
        attributes: what stays while the device is ready.
        values: what its properties are now.
        feature_ids: which feature each topic sets that ends in `/set`.
    """

    id: str
    attributes: dict[str, str]
    values: dict[str, str]
    feature_ids: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Property:
    node: str
    id: str
    feature: Feature

    @property
    def place(self) -> str:
        return f"{self.node}/{self.id}"


def device_id(uuid: Uuid) -> str:
    """Return the name of a plug in topics: its MAC, which it keeps whatever it is called."""
    return f"ownplug-{uuid.mac.digits}"


def describe(device: Device) -> HomieDevice:
    """Say of a device all that the convention wants, and what its properties are."""
    properties = [_property(feature) for feature in device.features]
    attributes = {
        "$homie": "4.0.0",
        "$name": device.name,
        "$extensions": "",
        "$implementation": f"ownplug {__version__}",
        "$nodes": ",".join(dict.fromkeys(each.node for each in properties)),
    }
    for node in dict.fromkeys(each.node for each in properties):
        attributes |= _of_node(node, [each.id for each in properties if each.node == node])
    for each in properties:
        attributes |= {f"{each.place}/{name}": text for name, text in _of_property(each.feature)}
    return HomieDevice(
        id=device_id(device.uuid),
        attributes=attributes,
        values={each.place: text for each in properties if (text := _text(each.feature)) is not None},
        feature_ids={
            f"{each.place}/set": each.feature.id for each in properties if _can_be_set(each.feature)
        },
    )


def _property(feature: Feature) -> _Property:
    if feature.channel is not None:
        node = f"outlet-{feature.channel}" if feature.channel else "outlet"
        return _Property(node=node, id="on", feature=feature)
    node = "meter" if feature.id in _OF_METER else "plug"
    return _Property(node=node, id=feature.id.replace("_", "-"), feature=feature)


def _of_node(node: str, property_ids: list[str]) -> dict[str, str]:
    kind, _, number = node.partition("-")
    return {
        f"{node}/$name": f"{_NODES[kind]} {number}".strip(),
        f"{node}/$type": kind,
        f"{node}/$properties": ",".join(property_ids),
    }


def _of_property(feature: Feature) -> Iterator[tuple[str, str]]:
    yield "$name", feature.name
    match feature.kind:
        case Kind.SWITCH:
            yield "$datatype", "boolean"
        case Kind.SENSOR:
            yield "$datatype", "float"
            yield "$unit", feature.unit
        case Kind.TEXT:
            yield "$datatype", "string"
        case Kind.BUTTON:
            yield "$datatype", "enum"
            yield "$format", "press"
            yield "$retained", "false"
    yield "$settable", "true" if _can_be_set(feature) else "false"


def _can_be_set(feature: Feature) -> bool:
    return feature.kind in {Kind.SWITCH, Kind.BUTTON}


def _text(feature: Feature) -> str | None:
    match feature.value:
        case bool():
            return "true" if feature.value else "false"
        case int() | float():
            return f"{feature.value:.10g}"
        case str():
            return feature.value
    return None
