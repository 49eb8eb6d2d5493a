"""Pairing through the hub's API, as a page does it: look, choose, begin, follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.client import HubAddress, HubClient, find_hub
from ownplug.core.errors import Conflict, NotFound, OwnplugError, Unreachable, UsageError
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from tests.e2e.pairing.conftest import PlayedNetwork

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
PASSWORD = Secret("secret123")
AIR = """
[[network]]
ssid = "Home"
password = "secret123"
signal = 40
[[network]]
ssid = "Cafe"
encryption = 0
signal = 90
[[network]]
ssid = "Home"
password = "secret123"
signal = 70
[[network]]
ssid = "Upstairs"
password = "secret123"
band_ghz = 5.0
"""

Run = Callable[..., Any]


@pytest.fixture
def hub(launch: Run, tmp_path: Path) -> HubAddress:
    launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()
    return find_hub(tmp_path / "home")


@pytest.fixture
def air(tmp_path: Path) -> Path:
    file = tmp_path / "air.toml"
    file.write_text(AIR)
    return file


@pytest.fixture
def plug(launch: Run, air: Path) -> dict[str, str]:
    told: dict[str, str] = launch("virtual", "run", "--air", str(air)).ready()
    return {**told, "url": f"http://{told['http']}"}


async def ended(client: HubClient, id_: str) -> dict[str, Any]:
    """The pairing, once it is over."""
    for _ in range(600):
        pairing = await client.pairing(id_)
        if pairing["state"] != "running":
            return pairing
        await asyncio.sleep(0.1)
    pytest.fail("it does not end")


async def test_a_plug_is_looked_at_paired_and_proven(hub: HubAddress, plug: dict[str, str]) -> None:
    async with HubClient(hub) as client:
        found = await client.look_at_plug(plug["url"])
        assert (found["uuid"], found["model"]) == (plug["uuid"], "mss310")
        assert found["networks"] == [
            {"ssid": "Cafe", "signal": 90, "is_open": True},
            {"ssid": "Home", "signal": 70, "is_open": False},
        ]
        begun = await client.begin_pairing(plug["url"], ssid="Home", password=PASSWORD, name="kettle")
        assert begun["state"] == "running"
        with pytest.raises(Conflict):
            await client.begin_pairing(plug["url"], ssid="Home", password=PASSWORD)
        pairing = await ended(client, begun["id"])
        assert (pairing["state"], pairing["failure"]) == ("done", None)
        assert (pairing["uuid"], pairing["steps"][-1]["phase"]) == (
            plug["uuid"],
            "switch it and read it back",
        )
        stages = {stage["code"]: stage for stage in pairing["stages"]}
        assert {stage["state"] for stage in stages.values()} == {"done"}
        assert [fact["code"] for fact in stages["proof"]["facts"]] == ["online", "switch"]
        assert "mss310" in stages["identify"]["facts"][0]["value"]
        assert pairing["ended_at"] > pairing["began_at"]
        with pytest.raises(Conflict, match="failed"):
            await client.repeat_pairing(begun["id"])
        times = [step["after_s"] for step in pairing["steps"]]
        assert times == sorted(times)
        assert (await client.plug("kettle"))["availability"] == "online"
        assert "secret123" not in str(pairing)
        assert [each["id"] for each in await client.pairings()] == [begun["id"]]
        await client.cancel_pairing(begun["id"])
        with pytest.raises(NotFound):
            await client.pairing(begun["id"])


async def test_a_failure_has_its_cause_and_its_remedy(hub: HubAddress, plug: dict[str, str]) -> None:
    async with HubClient(hub) as client:
        begun = await client.begin_pairing(plug["url"], ssid="Home", password=Secret("wrong one"))
        pairing = await ended(client, begun["id"])
        assert pairing["state"] == "failed"
        assert pairing["failure"]["code"] == "wifi-password"
        assert pairing["failure"]["hint"]
        assert (pairing["failure"]["stage"], pairing["failure"]["needs_reset"]) == ("join", False)
        seen = {fact["code"]: fact["value"] for fact in pairing["failure"]["facts"]}
        assert (seen["hears-network"], seen["is-pairing"]) == ("yes", "yes")
        states = [stage["state"] for stage in pairing["stages"]]
        assert states == ["done"] * 3 + ["failed"] + ["waiting"] * 5
        assert await client.plugs() == []
        again = await client.repeat_pairing(begun["id"], password=PASSWORD)
        assert again["id"] != begun["id"]
        assert (await ended(client, again["id"]))["state"] == "done"
        assert [found["uuid"] for found in await client.plugs()] == [plug["uuid"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "ssid", "code", "stage", "needs_reset"),
    [
        ((), "Upstairs", "wifi-absent", "join", False),
        (("--fault", "tls"), "Home", "tls-refused", "secure", True),
        (("--fault", "no-clock"), "Home", "clock-unanswered", "talk", True),
        (
            ("--fault", "no-bind", "--model", "mss310@6.1.12", "--speed", "10"),
            "Home",
            "bind-unanswered",
            "talk",
            True,
        ),
    ],
)
async def test_each_failure_tells_where_it_stopped(
    hub: HubAddress,
    launch: Run,
    air: Path,
    options: tuple[str, ...],
    ssid: str,
    code: str,
    stage: str,
    needs_reset: bool,
) -> None:
    plug = launch("virtual", "run", "--air", str(air), *options).ready()
    async with HubClient(hub) as client:
        begun = await client.begin_pairing(f"http://{plug['http']}", ssid=ssid, password=PASSWORD)
        pairing = await ended(client, begun["id"])
        failed = pairing["failure"]
        assert (failed["code"], failed["stage"], failed["needs_reset"]) == (code, stage, needs_reset)
        assert [each["code"] for each in pairing["stages"] if each["state"] == "failed"] == [stage]
        assert await client.plugs() == []


async def test_a_name_that_is_taken_is_no_failure_of_the_pairing(
    hub: HubAddress, launch: Run, air: Path
) -> None:
    plugs = [launch("virtual", "run", "--air", str(air), "--seed", seed).ready() for seed in "12"]
    async with HubClient(hub) as client:
        told = []
        for plug in plugs:
            begun = await client.begin_pairing(
                f"http://{plug['http']}", ssid="Home", password=PASSWORD, name="kettle"
            )
            told.append(await ended(client, begun["id"]))
        assert [pairing["state"] for pairing in told] == ["done", "done"]
        assert told[0]["remark"] == ""
        assert told[1]["remark"].startswith("It is at home, and not called so:")
        assert {plug["uuid"] for plug in await client.plugs()} == {plug["uuid"] for plug in plugs}


async def test_by_its_own_wifi_which_the_hub_joins_and_leaves(
    play: Callable[..., PlayedNetwork], launch: Run, air: Path, tmp_path: Path
) -> None:
    network = play("Meross_SW_1A2B", "Neighbour")
    launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()  # on the bus that is played
    plug = launch("virtual", "run", "--air", str(air)).ready()
    async with HubClient(find_hub(tmp_path / "home")) as client:
        nearby = await client.nearby_plugs()
        assert (nearby["can_join"], nearby["networks"]) == (True, ["Meross_SW_1A2B"])
        begun = await client.begin_pairing(
            f"http://{plug['http']}", ssid="Home", password=PASSWORD, join_ssid="Meross_SW_1A2B"
        )
        with pytest.raises(Conflict):
            await client.begin_pairing("http://127.0.0.1:9", ssid="Home", password=PASSWORD, joins=True)
        assert (await ended(client, begun["id"]))["state"] == "done"
    assert network.state()["active"] == ["Home"]


async def test_a_machine_that_cannot_join_says_why(
    monkeypatch: pytest.MonkeyPatch, launch: Run, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()
    async with HubClient(find_hub(tmp_path / "home")) as client:
        nearby = await client.nearby_plugs()
    assert (nearby["can_join"], nearby["networks"]) == (False, [])
    assert "no nmcli" in nearby["reason"]
    assert nearby["hint"]


async def test_a_serial_port_that_is_not_listed_is_not_opened(hub: HubAddress) -> None:
    async with HubClient(hub) as client:
        begun = await client.begin_pairing(
            "http://10.10.10.1", ssid="Home", password=PASSWORD, port="/dev/ttyUSB0"
        )
        failure = (await ended(client, begun["id"]))["failure"]
        assert (failure["code"], failure["message"]) == ("not-found", "There is no such serial port.")


async def test_one_that_is_given_up_leaves_nothing(hub: HubAddress, plug: dict[str, str]) -> None:
    async with HubClient(hub) as client:
        begun = await client.begin_pairing(plug["url"], ssid="Upstairs", password=PASSWORD)
        await asyncio.sleep(1)
        await client.cancel_pairing(begun["id"])
        assert await client.pairings() == []
        assert await client.plugs() == []


@pytest.mark.parametrize(
    ("url", "ssid", "password", "kind"),
    [
        ("ftp://plug", "Home", "secret123", UsageError),
        ("http://127.0.0.1:1", "x" * 33, "secret123", UsageError),
        ("http://127.0.0.1:1", "Home", "short", UsageError),
    ],
)
async def test_what_cannot_be_is_refused_at_once(
    hub: HubAddress, url: str, ssid: str, password: str, kind: type[OwnplugError]
) -> None:
    async with HubClient(hub) as client:
        with pytest.raises(kind) as caught:
            await client.begin_pairing(url, ssid=ssid, password=Secret(password))
        assert password not in str(caught.value)
        assert await client.pairings() == []


async def test_nobody_there_to_look_at(hub: HubAddress) -> None:
    async with HubClient(hub) as client:
        with pytest.raises(Unreachable):
            await client.look_at_plug("http://127.0.0.1:1")
