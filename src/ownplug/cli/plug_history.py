"""`ownplug plugs history`: when a plug came and went."""

from __future__ import annotations

from typing import Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import print_table, to_the_second
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client

_COLUMNS = ("FROM", "TO", "STATE", "REASON")


@command(
    "history", examples=["ownplug plugs history kettle", "ownplug plugs history kettle --limit 5 --json"]
)
@click.argument("plug")
@click.option(
    "--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many stretches of time."
)
@click.option(
    "--before", type=click.IntRange(1), help="Those before this one: the `next` of the page before."
)
@hub_option
@pass_frame
def history(frame: Frame, *, plug: str, limit: int, before: int | None, hub_url: str | None) -> None:
    """Show when PLUG was online and offline, newest first, and why it was gone."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.availability(plug, limit=limit, before=before)
        if frame.json:
            frame.print_line(found)
        elif found["spans"]:
            print_table(_COLUMNS, [_row(span) for span in found["spans"]])
            _point_to_more(frame, found["next"])
        else:
            frame.note("Nothing is known.")

    run_async(work())


def _point_to_more(frame: Frame, following: int | None) -> None:
    if following is not None:
        frame.note(f"\nThere is more: add --before {following}.")


def _row(span: dict[str, Any]) -> tuple[str, ...]:
    ended = to_the_second(span["to"]) if span["to"] else "now"
    return to_the_second(span["from"]), ended, span["availability"], span["reason"] or "-"
