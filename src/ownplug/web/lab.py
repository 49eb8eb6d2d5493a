"""The laboratory: virtual plugs that run beside the hub, started, touched and broken through the API.

What runs them is a port: whoever starts the hub joins one to it, or none; then these routes answer 404.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from ownplug.core.errors import Conflict, NotFound
from ownplug.core.records import Scope
from ownplug.web.description import failures
from ownplug.web.lab_port import (
    MOST_LAB_PLUGS,
    LabDoor,
    LabFault,
    LabLamp,
    LabLoad,
    LabModel,
    LabPlugView,
    LabRelay,
    LabState,
    LabWish,
    TakingHome,
)
from ownplug.web.ports import HubDoor
from ownplug.web.schema import Sent
from ownplug.web.scopes import needs

_Word = Annotated[str, Field(min_length=1, max_length=100)]


class LabStartBody(Sent):
    """Which virtual plugs shall be started."""

    model: _Word = Field(default="mss310", description="of /lab/models")
    load: _Word = Field(default="60", description="what is plugged in, as /lab/loads says")
    name: str = Field(default="", max_length=200, description="empty: one is made up")
    count: int = Field(default=1, ge=1, le=MOST_LAB_PLUGS, strict=True)
    take_home: bool = Field(
        default=False, strict=True, description="whether this hub takes them home at once"
    )


class LabPressBody(Sent):
    """How long a button is held: a short press toggles, five seconds enter pairing mode."""

    seconds: float = Field(default=0.2, gt=0, le=60, strict=True)


class LabLoadBody(Sent):
    """What shall be plugged in."""

    load: _Word


class LabFaultsBody(Sent):
    """What shall go wrong, and nothing else."""

    faults: list[_Word] = Field(max_length=50, description="each as `loss=0.2`, or `loss` for a usual value")


class LabModels(BaseModel):
    """The models that can be pretended."""

    models: list[LabModel]


class LabFaults(BaseModel):
    """What can be made to go wrong."""

    faults: list[LabFault]


class LabLoads(BaseModel):
    """What can be plugged in."""

    loads: list[LabLoad]


class LabPlug(BaseModel):
    """A virtual plug as it is now."""

    id: str
    number: int
    uuid: str
    mac: str
    name: str
    model: str
    state: LabState
    plugged_in: bool
    lamp: LabLamp
    relays: list[LabRelay]
    power_w: float | None
    voltage_v: float | None
    current_a: float | None
    load: str
    faults: list[str]
    url: str
    tty: str
    server: str
    home: Literal["nobody", "this-hub", "another"]
    taking_home: TakingHome
    pairing: str


class LabPlugs(BaseModel):
    """Virtual plugs, in the order in which they were started."""

    plugs: list[LabPlug]


def lab_of(doors: Any) -> LabDoor:
    """Return the laboratory of a hub.

    Raises:
        NotFound: it has none.
    """
    if doors.lab is None:
        raise NotFound(
            "This hub has no laboratory.", hint="`ownplug hub run` and `ownplug demo` start hubs with one."
        )
    return cast("LabDoor", doors.lab)


async def _lab_of(request: Request) -> LabDoor:
    return lab_of(request.app.state.doors)


async def _hub_of(request: Request) -> HubDoor:
    return cast("HubDoor", request.app.state.doors.hub)


Lab = Annotated[LabDoor, Depends(_lab_of)]
Hub = Annotated[HubDoor, Depends(_hub_of)]
PlugId = Annotated[
    str,
    Path(alias="lab_plug", max_length=100, description="its number, its uuid, or the last digits of that"),
]
NO_LAB = failures(404)
lab = APIRouter(prefix="/api/v1/lab", dependencies=[needs(Scope.ADMIN)], responses=NO_LAB)


@lab.get("/models")
async def get_lab_models(lab: Lab) -> LabModels:
    """List the models of which there are virtual plugs."""
    return LabModels(models=lab.models())


@lab.get("/faults")
async def get_lab_faults(lab: Lab) -> LabFaults:
    """List what can be made to go wrong with a virtual plug."""
    return LabFaults(faults=lab.faults())


@lab.get("/loads")
async def get_lab_loads(lab: Lab) -> LabLoads:
    """List what can be plugged into a virtual plug."""
    return LabLoads(loads=lab.loads())


@lab.post("/plugs", status_code=201, responses=failures(409))
async def start_lab_plugs(lab: Lab, hub: Hub, body: LabStartBody) -> LabPlugs:
    """Start virtual plugs at factory default, waiting to be taken home."""
    wish = LabWish(
        model=body.model, load=body.load, name=body.name, count=body.count, take_home=body.take_home
    )
    return LabPlugs(plugs=[lab_document(view, hub) for view in await lab.start(wish)])


@lab.get("/plugs")
async def get_lab_plugs(lab: Lab, hub: Hub) -> LabPlugs:
    """List the virtual plugs, in the order in which they were started."""
    return LabPlugs(plugs=[lab_document(view, hub) for view in lab.all()])


@lab.get("/plugs/{lab_plug}")
async def get_lab_plug(lab: Lab, hub: Hub, id_: PlugId) -> LabPlug:
    """Show one virtual plug as it is now."""
    return lab_document(lab.get(id_), hub)


@lab.delete("/plugs/{lab_plug}", status_code=204)
async def throw_lab_plug_away(lab: Lab, hub: Hub, id_: PlugId, *, forget: bool = False) -> Response:
    """Throw a virtual plug away; with `forget` the hub forgets it, too."""
    uuid = lab.get(id_).uuid
    await lab.throw_away(id_)
    if forget:
        with suppress(NotFound):  # it never was at home here
            await hub.forget(uuid)
    return Response(status_code=204)


@lab.post("/plugs/{lab_plug}/take-home", status_code=202, responses=failures(409))
async def take_lab_plug_home(lab: Lab, hub: Hub, id_: PlugId) -> LabPlug:
    """Have this hub take a virtual plug home that is in pairing mode."""
    return lab_document(lab.take_home(id_), hub)


@lab.post("/plugs/{lab_plug}/press")
async def press_lab_plug(lab: Lab, hub: Hub, id_: PlugId, body: LabPressBody) -> LabPlug:
    """Hold the button of a virtual plug, and let go."""
    return lab_document(lab.press(id_, body.seconds), hub)


@lab.put("/plugs/{lab_plug}/load")
async def set_lab_load(lab: Lab, hub: Hub, id_: PlugId, body: LabLoadBody) -> LabPlug:
    """Plug something else into a virtual plug."""
    return lab_document(await lab.set_load(id_, body.load), hub)


@lab.put("/plugs/{lab_plug}/faults")
async def set_lab_faults(lab: Lab, hub: Hub, id_: PlugId, body: LabFaultsBody) -> LabPlug:
    """Let this go wrong with a virtual plug from now on, and nothing else."""
    return lab_document(lab.set_faults(id_, body.faults), hub)


@lab.post("/plugs/{lab_plug}/unplug")
async def unplug_lab_plug(lab: Lab, hub: Hub, id_: PlugId) -> LabPlug:
    """Pull a virtual plug out of the wall, and leave it out."""
    return lab_document(lab.unplug(id_), hub)


@lab.post("/plugs/{lab_plug}/plug-in", responses=failures(504))
async def plug_lab_plug_in(lab: Lab, hub: Hub, id_: PlugId) -> LabPlug:
    """Put a virtual plug back into the wall."""
    return lab_document(await lab.plug_in(id_), hub)


@lab.post("/plugs/{lab_plug}/reboot", responses=failures(504))
async def reboot_lab_plug(lab: Lab, hub: Hub, id_: PlugId) -> LabPlug:
    """Pull a virtual plug out of the wall and put it back in."""
    return lab_document(await lab.reboot(id_), hub)


def lab_document(view: LabPlugView, hub: HubDoor) -> LabPlug:
    """Make the document of a virtual plug; whether it is at home here, the hub knows."""
    told = {name: getattr(view, name) for name in LabPlug.model_fields if name != "home"}
    return LabPlug(**told, home=_home_of(view, hub))


def _home_of(view: LabPlugView, hub: HubDoor) -> Literal["nobody", "this-hub", "another"]:
    if not view.has_home:
        return "nobody"
    try:
        hub.plug(view.uuid)
    except (NotFound, Conflict):
        return "another"
    return "this-hub"
