"""The HomeKit bridge through the API: how it is added to Apple's Home, and how it leaves every home again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from ownplug.core.errors import NotFound
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.web.description import failures
from ownplug.web.scopes import needs


@dataclass(frozen=True, slots=True, kw_only=True)
class HomekitPairing:
    """How the bridge is added to a home.

    Attributes:
        is_paired: whether a home has it; then it takes no other.
        address: HOST:PORT where it listens; empty: it does not, and the log says why.
        setup_code: what is typed, `123-45-678`.
        setup_uri: the same as a link for a QR code.
        qr_rows: that QR code row by row, with its border: `1` is dark, `0` light.
        qr_svg: the same as a picture.
    """

    is_paired: bool
    address: str
    setup_code: Secret
    setup_uri: Secret
    qr_rows: tuple[str, ...]
    qr_svg: str


class HomekitDoor(Protocol):
    """What the API needs of the HomeKit bridge. Errors are `ownplug.core.errors`."""

    def pairing(self) -> HomekitPairing:
        """Return how it is added to a home."""

    async def unpair(self) -> None:
        """Have every home that has it forgotten."""


class Homekit(BaseModel):
    """How the bridge is added to a home; whoever has the code can do that as long as no home has it."""

    is_paired: bool
    address: str
    setup_code: str
    setup_uri: str
    qr_rows: list[str]
    qr_svg: str


async def _door_of(request: Request) -> HomekitDoor:
    door = request.app.state.doors.homekit
    if door is None:
        raise NotFound(
            "HomeKit is off.", hint="Set `enabled = true` in [homekit] of ownplug.toml, and restart the hub."
        )
    return cast("HomekitDoor", door)


Door = Annotated[HomekitDoor, Depends(_door_of)]
homekit = APIRouter(prefix="/api/v1/bridges/homekit", dependencies=[needs(Scope.ADMIN)])


@homekit.get("", responses=failures(404))
async def get_homekit(door: Door) -> Homekit:
    """Tell how the HomeKit bridge is added to Apple's Home, and whether it has been."""
    pairing = door.pairing()
    return Homekit(
        is_paired=pairing.is_paired,
        address=pairing.address,
        setup_code=pairing.setup_code.reveal(),
        setup_uri=pairing.setup_uri.reveal(),
        qr_rows=list(pairing.qr_rows),
        qr_svg=pairing.qr_svg,
    )


@homekit.delete("", status_code=204, responses=failures(404))
async def unpair_homekit(door: Door) -> Response:
    """Take the HomeKit bridge out of every home that has it; its code stays the same."""
    await door.unpair()
    return Response(status_code=204)
