"""Moves to another server through the hub's API, and finding plugs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.pairing.streets import Street, closed_port

from ownplug.client import HubAddress, HubClient, find_hub
from ownplug.core.errors import Conflict, NotFound, UsageError
from ownplug.core.secret import Secret

pytestmark = pytest.mark.e2e

Run = Callable[..., Any]


@pytest.fixture
def street(launch: Run, ownplug: Run, eventually: Run, tmp_path: Path) -> Street:
    """Two hubs, and two plugs at home at the first."""
    made = Street(launch, ownplug, tmp_path, 2)
    eventually(lambda: len(made.online("a")) == 2)
    return made


@pytest.fixture
def hub(street: Street) -> HubAddress:
    return find_hub(street.homes["a"])


def addresses(street: Street) -> dict[str, str]:
    """Where each answers: from here all have the hub's own address."""
    return {plug["uuid"]: plug["http"] for plug in street.plugs}


def there(street: Street) -> dict[str, Any]:
    """What a move to the second hub says."""
    server = f"mqtts://{street.ready['b']['mqtts']}"
    return {
        "servers": [server],
        "key": street.key_of("b"),
        "user_id": street.ready["b"]["user_id"],
        "addresses": addresses(street),
    }


async def ended(client: HubClient) -> dict[str, Any]:
    for _ in range(600):
        move = await client.moves.get()
        if move["state"] not in {"looking", "running"}:
            return move
        await asyncio.sleep(0.1)
    pytest.fail("it does not end")


def states(move: dict[str, Any]) -> set[str]:
    return {plug["state"] for plug in move["plugs"]}


async def test_plugs_move_to_another_hub(hub: HubAddress, street: Street, eventually: Run) -> None:
    async with HubClient(hub) as client:
        with pytest.raises(NotFound):
            await client.moves.get()
        assert await client.moves.all() == []
        begun = await client.moves.begin(**there(street))
        assert begun["state"] in {"looking", "running"}
        assert {plug["uuid"] for plug in begun["plugs"]} == set(addresses(street))
        with pytest.raises(Conflict):
            await client.moves.begin(**there(street))
        move = await ended(client)
        assert (move["state"], states(move), move["can_resume"]) == ("done", {"moved"}, False)
        assert street.key_of("b") not in str(move)
        assert await client.moves.all() == [move]
        await client.moves.give_up()
        with pytest.raises(NotFound):
            await client.moves.get()
    eventually(lambda: street.online("b") == set(addresses(street)))


async def test_a_login_that_the_server_refuses_keeps_them_and_it_can_be_given_up(
    hub: HubAddress, street: Street
) -> None:
    refused = there(street) | {"user_id": "4711"}
    async with HubClient(hub) as client:
        await client.moves.begin(**refused)
        move = await ended(client)
        assert (move["state"], states(move), move["can_resume"]) == ("stopped", {"kept"}, True)
        assert all(plug["why"] for plug in move["plugs"])
        with pytest.raises(Conflict):
            await client.moves.begin(**there(street))
        await client.moves.resume(at_once=1, timeout_s=5)
        assert states(await ended(client)) == {"kept"}
        await client.moves.give_up()
        assert street.online("a") == set(addresses(street))
        with pytest.raises(NotFound):
            await client.moves.resume()


async def test_a_server_that_is_not_there_is_told_with_its_cause(hub: HubAddress, street: Street) -> None:
    nobody = there(street) | {"servers": [f"mqtts://127.0.0.1:{closed_port()}"]}
    async with HubClient(hub) as client:
        await client.moves.begin(**nobody)
        move = await ended(client)
        assert (move["state"], move["code"], move["can_resume"]) == ("stopped", "port-closed", False)
        assert move["reason"]
        assert move["hint"]
        assert states(move) == {"waiting"}
        with pytest.raises(UsageError):
            await client.moves.begin(["http://hub"])
        with pytest.raises(NotFound):
            await client.moves.begin(["mqtts://hub"], plugs=["nobody"])


async def test_what_a_command_left_undone_is_shown_and_gone_on_with(
    hub: HubAddress, street: Street, ownplug: Run
) -> None:
    server = ("--mqtt", f"mqtts://{street.ready['b']['mqtts']}")
    wrong = (*server, "--user-id", "4711", "--all")
    ownplug("move", *wrong, *street.addresses(), home=street.homes["a"], status=1)
    async with HubClient(hub) as client:
        move = await client.moves.get()
        assert (move["state"], states(move), move["can_resume"]) == ("stopped", {"kept"}, True)
        assert move["began_at"] is None
        await client.moves.resume()
        assert states(await ended(client)) == {"kept"}
        await client.moves.stop()


async def test_plugs_are_found_and_told_whose_they_are(launch: Run, tmp_path: Path) -> None:
    require_port_80()
    places = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
    launch("hub", "run", "--home", str(tmp_path / "home"), *places).ready()
    other = ("--mqtt", "mqtts://127.0.0.1:1", "--key", "k", "--user-id", "1")
    lamp = launch("virtual", "run", "--seed", "1", "--http", "127.80.0.1:80").ready()
    kettle = launch("virtual", "run", "--seed", "2", "--http", "127.80.0.2:80", *other).ready()
    async with HubClient(find_hub(tmp_path / "home")) as client:
        found = await client.discover(["127.80.0.0/29"])
        assert sorted((plug["address"], plug["uuid"], plug["mac"], plug["whose"]) for plug in found) == [
            ("127.80.0.1", lamp["uuid"], lamp["mac"], "pairing"),
            ("127.80.0.2", kettle["uuid"], kettle["mac"], "other"),
        ]
        begun = await client.begin_pairing(
            "http://127.80.0.1", ssid="Home", password=Secret("secret123"), name="lamp"
        )
        for _ in range(600):
            if (await client.pairing(begun["id"]))["state"] != "running":
                break
            await asyncio.sleep(0.1)
        [at_home] = [plug for plug in await client.discover(["127.80.0.1/32"]) if plug["whose"] == "home"]
        assert (at_home["uuid"], at_home["name"]) == (lamp["uuid"], "lamp")
        with pytest.raises(UsageError, match="no IPv4 network"):
            await client.discover(["nonsense"])


def require_port_80() -> None:
    """Plugs are looked for where they really answer, which not every user may take."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.80.0.1", 80))
        except OSError as error:
            pytest.skip(f"port 80 cannot be listened on here: {error}")
