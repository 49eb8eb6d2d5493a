"""Serial consoles through the API: which ports there are, and what can be done with the plug at one of them.

Only ports that are listed can be opened, and what is listed beyond this machine's own is for the hub's owner to say:
who has taken over an administrator's session shall not be able to make the hub open any address.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field, StrictBool

from ownplug.core.records import Scope
from ownplug.web.console_views import (
    ConsoleDoor,
    ConsoleFailure,
    ConsoleJobView,
    LightView,
    PortView,
    RestorePlanView,
    RestoreWish,
    SettingDifference,
    StartView,
    StoredSetting,
)
from ownplug.web.description import failures
from ownplug.web.schema import Sent
from ownplug.web.scopes import needs

_File = Annotated[
    str, Field(min_length=1, max_length=60_000, description="the text of a backup's file, as it was given")
]
_WIRE = failures(404, 409, 502, 503, 504)


class Ports(BaseModel):
    """The serial ports that may be opened."""

    ports: list[PortView]


class StoredList(BaseModel):
    """Every setting that the plug keeps."""

    settings: list[StoredSetting]


class ConsoleSnapshot(BaseModel):
    """Everything that a plug tells; what is in its parts differs from one firmware to the next."""

    snapshot: int = Field(description="version of this format")
    tool: str
    taken_at: str
    port: str
    plug: dict[str, str]
    secrets: Literal["masked", "shown"]
    parts: dict[str, Any]
    failures: dict[str, ConsoleFailure]


class ConsoleBackup(BaseModel):
    """The file of a backup: settings by group and name."""

    backup: int = Field(description="version of this format")
    tool: str
    taken_at: str
    port: str
    plug: dict[str, str]
    settings: dict[str, dict[str, str]]


class DifferenceBody(Sent):
    """The backup with which a plug is compared."""

    file: _File


class Differences(BaseModel):
    """Where plug and file differ."""

    differences: list[SettingDifference]


class RestoreBody(DifferenceBody):
    """What shall be given back, and what of it may be touched."""

    dry_run: StrictBool = Field(default=True, description="only tell what would be done")
    confirm: str = Field(default="", max_length=100, description="the plan's `word`, for what is no dry run")
    any_plug: StrictBool = Field(default=False, description="also where the backup is of another plug")
    identity: StrictBool = Field(default=False, description="also uuid, MAC addresses, market")
    calibration: StrictBool = Field(default=False, description="also the calibration of the meter")
    reset: StrictBool = Field(default=False, description="reset a group where a setting must become empty")
    partial: StrictBool = Field(default=False, description="leave out what the console cannot write")

    def wish(self, *, show_secrets: bool) -> RestoreWish:
        """Return what is wanted."""
        return RestoreWish(
            file=self.file.encode(errors="surrogatepass"),
            any_plug=self.any_plug,
            identity=self.identity,
            calibration=self.calibration,
            reset=self.reset,
            partial=self.partial,
            show_secrets=show_secrets,
        )


class RestoreAnswer(BaseModel):
    """The plan of a dry run, or else the job that does it."""

    plan: RestorePlanView | None = None
    job: ConsoleJobView | None = None


class LastStart(BaseModel):
    """What the last start told; null: the hub has seen none since it opened the port."""

    start: StartView | None


class LastJob(BaseModel):
    """The job that is under way on a port, or was the last; null: there was none."""

    job: ConsoleJobView | None


class StartBody(Sent):
    """Which start is to be followed."""

    reboot: StrictBool = Field(
        default=True, description="ask for it; else somebody gives the plug its current"
    )


class ConsoleLightBody(Sent):
    """What the light shall show until the firmware drives it again."""

    colour: Literal["red", "green"]
    state: Literal["on", "off", "quick", "slow"]


async def _door_of(request: Request) -> ConsoleDoor:
    return cast("ConsoleDoor", request.app.state.doors.console)


Door = Annotated[ConsoleDoor, Depends(_door_of)]
Port = Annotated[str, Path(max_length=100, description="the id of a port")]
Secrets = Annotated[bool, Query(description="show passwords and keys instead of ***")]
console = APIRouter(prefix="/api/v1/console/ports", dependencies=[needs(Scope.ADMIN)])


@console.get("")
async def get_console_ports(door: Door) -> Ports:
    """List the serial ports at the hub that may be opened."""
    return Ports(ports=await door.ports())


@console.get("/{port}/settings", responses=_WIRE)
async def read_console_settings(
    door: Door,
    port: Port,
    show_secrets: Secrets = False,  # noqa: FBT002 - a query parameter
) -> StoredList:
    """Read every setting that the plug keeps."""
    return StoredList(settings=await door.settings(port, show_secrets=show_secrets))


@console.post("/{port}/snapshot", responses=_WIRE)
async def take_console_snapshot(
    door: Door,
    port: Port,
    show_secrets: Secrets = False,  # noqa: FBT002 - a query parameter
) -> ConsoleSnapshot:
    """Ask for everything that the plug tells; nothing is changed."""
    return ConsoleSnapshot.model_validate(await door.snapshot(port, show_secrets=show_secrets))


@console.post("/{port}/settings/backup", response_model=ConsoleBackup, responses=_WIRE)
async def back_up_console_settings(door: Door, port: Port) -> Response:
    """Read every setting into a file; it holds passwords and keys."""
    headers = {"content-disposition": 'attachment; filename="plug-settings.json"'}
    return Response(await door.backup(port), media_type="application/json", headers=headers)


@console.post("/{port}/settings/difference", responses=_WIRE)
async def compare_console_settings(
    door: Door,
    port: Port,
    body: DifferenceBody,
    show_secrets: Secrets = False,  # noqa: FBT002 - a query parameter
) -> Differences:
    """Tell which settings of the plug differ from a backup."""
    file = body.file.encode(errors="surrogatepass")
    return Differences(differences=await door.differences(port, file, show_secrets=show_secrets))


@console.post("/{port}/settings/restore", responses=_WIRE)
async def restore_console_settings(
    door: Door,
    port: Port,
    body: RestoreBody,
    show_secrets: Secrets = False,  # noqa: FBT002 - a query parameter
) -> RestoreAnswer:
    """Give the settings of a backup back, or with `dry_run` tell what that would do."""
    wish = body.wish(show_secrets=show_secrets)
    if body.dry_run:
        return RestoreAnswer(plan=await door.plan_restore(port, wish))
    return RestoreAnswer(job=await door.restore(port, wish, word=body.confirm))


@console.post("/{port}/leave-factory", status_code=202, responses=failures(404, 409))
async def leave_factory_mode(door: Door, port: Port) -> ConsoleJobView:
    """Begin to lead a plug out of factory mode, in which its light flashes red and it serves nobody."""
    return await door.leave_factory(port)


@console.get("/{port}/boot", responses=failures(404))
async def get_console_start(door: Door, port: Port) -> LastStart:
    """Tell what the last start told that the hub has seen since it opened the port."""
    return LastStart(start=await door.start(port))


@console.post("/{port}/boot", status_code=202, responses=failures(404, 409))
async def follow_console_start(door: Door, port: Port, body: StartBody) -> ConsoleJobView:
    """Begin to follow the next start of the plug, phase by phase."""
    return await door.watch_start(port, reboots=body.reboot)


@console.get("/{port}/led", responses=failures(404))
async def get_console_light(door: Door, port: Port) -> LightView:
    """Tell what the light shows, as far as the console told since the hub opened the port, and what it can mean."""
    return await door.light(port)


@console.put("/{port}/led", status_code=204, responses=_WIRE)
async def drive_console_light(door: Door, port: Port, body: ConsoleLightBody) -> Response:
    """Let the light show something else, until the firmware drives it again."""
    await door.drive_light(port, colour=body.colour, state=body.state)
    return Response(status_code=204)


@console.get("/{port}/job")
async def get_console_job(door: Door, port: Port) -> LastJob:
    """Show the job that is under way on a port, or was the last."""
    return LastJob(job=await door.job(port))


@console.delete("/{port}/job", status_code=204, responses=failures(404))
async def cancel_console_job(door: Door, port: Port) -> Response:
    """Give a job up where it is, or forget one that has ended."""
    await door.cancel(port)
    return Response(status_code=204)
