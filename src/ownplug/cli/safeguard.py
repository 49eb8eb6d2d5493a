"""`ownplug plugs safeguard` and `plugs allow`: what the hub sees to about a plug."""

from __future__ import annotations

import re
from typing import Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import escape_controls, to_the_second
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client

_NUMBER = r"\d{1,6}(?:\.\d+)?"
_LIMIT = re.compile(
    rf"(?P<power>{_NUMBER}) ?(?P<kilo>k?)W(?:/(?P<for>{_NUMBER}) ?(?P<unit>s|min))?", re.IGNORECASE | re.ASCII
)
_SECONDS = {"s": 1, "min": 60}


def _limit(_: click.Context, param: click.Parameter, text: str | None) -> dict[str, float] | None:
    """Read `2000W/10s`, or `none`, which is an empty one."""
    if text is None or text.strip().lower() == "none":
        return None if text is None else {}
    found = _LIMIT.fullmatch(text.strip())
    if found is None:
        raise click.BadParameter(f"{text!r} is no limit. Write it as 2000W/10s, or none.", param=param)
    power_w = float(found["power"]) * (1000 if found["kilo"] else 1)
    return {"power_w": power_w, "for_s": float(found["for"] or 0) * _SECONDS[(found["unit"] or "s").lower()]}


@command(
    "safeguard",
    examples=[
        "ownplug plugs safeguard freezer --lock --after-power-loss on",
        "ownplug plugs safeguard heater --limit 2000W/10s --after-power-loss off",
    ],
)
@click.argument("plug")
@click.option(
    "--after-power-loss",
    type=click.Choice(["keep", "on", "off"]),
    help="What it shall be after it has restarted; keep: what its firmware makes of it.",
)
@click.option(
    "--limit",
    callback=_limit,
    metavar="LIMIT",
    help="Above so many watts for so long it is switched off and stays off: 2000W/10s. `none` takes it back.",
)
@click.option(
    "--lock/--unlock",
    "never_off",
    default=None,
    help="Never switch it off: refused whoever asks, through the hub or its MQTT server.",
)
@hub_option
@pass_frame
def safeguard(
    frame: Frame,
    *,
    plug: str,
    after_power_loss: str | None,
    limit: dict[str, float] | None,
    never_off: bool | None,
    hub_url: str | None,
) -> None:
    """Show or change what the hub sees to about PLUG. Its button, and its own HTTP, are out of the hub's reach."""
    wanted: dict[str, Any] = {"after_power_loss": after_power_loss, "never_off": never_off}
    given = {name: value for name, value in wanted.items() if value is not None}
    if limit is not None:
        given["limit"] = limit or None

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await (hub.safeguard(plug, **given) if given else hub.plug(plug))
        shown = {"name": found["name"], **found["safeguards"], "tripped": found["tripped"]}
        frame.print_result(shown, f"{escape_controls(found['name'])}: {describe_safeguards(found)}.")

    run_async(work())


@command("allow", examples=["ownplug plugs allow heater"])
@click.argument("plug")
@hub_option
@pass_frame
def allow(frame: Frame, *, plug: str, hub_url: str | None) -> None:
    """Let PLUG be switched on again that its limit had switched off; it stays off until somebody does."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.allow_again(plug)
        frame.print_result(found, f"{escape_controls(found['name'])} may be switched on again.")

    run_async(work())


def describe_safeguards(plug: dict[str, Any]) -> str:
    """Say in one line what the hub sees to about a plug."""
    guards, tripped, limit = plug["safeguards"], plug["tripped"], plug["safeguards"]["limit"]
    told = [
        "locked: never switched off" if guards["never_off"] else "",
        f"at most {limit['power_w']:g} W for {limit['for_s']:g} s" if limit else "",
        f"{guards['after_power_loss']} after a power loss" if guards["after_power_loss"] != "keep" else "",
        f"switched off by its limit at {to_the_second(tripped['at'])} ({tripped['power_w']:.0f} W)"
        if tripped
        else "",
    ]
    return "; ".join(filter(None, told)) or "none"
