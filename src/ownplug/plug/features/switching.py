"""The relays: what they are now, and switching them.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (`ToggleX`), capture:mss210-hw1-fw1.1.12 (`Toggle`).
"""

from __future__ import annotations

from ownplug.core.errors import UsageError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.facts import relay_state_of
from ownplug.core.meross.payloads import AllPayload, Relay, TogglePayload, ToggleXPayload, relays_of
from ownplug.core.state import RelayState
from ownplug.plug.abilities import Abilities
from ownplug.plug.link import Link


class Switching:
    """The outlets of one plug. Channel 0 is the only one, or all of a strip."""

    def __init__(self, link: Link, abilities: Abilities) -> None:
        self._link = link
        self._abilities = abilities

    async def switch(self, *, on: bool, channel: int = 0) -> None:
        """Switch an outlet; returns when the plug has acknowledged it.

        Raises:
            UsageError: a channel that this plug cannot have.
            DeviceError: the plug refused, or has no relay.
        """
        if await self._is_first_generation(channel):
            await self._link.request(Method.SET, ns.CONTROL_TOGGLE, {"toggle": {"onoff": int(on)}})
        else:
            command = ToggleXPayload(togglex=Relay(channel=channel, onoff=int(on)))
            await self._link.request(Method.SET, ns.CONTROL_TOGGLE_X, command)

    async def toggle(self, *, channel: int = 0) -> RelayState:
        """Switch an outlet to the other side of what it is now; return what it then is.

        Raises:
            As `switch`.
        """
        before = await self.relay(channel)
        await self.switch(on=not before.on, channel=channel)
        return await self.relay(channel)

    async def relay(self, channel: int = 0) -> RelayState:
        """Ask how an outlet is now.

        Raises:
            UsageError: the plug has no such outlet.
            DeviceError: the plug has no relay.
        """
        if await self._is_first_generation(channel):
            reply = await self._link.request(Method.GET, ns.CONTROL_TOGGLE, {"toggle": []})
            return relay_state_of(reply.read(TogglePayload).toggle)
        reply = await self._link.request(Method.GET, ns.CONTROL_TOGGLE_X, {"togglex": []})
        told = [relay_state_of(relay) for relay in relays_of(reply.read(ToggleXPayload))]
        # Older strips tell of channel 0 only; the digest has all.
        found = _find(told, channel) or _find(await self._digest(), channel)
        if found is None:
            raise UsageError(f"This plug has no outlet {channel}.")
        return found

    async def _digest(self) -> list[RelayState]:
        reply = await self._link.request(Method.GET, ns.SYSTEM_ALL, {})
        return [relay_state_of(relay) for relay in reply.read(AllPayload).all.relays]

    async def _is_first_generation(self, channel: int) -> bool:
        namespace = await self._abilities.first_of(ns.CONTROL_TOGGLE_X, ns.CONTROL_TOGGLE, lacking="relay")
        is_first = namespace == ns.CONTROL_TOGGLE
        if channel < 0 or (is_first and channel != 0):
            raise UsageError(f"This plug has no outlet {channel}.")
        return is_first


def _find(relays: list[RelayState], channel: int) -> RelayState | None:
    return next((relay for relay in relays if relay.channel == channel), None)
