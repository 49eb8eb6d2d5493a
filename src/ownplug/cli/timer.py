"""`ownplug timer`: what plugs do by themselves, and when; each command prints what the plug then keeps."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.cli.timer_words import (
    NEVER,
    At,
    Days,
    Duration,
    describe_auto_off,
    find_rule,
    without_nothing,
)
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.client import HubClient

Document = dict[str, Any]

_COLUMNS = ("ID", "NAME", "OUTLET", "STATE", "WHAT", "NEXT")

_at_option = click.option(
    "--at",
    type=At(),
    metavar="WHEN",
    help="18:30, sunrise, sunset-30m, sunrise+1h15m: by the plug's own clock.",
)
_days_option = click.option(
    "--days", type=Days(), metavar="DAYS", help="every day, weekdays, weekend, or names such as mon,wed."
)
_name_option = click.option("--name", help="What it is called; people see it, the plug does not care.")
_channel_option = click.option(
    "--channel", type=click.IntRange(0, 255), default=0, show_default=True, help="Which outlet of a strip."
)


@group(
    "timer", examples=["ownplug timer list kettle", "ownplug timer add kettle on --at 18:30 --days weekdays"]
)
def timer() -> None:
    """Show and change what a plug does by itself, and when; it needs no hub for that."""


@timer.command("list", examples=["ownplug timer list kettle", "ownplug timer list kettle --json"])
@click.argument("plug")
@hub_option
@pass_frame
def list_rules(frame: Frame, plug: str, hub_url: str | None) -> None:
    """List the timers and auto-offs that PLUG keeps, and when each timer acts next."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            timers, auto_offs = await hub.timers.all(plug), await hub.auto_offs.all(plug)
        unread = timers["unread"] + auto_offs["unread"]
        if frame.json:
            kept = {"timers": timers["timers"], "auto_offs": auto_offs["auto_offs"], "unread": unread}
            frame.print_line(kept)
            return
        rows = [*map(_timer_row, timers["timers"]), *map(_auto_off_row, auto_offs["auto_offs"])]
        rows += map(_unread_row, unread)
        if rows:
            print_table(_COLUMNS, rows)
        else:
            frame.note(f"{plug} keeps no timers and no auto-offs.")
        _warn(frame, timers["timers"])

    run_async(work())


@timer.command(
    "add",
    examples=[
        "ownplug timer add kettle on --at 06:45 --days weekdays",
        "ownplug timer add lamp on --at sunset-30m --name evening",
        "ownplug timer add lamp off --at 23:00 --once",
    ],
)
@click.argument("plug")
@click.argument("turns", type=click.Choice(["on", "off"]))
@click.option(
    "--at",
    type=At(),
    metavar="WHEN",
    required=True,
    help="18:30, sunrise, sunset-30m, sunrise+1h15m: by the plug's own clock.",
)
@_days_option
@click.option("--once", is_flag=True, help="On the first of these days only.")
@_name_option
@_channel_option
@hub_option
@pass_frame
def add(frame: Frame, /, *, plug: str, once: bool, hub_url: str | None, **wanted: Any) -> None:
    """Let PLUG turn itself on or off at a time of the day, or by the sun."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            made = await hub.timers.add(plug, without_nothing(wanted) | {"repeats": not once})
        _print_timer(frame, plug, made)

    run_async(work())


@timer.command(
    "change",
    examples=["ownplug timer change lamp evening --at sunset", "ownplug timer change kettle n1jx --disable"],
)
@click.argument("plug")
@click.argument("timer")
@_at_option
@_days_option
@click.option("--turns", type=click.Choice(["on", "off"]), help="What it does.")
@click.option("--once/--repeat", "once", default=None, help="On the first of these days only, or every week.")
@click.option("--enable/--disable", "enabled", default=None, help="Whether it acts.")
@_name_option
@click.option("--channel", type=click.IntRange(0, 255), help="Which outlet of a strip.")
@hub_option
@pass_frame
def change(
    frame: Frame, /, *, plug: str, timer: str, once: bool | None, hub_url: str | None, **wanted: Any
) -> None:
    """Change a TIMER of PLUG: its id, the first letters of that, or its name; what is not said stays."""
    repeats = None if once is None else not once
    changes = without_nothing(wanted | {"repeats": repeats})
    if not changes:
        raise click.UsageError("What shall be changed? See --at, --days, --turns, --disable.")

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            before = find_rule((await hub.timers.all(plug))["timers"], timer)
            changed = await hub.timers.change(plug, before["id"], before | changes)
        _print_timer(frame, plug, changed)

    run_async(work())


@timer.command("remove", examples=["ownplug timer remove kettle n1jx", "ownplug timer remove lamp evening"])
@click.argument("plug")
@click.argument("rule")
@hub_option
@pass_frame
def remove(frame: Frame, *, plug: str, rule: str, hub_url: str | None) -> None:
    """Let PLUG forget a timer or auto-off: RULE is its id, the first letters of that, or its name."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            timers, auto_offs = await hub.timers.all(plug), await hub.auto_offs.all(plug)
            theirs = timers["timers"] + timers["unread"]
            found = find_rule(theirs + auto_offs["auto_offs"] + auto_offs["unread"], rule)
            await (hub.timers if found in theirs else hub.auto_offs).remove(plug, found["id"])
        what = escape_controls(found["name"] or found["id"])
        frame.print_result({"removed": found["id"]}, f"{escape_controls(plug)} has forgotten {what}.")

    run_async(work())


@timer.command(
    "auto-off",
    examples=["ownplug timer auto-off iron 1h", "ownplug timer auto-off iron never"],
)
@click.argument("plug")
@click.argument("after", type=Duration())
@_days_option
@_name_option
@_channel_option
@hub_option
@pass_frame
def auto_off(
    frame: Frame, /, *, plug: str, after: int, channel: int, hub_url: str | None, **wanted: Any
) -> None:
    """Let PLUG turn itself off some time AFTER it was turned on, whoever did that: 90s, 45m, 1h15m, or never.

    An outlet has one such time here; saying another replaces it.
    """
    wish = {"after_s": after, "channel": channel, "enabled": True} | without_nothing(wanted)

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            kept = (await hub.auto_offs.all(plug))["auto_offs"]
            of_outlet = [rule for rule in kept if rule["channel"] == channel]
            if after == NEVER:
                await _stay_on(frame, hub, plug, of_outlet)
            else:
                made = await _keep_one(hub, plug, of_outlet, wish)
                frame.print_result(made, f"{escape_controls(plug)}: {describe_auto_off(made)}.")

    run_async(work())


async def _stay_on(frame: Frame, hub: HubClient, plug: str, auto_offs: list[Document]) -> None:
    removed = [rule["id"] for rule in auto_offs]
    for rule_id in removed:
        await hub.auto_offs.remove(plug, rule_id)
    frame.print_result({"removed": removed}, f"{escape_controls(plug)} stays on.")


async def _keep_one(hub: HubClient, plug: str, auto_offs: list[Document], wish: Document) -> Document:
    match auto_offs:
        case []:
            return await hub.auto_offs.add(plug, wish)
        case [kept]:
            return await hub.auto_offs.change(plug, kept["id"], kept | wish)
    raise UsageError(
        f"This outlet of {plug} has {len(auto_offs)} auto-offs.",
        hint="`ownplug timer list` shows them, `ownplug timer remove` takes one away.",
    )


def _print_timer(frame: Frame, plug: str, timer: Document) -> None:
    when = f"; next {_local(timer['acts_next_at'])}" if timer["enabled"] else "; disabled"
    said = f"{escape_controls(plug)}: {timer['summary']}{when} ({escape_controls(timer['id'])})."
    frame.print_result(timer, said)
    _warn(frame, [timer])


def _warn(frame: Frame, timers: list[Document]) -> None:
    for warning in dict.fromkeys(timer["warning"] for timer in timers if timer["warning"]):
        frame.note(warning)


def _timer_row(timer: Document) -> tuple[str, ...]:
    return (*_head(timer), timer["summary"], _local(timer["acts_next_at"]))


def _auto_off_row(auto_off: Document) -> tuple[str, ...]:
    return (*_head(auto_off), describe_auto_off(auto_off), "-")


def _unread_row(rule: Document) -> tuple[str, ...]:
    return (rule["id"], rule["name"] or "-", "-", "?", rule["reason"], "-")


def _head(rule: Document) -> tuple[str, ...]:
    return rule["id"], rule["name"] or "-", str(rule["channel"]), "enabled" if rule["enabled"] else "disabled"


def _local(moment: str | None) -> str:
    """A moment by this machine's clock."""
    return f"{datetime.fromisoformat(moment).astimezone():%a %Y-%m-%d %H:%M}" if moment else "-"
