"""`ownplug led`: the plug's own light."""

from __future__ import annotations

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import escape_controls
from ownplug.cli.running import run_async
from ownplug.cli.target import open_plug, plug_options


@command("led", examples=["ownplug led kettle", "ownplug led kettle off"])
@plug_options
@click.argument("state", type=click.Choice(["on", "off"]), required=False)
@pass_frame
def led(frame: Frame, *, plug: str, hub_url: str | None, key: str | None, state: str | None) -> None:
    """Let the light of PLUG show what the plug does, or keep it dark; without a word, say which it is.

    PLUG is a name, a uuid or its last digits, a MAC, or with --key an address.
    """

    async def work() -> None:
        async with open_plug(frame, plug, hub_url=hub_url, key=key) as found:
            is_on = await found.light() if state is None else await found.set_light(on=state == "on")
        said = "shows what it does" if is_on else "is kept dark"
        frame.print_result({"on": is_on}, f"The light of {escape_controls(plug)} {said}.")

    run_async(work())
