"""Replacing the plug's firmware: it is told where the image lies, and does the rest itself.

Source: protocol notes, 5.11; assumed (that every plug that lists the namespace does it: on hardware 2 nobody has
published one from beginning to end).
"""

from __future__ import annotations

from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import Upgrade, UpgradePayload
from ownplug.plug.abilities import Abilities
from ownplug.plug.link import Link


class Upgrading:
    """The upgrade of one plug."""

    def __init__(self, link: Link, abilities: Abilities) -> None:
        self._link = link
        self._abilities = abilities

    async def check(self) -> None:
        """Make sure that the plug can be upgraded at all.

        Raises:
            DeviceError: it does not list the namespace.
        """
        await self._abilities.first_of(ns.CONTROL_UPGRADE, lacking="way to take another firmware")

    async def begin(self, *, url: str, md5: str) -> None:
        """Have the plug fetch an image and install it; returns when it has taken the order, long before the end.

        Args:
            url: where the image lies, `http://HOST:PORT/PATH`; the plug speaks no TLS for this.
            md5: of the whole file, 32 hexadecimal digits.

        Raises:
            DeviceError: the plug refused, or cannot be upgraded.
        """
        await self.check()
        order = UpgradePayload(upgrade=Upgrade(url=url, md5=md5))
        await self._link.request(Method.SET, ns.CONTROL_UPGRADE, order)
