"""`ownplug broker`: settings for an MQTT server that somebody runs already."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.client import HubClient

_NEXT = """\
Secret: whoever has this file can guess keys with it. Give it to mosquitto's user and stop mosquitto before you
replace it, for mosquitto writes it too. docs/mosquitto.md has the lines of mosquitto.conf that plugs need."""


@group("broker", examples=["ownplug broker export mosquitto dynamic-security.json"])
def broker() -> None:
    """Write the settings of an MQTT server that you run already."""


@broker.group("export", examples=["ownplug broker export mosquitto dynamic-security.json"])
def export() -> None:
    """Write the logins and rights of the home's plugs for another MQTT server."""


@export.command(
    "mosquitto",
    examples=[
        "ownplug broker export mosquitto dynamic-security.json",
        "ownplug broker export mosquitto dynamic-security.json --plug kettle --plug lamp",
    ],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--plug", "only", multiple=True, metavar="PLUG", help="Only this plug; may be repeated.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@hub_option
@pass_frame
def mosquitto(frame: Frame, *, file: Path, only: tuple[str, ...], force: bool, hub_url: str | None) -> None:
    """Write FILE for mosquitto's dynamic security plugin: each plug's login, with rights to its own topics alone.

    Beside the plugs, the home's own login is in it, with which its programs speak to them.
    """
    from ownplug.transport.files import write_whole

    if file.exists() and not force:
        raise UsageError(f"{file} is there already.", hint="Take another name, or --force.")

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            content = await _security(hub, only)
        try:
            write_whole(file, json.dumps(content, indent=2).encode() + b"\n")
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
        count = len(content["clients"]) - 1
        frame.print_result(
            {"file": str(file), "plugs": count}, f"{file}: {count} plugs and the home's login."
        )
        frame.note(_NEXT)

    run_async(work())


async def _security(hub: HubClient, only: tuple[str, ...]) -> dict[str, Any]:
    from ownplug.core.identity import Uuid
    from ownplug.core.meross.mosquitto import SALT_BYTES, PlugLogin, dynamic_security
    from ownplug.core.secret import Secret

    home = await hub.home(show_secrets=True)
    names = only or tuple(plug["uuid"] for plug in await hub.plugs())
    found = [await hub.plug(name, show_secrets=True) for name in names]
    return dynamic_security(
        user_id=home["user_id"],
        key=Secret(home["key"]),
        plugs={
            told["uuid"]: PlugLogin(uuid=Uuid.parse(told["uuid"]), key=Secret(told["key"])) for told in found
        }.values(),
        new_salt=lambda: secrets.token_bytes(SALT_BYTES),
    )
