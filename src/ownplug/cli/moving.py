"""What the commands that move plugs share: the journal on the disk, the move itself, and the report."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from ownplug.aio import SystemClock
from ownplug.cli.frame import Frame
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.target import open_hub_client
from ownplug.core.errors import Conflict, UsageError
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from ownplug.client import HubClient
    from ownplug.core.identity import Uuid
    from ownplug.pairing import Allegiance, KnownPlug, MoveJournal, PlugToMove

_RESUME = "`ownplug move --resume` goes on with it; `--give-up` leaves every plug where it is."

batch_option = click.option(
    "--batch",
    default=5,
    show_default=True,
    type=click.IntRange(1, 100),
    help="How many are moved at a time; after a batch in which one did not come, no further one begins.",
)
timeout_option = click.option(
    "--timeout", "timeout_s", default=60.0, show_default=True, help="Seconds that a plug may take each way."
)
at_option = click.option(
    "--at",
    "addresses",
    multiple=True,
    metavar="PLUG=ADDRESS",
    help="Where a plug answers, if not at the address that the hub sees, as behind NAT or from within a container.",
)


async def known_plugs(
    hub: HubClient, references: Iterable[str] = (), *, addresses: Iterable[str] = ()
) -> list[KnownPlug]:
    """Return plugs of a home, each once, with their keys; without references all of them.

    Raises:
        UsageError: one of `addresses` is not PLUG=ADDRESS.
    """
    from ownplug.core.identity import Uuid
    from ownplug.pairing import KnownPlug

    names = list(references) or [plug["uuid"] for plug in await hub.plugs()]
    told = [await hub.plug(name, show_secrets=True) for name in names]
    given: dict[str, str] = {}
    for text in addresses:
        name, _, address = text.rpartition("=")
        if not name or not address:
            raise UsageError(
                f"--at wants PLUG=ADDRESS, not {text!r}.", hint="For example: kettle=192.168.1.23"
            )
        given[(await hub.plug(name))["uuid"]] = address
    known = {
        each["uuid"]: KnownPlug(
            uuid=Uuid.parse(each["uuid"]),
            key=Secret(each["key"]),
            address=given.get(each["uuid"]) or each["address"] or "",
            name=each["name"],
        )
        for each in told
    }
    return list(known.values())


async def begin_move(
    frame: Frame, target: Allegiance, plugs: Iterable[KnownPlug], *, is_roll: bool = False
) -> MoveJournal:
    """Make the journal of a move; nothing is told to any plug yet.

    Raises:
        Conflict: an earlier one did not come to its end.
    """
    from ownplug.app import HomeFolder
    from ownplug.pairing import MoveJournal, PlugToMove

    if HomeFolder(frame.home).move_file.exists():
        raise Conflict("An earlier move did not come to its end.", hint=_RESUME)
    listed = list(plugs)
    found = await _addresses([plug.uuid for plug in listed if not plug.address], frame)
    return MoveJournal(
        target,
        {
            plug.uuid: PlugToMove(
                uuid=plug.uuid, address=plug.address or found[plug.uuid], key=plug.key, name=plug.name
            )
            for plug in listed
        },
        is_roll=is_roll,
    )


async def _addresses(wanted: list[Uuid], frame: Frame) -> dict[Uuid, str]:
    """Look for plugs of which no address is known; one that is not found has an empty one."""
    found = dict.fromkeys(wanted, "")
    if not wanted:
        return found
    from ownplug.pairing import addresses_to_ask, discover, hosts_that_speak_up, networks_of
    from ownplug.transport.endpoint import own_address

    frame.note(f"Looking for {len(wanted)} plugs whose address is not known.")
    networks = networks_of([f"{own_address()}/24"])
    addresses = addresses_to_ask(await hosts_that_speak_up(networks, is_confined=False), (), networks)
    async with discover(addresses, now_s=SystemClock().now().timestamp()) as plugs:
        async for plug in plugs:
            if plug.uuid in found:
                found[plug.uuid] = plug.address
    return found


async def carry_out(
    frame: Frame, journal: MoveJournal, *, batch: int, timeout_s: float, hub_url: str | None = None
) -> None:
    """Move what is left; the journal is on the disk at each step, and gone when all have moved."""
    from ownplug.app import HomeFolder
    from ownplug.pairing import Mover
    from ownplug.transport.files import write_whole

    folder = HomeFolder(frame.home)
    folder.prepare()

    async def keep(content: bytes) -> None:
        await asyncio.to_thread(write_whole, folder.move_file, content)

    def tell(plug: PlugToMove) -> None:
        frame.note(f"{name_of(plug)}: {plug.state.value}{f': {plug.why}' if plug.why else ''}")

    with folder.claim_move():
        if journal.is_roll:
            await keep(journal.encode())  # before the hub: a new key that only it knew could not be resumed
            async with open_hub_client(frame, hub_url) as hub:
                await hub.change_key(journal.target.key)
        await Mover(journal, keep=keep, tell=tell, clock=SystemClock(), timeout_s=timeout_s).run(batch=batch)
        if journal.is_done:
            folder.move_file.unlink(missing_ok=True)


def report_move(frame: Frame, journal: MoveJournal) -> None:
    """Print where each plug is; a move that is not done fails."""
    plugs = journal.plugs.values()
    if frame.json:
        frame.print_line([_document(plug) for plug in plugs])
    else:
        rows = [(name_of(plug), plug.state.value, plug.address or "-", plug.why) for plug in plugs]
        print_table(("PLUG", "STATE", "ADDRESS", "WHY"), rows)
    if not journal.is_done:
        frame.note(_RESUME)
        raise click.exceptions.Exit(1)


def _document(plug: PlugToMove) -> dict[str, str]:
    return {
        "uuid": plug.uuid.text,
        "name": plug.name,
        "address": plug.address,
        "state": plug.state.value,
        "why": plug.why,
    }


def name_of(plug: PlugToMove) -> str:
    """Return what to call a plug on a terminal."""
    return escape_controls(plug.name) or plug.uuid.text
