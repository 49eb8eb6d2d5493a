"""`ownplug discover`: find plugs on the network, whoever they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.aio import SystemClock
from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import escape_controls
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import Unreachable
from ownplug.transport.endpoint import own_address

if TYPE_CHECKING:
    from ownplug.pairing import DiscoveredPlug

_NEIGHBOURS = Path("/proc/net/arp")
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
    from ownplug.pairing import addresses_to_ask, hosts_that_speak_up, networks_of, parse_neighbours
    from ownplug.pairing import discover as ask

    networks = networks_of(subnets or [f"{own_address()}/24"])
    at_home = await _plugs_of_hub(frame, hub_url)
    known = [plug["address"] for plug in at_home.values() if plug["address"]]
    known += await hosts_that_speak_up(networks, is_confined=bool(subnets))
    addresses = addresses_to_ask(known, parse_neighbours(_neighbours()), networks)
    frame.note(f"Asking {len(addresses)} addresses; Ctrl-C ends it.")
    found: list[Document] = []
    async with ask(addresses, now_s=SystemClock().now().timestamp(), per_second=rate) as plugs:
        async for plug in plugs:
            told = _document(plug, at_home)
            found.append(told)
            if not frame.json:
                click.echo(_line(told))
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


def _document(plug: DiscoveredPlug, at_home: dict[str, Document]) -> Document:
    known = at_home.get(plug.uuid.text)
    whose = "pairing" if not plug.is_paired else "other" if known is None else "home"
    return {
        "uuid": plug.uuid.text,
        "mac": plug.uuid.mac.text,
        "address": plug.address,
        "name": known["name"] if known else "",
        "whose": whose,
    }


def _line(told: Document) -> str:
    belongs = {
        "home": f"{escape_controls(told['name'])}, at this hub",
        "other": "belongs to another hub, or to the vendor's cloud",
        "pairing": "in pairing mode",
    }
    return f"{told['address']:<16} {told['uuid']}  {belongs[told['whose']]}"


def _neighbours() -> str:
    try:
        return _NEIGHBOURS.read_text("utf-8")
    except OSError:  # not Linux
        return ""
