"""Announces each plug to Home Assistant, says what its features are, and takes what Home Assistant wants of them.

A plug is announced once it has told what it can do, and with all that it has told since: Home Assistant would forget
what an owner made of an entity that is missing for a moment.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

from ownplug.aio import SystemClock
from ownplug.bridges.hass.discovery import config_of
from ownplug.bridges.hass.settings import HassSettings
from ownplug.bridges.hass.topics import Topics
from ownplug.bridges.hass.words import state_of, wish_of
from ownplug.core.identity import Uuid
from ownplug.hub import Complaints, Device, DeviceGone, Feature, Wish
from ownplug.transport.messenger import Messenger

log = logging.getLogger(__name__)

_ONLINE, _OFFLINE = b"online", b"offline"


class DevicesDoor(Protocol):
    """The devices of the hub; see `ownplug.hub.Devices`."""

    def all(self) -> Awaitable[list[Device]]:
        """Return every device."""

    def changes(self) -> AsyncIterator[Device | DeviceGone]:
        """Yield every device, then each that has changed."""


class WishesDoor(Protocol):
    """Takes what is wanted of them; see `ownplug.hub.Wishes`."""

    def wish(self, uuid: Uuid, feature_id: str, wish: Wish, /) -> None:
        """Want something."""


class HomeAssistant:
    """Shows devices to Home Assistant: `run` is for `supervise`.

    Args:
        mqtt: the server that both speak at.
        devices: what is shown.
        wishes: takes what is wanted there.
        settings: where things are said.
        page: the URL of our page; empty: none that others reach.
    """

    def __init__(
        self,
        mqtt: Messenger,
        devices: DevicesDoor,
        wishes: WishesDoor,
        settings: HassSettings,
        *,
        page: str = "",
    ) -> None:
        self._mqtt = mqtt
        self._devices = devices
        self._wishes = wishes
        self._birth = settings.birth
        self._topics = Topics(prefix=settings.prefix, discovery=settings.discovery)
        self._page = page
        self._complaints = Complaints(log, SystemClock().monotonic)
        self._features: dict[Uuid, dict[str, Feature]] = {}
        self._said: dict[Uuid, dict[str, bytes]] = {}
        self._kept: dict[Uuid, set[str]] = {}  # what the server has of plugs of the home from earlier
        self._gone: set[str] = (
            set()
        )  # announcements that were taken back, maybe while Home Assistant was away

    async def run(self) -> None:
        """Show the devices as they are, for ever."""
        self._kept = {device.uuid: set() for device in await self._devices.all()}
        topics = self._topics
        self._mqtt.recall(topics.every_config, self._recalled_config)
        self._mqtt.recall(topics.every_state, self._recalled)
        self._mqtt.listen(topics.every_command, self._heard)
        self._mqtt.listen(self._birth, self._born)
        async for change in self._devices.changes():
            match change:
                case Device():
                    self._show(change)
                case DeviceGone(uuid=uuid):
                    self._clear(uuid)

    def _show(self, device: Device) -> None:
        uuid, topics = device.uuid, self._topics
        self._kept.setdefault(uuid, set())
        features = self._features.setdefault(uuid, {})
        if device.is_online or features:
            features |= {feature.id: feature for feature in device.features}
            self._say(
                uuid, topics.config(uuid), config_of(device, [*features.values()], topics, page=self._page)
            )
        for feature in features.values():
            if (state := state_of(feature)) is not None:
                self._say(uuid, topics.state(uuid, feature.id), state)
        self._say(uuid, topics.available(uuid), _ONLINE if device.is_online else _OFFLINE)

    def _say(self, uuid: Uuid, topic: str, payload: bytes) -> None:
        said = self._said.setdefault(uuid, {})
        if said.get(topic) != payload:
            said[topic] = payload
            self._mqtt.publish(topic, payload, retain=True)

    def _clear(self, uuid: Uuid) -> None:
        """Take back what is kept at the server of a plug that the home does not know any more."""
        self._features.pop(uuid, None)
        said, kept = self._said.pop(uuid, {}), self._kept.pop(uuid, set())
        config = self._topics.config(uuid)
        for topic in {*said, *kept} - {config}:
            self._mqtt.publish(topic, b"", retain=True)
        self._take_back(config)

    def _take_back(self, config: str) -> None:
        self._gone.add(config)
        self._mqtt.publish(config, b"", retain=True)

    def _born(self, topic: str, payload: bytes) -> None:
        """Home Assistant is there, again or anew: say it all, as it or the server may have missed or lost something."""
        if payload != _ONLINE:
            return
        log.info("Home Assistant is there: %d plugs are announced", len(self._said))
        while self._gone:
            self._mqtt.publish(self._gone.pop(), b"", retain=True)
        for said in self._said.values():
            for place, text in said.items():
                self._mqtt.publish(place, text, retain=True)

    def _heard(self, topic: str, payload: bytes) -> None:
        uuid = self._topics.uuid_in(topic)
        feature_id = topic.split("/")[-2]
        feature = self._features.get(uuid, {}).get(feature_id) if uuid else None
        wish = wish_of(feature, payload) if feature else None
        if uuid is None or wish is None:
            text = "Somebody wrote %.40r to %.120r, which does not take that"
            self._complaints.warn(topic if feature else "", text, payload[:40], topic)
            return
        self._wishes.wish(uuid, feature_id, wish)

    def _recalled_config(self, topic: str, payload: bytes) -> None:
        """Take back what we have announced before of a plug that is no longer of the home."""
        uuid = self._topics.uuid_in(topic)
        if uuid is not None and uuid not in self._kept and self._is_ours(payload):
            self._take_back(topic)

    def _recalled(self, topic: str, _payload: bytes) -> None:
        uuid = self._topics.uuid_in(topic)
        if uuid in self._kept:
            self._kept[uuid].add(topic)
        elif uuid is not None:
            self._mqtt.publish(topic, b"", retain=True)

    def _is_ours(self, payload: bytes) -> bool:
        try:
            told = json.loads(payload)
            return {"topic": self._topics.status} in told["availability"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
