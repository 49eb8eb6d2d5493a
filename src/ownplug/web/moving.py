"""Plugs taken to another server through the API: a move is begun, followed plug by plug, resumed, and given up.

There is one move at a time: what it has told to which plug is on the disk, until all have moved or it is given up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, SecretStr, StrictBool

from ownplug.core.errors import NotFound, UsageError
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.web.description import failures
from ownplug.web.schema import Moment, Sent
from ownplug.web.scopes import needs

_MOST_PLUGS = 200  # what fits the size of a request; more are `all`
_Server = Annotated[str, Field(min_length=1, max_length=300, description="mqtts://HOST:PORT")]
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_AtOnce = Annotated[int, Field(ge=1, le=100, strict=True, description="how many go at a time")]
_Timeout = Annotated[
    float, Field(gt=0, le=600, strict=True, description="seconds that a plug may take each way")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPlug:
    """A plug of a move, and how far it came; where it is called nothing, `name` is empty."""

    uuid: str
    name: str
    address: str
    state: Literal["waiting", "told", "moved", "kept", "returned"]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """The move as it is now.

    Attributes:
        state: `looking` while addresses are looked for, `done` when all have moved, `stopped` when not.
        servers: where to.
        is_roll: they stay where they are, and take the home's new key.
        plugs: who goes.
        can_resume: whether it is remembered, to be gone on with or given up.
        began_at: when this hub began it, or went on with it; None: a command did, or an earlier run of the hub.
        ended_at: when it ended; None while it runs.
        code: why it stopped, for programs; empty where its plugs tell.
        reason: the same in words.
        hint: what to do about that.
    """

    state: Literal["looking", "running", "done", "stopped"]
    servers: list[str]
    is_roll: bool
    plugs: list[MovedPlug]
    can_resume: bool
    began_at: datetime | None = None
    ended_at: datetime | None = None
    code: str = ""
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWish:
    """Which plugs shall go where.

    Attributes:
        plugs: which, by any of their names; None: all of the home.
        servers: one or two, as URLs.
        key: the key that they shall have there; None: the home's.
        user_id: the user id that they shall have there; None: the home's.
        addresses: where plugs answer, by any of their names, if not at the address that the hub sees.
        at_once: how many go at a time.
        timeout_s: how long a plug may take each way.
    """

    plugs: tuple[str, ...] | None
    servers: tuple[str, ...]
    key: Secret | None
    user_id: str | None
    addresses: Mapping[str, str]
    at_once: int
    timeout_s: float


class MoveDoor(Protocol):
    """What the API needs for moves. Errors are `ownplug.core.errors`."""

    async def begin(self, wish: MoveWish, /) -> MoveView:
        """Begin to move plugs."""

    async def get(self) -> MoveView:
        """Return the move that runs, ran last, or did not come to its end."""

    async def resume(self, *, at_once: int, timeout_s: float) -> MoveView:
        """Go on with one that did not come to its end."""

    async def stop(self) -> MoveView:
        """Stop it where it is; it can be gone on with."""

    async def give_up(self) -> None:
        """Forget it; every plug stays where it is."""


class MoveBody(Sent):
    """Which plugs shall go where: `plugs` or `all`."""

    plugs: list[_Name] = Field(default=[], max_length=_MOST_PLUGS)
    all: StrictBool = Field(default=False, description="every plug of the home")
    servers: list[_Server] = Field(min_length=1, max_length=2)
    key: SecretStr | None = Field(default=None, min_length=1, max_length=32)
    user_id: str | None = Field(default=None, min_length=1, max_length=64)
    addresses: dict[_Name, _Name] = Field(
        default={}, description="where plugs answer, by name, if not at the address that the hub sees"
    )
    at_once: _AtOnce = 5
    timeout_s: _Timeout = 60.0


class ResumeBody(Sent):
    """How to go on."""

    at_once: _AtOnce = 5
    timeout_s: _Timeout = 60.0


class Move(BaseModel):
    """A move as it is now."""

    state: Literal["looking", "running", "done", "stopped"]
    servers: list[str]
    is_roll: bool
    plugs: list[MovedPlug]
    can_resume: bool
    began_at: Moment | None
    ended_at: Moment | None
    code: str
    reason: str
    hint: str


class Moves(BaseModel):
    """The move that runs, ran last, or did not come to its end; none where there is none."""

    moves: list[Move]


async def _desk_of(request: Request) -> MoveDoor:
    return cast("MoveDoor", request.app.state.doors.moves)


Desk = Annotated[MoveDoor, Depends(_desk_of)]
moving = APIRouter(prefix="/api/v1/moves", dependencies=[needs(Scope.ADMIN)])


@moving.post("", status_code=202, responses=failures(404, 409))
async def begin_move(desk: Desk, body: MoveBody) -> Move:
    """Begin to take plugs to another MQTT server."""
    if bool(body.plugs) == body.all:
        raise UsageError("Say which plugs, or `all`.")
    wish = MoveWish(
        plugs=None if body.all else tuple(body.plugs),
        servers=tuple(body.servers),
        key=Secret(body.key.get_secret_value()) if body.key is not None else None,
        user_id=body.user_id,
        addresses=body.addresses,
        at_once=body.at_once,
        timeout_s=body.timeout_s,
    )
    return _document(await desk.begin(wish))


@moving.get("", responses=failures(502))
async def get_moves(desk: Desk) -> Moves:
    """List the move that there is, or none."""
    try:
        return Moves(moves=[_document(await desk.get())])
    except NotFound:
        return Moves(moves=[])


@moving.get("/current", responses=failures(404, 502))
async def get_move(desk: Desk) -> Move:
    """Show the move that runs, ran last, or did not come to its end."""
    return _document(await desk.get())


@moving.post("/current/resume", status_code=202, responses=failures(404, 409, 502))
async def resume_move(desk: Desk, body: ResumeBody) -> Move:
    """Go on with a move that did not come to its end."""
    return _document(await desk.resume(at_once=body.at_once, timeout_s=body.timeout_s))


@moving.post("/current/stop", responses=failures(404, 502))
async def stop_move(desk: Desk) -> Move:
    """Stop a move where it is; it can be gone on with."""
    return _document(await desk.stop())


@moving.delete("/current", status_code=204, responses=failures(409))
async def give_up_move(desk: Desk) -> Response:
    """Forget a move that does not run; every plug stays where it is."""
    await desk.give_up()
    return Response(status_code=204)


def _document(view: MoveView) -> Move:
    return Move.model_validate(view, from_attributes=True)
