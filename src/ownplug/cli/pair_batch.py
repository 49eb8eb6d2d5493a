"""`ownplug pair --batch`: a list of plugs, one after the other, as they come into reach."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from ownplug.aio import SystemClock
from ownplug.cli.frame import Frame
from ownplug.cli.lists import read_list
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.taking_home import open_hub_or_be_it
from ownplug.core.errors import OwnplugError
from ownplug.pairing import (
    Batch,
    BatchPlug,
    BatchState,
    InReach,
    Wish,
    at_address,
    by_network,
    parse_batch_list,
)

_COLUMNS = ("NAME", "ROOM", "MAC", "STATE", "WHY")


async def pair_batch(frame: Frame, file: Path, wish: Wish, *, hub_url: str | None, idle_s: float) -> None:
    """Pair the plugs of a list, and print a table of them at the end, whatever ended it."""
    from ownplug.app import HomeFolder, keep_taken, read_taken

    rows = parse_batch_list(read_list(file))
    folder = HomeFolder(frame.home)
    folder.prepare()
    with folder.claim_batch():
        async with open_hub_or_be_it(frame, hub_url) as hub:
            earlier = read_taken(folder)
            batch = Batch(
                rows,
                earlier,
                hub=hub,
                look=lambda: _plugs_in_reach(frame, wish),
                keep=lambda taken: keep_taken(folder, {**earlier, **taken}),
                tell=lambda plug: frame.note(_line(plug)),
                clock=SystemClock(),
            )
            where = "by their own Wi-Fi networks" if wish.joins else f"that answer at {wish.url}"
            frame.note(f"Looking for plugs {where}; Ctrl-C ends it, and the same command goes on.")
            try:
                await batch.run(idle_s=idle_s)
            except (OwnplugError, asyncio.CancelledError):
                if not frame.json:
                    _report(frame, batch.plugs)
                raise
        _report(frame, batch.plugs)
        if batch.is_done:
            ours = {row.name for row in rows}
            keep_taken(folder, {name: uuid for name, uuid in earlier.items() if name not in ours})
            return
    for hint in dict.fromkeys(
        plug.failure.hint for plug in batch.plugs if plug.failure and plug.failure.hint
    ):
        frame.note(hint)
    frame.note("Give the same command again to go on with those that are not at home.")
    raise click.exceptions.Exit(1)


async def _plugs_in_reach(frame: Frame, wish: Wish) -> Sequence[InReach]:
    """By their networks, if these are to be joined; else whichever answers at the address."""
    return await by_network(wish, frame.note) if wish.joins else await at_address(wish)


def _report(frame: Frame, plugs: Sequence[BatchPlug]) -> None:
    if frame.json:
        frame.print_line([_document(plug) for plug in plugs])
    else:
        print_table(_COLUMNS, [[escape_controls(text) or "-" for text in _cells(plug)] for plug in plugs])


def _document(plug: BatchPlug) -> dict[str, str]:
    name, room, mac, state, why = _cells(plug)
    uuid = plug.uuid.text if plug.uuid else ""
    code = plug.failure.code if plug.failure else ""
    return {"name": name, "room": room, "mac": mac, "uuid": uuid, "state": state, "code": code, "why": why}


def _cells(plug: BatchPlug) -> tuple[str, str, str, str, str]:
    mac = plug.uuid.mac if plug.uuid else plug.row.mac
    return plug.row.name, plug.row.room, mac.text if mac else "", plug.state.value, str(plug.failure or "")


def _line(plug: BatchPlug) -> str:
    who = f"{plug.row.name} ({plug.uuid.mac})" if plug.uuid else plug.row.name
    doing = "is told" if plug.state is BatchState.TOLD else plug.state.value
    return f"{escape_controls(who)}: {doing}{f': {plug.failure}' if plug.failure else ''}"
