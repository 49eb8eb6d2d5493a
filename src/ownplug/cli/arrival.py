"""Watching, through the hub's API, how a plug comes home."""

from __future__ import annotations

import asyncio
from typing import Any

from ownplug.client import HubClient
from ownplug.core.errors import DeviceError, LinkTimeout, NotFound
from ownplug.core.identity import Uuid

_LOOK_EVERY_S = 0.25


class HubArrivals:
    """Pairing's view of a hub: whether a plug came, and how it is.

    Args:
        hub: the hub that the plug was told to come to.
        timeout_s: how long a plug may take; a real one joins its network first, which takes ten seconds or more.
    """

    def __init__(self, hub: HubClient, *, timeout_s: float) -> None:
        self._hub = hub
        self._timeout_s = timeout_s

    async def arrived(self, uuid: Uuid) -> str:
        """Return how the plug came, once it is connected and has finished its start-up talk."""
        plug: dict[str, Any] | None = None
        try:
            async with asyncio.timeout(self._timeout_s):
                while not (plug and plug["availability"] == "online" and plug["bound"]):
                    await asyncio.sleep(_LOOK_EVERY_S)
                    plug = await self._look(uuid)
        except TimeoutError as error:
            raise _too_late(plug, self._timeout_s) from error
        return f"connected over TLS and bound, from {plug['address'] or 'an address it does not tell'}"

    async def ready(self, uuid: Uuid) -> str:
        """Ask the plug for its relays and power."""
        plug = await self._hub.plug(uuid.text)
        relays = _relays(plug["relays"])
        try:
            reading = await self._hub.electricity(uuid.text)
        except (DeviceError, LinkTimeout):
            return f"{relays}, no meter that is known here"
        return f"{relays}, {reading['power_w']:.1f} W at {reading['voltage_v']:.1f} V"

    async def _look(self, uuid: Uuid) -> dict[str, Any] | None:
        try:
            return await self._hub.plug(uuid.text)
        except NotFound:
            return None


def _relays(relays: list[dict[str, Any]]) -> str:
    """Where they are, of several by their channels."""
    match relays:
        case []:
            return "no relay"
        case [relay]:
            return f"relay {'on' if relay['on'] else 'off'}"
        case _:
            on = ", ".join(str(relay["channel"]) for relay in relays if relay["on"])
            return f"relays on: {on or 'none'}"


def _too_late(plug: dict[str, Any] | None, timeout_s: float) -> LinkTimeout:
    if plug is None or plug["availability"] == "unknown":
        return LinkTimeout(
            f"The plug did not come to the hub within {timeout_s:g} seconds.",
            hint="Are network name and password right, and can the plug reach the advertised address?",
        )
    if plug["availability"] == "offline":
        return LinkTimeout(
            f"The plug came to the hub and went again: {plug['reason']}.",
            hint="Look at the hub's log.",
        )
    return LinkTimeout(
        "The plug is connected but has not finished its start-up talk.",
        hint="Give it a minute; if it blinks on, look at the hub's log.",
    )
