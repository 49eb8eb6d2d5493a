"""How a plug of the laboratory comes home: the hub pairs it, as it pairs any other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal

from ownplug.aio import Clock
from ownplug.cli.lab_plug import LabPlug
from ownplug.client import HubAddress, HubClient
from ownplug.core.errors import Conflict, NotFound, OwnplugError
from ownplug.core.secret import Secret

_LOG = logging.getLogger(__name__)

_SSID = "Laboratory"  # the air of virtual plugs is kind: any network is there, and any password right
_TURN_S = 0.5  # between two looks at the hub


class Homecoming:
    """Has a hub pair one plug, and tells on the plug how that goes.

    Args:
        plug: which.
        is_there: whether it is still in the laboratory; one that was thrown away is not waited for.
        clock: the time.
    """

    def __init__(self, plug: LabPlug, is_there: Callable[[], bool], clock: Clock) -> None:
        self._plug = plug
        self._is_there = is_there
        self._clock = clock
        plug.taking_home, plug.pairing = "waiting", ""

    async def run(self, address: HubAddress) -> None:
        """Have the hub pair it, and see how that ends."""
        plug = self._plug
        try:
            async with HubClient(address) as hub:
                plug.pairing = await self._begin(hub)
                plug.taking_home = "running"
                plug.taking_home = await self._end(hub)
        except NotFound:  # somebody gave it up
            plug.taking_home = "no"
        except OwnplugError as error:
            _LOG.warning("The hub does not take virtual plug %s home: %s", plug.kept.number, error)
            plug.taking_home = "refused"

    async def _begin(self, hub: HubClient) -> str:
        """Begin when it is its turn: the hub pairs a few at a time."""
        url, name = self._plug.view().url, self._plug.kept.name
        while True:
            try:
                begun = await hub.begin_pairing(url, ssid=_SSID, password=Secret(""), name=name)
            except Conflict:
                await self._wait()
            else:
                return str(begun["id"])

    async def _end(self, hub: HubClient) -> Literal["done", "failed"]:
        while (found := await hub.pairing(self._plug.pairing))["state"] == "running":
            await self._wait()
        return "done" if found["state"] == "done" else "failed"

    async def _wait(self) -> None:
        await self._clock.sleep(_TURN_S)
        if not self._is_there():
            raise NotFound("That plug was thrown away.")
