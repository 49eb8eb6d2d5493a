"""The light of each plug, which its owner may keep dark."""

from __future__ import annotations

from ownplug.hub.timers import OpenPlug


class Lights:
    """The lights of all plugs; errors are those of `ownplug.hub.HubApi.switch`.

    Args:
        open_plug: reaches a plug.
    """

    def __init__(self, open_plug: OpenPlug) -> None:
        self._open = open_plug

    async def is_on(self, reference: str) -> bool:
        """Ask whether the light shows what the plug does."""
        async with self._open(reference) as plug:
            return await plug.light.is_on()

    async def set(self, reference: str, *, on: bool) -> bool:
        """Let the light show what the plug does, or keep it dark; return what the plug then says."""
        async with self._open(reference) as plug:
            await plug.light.set(on=on)
            return await plug.light.is_on()
