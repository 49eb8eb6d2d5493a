"""What the commands that move plugs share: the journal on the disk, the move itself, and the report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from ownplug.aio import SystemClock
from ownplug.cli.frame import Frame
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.target import open_hub_client
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.client import HubClient
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
    from ownplug.pairing import plugs_of_home

    given: dict[str, str] = {}
    for text in addresses:
        name, _, address = text.rpartition("=")
        if not name or not address:
            raise UsageError(
                f"--at wants PLUG=ADDRESS, not {text!r}.", hint="For example: kettle=192.168.1.23"
            )
        given[name] = address
    return await plugs_of_home(hub, references, addresses=given)


async def begin_move(
    frame: Frame, target: Allegiance, plugs: Iterable[KnownPlug], *, is_roll: bool = False
) -> MoveJournal:
    """Make the journal of a move; nothing is told to any plug yet.

    Raises:
        Conflict: an earlier one did not come to its end.
    """
    from ownplug.app import HomeFolder, check_no_move
    from ownplug.pairing import plan_move

    check_no_move(HomeFolder(frame.home), hint=_RESUME)
    listed = list(plugs)
    if lost := [plug for plug in listed if not plug.address]:
        frame.note(f"Looking for {len(lost)} plugs whose address is not known.")
    return await plan_move(target, listed, now=SystemClock().now(), is_roll=is_roll)


async def move_along(
    frame: Frame, journal: MoveJournal, *, batch: int, timeout_s: float, hub_url: str | None = None
) -> None:
    """Move what is left; the journal is on the disk at each step, and gone when all have moved."""
    from ownplug.app import HomeFolder, carry_out

    def tell(plug: PlugToMove) -> None:
        frame.note(f"{name_of(plug)}: {plug.state.value}{f': {plug.why}' if plug.why else ''}")

    await carry_out(
        HomeFolder(frame.home),
        journal,
        batch=batch,
        timeout_s=timeout_s,
        clock=SystemClock(),
        tell=tell,
        open_hub=lambda: open_hub_client(frame, hub_url),
    )


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
