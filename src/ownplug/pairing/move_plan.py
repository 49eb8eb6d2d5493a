"""What a move needs before it begins: whose plugs go, with their keys, and where each answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.pairing.discovery import addresses_to_ask, discover, hosts_that_speak_up, networks_of
from ownplug.pairing.home import Allegiance
from ownplug.pairing.move_journal import MoveJournal, PlugToMove
from ownplug.pairing.plug_list import KnownPlug
from ownplug.transport.endpoint import own_address

if TYPE_CHECKING:
    from ownplug.client import HubClient


async def plugs_of_home(
    hub: HubClient, references: Iterable[str] = (), *, addresses: Mapping[str, str] | None = None
) -> list[KnownPlug]:
    """Return plugs of a home, each once, with their keys; without references all of them.

    Args:
        hub: of the home.
        references: which, by any of their names.
        addresses: where plugs answer, by any of their names, if not at the address that the hub sees.

    Raises:
        NotFound: the home has no such plug.
        OwnplugError: see `HubClient`.
    """
    names = list(references) or [plug["uuid"] for plug in await hub.plugs()]
    told = [await hub.plug(name, show_secrets=True) for name in names]
    given = {(await hub.plug(name))["uuid"]: address for name, address in (addresses or {}).items()}
    known = {
        each["uuid"]: KnownPlug(
            uuid=Uuid.parse(each["uuid"]),
            key=Secret(each["key"]),
            address=given.get(each["uuid"]) or each["address"] or "",
            name=each["name"],
        )
        for each in told
    }
    return list(known.values())


async def plan_move(
    target: Allegiance, plugs: Sequence[KnownPlug], *, now: datetime, is_roll: bool = False
) -> MoveJournal:
    """Make the journal of a move; plugs without an address are looked for, and nothing is told to any."""
    unknown = [plug.uuid for plug in plugs if not plug.address]
    found = await _addresses(unknown, now) if unknown else {}
    return MoveJournal(
        target,
        {
            plug.uuid: PlugToMove(
                uuid=plug.uuid, address=plug.address or found[plug.uuid], key=plug.key, name=plug.name
            )
            for plug in plugs
        },
        is_roll=is_roll,
    )


async def _addresses(wanted: list[Uuid], now: datetime) -> dict[Uuid, str]:
    """Look for plugs in this machine's network; one that is not found has an empty address."""
    found = dict.fromkeys(wanted, "")
    networks = networks_of([f"{own_address()}/24"])
    addresses = addresses_to_ask(await hosts_that_speak_up(networks, is_confined=False), (), networks)
    async with discover(addresses, now_s=now.timestamp()) as plugs:
        async for plug in plugs:
            if plug.uuid in found:
                found[plug.uuid] = plug.address
    return found
