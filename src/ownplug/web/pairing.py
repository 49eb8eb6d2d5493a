"""Pairing through the API: plugs and networks are listed, a pairing is begun, followed, given up, and begun anew.

What does the work is a port: `ownplug.app` joins the room of pairing to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, Protocol, cast

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field, SecretStr, StrictBool

from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.web.description import failures
from ownplug.web.pairing_views import DoneStep, FoundPlug, NearbyPlugs, PairingFailure, StageView
from ownplug.web.schema import Moment, Sent
from ownplug.web.scopes import needs

_Url = Annotated[
    str, Field(min_length=1, max_length=200, description="where the plug answers, http://10.10.10.1")
]


@dataclass(slots=True, kw_only=True)
class PairingView:
    """One pairing as it is now."""

    id: str
    began_at: datetime
    url: str
    timeout_s: float  # how long the plug may take once it was told
    port: str = ""  # the serial port of its board, where it is paired by that
    state: Literal["running", "done", "failed"] = "running"
    ended_at: datetime | None = None
    code: str = ""  # which step is being done, for programs
    phase: str = ""  # the same in words
    uuid: str = ""  # once the plug was identified
    steps: list[DoneStep] = field(default_factory=list)
    stages: list[StageView] = field(default_factory=list)
    failure: PairingFailure | None = None
    remark: str = ""  # what did not go as wished, though the plug is at home


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingWish:
    """Which plug shall go into which network, and what it shall be called.

    Attributes:
        url: where it answers.
        ssid: the network.
        password: of the network; empty for an open one.
        name: what to call it; empty: as it comes.
        switches: whether its relay may click, as a proof.
        timeout_s: how long it may take once it was told.
        joins: whether this machine joins the plug's own Wi-Fi for it.
        join_ssid: which one; None for the only one in reach.
        port: the serial port of its board, instead of `url`; empty: none.
    """

    url: str
    ssid: str
    password: Secret
    name: str
    switches: bool
    timeout_s: float
    joins: bool = False
    join_ssid: str | None = None
    port: str = ""


class PairingDoor(Protocol):
    """What the API needs for pairing. Errors are `ownplug.core.errors`."""

    async def look(self, url: str, /) -> FoundPlug:
        """Ask a plug in pairing mode what it is and which networks it hears."""

    async def nearby(self) -> NearbyPlugs:
        """Listen for plugs in pairing mode."""

    def begin(self, wish: PairingWish, /) -> PairingView:
        """Begin to take a plug home."""

    def again(self, id_: str, /, *, ssid: str | None, password: Secret | None) -> PairingView:
        """Begin one that failed anew, with another network or password where one is given."""

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
    joins: StrictBool = Field(
        default=False, description="whether the hub's machine joins the plug's own Wi-Fi"
    )
    join_ssid: str | None = Field(
        default=None, min_length=1, max_length=32, description="which one; without it, the only one in reach"
    )
    port: str = Field(default="", max_length=200, description="its board's serial port, instead of a URL")


class AgainBody(Sent):
    """What shall be otherwise; what is not given stays."""

    ssid: str | None = Field(default=None, min_length=1, max_length=32)
    password: SecretStr | None = Field(default=None, max_length=64)


class Pairing(BaseModel):
    """One pairing as it is now."""

    id: str
    began_at: Moment
    ended_at: Moment | None
    url: str
    port: str
    timeout_s: float
    state: Literal["running", "done", "failed"]
    code: str
    phase: str
    uuid: str
    steps: list[DoneStep]
    stages: list[StageView]
    failure: PairingFailure | None
    remark: str


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


@pairing.get("/nearby")
async def get_nearby(desk: Desk) -> NearbyPlugs:
    """Listen for plugs in pairing mode by this machine's own Wi-Fi; takes up to half a minute."""
    return await desk.nearby()


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
        joins=body.joins or body.join_ssid is not None,
        join_ssid=body.join_ssid,
        port=body.port,
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


@pairing.post("/{pairing}/again", status_code=202, responses=failures(404, 409))
async def repeat_pairing(desk: Desk, id_: PairingId, body: AgainBody) -> Pairing:
    """Begin one that failed anew, with another network or password where one is given."""
    password = Secret(body.password.get_secret_value()) if body.password is not None else None
    return _document(desk.again(id_, ssid=body.ssid, password=password))


@pairing.delete("/{pairing}", status_code=204, responses=failures(404))
async def cancel_pairing(desk: Desk, id_: PairingId) -> Response:
    """Give a pairing up, or forget one that ended; a plug that was told already goes on trying."""
    await desk.cancel(id_)
    return Response(status_code=204)


def _document(view: PairingView) -> Pairing:
    return Pairing.model_validate(view, from_attributes=True)
