"""`ownplug raw`: a message of the plug's own language, and its reply."""

from __future__ import annotations

import json
from typing import Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import render_json
from ownplug.cli.running import run_async
from ownplug.cli.target import open_plug, plug_options

_METHODS = ("GET", "SET", "PUSH", "DELETE")


def _read_payload(_: click.Context, __: click.Parameter, text: str) -> dict[str, Any]:
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter("that is not JSON.") from error
    if not isinstance(payload, dict):
        raise click.BadParameter('a payload is a JSON object, for example {"togglex": {}}.')
    return payload


@command(
    "raw",
    examples=[
        "ownplug raw kettle Appliance.System.All",
        (
            "ownplug raw kettle Appliance.Control.ToggleX --method SET "
            """--payload '{"togglex":{"channel":0,"onoff":1}}'"""
        ),
    ],
)
@plug_options
@click.argument("namespace")
@click.option(
    "--method",
    type=click.Choice(_METHODS, case_sensitive=False),
    default="GET",
    show_default=True,
    help="What to do with it.",
)
@click.option(
    "--payload",
    default="{}",
    show_default=True,
    metavar="JSON",
    callback=_read_payload,
    help="What to send, a JSON object.",
)
@pass_frame
def raw(
    frame: Frame,
    *,
    plug: str,
    namespace: str,
    hub_url: str | None,
    key: str | None,
    method: str,
    payload: dict[str, Any],
) -> None:
    """Send PLUG a message about NAMESPACE and print the payload of its reply.

    With --json the reply comes whole: method, namespace and payload.
    """

    async def work() -> None:
        async with open_plug(frame, plug, hub_url=hub_url, key=key) as found:
            reply = await found.request(method=method.upper(), namespace=namespace, payload=payload)
        frame.print_result(reply, render_json(reply["payload"], indent=2))

    run_async(work())
