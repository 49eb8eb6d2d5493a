"""What is wanted of devices by somebody who does not wait for it, such as a program that speaks by MQTT.

Of each feature the newest wish counts; a device is told one at a time, and none waits for another.
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum

from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.hub.devices import Devices

log = logging.getLogger(__name__)

_MOST = 10_000  # devices with a wish that waits; whoever wants more at once is not a person


class Wish(Enum):
    """What may be wanted of a feature."""

    ON = "on"
    OFF = "off"
    TOGGLE = "toggle"
    PRESS = "press"
    NOTHING = "nothing"  # what is left of two that end where they began


class Wishes:
    """Carries wishes out: `run` is for `supervise`.

    Args:
        devices: of which they are.
    """

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._waiting: dict[Uuid, dict[str, Wish]] = {}
        self._busy: set[Uuid] = set()
        self._something = asyncio.Event()

    def wish(self, uuid: Uuid, feature_id: str, wish: Wish) -> None:
        """Want something; never waits. What becomes of it shows in the device, or stands in the log."""
        if uuid not in self._waiting and len(self._waiting) >= _MOST:
            log.warning("Too much is wanted at once: a wish for %s is dropped", uuid)
            return
        wishes = self._waiting.setdefault(uuid, {})
        wishes[feature_id] = _joined(wishes.get(feature_id), wish)
        self._something.set()

    async def run(self) -> None:
        """Carry out what is wanted, for ever."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._something.wait()
                self._something.clear()
                for uuid in [each for each in self._waiting if each not in self._busy]:
                    self._busy.add(uuid)
                    tasks.create_task(self._carry_out(uuid))

    async def _carry_out(self, uuid: Uuid) -> None:
        try:
            while wishes := self._waiting.pop(uuid, None):
                for feature_id, wish in wishes.items():
                    await self._try(uuid, feature_id, wish)
        finally:
            self._busy.discard(uuid)

    async def _try(self, uuid: Uuid, feature_id: str, wish: Wish) -> None:
        try:
            if wish is Wish.NOTHING:
                return
            if wish is Wish.PRESS:
                await self._devices.press(uuid, feature_id)
            elif wish is Wish.TOGGLE:
                await self._devices.toggle(uuid, feature_id)
            else:
                await self._devices.set(uuid, feature_id, on=wish is Wish.ON)
        except OwnplugError as error:
            what = wish.value if feature_id == "on" else f"{feature_id} {wish.value}"
            log.warning("%s: %s came to nothing: %s", self._devices.name_of(uuid), what, error)


def _joined(before: Wish | None, wish: Wish) -> Wish:
    """Return what two wishes come to of which the first has not been carried out."""
    if wish is not Wish.TOGGLE or before is None:
        return wish
    return {Wish.ON: Wish.OFF, Wish.OFF: Wish.ON, Wish.TOGGLE: Wish.NOTHING}.get(before, wish)
