"""Many plugs taken home by a list, through the API: it is begun, followed line by line, stopped, and gone on with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, Protocol, cast

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field, SecretStr, StrictBool

from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.web.description import failures
from ownplug.web.pairing import AgainBody
from ownplug.web.pairing_views import PairingFailure, StageView
from ownplug.web.schema import Moment, Sent
from ownplug.web.scopes import needs

_MOST_LINES = 200  # what fits the size of a request


@dataclass(slots=True, kw_only=True)
class BatchLineView:
    """A line of the list, and how far its plug came."""

    name: str
    room: str
    mac: str  # empty: whichever comes
    url: str  # empty: wherever it answers
    state: Literal["waiting", "told", "home", "failed"] = "waiting"
    uuid: str = ""  # once a plug was taken for it
    stages: list[StageView] = field(default_factory=list)
    failure: PairingFailure | None = None


@dataclass(slots=True, kw_only=True)
class BatchView:
    """A list as it is now.

    Attributes:
        id: of the list.
        began_at: when it was begun, or gone on with.
        ended_at: when it ended; None while it runs.
        state: `done` when all are at home, `stopped` when not.
        lines: in their order.
        reason: why it stopped, or hears no plug now; empty where its lines tell, or somebody stopped it.
        hint: what to do about that.
    """

    id: str
    began_at: datetime
    ended_at: datetime | None = None
    state: Literal["running", "done", "stopped"] = "running"
    lines: list[BatchLineView]
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWishLine:
    """A plug of the list; what is empty may be any."""

    name: str
    room: str
    mac: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWish:
    """Which plugs shall go into which network.

    Attributes:
        lines: the plugs.
        url: where those answer of which no address is said.
        ssid: the network.
        password: of the network; empty for an open one.
        joins: whether this machine goes from one plug's own Wi-Fi to the next.
        switches: whether their relays may click, as a proof.
        timeout_s: how long each may take once it was told.
        idle_s: how long nothing new may come before it stops.
    """

    lines: tuple[BatchWishLine, ...]
    url: str
    ssid: str
    password: Secret
    joins: bool
    switches: bool
    timeout_s: float
    idle_s: float


class BatchDoor(Protocol):
    """What the API needs for lists. Errors are `ownplug.core.errors`."""

    def begin(self, wish: BatchWish, /) -> BatchView:
        """Begin to take the plugs of a list home."""

    def all(self) -> list[BatchView]:
        """Return the lists of late, oldest first."""

    def get(self, id_: str, /) -> BatchView:
        """Return one."""

    def resume(self, id_: str, /, *, ssid: str | None, password: Secret | None) -> BatchView:
        """Go on with one that stopped, with another network or password where one is given."""

    async def stop(self, id_: str, /) -> BatchView:
        """Stop one; it can be gone on with."""

    async def forget(self, id_: str, /) -> None:
        """Stop one and forget it."""


class BatchLineBody(Sent):
    """A plug: what to call it, and which it is where that matters."""

    name: str = Field(min_length=1, max_length=200)
    room: str = Field(default="", max_length=200)
    mac: str = Field(default="", max_length=20, description="which plug it must be; empty: whichever comes")
    url: str = Field(default="", max_length=200, description="where it answers; empty: at the list's `url`")


class BatchBody(Sent):
    """Which plugs shall go into which network."""

    plugs: list[BatchLineBody] = Field(min_length=1, max_length=_MOST_LINES)
    url: str = Field(default="http://10.10.10.1", min_length=1, max_length=200)
    ssid: str = Field(min_length=1, max_length=32)
    password: SecretStr = Field(default=SecretStr(""), max_length=64)
    joins: StrictBool = Field(
        default=False, description="whether the hub's machine goes from one plug's own Wi-Fi to the next"
    )
    switches: StrictBool = Field(default=True, description="whether their relays may click, as a proof")
    timeout_s: float = Field(default=90.0, gt=0, le=600, strict=True)
    idle_s: float = Field(
        default=300.0, gt=0, le=86_400, strict=True, description="without a new plug, after which it stops"
    )


class BatchLine(BaseModel):
    """A line of the list, and how far its plug came."""

    name: str
    room: str
    mac: str
    url: str
    state: Literal["waiting", "told", "home", "failed"]
    uuid: str
    stages: list[StageView]
    failure: PairingFailure | None


class Batch(BaseModel):
    """A list as it is now."""

    id: str
    began_at: Moment
    ended_at: Moment | None
    state: Literal["running", "done", "stopped"]
    lines: list[BatchLine]
    reason: str
    hint: str


class Batches(BaseModel):
    """The lists of late, oldest first."""

    batches: list[Batch]


async def _desk_of(request: Request) -> BatchDoor:
    return cast("BatchDoor", request.app.state.doors.batches)


Desk = Annotated[BatchDoor, Depends(_desk_of)]
BatchId = Annotated[str, Path(alias="batch", max_length=100, description="as it was told when it began")]
batches = APIRouter(prefix="/api/v1/pairings/batches", dependencies=[needs(Scope.ADMIN)])


@batches.post("", status_code=202, responses=failures(409))
async def begin_batch(desk: Desk, body: BatchBody) -> Batch:
    """Begin to take the plugs of a list home, one after the other, as they come into reach."""
    wish = BatchWish(
        lines=tuple(
            BatchWishLine(name=line.name, room=line.room, mac=line.mac, url=line.url) for line in body.plugs
        ),
        url=body.url,
        ssid=body.ssid,
        password=Secret(body.password.get_secret_value()),
        joins=body.joins,
        switches=body.switches,
        timeout_s=body.timeout_s,
        idle_s=body.idle_s,
    )
    return _document(desk.begin(wish))


@batches.get("")
async def get_batches(desk: Desk) -> Batches:
    """List the lists of late, oldest first."""
    return Batches(batches=[_document(view) for view in desk.all()])


@batches.get("/{batch}", responses=failures(404))
async def get_batch(desk: Desk, id_: BatchId) -> Batch:
    """Show one list as it is now."""
    return _document(desk.get(id_))


@batches.post("/{batch}/resume", status_code=202, responses=failures(404, 409))
async def resume_batch(desk: Desk, id_: BatchId, body: AgainBody) -> Batch:
    """Go on with a list that stopped, with another network or password where one is given."""
    password = Secret(body.password.get_secret_value()) if body.password is not None else None
    return _document(desk.resume(id_, ssid=body.ssid, password=password))


@batches.post("/{batch}/stop", responses=failures(404))
async def stop_batch(desk: Desk, id_: BatchId) -> Batch:
    """Stop a list; it can be gone on with."""
    return _document(await desk.stop(id_))


@batches.delete("/{batch}", status_code=204, responses=failures(404))
async def forget_batch(desk: Desk, id_: BatchId) -> Response:
    """Stop a list and forget it; plugs that are at home stay there."""
    await desk.forget(id_)
    return Response(status_code=204)


def _document(view: BatchView) -> Batch:
    return Batch.model_validate(view, from_attributes=True)
