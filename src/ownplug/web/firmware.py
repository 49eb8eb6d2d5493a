"""Firmware through the API: which a plug has, an image for it, how far its upgrade is.

The image is no JSON; `web.body` lets it through for its route alone.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from ownplug.core.errors import OwnplugError, UsageError
from ownplug.core.records import Scope
from ownplug.hub import FirmwareOffer, FirmwareView, UpgradeJob
from ownplug.web.body import IMAGE_TYPE
from ownplug.web.description import BY_PLUG, OF_PLUG
from ownplug.web.ports import FirmwareDoor, HubDoor
from ownplug.web.routes import Reference
from ownplug.web.schema import Moment
from ownplug.web.scopes import needs

_State = Literal["checking", "offered", "downloading", "writing", "restarting", "done", "failed"]
_Model = Annotated[str, Query(min_length=1, max_length=64, description="what the image is for: mss310")]
_Hardware = Annotated[str, Query(min_length=1, max_length=64, description="what the image is for: 2.0.0")]
_Name = Annotated[str, Query(max_length=200, description="the name of the plug, typed again")]
_Md5 = Annotated[str, Query(pattern="^([0-9a-fA-F]{32})?$", description="what the file's MD5 has to be")]
_Virtual = Annotated[bool, Query(description="the image is one for virtual plugs, and so is the plug")]

_IMAGE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {IMAGE_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Failure(BaseModel):
    """Why an upgrade failed, and what to do."""

    code: str
    message: str
    hint: str


class Upgrade(BaseModel):
    """An upgrade as it is now."""

    state: _State
    percent: int
    began_at: Moment
    changed_at: Moment
    size_bytes: int
    md5: str
    before: str
    after: str
    failure: Failure | None


class Firmware(BaseModel):
    """Which firmware a plug has, and its upgrade: the one under way, else the last one."""

    uuid: str
    name: str
    model: str
    hardware: str
    chip: str
    version: str
    upgrade: Upgrade | None


async def _door_of(request: Request) -> FirmwareDoor:
    return cast("HubDoor", request.app.state.doors.hub).firmware


Door = Annotated[FirmwareDoor, Depends(_door_of)]
shown_firmware = APIRouter(prefix="/api/v1/plugs/{plug}/firmware", dependencies=[needs(Scope.READ)])
new_firmware = APIRouter(prefix="/api/v1/plugs/{plug}/firmware", dependencies=[needs(Scope.ADMIN)])


@shown_firmware.get("", responses=OF_PLUG)
async def get_firmware(door: Door, plug: Reference) -> Firmware:
    """Tell which firmware a plug has, and how far its upgrade is."""
    return _document(door.view(plug))


@new_firmware.post("", status_code=202, openapi_extra=_IMAGE_BODY, responses=BY_PLUG)
async def begin_upgrade(
    door: Door,
    request: Request,
    *,
    plug: Reference,
    model: _Model,
    hardware: _Hardware,
    confirm: _Name,
    md5: _Md5 = "",
    virtual: _Virtual = False,
) -> Firmware:
    """Begin to replace a plug's firmware by the image that is the body; answered once image and plug were checked."""
    if request.headers.get("content-type") != IMAGE_TYPE:
        raise UsageError("The body has to be a firmware image.", hint=f"Send it as {IMAGE_TYPE}.")
    offer = FirmwareOffer(
        image=await request.body(),
        model=model,
        hardware=hardware,
        confirmed_name=confirm,
        md5=md5,
        is_virtual=virtual,
    )
    return _document(await door.begin(plug, offer))


@new_firmware.delete("", status_code=204, responses=OF_PLUG)
async def give_up_upgrade(door: Door, plug: Reference) -> Response:
    """Give an upgrade up that was not offered to the plug yet, or forget one that is over."""
    door.give_up(plug)
    return Response(status_code=204)


def _document(view: FirmwareView) -> Firmware:
    return Firmware(
        uuid=view.uuid.text,
        name=view.name,
        model=view.model,
        hardware=view.hardware,
        chip=view.chip,
        version=view.version,
        upgrade=_upgrade_document(view.upgrade) if view.upgrade else None,
    )


def _upgrade_document(job: UpgradeJob) -> Upgrade:
    return Upgrade(
        state=job.state.value,
        percent=job.percent,
        began_at=job.began_at,
        changed_at=job.changed_at,
        size_bytes=job.size_bytes,
        md5=job.md5,
        before=job.before.version,
        after=job.after,
        failure=_failure_document(job.failure) if job.failure else None,
    )


def _failure_document(failure: OwnplugError) -> Failure:
    return Failure(code=failure.code, message=str(failure), hint=failure.hint)
