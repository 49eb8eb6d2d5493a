"""`ownplug pair --batch`: a list of plugs, one after the other, as they come into reach."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from ownplug.aio import SystemClock
from ownplug.cli.frame import Frame
from ownplug.cli.lists import read_list
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.taking_home import open_hub_or_be_it
from ownplug.core.errors import LinkError, Malformed, OwnplugError, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.pairing import Batch, BatchPlug, BatchState, InReach, Wish, identify, parse_batch_list
from ownplug.plug import HttpLink

if TYPE_CHECKING:
    from ownplug.app import HomeFolder

_ANSWER_S = 3.0
_SSID_DIGITS = 4  # of the MAC, at the end of the name of a plug's network

_COLUMNS = ("NAME", "ROOM", "MAC", "STATE", "WHY")


async def pair_batch(frame: Frame, file: Path, wish: Wish, *, hub_url: str | None, idle_s: float) -> None:
    """Pair the plugs of a list, and print a table of them at the end, whatever ended it."""
    from ownplug.app import HomeFolder

    rows = parse_batch_list(read_list(file))
    folder = HomeFolder(frame.home)
    folder.prepare()
    with folder.claim_batch():
        async with open_hub_or_be_it(frame, hub_url) as hub:
            earlier = _read_taken(folder)
            batch = Batch(
                rows,
                earlier,
                hub=hub,
                look=lambda: _plugs_in_reach(frame, wish),
                keep=lambda taken: _keep_taken(folder, {**earlier, **taken}),
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
            _keep_taken(folder, {name: uuid for name, uuid in earlier.items() if name not in ours})
            return
    for hint in dict.fromkeys(
        plug.failure.hint for plug in batch.plugs if plug.failure and plug.failure.hint
    ):
        frame.note(hint)
    frame.note("Give the same command again to go on with those that are not at home.")
    raise click.exceptions.Exit(1)


async def _plugs_in_reach(frame: Frame, wish: Wish) -> Sequence[InReach]:
    """By their networks, if these are to be joined; else whichever answers at the address."""
    if wish.joins:
        from ownplug.transport.wifi_join import plugs_in_reach

        try:
            heard = await plugs_in_reach()
        except LinkError as error:  # one scan that fails is no end of a list
            frame.note(str(error))
            return []
        return [
            InReach(mark=ssid, mac_tail=ssid[-_SSID_DIGITS:].lower(), wish=replace(wish, join_ssid=ssid))
            for ssid in heard
        ]
    try:
        link = HttpLink(
            wish.url, key=Secret(""), trusting=True, timeout_s=_ANSWER_S, connect_timeout_s=_ANSWER_S
        )
        async with link:
            _, uuid, _ = await identify(link)
    except UsageError:
        raise
    except OwnplugError:  # nobody, or one that is paired already
        return []
    return [InReach(mark=uuid.text, mac_tail=uuid.mac.digits, wish=wish)]


def _read_taken(folder: HomeFolder) -> dict[str, Uuid]:
    try:
        told = msgspec.json.decode(folder.batch_file.read_bytes(), type=dict[str, str])
        return {name: Uuid.parse(uuid) for name, uuid in told.items()}
    except FileNotFoundError:
        return {}
    except (msgspec.MsgspecError, UnicodeDecodeError, UsageError) as error:
        raise Malformed(
            f"{folder.batch_file} is not what an earlier list left: {error}",
            hint="Remove it; plugs that were told meanwhile are named by `ownplug plugs rename`.",
        ) from error


def _keep_taken(folder: HomeFolder, taken: dict[str, Uuid]) -> None:
    """Write it down, with what other lists left; nothing leaves no file."""
    if not taken:
        folder.batch_file.unlink(missing_ok=True)
        return
    from ownplug.transport.files import write_whole

    content = msgspec.json.encode({name: uuid.text for name, uuid in taken.items()})
    write_whole(folder.batch_file, msgspec.json.format(content, indent=1) + b"\n")


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
