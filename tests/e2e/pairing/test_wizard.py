"""Pairing through the hub's API, as a page does it: look, choose, begin, follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ownplug.client import HubAddress, HubClient, find_hub
from ownplug.core.errors import Conflict, NotFound, OwnplugError, Unreachable, UsageError
from ownplug.core.secret import Secret

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
def plug(launch: Run, tmp_path: Path) -> dict[str, str]:
    air = tmp_path / "air.toml"
    air.write_text(AIR)
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
        assert await client.plugs() == []


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
