"""Pairing through the API: a plug's networks are listed, a pairing is begun, followed step by step, and given up.

What does the work is a port: `ownplug.app` joins the room of pairing to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, Protocol, cast

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field, SecretStr

from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.web.description import failures
from ownplug.web.schema import Moment, Sent
from ownplug.web.scopes import needs

_Url = Annotated[
    str, Field(min_length=1, max_length=200, description="where the plug answers, http://10.10.10.1")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardNetwork:
    """A Wi-Fi network that a plug hears; the strongest of its access points."""

    ssid: str
    signal: int | None  # 0 to 100
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlug:
    """A plug in pairing mode."""

    uuid: str
    model: str
    networks: list[HeardNetwork]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneStep:
    """A step of a pairing that ended well."""

    phase: str  # in words
    found: str
    after_s: float  # since the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingFailure:
    """Why a pairing ended: the cause, the evidence, the remedy."""

    code: str
    message: str
    hint: str


@dataclass(slots=True, kw_only=True)
class PairingView:
    """One pairing as it is now."""

    id: str
    began_at: datetime
    url: str
    state: Literal["running", "done", "failed"] = "running"
    phase: str = ""  # what is being done, in words
    uuid: str = ""  # once the plug was identified
    steps: list[DoneStep] = field(default_factory=list)
    failure: PairingFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingWish:
    """Which plug shall go into which network, and what it shall be called."""

    url: str
    ssid: str
    password: Secret
    name: str
    switches: bool
    timeout_s: float


class PairingDoor(Protocol):
    """What the API needs for pairing. Errors are `ownplug.core.errors`."""

    async def look(self, url: str, /) -> FoundPlug:
        """Ask a plug in pairing mode what it is and which networks it hears."""

    def begin(self, wish: PairingWish, /) -> PairingView:
        """Begin to take a plug home."""

    def all(self) -> list[PairingView]:
        """Return the pairings of late, oldest first."""

    def get(self, id_: str, /) -> PairingView:
        """Return one."""

    async def cancel(self, id_: str, /) -> None:
        """Give one up, or forget one that ended."""


class LookBody(Sent):
    """Where a plug in pairing mode answers."""

    url: _Url = "http://10.10.10.1"


class BeginBody(Sent):
    """Which plug shall go into which network."""

    url: _Url = "http://10.10.10.1"
    ssid: str = Field(min_length=1, max_length=32)
    password: SecretStr = Field(default=SecretStr(""), max_length=64)
    name: str = Field(default="", max_length=200)
    switches: bool = Field(default=True, strict=True, description="whether its relay may click, as a proof")
    timeout_s: float = Field(default=90.0, gt=0, le=600, strict=True)


class Pairing(BaseModel):
    """One pairing as it is now."""

    id: str
    began_at: Moment
    url: str
    state: Literal["running", "done", "failed"]
    phase: str
    uuid: str
    steps: list[DoneStep]
    failure: PairingFailure | None


class Pairings(BaseModel):
    """The pairings of late, oldest first."""

    pairings: list[Pairing]


async def _desk_of(request: Request) -> PairingDoor:
    return cast("PairingDoor", request.app.state.doors.pairing)


Desk = Annotated[PairingDoor, Depends(_desk_of)]
PairingId = Annotated[str, Path(alias="pairing", max_length=100, description="as it was told when it began")]
pairing = APIRouter(prefix="/api/v1/pairings", dependencies=[needs(Scope.ADMIN)])


@pairing.post("/look", responses=failures(409, 502, 503, 504))
async def look_at_plug(desk: Desk, body: LookBody) -> FoundPlug:
    """Ask a plug in pairing mode what it is and which networks it hears; takes up to half a minute."""
    return await desk.look(body.url)


@pairing.post("", status_code=202, responses=failures(409))
async def begin_pairing(desk: Desk, body: BeginBody) -> Pairing:
    """Begin to take a plug home."""
    wish = PairingWish(
        url=body.url,
        ssid=body.ssid,
        password=Secret(body.password.get_secret_value()),
        name=body.name,
        switches=body.switches,
        timeout_s=body.timeout_s,
    )
    return _document(desk.begin(wish))


@pairing.get("")
async def get_pairings(desk: Desk) -> Pairings:
    """List the pairings of late, oldest first."""
    return Pairings(pairings=[_document(view) for view in desk.all()])


@pairing.get("/{pairing}", responses=failures(404))
async def get_pairing(desk: Desk, id_: PairingId) -> Pairing:
    """Show one pairing as it is now."""
    return _document(desk.get(id_))


@pairing.delete("/{pairing}", status_code=204, responses=failures(404))
async def cancel_pairing(desk: Desk, id_: PairingId) -> Response:
    """Give a pairing up, or forget one that ended; a plug that was told already goes on trying."""
    await desk.cancel(id_)
    return Response(status_code=204)


def _document(view: PairingView) -> Pairing:
    return Pairing(
        id=view.id,
        began_at=view.began_at,
        url=view.url,
        state=view.state,
        phase=view.phase,
        uuid=view.uuid,
        steps=view.steps,
        failure=view.failure,
    )
