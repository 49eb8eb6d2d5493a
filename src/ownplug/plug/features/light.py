"""The plug's own light, which some people want off at night.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (`DNDMode`; 1 is "do not disturb", so the light is off).
"""

from __future__ import annotations

from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import DndMode, DndModePayload
from ownplug.plug.abilities import Abilities
from ownplug.plug.link import Link


class Light:
    """The light of one plug."""

    def __init__(self, link: Link, abilities: Abilities) -> None:
        self._link = link
        self._abilities = abilities

    async def is_on(self) -> bool:
        """Ask whether the light shows what the plug does.

        Raises:
            DeviceError: the plug refused, or its light cannot be set.
        """
        await self._check()
        reply = await self._link.request(Method.GET, ns.SYSTEM_DND_MODE, {"DNDMode": {}})
        return reply.read(DndModePayload).dnd_mode.mode == 0

    async def set(self, *, on: bool) -> None:
        """Let the light show what the plug does, or keep it dark; returns when the plug has acknowledged it.

        Raises:
            As `is_on`.
        """
        await self._check()
        mode = DndModePayload(dnd_mode=DndMode(mode=0 if on else 1))
        await self._link.request(Method.SET, ns.SYSTEM_DND_MODE, mode)

    async def _check(self) -> None:
        await self._abilities.first_of(ns.SYSTEM_DND_MODE, lacking="light that can be set")
