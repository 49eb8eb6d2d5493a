"""The laboratory of a real hub: its plugs come home by their wires, and do what is done to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from ownplug.app import HomeFolder, load_settings, open_hub
from ownplug.cli.lab_desk import LabDesk
from ownplug.client import HubClient, find_hub
from ownplug.core.errors import Conflict, NotFound, UsageError
from ownplug.core.secret import Secret
from ownplug.transport.serial import open_serial

pytestmark = pytest.mark.e2e

PATIENCE_S = 60
LOOK_S = 0.1


@asynccontextmanager
async def running(folder: Path, mqtts: str = "127.0.0.1:0") -> AsyncIterator[tuple[HubClient, str]]:
    """A hub with a laboratory, and where its plugs come to."""
    options = {
        "broker.mqtts": mqtts,
        "web.port": 0,
        "network.advertise": "127.0.0.1",
        "hub.reading_interval_s": 1.0,
    }
    home = HomeFolder(folder)
    settings, _ = load_settings(home.settings_file, {}, options)
    async with open_hub(home, settings, lab=LabDesk) as ready, HubClient(find_hub(folder)) as hub:
        yield hub, ready.mqtts


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until `look` gives something, and return it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(LOOK_S)


async def is_home(hub: HubClient, uuid: str) -> bool:
    known = {plug["uuid"]: plug for plug in await hub.plugs()}
    return uuid in known and known[uuid]["availability"] == "online" and known[uuid]["relays"] != []


async def started_at_home(hub: HubClient, name: str = "bench") -> dict[str, Any]:
    [plug] = await hub.lab.start(name=name, take_home=True)
    await until(lambda: is_paired(hub, plug["id"]))
    return plug


async def is_paired(hub: HubClient, id_: str) -> bool:
    plug = await hub.lab.get(id_)
    assert plug["taking_home"] not in {"failed", "refused"}
    return bool(plug["taking_home"] == "done")


async def is_waiting(hub: HubClient, id_: str) -> bool:
    return bool((await hub.lab.get(id_))["state"] == "pairing")


async def relay_event(hub: HubClient) -> dict[str, Any]:
    async with aclosing(hub.events()) as events:
        async for event in events:
            if event["event"] == "relay-switched":
                return event
    pytest.fail("the hub stopped")


async def test_a_plug_is_started_comes_home_and_is_switched_and_pressed(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _):
        plug = await started_at_home(hub)
        now = await hub.lab.get(plug["id"])
        assert (now["home"], now["state"], now["lamp"]["colours"]) == ("this-hub", "online", ["green"])

        await hub.switch("bench", on=False)
        off = await hub.lab.get(plug["id"])
        assert (off["relays"], off["lamp"]["manner"]) == ([{"channel": 0, "on": False}], "off")

        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
            heard = tasks.create_task(relay_event(hub))
            await asyncio.sleep(LOOK_S)  # until it listens
            await hub.lab.press(plug["id"])
        assert (heard.result()["uuid"], heard.result()["on"]) == (plug["uuid"], True)


async def test_it_is_pulled_out_and_put_back_in(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _):
        plug = await started_at_home(hub)
        out = await hub.lab.unplug("1")
        assert (out["state"], out["plugged_in"], out["lamp"]["manner"]) == ("off", False, "off")

        async def is_away() -> bool:
            return bool((await hub.plug("bench"))["availability"] == "offline")

        await until(is_away)
        assert (await hub.lab.plug_in("1"))["plugged_in"]
        await until(lambda: is_home(hub, plug["uuid"]))
        assert (await hub.lab.reboot("1"))["plugged_in"]
        await until(lambda: is_home(hub, plug["uuid"]))


async def test_what_is_plugged_in_is_what_the_hub_reads(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _):
        plug = await started_at_home(hub)
        assert (await hub.lab.set_load(plug["id"], "2000"))["load"] == "2000"

        async def is_hot() -> bool:
            return bool((await hub.electricity("bench"))["power_w"] > 1500)

        await until(is_hot)
        with pytest.raises(UsageError, match="no load"):
            await hub.lab.set_load(plug["id"], "lots")
        with pytest.raises(UsageError, match="opens no files"):
            await hub.lab.set_load(plug["id"], "csv:/etc/passwd")


async def test_a_fault_makes_pairing_fail_and_its_cause_is_told(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _):
        [plug] = await hub.lab.start()
        assert (plug["state"], plug["home"], plug["lamp"]["manner"]) == ("pairing", "nobody", "alternating")
        assert plug["power_w"] is None  # it does not know the time yet
        assert (await hub.lab.set_faults(plug["id"], "tls"))["faults"] == ["tls=1"]
        begun = await hub.begin_pairing(plug["url"], ssid="Home", password=Secret("any will do"))

        async def has_failed() -> Any:
            return (await hub.pairing(begun["id"]))["failure"]

        assert (await until(has_failed))["code"].startswith("tls")
        assert (await hub.lab.set_faults(plug["id"]))["faults"] == []
        await hub.lab.press(plug["id"], seconds=5)
        await until(lambda: is_waiting(hub, plug["id"]))
        await hub.lab.take_home(plug["id"])
        await until(lambda: is_paired(hub, plug["id"]))
        with pytest.raises(Conflict, match="not in pairing mode"):
            await hub.lab.take_home(plug["id"])
        with pytest.raises(UsageError, match="There is no fault 'bogus'"):
            await hub.lab.set_faults(plug["id"], "bogus")


async def test_they_are_there_again_when_the_hub_starts_again(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, mqtts):
        plug = await started_at_home(hub)
        await hub.lab.set_load(plug["id"], "motor:800")
        await hub.lab.set_faults(plug["id"], "delay=0.01")
        [other] = await hub.lab.start(name="other")
        await hub.lab.throw_away(other["id"])
    async with running(tmp_path / "home", mqtts) as (hub, _):
        [again] = await hub.lab.all()
        assert {again[field] == plug[field] for field in ("uuid", "number", "name", "model")} == {True}
        assert (again["load"], again["faults"]) == ("motor:800", [])
        await until(lambda: is_home(hub, plug["uuid"]))
        [third] = await hub.lab.start()
        assert third["number"] == 3


async def test_one_that_cannot_be_plugged_in_again_stays_on_the_list(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lab = tmp_path / "home" / "lab"
    async with running(tmp_path / "home") as (hub, _):
        await hub.lab.start(count=2)
    memory = (lab / "plug-1.json").read_text()
    (lab / "plug-1.json").write_text("torn")
    async with running(tmp_path / "home") as (hub, _):
        assert [plug["number"] for plug in await hub.lab.all()] == [2]
        assert "Virtual plug 1 stays out" in caplog.text
        await hub.lab.set_load("2", "9")  # writes the list
    (lab / "plug-1.json").write_text(memory)
    async with running(tmp_path / "home") as (hub, _):
        assert [plug["number"] for plug in await hub.lab.all()] == [1, 2]


async def test_a_plug_that_is_thrown_away_is_forgotten_if_asked(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _):
        kept, gone = await started_at_home(hub, "kept"), await started_at_home(hub, "gone")
        await hub.lab.throw_away(kept["id"])
        await hub.lab.throw_away(gone["id"], forget=True)
        assert await hub.lab.all() == []
        assert [plug["name"] for plug in await hub.plugs()] == ["kept"]
        assert list((tmp_path / "home" / "lab").glob("plug-*")) == []
        with pytest.raises(NotFound):
            await hub.lab.get(gone["id"])


async def test_a_laboratory_has_room_for_twenty(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _):
        plugs = await hub.lab.start(count=18, name="many")
        assert [plug["name"] for plug in plugs[:2]] == ["many 1", "many 2"]
        with pytest.raises(Conflict, match="room for 20"):
            await hub.lab.start(count=3)
        assert len(await hub.lab.start(count=2)) == 2


async def test_several_are_taken_home_at_once(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _):
        plugs = await hub.lab.start(count=6, take_home=True)  # more than the hub pairs at a time
        for plug in plugs:
            await until(lambda id_=plug["id"]: is_paired(hub, id_))  # type: ignore[misc]
        assert {plug["home"] for plug in await hub.lab.all()} == {"this-hub"}


async def test_what_goes_over_its_wires_is_told_without_secrets(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _), AsyncExitStack() as stack:
        plug = await started_at_home(hub)
        address = f"{hub.address.url.replace('http', 'ws', 1)}/api/v1/lab/events?plug={plug['id']}"
        login = {"Authorization": f"Bearer {hub.address.token.reveal()}"}
        socket = await stack.enter_async_context(connect(address, additional_headers=login, proxy=None))
        terminal = await open_serial(plug["tty"])
        stack.push_async_callback(terminal.close)
        await terminal.write(b"config read meross dev.cfg.Key\r")
        await hub.toggle("bench")
        seen: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while not _has_both(seen):
                seen.append(str(await socket.recv()))
        key = (await hub.home(show_secrets=True))["key"]
        assert key not in "".join(seen)
        wires = [json.loads(text) for text in seen if json.loads(text)["event"] == "wire"]
        told = {(each["wire"], each["direction"], each["method"]) for each in wires}
        assert {("mqtt", "to-plug", "SET"), ("mqtt", "from-plug", "SETACK")} <= told
        assert ("serial", "to-plug", "config read meross dev.cfg.Key") in {
            (each["wire"], each["direction"], each["line"]) for each in wires
        }


async def test_a_hub_that_stops_waits_for_no_listener(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as (hub, _):
        [plug] = await hub.lab.start()
        address = f"{hub.address.url.replace('http', 'ws', 1)}/api/v1/lab/events?plug={plug['id']}"
        login = {"Authorization": f"Bearer {hub.address.token.reveal()}"}
        socket = await connect(address, additional_headers=login, proxy=None)
        await socket.recv()
    async with asyncio.timeout(1):
        await socket.wait_closed()


def _has_both(seen: list[str]) -> bool:
    return any("***" in text and "serial" in text for text in seen) and any("SETACK" in text for text in seen)
