"""Finding plugs in the hub's network through the API, whoever they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from ownplug.core.records import Scope
from ownplug.web.description import failures
from ownplug.web.scopes import needs


@dataclass(frozen=True, slots=True, kw_only=True)
class SightedPlug:
    """A plug that answered.

    Attributes:
        uuid: which.
        mac: its MAC.
        address: where.
        name: what it is called here; empty where it is not at this hub.
        whose: `home` for this one, `other` for another hub or the vendor's cloud, `pairing` for nobody.
    """

    uuid: str
    mac: str
    address: str
    name: str
    whose: Literal["home", "other", "pairing"]


class DiscoveryDoor(Protocol):
    """What the API needs to find plugs. Errors are `ownplug.core.errors`."""

    async def search(self, networks: tuple[str, ...], /, *, per_second: float) -> list[SightedPlug]:
        """Ask each address of these networks, or of those around this machine, once."""


class Discovery(BaseModel):
    """The plugs that answered, in that order."""

    plugs: list[SightedPlug]


async def _desk_of(request: Request) -> DiscoveryDoor:
    return cast("DiscoveryDoor", request.app.state.doors.discovery)


Desk = Annotated[DiscoveryDoor, Depends(_desk_of)]
_Networks = Annotated[
    list[str],
    Query(max_length=16, description="where to look, 192.168.1.0/24; without it, around the hub's machine"),
]
_Rate = Annotated[float, Query(ge=1, le=1000, description="how many addresses are asked in a second")]
discovery = APIRouter(prefix="/api/v1/discovery", dependencies=[needs(Scope.ADMIN)])


@discovery.get("", responses=failures(409))
async def discover_plugs(desk: Desk, network: _Networks = [], per_second: _Rate = 50.0) -> Discovery:  # noqa: B006
    """Find plugs in the hub's network, whoever they belong to; 256 addresses take some ten seconds."""
    return Discovery(plugs=await desk.search(tuple(network), per_second=per_second))
