"""`ownplug firmware`: which firmware a plug has, and another one for it."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.danger import check_can_ask, confirm
from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import escape_controls, print_fields
from ownplug.cli.progress import ProgressLine
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import OwnplugError, UsageError
from ownplug.core.image import LONGEST_IMAGE

if TYPE_CHECKING:
    from ownplug.client import HubClient

_LOOK_EVERY_S = 0.25
_STEP = 10  # percent between two lines of progress
_WORDS = {
    "checking": "the image is checked",
    "offered": "the plug was told where the image lies",
    "writing": "the plug has the image and writes it",
    "restarting": "the plug starts again",
    "failed": "the upgrade failed",
}
_OVER = frozenset({"done", "failed"})
_DANGER = (
    "While the plug writes it, a power cut may leave it dead; so may an image that is not for it. "
    "Nobody has published an upgrade of a real plug by this way from beginning to end."
)

Document = dict[str, Any]


@group("firmware", examples=["ownplug firmware show kettle"])
def firmware() -> None:
    """Show a plug's firmware, and replace it by your own image."""


@firmware.command("show", examples=["ownplug firmware show kettle", "ownplug firmware show kettle --json"])
@click.argument("plug")
@hub_option
@pass_frame
def show(frame: Frame, plug: str, hub_url: str | None) -> None:
    """Show which firmware PLUG has, and how far its upgrade is, or how the last one ended."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.firmware(plug)
        if frame.json:
            frame.print_line(found)
        else:
            print_fields(_fields(found))

    run_async(work())


@firmware.command(
    "upgrade", examples=["ownplug firmware upgrade kettle new.bin --model mss310 --hardware 2.0.0"]
)
@click.argument("plug")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--model", required=True, help="What FILE is for, such as mss310: no image says it itself.")
@click.option("--hardware", required=True, help="Which hardware FILE is for, such as 2.0.0.")
@click.option("--md5", default="", help="What the MD5 of FILE has to be.")
@click.option("--virtual", is_flag=True, help="FILE is an image for virtual plugs, and PLUG is one.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@hub_option
@pass_frame
def upgrade(
    frame: Frame,
    *,
    plug: str,
    file: Path,
    model: str,
    hardware: str,
    md5: str,
    virtual: bool,
    yes: bool,
    hub_url: str | None,
) -> None:
    """Replace the firmware of PLUG by FILE.

    The hub checks that FILE is whole and for this plug, hands it out to the plug by HTTP, and this command waits until
    the plug is back with another firmware. A power cut while the plug writes it may leave it dead.
    """
    check_can_ask(frame, f"This replaces the firmware of {plug}. {_DANGER}", yes=yes)
    image = _read(file)

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            before = await hub.firmware(plug)
            name = before["name"]
            confirm(frame, _says(before, file, image), word=name, yes=yes)
            await hub.begin_upgrade(
                before["uuid"],
                image,
                model=model,
                hardware=hardware,
                confirm=name,
                md5=md5,
                is_virtual=virtual,
            )
            after = await _until_over(frame, hub, before["uuid"])
        frame.print_result(after, f"{escape_controls(name)} has firmware {after['version']} now.")

    run_async(work())


def upgrade_words(state: str, percent: int, version: str = "") -> str:
    """Say how far an upgrade is; `version` is what the plug came back with."""
    match state:
        case "downloading":
            return f"the plug fetches the image, {percent} %"
        case "done":
            return f"the plug is back with firmware {version}"
        case _:
            return _WORDS.get(state, state)


async def _until_over(frame: Frame, hub: HubClient, uuid: str) -> Document:
    """Show how it goes, and return how it is in the end.

    Raises:
        OwnplugError: it failed; the error that the hub tells of.
    """
    shown = None
    with ProgressLine(frame) as line:
        while True:
            found = await hub.firmware(uuid)
            job = found["upgrade"]
            if job is None:
                raise OwnplugError("The hub knows nothing of the upgrade any more.", hint="Look at the plug.")
            if job["state"] in _OVER:
                break
            seen = job["state"], job["percent"] // _STEP
            if seen != shown:
                shown = seen
                line.show(f"{found['name']}: {upgrade_words(job['state'], job['percent'])}")
            await asyncio.sleep(_LOOK_EVERY_S)
    if failure := job["failure"]:
        from ownplug.client import error_named

        raise error_named(failure["code"], failure["message"], hint=failure["hint"])
    return found


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            image = opened.read(LONGEST_IMAGE + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}.") from error
    if len(image) > LONGEST_IMAGE:
        raise UsageError(f"{file} has more than {LONGEST_IMAGE} bytes: that is no image for a plug.")
    return image


def _says(before: Document, file: Path, image: bytes) -> str:
    md5 = hashlib.md5(image, usedforsecurity=False).hexdigest()
    plug = f"{before['name']} ({before['model']}, hardware {before['hardware']})"
    return f"This replaces firmware {before['version']} of {plug} by {file} ({len(image)} bytes, MD5 {md5}).\n{_DANGER}"


def _fields(found: Document) -> list[tuple[str, str]]:
    job = found["upgrade"]
    fields = [(name, str(found[name]) or "-") for name in ("name", "model", "hardware", "chip", "version")]
    if job is not None:
        words = upgrade_words(job["state"], job["percent"], job["after"])
        fields.append(("upgrade", f"{words}, {job['changed_at']}"))
        if job["failure"]:
            fields.append(("failure", job["failure"]["message"]))
    return fields
