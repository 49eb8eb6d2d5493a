"""`ownplug watch`: what happens, one line an event."""

from __future__ import annotations

from contextlib import aclosing
from datetime import datetime
from typing import Any

import click

from ownplug.cli.firmware import upgrade_words
from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import escape_controls, render_json
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client

_ENVELOPE = frozenset({"event", "at", "uuid", "name"})


@command("watch", examples=["ownplug watch", "ownplug watch kettle --json"])
@click.argument("plug", required=False)
@hub_option
@pass_frame
def watch(frame: Frame, plug: str | None, hub_url: str | None) -> None:
    """Tell what happens, to PLUG or to all plugs, as it happens, until Ctrl-C; PLUG is read each second meanwhile."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            uuid = (await hub.plug(plug))["uuid"] if plug is not None else None
            async with aclosing(hub.events(watch=[] if uuid is None else [uuid])) as events:
                async for event in events:
                    if uuid is None or event.get("uuid") in {
                        uuid,
                        "",
                    }:  # "": told to this listener, not of a plug
                        frame.print_result(event, render_event(event))

    run_async(work())


def render_event(event: dict[str, Any]) -> str:
    """Write an event as a line for a person: time of day here, plug, what happened, and details."""
    own = {name: value for name, value in event.items() if name not in _ENVELOPE}
    words = (_time_of_day(str(event.get("at", ""))), str(event.get("name", "")), str(event.get("event", "")))
    return "  ".join(escape_controls(word) for word in (*words, _details(own)) if word)


def _details(own: dict[str, Any]) -> str:
    match own:
        case {"reading": {"power_w": float() | int() as power_w, "voltage_v": float() | int() as voltage_v}}:
            return f"{power_w:.1f} W, {voltage_v:.1f} V"
        case {"channel": channel, "on": bool() as on}:
            state = "on" if on else "off"
            return f"outlet {channel} {state}" if channel else state
        case {"state": str() as state, "percent": percent, "version": version, "failure": failure}:
            return upgrade_words(state, percent, version) + (f": {failure}" if failure else "")
        case {"reason": str() as reason}:
            return reason
        case {"count": int() as count}:
            return f"{count} events were lost: this listener was too slow"
    return ", ".join(f"{name} {render_json(value)}" for name, value in own.items())


def _time_of_day(at: str) -> str:
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return at
