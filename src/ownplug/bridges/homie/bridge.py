"""Each plug is a Homie device with a connection of its own, because a connection has one last will."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

from ownplug.aio import SystemClock
from ownplug.bridges.homie.description import HomieDevice, describe, device_id
from ownplug.core.identity import Uuid
from ownplug.hub import Complaints, Device, DeviceGone, Wish
from ownplug.transport.messenger import Messenger, Status

log = logging.getLogger(__name__)

_INIT, _READY, _LOST, _DISCONNECTED = b"init", b"ready", b"lost", b"disconnected"
_WISHES = {b"true": Wish.ON, b"false": Wish.OFF, b"press": Wish.PRESS}

OpenMqtt = Callable[[str, Status | None], AbstractAsyncContextManager[Messenger]]
"""Opens a way to speak at the MQTT server, under a name and with a status of its own."""


class DevicesDoor(Protocol):
    """The devices of the hub; see `ownplug.hub.Devices`."""

    def changes(self) -> AsyncIterator[Device | DeviceGone]:
        """Yield every device, then each that has changed."""


class WishesDoor(Protocol):
    """Takes what is wanted of them; see `ownplug.hub.Wishes`."""

    def wish(self, uuid: Uuid, feature_id: str, wish: Wish, /) -> None:
        """Want something."""


class Homie:
    """Shows devices by the Homie convention: `run` is for `supervise`.

    Args:
        open_mqtt: opens a way to speak for each device.
        devices: what is shown.
        wishes: takes what is set.
        prefix: what all topics begin with.
    """

    def __init__(self, open_mqtt: OpenMqtt, devices: DevicesDoor, wishes: WishesDoor, *, prefix: str) -> None:
        self._open_mqtt = open_mqtt
        self._devices = devices
        self._wishes = wishes
        self._prefix = prefix

    async def run(self) -> None:
        """Show the devices as they are, for ever."""
        async with AsyncExitStack() as stack, self._open_mqtt("homie", None) as mqtt:
            shown: dict[Uuid, _Shown] = {}
            async for change in self._devices.changes():
                match change:
                    case Device():
                        if change.uuid not in shown:
                            shown[change.uuid] = await self._begin(change.uuid, stack)
                        shown[change.uuid].show(change)
                    case DeviceGone(uuid=uuid):
                        await shown.pop(uuid).end(mqtt)

    async def _begin(self, uuid: Uuid, stack: AsyncExitStack) -> _Shown:
        name = device_id(uuid)
        place = f"{self._prefix}/{name}"
        status = Status(topic=f"{place}/$state", here=_INIT, gone=_LOST, left=_DISCONNECTED)
        own = await stack.enter_async_context(AsyncExitStack())
        mqtt = await own.enter_async_context(self._open_mqtt(f"homie-{name}", status))
        return _Shown(uuid, place, mqtt, own, self._wishes)


class _Shown:
    """One device at the server."""

    def __init__(
        self, uuid: Uuid, place: str, mqtt: Messenger, stack: AsyncExitStack, wishes: WishesDoor
    ) -> None:
        self._uuid = uuid
        self._place = place
        self._mqtt = mqtt
        self._stack = stack
        self._wishes = wishes
        self._complaints = Complaints(log, SystemClock().monotonic)
        self._said: dict[str, bytes] = {}
        self._description: HomieDevice | None = None
        mqtt.listen(f"{place}/+/+/set", self._heard)

    def show(self, device: Device) -> None:
        """Say what is new; other attributes are said while it is not ready, as the convention wants."""
        told = describe(device)
        before = self._description
        self._description = told
        if before is None or before.attributes != told.attributes:
            self._say("$state", _INIT)
            for topic in set(before.attributes if before else ()) - set(told.attributes):
                self._say(topic, b"")
            for topic, text in told.attributes.items():
                self._say(topic, text.encode("utf-8", "replace"))
        for topic, text in told.values.items():
            self._say(topic, text.encode("utf-8", "replace"))
        self._say("$state", _READY if device.is_online else _LOST)

    async def end(self, mqtt: Messenger) -> None:
        """Take it back: `mqtt` clears what is kept, after the device's own connection has said goodbye."""
        await self._stack.aclose()
        for topic in self._said:
            mqtt.publish(f"{self._place}/{topic}", b"", retain=True)

    def _say(self, topic: str, payload: bytes) -> None:
        if self._said.get(topic) != payload:
            self._said[topic] = payload
            self._mqtt.publish(f"{self._place}/{topic}", payload, retain=True)

    def _heard(self, topic: str, payload: bytes) -> None:
        feature_id = (
            self._description.feature_ids.get(topic.removeprefix(f"{self._place}/"))
            if self._description
            else None
        )
        wish = _WISHES.get(payload)
        takes = {Wish.PRESS} if feature_id == "identify" else {Wish.ON, Wish.OFF}
        if feature_id is None or wish not in takes:
            text = "Somebody wrote %.40r to %.120r, which does not take that"
            self._complaints.warn("", text, payload[:40], topic)
            return
        self._wishes.wish(self._uuid, feature_id, wish)
