"""`ownplug on`, `off`, `toggle`: each returns when the plug has done it and said so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import escape_controls
from ownplug.cli.running import run_async
from ownplug.cli.target import Controls, open_plug, plug_options

_channel_option = click.option(
    "--channel",
    type=click.IntRange(0, 255),
    default=0,
    show_default=True,
    help="Which outlet of a strip; 0 is all of them.",
)


@command(
    "on",
    examples=[
        "ownplug on kettle",
        "ownplug on http://192.168.1.20 --key 0123456789abcdef0123456789abcdef",
    ],
)
@plug_options
@_channel_option
@pass_frame
def on(frame: Frame, plug: str, hub_url: str | None, key: str | None, channel: int) -> None:
    """Switch PLUG on.

    PLUG is a name, a uuid or its last digits, a MAC, or with --key an address.
    """
    _act(frame, plug, hub_url, key, lambda found: found.switch(on=True, channel=channel))


@command("off", examples=["ownplug off kettle", "ownplug off strip --channel 2"])
@plug_options
@_channel_option
@pass_frame
def off(frame: Frame, plug: str, hub_url: str | None, key: str | None, channel: int) -> None:
    """Switch PLUG off.

    PLUG is a name, a uuid or its last digits, a MAC, or with --key an address.
    """
    _act(frame, plug, hub_url, key, lambda found: found.switch(on=False, channel=channel))


@command("toggle", examples=["ownplug toggle kettle", "ownplug toggle 2b3c"])
@plug_options
@_channel_option
@pass_frame
def toggle(frame: Frame, plug: str, hub_url: str | None, key: str | None, channel: int) -> None:
    """Switch PLUG to its other side.

    PLUG is a name, a uuid or its last digits, a MAC, or with --key an address.
    """
    _act(frame, plug, hub_url, key, lambda found: found.toggle(channel=channel))


def _act(
    frame: Frame,
    plug: str,
    hub_url: str | None,
    key: str | None,
    deed: Callable[[Controls], Awaitable[dict[str, Any]]],
) -> None:
    async def work() -> None:
        async with open_plug(frame, plug, hub_url=hub_url, key=key) as found:
            relay = await deed(found)
        outlet = f" outlet {relay['channel']}" if relay["channel"] else ""
        state = "on" if relay["on"] else "off"
        frame.print_result(relay, f"{escape_controls(plug)}{outlet} is {state}.")

    run_async(work())
