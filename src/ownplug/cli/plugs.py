"""`ownplug plugs`: which plugs there are, how they are, what they are called."""

from __future__ import annotations

import sys
from typing import Any

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.move import import_plugs
from ownplug.cli.output import escape_controls, print_fields, print_table
from ownplug.cli.plug_history import history
from ownplug.cli.plugs_report import report
from ownplug.cli.running import run_async
from ownplug.cli.safeguard import allow, describe_safeguards, safeguard
from ownplug.cli.target import hub_option, open_hub_client

_COLUMNS = ("NAME", "STATE", "RELAY", "POWER", "MODEL", "ADDRESS", "UUID")


@group("plugs", invoke_without_command=True, examples=["ownplug plugs", "ownplug plugs show kettle"])
@hub_option
@click.pass_context
def plugs(context: click.Context, hub_url: str | None) -> None:
    """List, show, rename, import and forget plugs; without a subcommand, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_plugs, hub_url=hub_url)
    elif hub_url is not None:
        context.default_map = {
            **(context.default_map or {}),
            context.invoked_subcommand: {"hub_url": hub_url},
        }


plugs.add_command(history)
plugs.add_command(report)
plugs.add_command(import_plugs)
plugs.add_command(safeguard)
plugs.add_command(allow)


@plugs.command("list", examples=["ownplug plugs list", "ownplug plugs list --json"])
@hub_option
@pass_frame
def list_plugs(frame: Frame, hub_url: str | None) -> None:
    """List all plugs of the home."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.plugs()
        if frame.json:
            frame.print_line(found)
        elif found:
            print_table(_COLUMNS, [_row(plug) for plug in found])
        else:
            frame.note("No plugs yet. Bring one home with `ownplug pair`.")

    run_async(work())


@plugs.command(
    "show", examples=["ownplug plugs show kettle", "ownplug plugs show kettle --json --show-secrets"]
)
@click.argument("plug")
@click.option("--show-secrets", is_flag=True, help="Print the key instead of ***.")
@hub_option
@pass_frame
def show(frame: Frame, *, plug: str, show_secrets: bool, hub_url: str | None) -> None:
    """Show everything that is known of PLUG."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.plug(plug, show_secrets=show_secrets)
        if frame.json:
            frame.print_line(found)
        else:
            print_fields(_fields(found))

    run_async(work())


@plugs.command("rename", examples=["ownplug plugs rename 2b3c kettle"])
@click.argument("plug")
@click.argument("name")
@hub_option
@pass_frame
def rename(frame: Frame, plug: str, name: str, hub_url: str | None) -> None:
    """Call PLUG something else."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.change(plug, name=name)
        frame.print_result(found, f"{escape_controls(plug)} is now called {escape_controls(found['name'])}.")

    run_async(work())


@plugs.command("room", examples=["ownplug plugs room kettle kitchen", 'ownplug plugs room kettle ""'])
@click.argument("plug")
@click.argument("room")
@hub_option
@pass_frame
def room(frame: Frame, *, plug: str, room: str, hub_url: str | None) -> None:
    """Say in which ROOM a plug is; an empty one takes that back."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.change(plug, room=room)
        where = f"in {escape_controls(found['room'])}" if found["room"] else "in no room"
        frame.print_result(found, f"{escape_controls(found['name'])} is {where} now.")

    run_async(work())


@plugs.command("icon", examples=["ownplug plugs icon kettle kettle", "ownplug plugs icon kettle ''"])
@click.argument("plug")
@click.argument("icon")
@hub_option
@pass_frame
def icon(frame: Frame, *, plug: str, icon: str, hub_url: str | None) -> None:
    """Say by which ICON pages show a plug, a word such as `kettle`; an empty one takes that back."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.change(plug, icon=icon)
        shown = f"shown as {found['icon']}" if found["icon"] else "shown without an icon"
        frame.print_result(found, f"{escape_controls(found['name'])} is {shown} now.")

    run_async(work())


@plugs.command("forget", examples=["ownplug plugs forget kettle", "ownplug plugs forget kettle --yes"])
@click.argument("plug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@hub_option
@pass_frame
def forget(frame: Frame, *, plug: str, yes: bool, hub_url: str | None) -> None:
    """Remove PLUG from the home, with its energy; one that still holds the home's key may come again."""
    if not yes and sys.stdin.isatty() and not frame.json:
        click.confirm(f"Forget {escape_controls(plug)} and all that it has used?", abort=True, err=True)

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            await hub.forget(plug)
        frame.print_result({"forgotten": plug}, f"{escape_controls(plug)} is forgotten.")

    run_async(work())


def _row(plug: dict[str, Any]) -> tuple[str, ...]:
    return (
        plug["name"],
        plug["availability"],
        _relays(plug["relays"]) or "-",
        f"{plug['reading']['power_w']:.1f} W" if plug["reading"] else "-",
        plug["model"] or "-",
        plug["address"] or "-",
        plug["uuid"],
    )


_SHOWN_APART = frozenset({"relays", "reading", "talk", "safeguards", "tripped"})


def _fields(plug: dict[str, Any]) -> list[tuple[str, str]]:
    reading = plug["reading"]
    shown = {name: value for name, value in plug.items() if name not in _SHOWN_APART}
    fields = [(name.replace("_", " "), _text(value)) for name, value in shown.items()]
    fields.append(("relays", _relays(plug["relays"])))
    if reading:
        power = f"{reading['power_w']:.1f} W, {reading['voltage_v']:.1f} V, {reading['current_a']:.3f} A"
        fields.append(("reading", f"{power} at {reading['at']}"))
    fields.append(("safeguards", describe_safeguards(plug)))
    return fields


def _relays(relays: list[dict[str, Any]]) -> str:
    states = ["on" if relay["on"] else "off" for relay in relays]
    if len(states) == 1:
        return states[0]
    return ", ".join(f"{relay['channel']} {state}" for relay, state in zip(relays, states, strict=True))


def _text(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
