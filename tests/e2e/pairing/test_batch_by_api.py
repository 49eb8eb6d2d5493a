"""Lists of plugs through the hub's API: begun, followed line by line, stopped, and gone on with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.client import HubAddress, HubClient, find_hub
from ownplug.core.errors import Conflict, NotFound, UsageError
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from tests.e2e.pairing.conftest import PlayedNetwork

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
PASSWORD = Secret("secret123")
NOWHERE = "http://127.0.0.1:9"

Run = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def hub(launch: Run, home: Path) -> HubAddress:
    launch("hub", "run", "--home", str(home), *PLACES).ready()
    return find_hub(home)


def urls(launch: Run, *seeds: str, options: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Start plugs; tell uuid and URL of each."""
    told = [launch("virtual", "run", "--seed", seed, *options).ready() for seed in seeds]
    return [(plug["uuid"], f"http://{plug['http']}") for plug in told]


async def until(client: HubClient, id_: str, look: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The list, once it looks so."""
    batch: dict[str, Any] = {}
    for _ in range(600):
        batch = await client.batches.get(id_)
        if look(batch):
            return batch
        await asyncio.sleep(0.1)
    pytest.fail(f"it does not come to that: {batch}")


def states(batch: dict[str, Any]) -> list[str]:
    return [line["state"] for line in batch["lines"]]


async def test_plugs_come_home_under_the_names_of_their_lines(
    hub: HubAddress, home: Path, launch: Run
) -> None:
    (lamp, lamp_url), (kettle, kettle_url) = urls(launch, "1", "2")
    plugs = [
        {"name": "kettle", "room": "kitchen", "url": kettle_url},
        {"name": "lamp", "room": "hall", "url": lamp_url},
    ]
    async with HubClient(hub) as client:
        begun = await client.batches.begin(plugs, ssid="Home", password=PASSWORD, switches=False)
        assert (begun["state"], states(begun)) == ("running", ["waiting", "waiting"])
        with pytest.raises(Conflict):
            await client.batches.begin(plugs, ssid="Home", password=PASSWORD)
        batch = await until(client, begun["id"], lambda seen: seen["state"] != "running")
        assert (batch["state"], states(batch)) == ("done", ["home", "home"])
        assert [line["uuid"] for line in batch["lines"]] == [kettle, lamp]
        for line in batch["lines"]:
            assert {stage["state"] for stage in line["stages"]} == {"done"}
        told = {plug["uuid"]: (plug["name"], plug["room"]) for plug in await client.plugs()}
        assert told == {kettle: ("kettle", "kitchen"), lamp: ("lamp", "hall")}
        assert "secret123" not in str(batch)
        assert not (home / "batch.json").exists()
        with pytest.raises(Conflict, match="stopped"):
            await client.batches.resume(begun["id"])
        assert [each["id"] for each in await client.batches.all()] == [begun["id"]]
        await client.batches.forget(begun["id"])
        with pytest.raises(NotFound):
            await client.batches.get(begun["id"])


async def test_a_wrong_password_stops_it_and_the_right_one_goes_on(
    hub: HubAddress, home: Path, launch: Run, tmp_path: Path
) -> None:
    air = tmp_path / "air.toml"
    air.write_text('[[network]]\nssid = "Home"\npassword = "another one"\n')
    (lamp, url), (_, other) = urls(launch, "1", "2", options=("--air", str(air)))
    plugs = [{"name": "lamp", "url": url}, {"name": "fan", "url": other}]
    async with HubClient(hub) as client:
        begun = await client.batches.begin(plugs, ssid="Home", password=PASSWORD)
        batch = await until(client, begun["id"], lambda seen: seen["state"] != "running")
        assert (batch["state"], states(batch)) == ("stopped", ["failed", "waiting"])
        [line, _] = batch["lines"]
        assert (line["failure"]["code"], line["failure"]["stage"]) == ("wifi-password", "join")
        assert json.loads((home / "batch.json").read_text()) == {"lamp": lamp}
        going = await client.batches.resume(begun["id"], password=Secret("another one"))
        assert (going["state"], states(going), going["ended_at"]) == ("running", ["waiting"] * 2, None)
        batch = await until(client, begun["id"], lambda seen: seen["state"] != "running")
        assert (batch["state"], states(batch)) == ("done", ["home", "home"])
        assert {plug["name"] for plug in await client.plugs()} == {"lamp", "fan"}


async def test_one_that_is_stopped_tells_nobody_anything_more(hub: HubAddress, launch: Run) -> None:
    [(lamp, url)] = urls(launch, "1")
    plugs = [{"name": "lamp", "url": url}, {"name": "fan", "url": NOWHERE}]
    async with HubClient(hub) as client:
        begun = await client.batches.begin(plugs, ssid="Home", password=PASSWORD)
        await until(client, begun["id"], lambda seen: states(seen) == ["home", "waiting"])
        stopped = await client.batches.stop(begun["id"])
        assert (stopped["state"], states(stopped)) == ("stopped", ["home", "waiting"])
        assert stopped["ended_at"] is not None
        again = await client.batches.begin(plugs, ssid="Home", password=PASSWORD, idle_s=1)
        ended = await until(client, again["id"], lambda seen: seen["state"] != "running")
        assert (ended["state"], states(ended)) == ("stopped", ["home", "waiting"])
        assert [plug["uuid"] for plug in await client.plugs()] == [lamp]


async def test_from_one_plugs_own_wifi_to_the_next(
    play: Callable[..., PlayedNetwork], launch: Run, home: Path
) -> None:
    lamp = launch("virtual", "run", "--seed", "1").ready()
    network = play(f"Meross_SW_{lamp['uuid'][-4:].upper()}")
    launch("hub", "run", "--home", str(home), *PLACES).ready()  # on the bus that is played
    async with HubClient(find_hub(home)) as client:
        begun = await client.batches.begin(
            [{"name": "lamp", "mac": lamp["mac"]}],
            ssid="Home",
            password=PASSWORD,
            joins=True,
            url=f"http://{lamp['http']}",
        )
        with pytest.raises(Conflict):
            await client.nearby_plugs()
        batch = await until(client, begun["id"], lambda seen: seen["state"] != "running")
        assert (batch["state"], states(batch)) == ("done", ["home"])
        assert (await client.nearby_plugs())["can_join"]
    assert network.state()["active"] == ["Home"]


@pytest.mark.parametrize(
    ("plugs", "more"),
    [
        ([{"name": "lamp"}, {"name": "Lamp"}], {}),
        ([{"name": "lamp", "mac": "no"}], {}),
        ([{"name": " "}], {}),
        ([{"name": "lamp", "url": "ftp://plug"}], {}),
        ([{"name": "lamp", "url": NOWHERE}], {"joins": True}),
        ([{"name": "lamp"}], {"url": "ftp://plug"}),
    ],
)
async def test_what_is_no_list_is_refused_at_once(
    hub: HubAddress, plugs: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    async with HubClient(hub) as client:
        with pytest.raises(UsageError):
            await client.batches.begin(plugs, ssid="Home", password=PASSWORD, **more)
        assert await client.batches.all() == []
        [line] = (
            await client.batches.begin([{"name": "lamp", "url": NOWHERE}], ssid="H", password=PASSWORD)
        )["lines"]
        assert line["name"] == "lamp"
