"""`ownplug discover`: find plugs on the network, whoever they belong to."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ownplug.aio import SystemClock
from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import escape_controls
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import Unreachable

if TYPE_CHECKING:
    from ownplug.web import SightedPlug

_USUAL_RATE = 50.0

Document = dict[str, Any]


@command("discover", examples=["ownplug discover", "ownplug discover --subnet 192.168.2.0/24 --rate 20"])
@click.option(
    "--subnet",
    "subnets",
    multiple=True,
    metavar="NETWORK",
    help="Where to look; may be repeated.  [default: the 256 addresses around this machine]",
)
@click.option(
    "--rate",
    default=_USUAL_RATE,
    show_default=True,
    type=click.FloatRange(1, 1000),
    help="How many addresses are asked in a second at most.",
)
@hub_option
@pass_frame
def discover(frame: Frame, *, subnets: tuple[str, ...], rate: float, hub_url: str | None) -> None:
    """Find plugs on the network, whoever they belong to.

    Calls by UDP and mDNS, then asks each address once: those first that answered, or at which the hub or this machine
    has seen a plug. Named is only what proves to be one: a plug names itself also to a stranger.
    """
    run_async(_discover(frame, subnets, rate, hub_url))


async def _discover(frame: Frame, subnets: tuple[str, ...], rate: float, hub_url: str | None) -> None:
    from ownplug.app import open_search

    at_home = await _plugs_of_hub(frame, hub_url)
    found: list[Document] = []
    search = open_search(subnets, at_home, clock=SystemClock(), per_second=rate)
    async with search as (count, plugs):
        frame.note(f"Asking {count} addresses; Ctrl-C ends it.")
        async for plug in plugs:
            found.append(asdict(plug))
            if not frame.json:
                click.echo(_line(plug))
    if frame.json:
        frame.print_line(found)
    elif not found:
        click.echo("No plug answers.")


async def _plugs_of_hub(frame: Frame, hub_url: str | None) -> dict[str, Document]:
    """What the hub knows, by uuid; nothing where none runs."""
    try:
        async with open_hub_client(frame, hub_url) as hub:
            return {plug["uuid"]: plug for plug in await hub.plugs()}
    except Unreachable:
        if hub_url:
            raise
        return {}


def _line(plug: SightedPlug) -> str:
    belongs = {
        "home": f"{escape_controls(plug.name)}, at this hub",
        "other": "belongs to another hub, or to the vendor's cloud",
        "pairing": "in pairing mode",
    }
    return f"{plug.address:<16} {plug.uuid}  {belongs[plug.whose]}"
