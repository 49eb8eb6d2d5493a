"""`ownplug move`: plugs to another server, key or user; and `ownplug plugs import`, which moves them here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ownplug.aio import SystemClock
from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.running import run_async
from ownplug.cli.servers import parse_server
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import Conflict, OwnplugError, UsageError
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from ownplug.client import HubClient
    from ownplug.core.identity import Uuid
    from ownplug.pairing import Allegiance, KnownPlug, MoveJournal, PlugToMove

_RESUME = "`ownplug move --resume` goes on with it; `--give-up` leaves every plug where it is."

_batch = click.option(
    "--batch",
    default=5,
    show_default=True,
    type=click.IntRange(1, 100),
    help="How many are moved at a time; after a batch in which one did not come, no further one begins.",
)
_timeout = click.option(
    "--timeout", "timeout_s", default=60.0, show_default=True, help="Seconds that a plug may take each way."
)


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
@_batch
@_timeout
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
    batch: int,
    timeout_s: float,
    hub_url: str | None,
) -> None:
    """Take plugs to another MQTT server, without touching a button.

    The server is tried first with each plug's own login, and must answer it. A plug that does not come is brought back.
    Each is asked by its own HTTP, so this machine must be in its network.
    """
    if resume or give_up:
        if plugs or everything or servers or key or user_id or (resume and give_up):
            raise UsageError("--resume and --give-up stand alone: what was to be moved is remembered.")
        run_async(_resume(frame, batch, timeout_s) if resume else _give_up(frame))
        return
    if not servers or bool(plugs) == everything:
        raise UsageError("Say which plugs, or --all, and where to with --mqtt.")
    run_async(_move_away(frame, plugs, servers, key, user_id, batch, timeout_s, hub_url))


@command(
    "import",
    examples=["ownplug plugs import plugs.csv", "ownplug plugs import plugs.json --batch 10"],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_batch
@_timeout
@hub_option
@pass_frame
def import_plugs(frame: Frame, *, file: Path, batch: int, timeout_s: float, hub_url: str | None) -> None:
    """Take plugs in that are paired elsewhere and whose keys you know, without pairing them anew.

    FILE is CSV or JSON with uuid, key, and address and name where known; those without an address are looked for in
    this machine's network. Nothing is asked of the vendor's cloud.
    """
    from ownplug.pairing import parse_plug_list

    try:
        listed = parse_plug_list(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no text in UTF-8.") from error

    async def work() -> None:
        from ownplug.pairing import Allegiance, home_of

        async with open_hub_client(frame, hub_url) as hub:
            home = await home_of(hub)
            target = Allegiance(user_id=home.user_id, key=home.key, servers=home.servers)
            names = {plug.uuid: plug.name for plug in listed if plug.name}
            journal = await _begin(frame, target, listed)
            await _carry_out(frame, journal, batch, timeout_s)
            await _name(frame, hub, journal, names)
        _report(frame, journal)

    run_async(work())


async def _move_away(
    frame: Frame,
    plugs: tuple[str, ...],
    servers: tuple[str, ...],
    key: str | None,
    user_id: str | None,
    batch: int,
    timeout_s: float,
    hub_url: str | None,
) -> None:
    from ownplug.core.identity import Uuid
    from ownplug.pairing import Allegiance, GatewayAddress, KnownPlug

    async with open_hub_client(frame, hub_url) as hub:
        home = await hub.home(show_secrets=True)
        names = plugs or [plug["uuid"] for plug in await hub.plugs()]
        told = [await hub.plug(name, show_secrets=True) for name in names]
    known = {
        each["uuid"]: KnownPlug(
            uuid=Uuid.parse(each["uuid"]), key=Secret(each["key"]), address=each["address"], name=each["name"]
        )
        for each in told
    }
    target = Allegiance(
        user_id=user_id or home["user_id"],
        key=Secret(key or home["key"]),
        servers=tuple(GatewayAddress(host=host, port=port) for host, port in map(parse_server, servers)),
    )
    journal = await _begin(frame, target, known.values())
    await _carry_out(frame, journal, batch, timeout_s)
    _report(frame, journal)


async def _begin(frame: Frame, target: Allegiance, plugs: Iterable[KnownPlug]) -> MoveJournal:
    from ownplug.app import HomeFolder
    from ownplug.pairing import MoveJournal, PlugToMove

    if HomeFolder(frame.home).move_file.exists():
        raise Conflict("An earlier move did not come to its end.", hint=_RESUME)
    listed = list(plugs)
    found = await _addresses([plug.uuid for plug in listed if not plug.address], frame)
    return MoveJournal(
        target,
        {
            plug.uuid: PlugToMove(
                uuid=plug.uuid, address=plug.address or found[plug.uuid], key=plug.key, name=plug.name
            )
            for plug in listed
        },
    )


async def _addresses(wanted: list[Uuid], frame: Frame) -> dict[Uuid, str]:
    """Look for plugs of which no address is known; one that is not found has an empty one."""
    found = dict.fromkeys(wanted, "")
    if not wanted:
        return found
    from ownplug.pairing import addresses_to_ask, discover, networks_of
    from ownplug.transport.endpoint import own_address

    frame.note(f"Looking for {len(wanted)} plugs whose address is not known.")
    addresses = addresses_to_ask((), (), networks_of([f"{own_address()}/24"]))
    async with discover(addresses, now_s=SystemClock().now().timestamp()) as plugs:
        async for plug in plugs:
            if plug.uuid in found:
                found[plug.uuid] = plug.address
    return found


async def _resume(frame: Frame, batch: int, timeout_s: float) -> None:
    from ownplug.app import HomeFolder
    from ownplug.pairing import MoveJournal

    try:
        text = HomeFolder(frame.home).move_file.read_bytes()
    except FileNotFoundError as error:
        raise UsageError("There is no move that did not come to its end.") from error
    journal = MoveJournal.decode(text)
    await _carry_out(frame, journal, batch, timeout_s)
    _report(frame, journal)


async def _give_up(frame: Frame) -> None:
    from ownplug.app import HomeFolder

    folder = HomeFolder(frame.home)
    with folder.claim_move():
        folder.move_file.unlink(missing_ok=True)
    frame.print_result({"given_up": True}, "No move is remembered any more.")


async def _carry_out(frame: Frame, journal: MoveJournal, batch: int, timeout_s: float) -> None:
    """Move what is left; the journal is on the disk at each step, and gone when all have moved."""
    from ownplug.app import HomeFolder
    from ownplug.pairing import Mover
    from ownplug.transport.files import write_whole

    folder = HomeFolder(frame.home)
    folder.prepare()

    async def keep(content: bytes) -> None:
        await asyncio.to_thread(write_whole, folder.move_file, content)

    def tell(plug: PlugToMove) -> None:
        frame.note(f"{_name_of(plug)}: {plug.state.value}{f': {plug.why}' if plug.why else ''}")

    with folder.claim_move():
        await Mover(journal, keep=keep, tell=tell, clock=SystemClock(), timeout_s=timeout_s).run(batch=batch)
        if journal.is_done:
            folder.move_file.unlink(missing_ok=True)


async def _name(frame: Frame, hub: HubClient, journal: MoveJournal, names: dict[Uuid, str]) -> None:
    for uuid, name in names.items():
        if not journal.plugs[uuid].state.is_final:
            continue
        try:
            await hub.rename(uuid.text, name)
        except OwnplugError as error:
            frame.note(f"{uuid} came, but is not called {escape_controls(name)}: {error}")


def _report(frame: Frame, journal: MoveJournal) -> None:
    """Print where each plug is; a move that is not done fails."""
    plugs = journal.plugs.values()
    if frame.json:
        frame.print_line([_document(plug) for plug in plugs])
    else:
        rows = [(_name_of(plug), plug.state.value, plug.address or "-", plug.why) for plug in plugs]
        print_table(("PLUG", "STATE", "ADDRESS", "WHY"), rows)
    if not journal.is_done:
        frame.note(_RESUME)
        raise click.exceptions.Exit(1)


def _document(plug: PlugToMove) -> dict[str, str]:
    return {
        "uuid": plug.uuid.text,
        "name": plug.name,
        "address": plug.address,
        "state": plug.state.value,
        "why": plug.why,
    }


def _name_of(plug: PlugToMove) -> str:
    return escape_controls(plug.name) or plug.uuid.text
