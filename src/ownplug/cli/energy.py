"""`ownplug energy`: what a plug uses."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import print_table
from ownplug.cli.running import run_async
from ownplug.cli.target import Controls, open_plug, plug_options

_EVERY_S = 1.0  # the plug's meter does not measure faster


@command("energy", examples=["ownplug energy kettle", "ownplug energy kettle --watch --json"])
@plug_options
@click.option("--channel", type=click.IntRange(0, 255), default=0, show_default=True, help="Which outlet.")
@click.option("--watch", is_flag=True, help="Read the meter every second until Ctrl-C.")
@pass_frame
def energy(
    frame: Frame, *, plug: str, hub_url: str | None, key: str | None, channel: int, watch: bool
) -> None:
    """Show what PLUG uses now, and what it used by day.

    The days are the plug's own, by its own clock.
    """

    async def work() -> None:
        async with open_plug(frame, plug, hub_url=hub_url, key=key) as found:
            if watch:
                await _watch(frame, found, channel)
            else:
                await _show(frame, found, channel)

    run_async(work())


async def _show(frame: Frame, plug: Controls, channel: int) -> None:
    reading = await plug.electricity(channel=channel)
    days = await plug.consumption()
    if frame.json:
        frame.print_line({"reading": reading, "days": days})
        return
    frame.print_text(f"now: {_sentence(reading)}")
    if days:
        frame.print_text("")
        print_table(("DAY", "kWh"), [(str(day["day"]), f"{day['energy_wh'] / 1000:.3f}") for day in days])


async def _watch(frame: Frame, plug: Controls, channel: int) -> None:
    while True:
        reading = await plug.electricity(channel=channel)
        frame.print_result(reading, f"{reading['at']}  {_sentence(reading)}")
        await asyncio.sleep(_EVERY_S)


def _sentence(reading: dict[str, Any]) -> str:
    return f"{reading['power_w']:.1f} W, {reading['voltage_v']:.1f} V, {reading['current_a']:.3f} A"
