"""Finding plugs from this machine: which addresses are asked, and whose the plugs are that answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ownplug.aio import Clock
from ownplug.app.means import Means
from ownplug.client import HubClient
from ownplug.core.errors import Conflict
from ownplug.pairing import (
    DiscoveredPlug,
    addresses_to_ask,
    discover,
    hosts_that_speak_up,
    networks_of,
    parse_neighbours,
)
from ownplug.transport.endpoint import own_address
from ownplug.web import SightedPlug

_NEIGHBOURS = Path("/proc/net/arp")

Document = dict[str, Any]


@asynccontextmanager
async def open_search(
    networks: Sequence[str], at_home: Mapping[str, Document], *, clock: Clock, per_second: float
) -> AsyncIterator[tuple[int, AsyncIterator[SightedPlug]]]:
    """Ask each address once; gives how many those are, and the plugs as they answer.

    Args:
        networks: where to look, as `192.168.1.0/24`; none for the 256 addresses around this machine.
        at_home: the plugs that the hub knows, by uuid; where it has seen them is asked first.
        clock: dates the questions.
        per_second: how many are asked in a second at most.

    Raises:
        UsageError: that is no network, or too large a one.
    """
    wanted = networks_of(networks or [f"{own_address()}/24"])
    known = [plug["address"] for plug in at_home.values() if plug["address"]]
    known += await hosts_that_speak_up(wanted, is_confined=bool(networks))
    neighbours = await asyncio.to_thread(_neighbours)
    addresses = addresses_to_ask(known, parse_neighbours(neighbours), wanted)
    async with discover(addresses, now_s=clock.now().timestamp(), per_second=per_second) as plugs:
        yield len(addresses), (_sighted(plug, at_home) async for plug in plugs)


class DiscoveryDesk:
    """Finds plugs on request. Fits `ownplug.web.DiscoveryDoor` by shape.

    Args:
        means: of this hub.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._searching = asyncio.Lock()

    async def search(self, networks: tuple[str, ...], /, *, per_second: float) -> list[SightedPlug]:
        """See `DiscoveryDoor.search`.

        Raises:
            Conflict: somebody is searching already.
            UsageError: that is no network, or too large a one.
        """
        if self._searching.locked():
            raise Conflict("Plugs are being looked for already.", hint="Wait for its end.")
        async with self._searching, HubClient(self._means.hub) as hub:
            at_home = {plug["uuid"]: plug for plug in await hub.plugs()}
            search = open_search(networks, at_home, clock=self._means.clock, per_second=per_second)
            async with search as (_, plugs):
                return [plug async for plug in plugs]


def _sighted(plug: DiscoveredPlug, at_home: Mapping[str, Document]) -> SightedPlug:
    known = at_home.get(plug.uuid.text)
    return SightedPlug(
        uuid=plug.uuid.text,
        mac=plug.uuid.mac.text,
        address=plug.address,
        name=known["name"] if known else "",
        whose="pairing" if not plug.is_paired else "other" if known is None else "home",
    )


def _neighbours() -> str:
    try:
        return _NEIGHBOURS.read_text("utf-8")
    except OSError:  # not Linux
        return ""
