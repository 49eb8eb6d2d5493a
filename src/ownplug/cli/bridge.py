"""`ownplug bridge`: what other systems need to know of the hub."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.qr import print_qr
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.client import HubClient


@group("bridge", examples=["ownplug bridge homekit"])
def bridge() -> None:
    """Show what other systems need to know of the hub."""


@bridge.command("homekit", examples=["ownplug bridge homekit", "ownplug bridge homekit --unpair --yes"])
@click.option("--unpair", is_flag=True, help="Take the bridge out of every home that has it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@hub_option
@pass_frame
def homekit(frame: Frame, *, unpair: bool, yes: bool, hub_url: str | None) -> None:
    """Show the code by which the hub is added to Apple's Home."""
    if unpair and not yes:
        _confirm(frame)

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            if unpair:
                await hub.homekit.unpair()
                frame.print_result({"unpaired": True}, "No home has the bridge any more.")
            else:
                await _show(frame, hub)

    run_async(work())


def _confirm(frame: Frame) -> None:
    says = "Homes lose what they know of the plugs: rooms, scenes, automations."
    if frame.json or not sys.stdin.isatty():
        raise UsageError(says, hint="If that is what you want, add --yes.")
    click.confirm(f"{says} Go on?", abort=True, err=True)


async def _show(frame: Frame, hub: HubClient) -> None:
    told: dict[str, Any] = await hub.homekit.get()
    if frame.json:
        frame.print_line(told)
        return
    if not told["address"]:
        frame.note("The bridge does not listen: the hub's log says why.")
    if told["is_paired"]:
        frame.print_text("A home has the bridge. `ownplug bridge homekit --unpair` takes it out.")
        return
    frame.print_text("In Apple's Home choose Add Accessory, then scan this, or type the code.\n")
    print_qr(told["qr_rows"])
    frame.print_text(f"\n  code  {told['setup_code']}\n  link  {told['setup_uri']}")
