"""`ownplug move`: plugs to another server, key or user; and `ownplug plugs import`, which moves them here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.lists import read_list
from ownplug.cli.moving import (
    at_option,
    batch_option,
    begin_move,
    known_plugs,
    move_along,
    report_move,
    timeout_option,
)
from ownplug.cli.output import escape_controls
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import OwnplugError, UsageError
from ownplug.core.secret import Secret
from ownplug.core.servers import parse_server

if TYPE_CHECKING:
    from ownplug.client import HubClient
    from ownplug.core.identity import Uuid
    from ownplug.pairing import MoveJournal


@command(
    "move",
    examples=[
        "ownplug move kettle lamp --mqtt mqtts://192.168.1.9:8883",
        "ownplug move --all --mqtt mqtts://192.168.1.9:8883 --key K --user-id 10001",
        "ownplug move --resume",
    ],
)
@click.argument("plugs", nargs=-1, metavar="[PLUG]...")
@click.option("--all", "everything", is_flag=True, help="Every plug of the home.")
@click.option(
    "--mqtt", "servers", multiple=True, metavar="URL", help="Where to: mqtts://HOST:PORT; one or two."
)
@click.option("--key", help="The key that they shall have there; without it, the home's.")
@click.option("--user-id", help="The user id that they shall have there; without it, the home's.")
@click.option("--resume", is_flag=True, help="Go on with a move that did not come to its end.")
@click.option("--give-up", is_flag=True, help="Forget such a move; every plug stays where it is.")
@at_option
@batch_option
@timeout_option
@hub_option
@pass_frame
def move(
    frame: Frame,
    *,
    plugs: tuple[str, ...],
    everything: bool,
    servers: tuple[str, ...],
    key: str | None,
    user_id: str | None,
    resume: bool,
    give_up: bool,
    addresses: tuple[str, ...],
    batch: int,
    timeout_s: float,
    hub_url: str | None,
) -> None:
    """Take plugs to another MQTT server, without touching a button.

    The server is tried first with each plug's own login, and must answer it. A plug that does not come is brought back.
    Each is asked by its own HTTP, so this machine must be in its network.
    """
    if resume or give_up:
        if plugs or everything or servers or key or user_id or addresses or (resume and give_up):
            raise UsageError("--resume and --give-up stand alone: what was to be moved is remembered.")
        run_async(_resume(frame, batch, timeout_s, hub_url) if resume else _give_up(frame))
        return
    if not servers or bool(plugs) == everything:
        raise UsageError("Say which plugs, or --all, and where to with --mqtt.")
    run_async(_move_away(frame, plugs, addresses, servers, key, user_id, batch, timeout_s, hub_url))


@command(
    "import",
    examples=["ownplug plugs import plugs.csv", "ownplug plugs import plugs.json --batch 10"],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@batch_option
@timeout_option
@hub_option
@pass_frame
def import_plugs(frame: Frame, *, file: Path, batch: int, timeout_s: float, hub_url: str | None) -> None:
    """Take plugs in that are paired elsewhere and whose keys you know, without pairing them anew.

    FILE is CSV or JSON with uuid, key, and address and name where known; those without an address are looked for in
    this machine's network. Nothing is asked of the vendor's cloud.
    """
    from ownplug.pairing import parse_plug_list

    listed = parse_plug_list(read_list(file))

    async def work() -> None:
        from ownplug.pairing import Allegiance, home_of

        async with open_hub_client(frame, hub_url) as hub:
            home = await home_of(hub)
            target = Allegiance(user_id=home.user_id, key=home.key, servers=home.servers)
            names = {plug.uuid: plug.name for plug in listed if plug.name}
            journal = await begin_move(frame, target, listed)
            await move_along(frame, journal, batch=batch, timeout_s=timeout_s)
            await _name(frame, hub, journal, names)
        report_move(frame, journal)

    run_async(work())


async def _move_away(
    frame: Frame,
    plugs: tuple[str, ...],
    addresses: tuple[str, ...],
    servers: tuple[str, ...],
    key: str | None,
    user_id: str | None,
    batch: int,
    timeout_s: float,
    hub_url: str | None,
) -> None:
    from ownplug.pairing import Allegiance, GatewayAddress

    async with open_hub_client(frame, hub_url) as hub:
        home = await hub.home(show_secrets=True)
        known = await known_plugs(hub, plugs, addresses=addresses)
    target = Allegiance(
        user_id=user_id or home["user_id"],
        key=Secret(key or home["key"]),
        servers=tuple(GatewayAddress(host=host, port=port) for host, port in map(parse_server, servers)),
    )
    journal = await begin_move(frame, target, known)
    await move_along(frame, journal, batch=batch, timeout_s=timeout_s)
    report_move(frame, journal)


async def _resume(frame: Frame, batch: int, timeout_s: float, hub_url: str | None) -> None:
    from ownplug.app import HomeFolder, read_move

    journal = read_move(HomeFolder(frame.home))
    if journal is None:
        raise UsageError("There is no move that did not come to its end.")
    await move_along(frame, journal, batch=batch, timeout_s=timeout_s, hub_url=hub_url)
    report_move(frame, journal)


async def _give_up(frame: Frame) -> None:
    from ownplug.app import HomeFolder, forget_move

    forget_move(HomeFolder(frame.home))
    frame.print_result({"given_up": True}, "No move is remembered any more.")


async def _name(frame: Frame, hub: HubClient, journal: MoveJournal, names: dict[Uuid, str]) -> None:
    for uuid, name in names.items():
        if not journal.plugs[uuid].state.is_final:
            continue
        try:
            await hub.change(uuid.text, name=name)
        except OwnplugError as error:
            frame.note(f"{uuid} came, but is not called {escape_controls(name)}: {error}")
