"""Each feature of a plug is a topic that is kept at the server; what can be set has another that ends in `set`."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Protocol

from ownplug.aio import SystemClock
from ownplug.bridges.mqtt.names import topic_level
from ownplug.core.identity import Uuid
from ownplug.hub import Complaints, Device, DeviceGone, Feature, Kind, Wish
from ownplug.transport.messenger import Messenger

log = logging.getLogger(__name__)

_ONLINE, _OFFLINE = b"online", b"offline"
_ON, _OFF = b"ON", b"OFF"
_WISHES = {
    "on": Wish.ON,
    "true": Wish.ON,
    "1": Wish.ON,
    "off": Wish.OFF,
    "false": Wish.OFF,
    "0": Wish.OFF,
    "toggle": Wish.TOGGLE,
    "press": Wish.PRESS,
}
_TAKES = {Kind.SWITCH: {Wish.ON, Wish.OFF, Wish.TOGGLE}, Kind.BUTTON: {Wish.PRESS}}


class DevicesDoor(Protocol):
    """The devices of the hub; see `ownplug.hub.Devices`."""

    def changes(self) -> AsyncIterator[Device | DeviceGone]:
        """Yield every device, then each that has changed."""


class WishesDoor(Protocol):
    """Takes what is wanted of them; see `ownplug.hub.Wishes`."""

    def wish(self, uuid: Uuid, feature_id: str, wish: Wish, /) -> None:
        """Want something."""


class PlainMqtt:
    """Shows devices as plain topics: `run` is for `supervise`.

    Args:
        mqtt: the server that they are shown at.
        devices: what is shown.
        wishes: takes what is written there.
        prefix: what all topics begin with.
    """

    def __init__(self, mqtt: Messenger, devices: DevicesDoor, wishes: WishesDoor, *, prefix: str) -> None:
        self._mqtt = mqtt
        self._devices = devices
        self._wishes = wishes
        self._prefix = prefix
        self._complaints = Complaints(log, SystemClock().monotonic)
        self._shown: dict[Uuid, Device] = {}
        self._levels: dict[str, Uuid] = {}
        self._said: dict[Uuid, dict[str, bytes]] = {}
        self._kept: dict[str, set[str]] = {}  # by level: topics that an earlier run has left at the server
        mqtt.recall(f"{prefix}/+/+", self._recalled)
        mqtt.listen(f"{prefix}/+/set", self._heard)
        mqtt.listen(f"{prefix}/+/+/set", self._heard)

    async def run(self) -> None:
        """Show the devices as they are, for ever."""
        async for change in self._devices.changes():
            match change:
                case Device():
                    self._show(change)
                case DeviceGone(uuid=uuid):
                    self._clear(uuid)

    def _show(self, device: Device) -> None:
        level = self._level(device)
        before = self._shown.get(device.uuid)
        if before is None or self._levels.get(level) != device.uuid:
            self._clear(device.uuid)  # it was called otherwise
            self._levels[level] = device.uuid
            if level != device.name:
                log.info("%r is shown at the topic %s/%s", device.name, self._prefix, level)
        self._shown[device.uuid] = device
        said = self._said.setdefault(device.uuid, {})
        for topic, payload in self._topics(device, level).items():
            if said.get(topic) != payload:
                said[topic] = payload
                self._mqtt.publish(topic, payload, retain=True)

    def _topics(self, device: Device, level: str) -> dict[str, bytes]:
        place = f"{self._prefix}/{level}"
        told = {
            f"{place}/available": _ONLINE if device.is_online else _OFFLINE,
            f"{place}/name": device.name.encode("utf-8", "replace"),
        }
        values = ((feature.id, _payload(feature)) for feature in device.features)
        return told | {f"{place}/{feature_id}": value for feature_id, value in values if value is not None}

    def _level(self, device: Device) -> str:
        level = topic_level(device.name, device.uuid)
        owner = self._levels.get(level, device.uuid)
        return level if owner == device.uuid else f"{level}-{device.uuid.text}"

    def _clear(self, uuid: Uuid) -> None:
        """Take back what is kept at the server of a plug that is gone, or called otherwise now."""
        self._shown.pop(uuid, None)
        topics = set(self._said.pop(uuid, {}))
        for level in [level for level, owner in self._levels.items() if owner == uuid]:
            del self._levels[level]
            topics |= self._kept.pop(level, set())
        for topic in topics:
            self._mqtt.publish(topic, b"", retain=True)

    def _recalled(self, topic: str, _payload: bytes) -> None:
        level = topic.removeprefix(f"{self._prefix}/").split("/")[0]
        self._kept.setdefault(level, set()).add(topic)

    def _heard(self, topic: str, payload: bytes) -> None:
        level, *between, _set = topic.removeprefix(f"{self._prefix}/").split("/")
        uuid = self._levels.get(level)
        feature_id = between[0] if between else "on"
        feature = self._shown[uuid].find(feature_id) if uuid else None
        if uuid is None or feature is None or feature.kind not in _TAKES:
            self._complaints.warn("", "Somebody wrote to %.120r, where nothing can be set", topic)
            return
        wish = _WISHES.get(payload.decode("utf-8", "replace").strip().lower())
        if wish not in _TAKES[feature.kind]:
            takes = "PRESS" if feature.kind is Kind.BUTTON else "ON, OFF and TOGGLE"
            text = "Somebody wrote %.40r to %.120r, which takes %s"
            self._complaints.warn(topic, text, payload[:40], topic, takes)
            return
        self._wishes.wish(uuid, feature_id, wish)


def _payload(feature: Feature) -> bytes | None:
    """Return what is said of a feature; None: nothing, as it is not known or is nothing to know."""
    match feature.value:
        case bool():
            return _ON if feature.value else _OFF
        case int() | float():
            return f"{feature.value:.10g}".encode()
        case str():
            return feature.value.encode("utf-8", "replace")
    return None
