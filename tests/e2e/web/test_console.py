"""A plug's serial console through the API of a real hub: a virtual plug's PTY, browsers at its WebSocket."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ownplug.app import HomeFolder, OfferedPort, load_settings, open_hub
from ownplug.client import HubClient, find_hub
from ownplug.console import open as open_console
from ownplug.core.errors import Conflict, Forbidden, NoSuchPort, NotFound, PortBusy, UsageError
from ownplug.virtual import LifeState, Light, VirtualPlug, VirtualPlugSettings

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform == "win32", reason="PTYs are POSIX")]

PATIENCE_S = 30.0
STARTS_S = 10  # by its own clock
SECRETS = {"meross:dev.cfg.Key": "0123456789abcdef", "STA:WpaPsk": "hunter22"}
FACTORY = {"factory:dev.fac.mode": "1"}
PHASES = ["brom", "bootloader", "startup", "firmware"]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A hub at whose machine there is one plug with its case open."""

    client: HubClient
    tty: str
    port: str


@asynccontextmanager
async def desk_at(folder: Path, tty: str, *, configured: str = "") -> AsyncIterator[Desk]:
    home = HomeFolder(folder / "home")
    home.path.mkdir()
    home.settings_file.write_text(f"[console]\nports = {json.dumps([configured] if configured else [])}\n")
    options = {"broker.mqtts": "127.0.0.1:0", "web.port": 0, "network.advertise": "127.0.0.1"}
    settings, origins = load_settings(home.settings_file, {}, options)
    offered = OfferedPort(name=tty, description="a virtual plug")
    async with (
        open_hub(home, settings, origins=origins, more_ports=lambda: [offered]),
        HubClient(find_hub(home.path)) as client,
    ):
        [found] = [each for each in await client.console.ports() if each["name"] == tty]
        yield Desk(client=client, tty=tty, port=found["id"])


@pytest.fixture
def tty(tmp_path: Path) -> str:
    return str(tmp_path / "plug.tty")


@asynccontextmanager
async def plug_on(
    tty: str, flash: dict[str, str] | None = None, *, speed: float = 20
) -> AsyncIterator[VirtualPlug]:
    """A plug whose wire is fast, for the tests; what it says while it starts, nobody hears."""
    async with VirtualPlug(VirtualPlugSettings(tty=tty, flash=flash or {}, speed=speed)) as plug:
        await plug.until(lambda: plug.state in {LifeState.PAIRING, LifeState.FACTORY})
        await asyncio.sleep(STARTS_S / speed)
        yield plug


@pytest.fixture
async def desk(tmp_path: Path, tty: str) -> AsyncIterator[Desk]:
    async with plug_on(tty, SECRETS), desk_at(tmp_path, tty) as found:
        yield found


class Browser:
    """One WebSocket at a console, and all that it was told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.told: list[dict[str, Any]] = []

    async def send(self, **order: Any) -> None:
        await self.socket.send(json.dumps(order))

    async def until(self, kind: str, /, **values: Any) -> dict[str, Any]:
        """Read until a message of that kind comes."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                self.told.append(message)
                if message["type"] == kind and values.items() <= message.items():
                    return message

    async def run(self, command: str, **more: str) -> dict[str, Any]:
        await self.send(type="run", command=command, **more)
        return await self.until("answer")

    def texts(self) -> str:
        return "\n".join(message["text"] for message in self.told if message["type"] == "line")


@asynccontextmanager
async def browser(desk: Desk, *, port: str = "", query: str = "", token: str = "") -> AsyncIterator[Browser]:
    address = desk.client.address
    url = f"{address.url.replace('http', 'ws', 1)}/api/v1/console/ports/{port or desk.port}/session{query}"
    bearer = {"Authorization": f"Bearer {token or address.token.reveal()}"}
    async with connect(url, additional_headers=bearer, proxy=None, max_queue=None) as socket:
        yield Browser(socket)


async def ended(desk: Desk) -> dict[str, Any]:
    """Wait for the end of the job."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            job = await desk.client.console.job(desk.port)
            assert job is not None
            if job["state"] != "running":
                return job
            await asyncio.sleep(0.05)


async def until_working(desk: Desk) -> None:
    """Wait until the job has begun its first step."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            job = await desk.client.console.job(desk.port)
            if job is not None and job["what"]:
                return
            await asyncio.sleep(0.05)


# --- which ports ----------------------------------------------------------------------------------


async def test_a_port_is_listed_with_who_has_it_open(desk: Desk) -> None:
    async def listed() -> dict[str, Any]:
        [found] = [each for each in await desk.client.console.ports() if each["id"] == desk.port]
        return found

    expected = {"name": desk.tty, "description": "a virtual plug", "origin": "virtual", "job": ""}
    assert await listed() == {"id": desk.port, "is_open": False, **expected}
    async with browser(desk) as page:
        await page.until("open")
        assert await listed() == {"id": desk.port, "is_open": True, **expected}


async def test_what_the_owner_configured_is_listed_and_nobody_else_configures(
    tmp_path: Path, tty: str
) -> None:
    nowhere = "socket://127.0.0.1:9"
    async with desk_at(tmp_path, tty, configured=nowhere) as desk:
        [found] = [each for each in await desk.client.console.ports() if each["name"] == nowhere]
        assert found["origin"] == "configured"
        with pytest.raises(Forbidden, match="whoever can write"):
            await desk.client.change_settings({"console.ports": "socket://evil.example:23"})
        async with browser(desk, port=found["id"]) as page:
            assert (await page.until("ended"))["code"] == "port-closed"


@pytest.mark.parametrize("port", ["nothing-123456", "..", "socket:127.0.0.1:9", "x" * 1000])
async def test_a_port_that_is_not_listed_is_not_opened(desk: Desk, port: str) -> None:
    async with browser(desk, port=port) as page:
        assert (await page.until("ended"))["code"] == "not-found"
        with pytest.raises(ConnectionClosed):
            await page.until("open")


async def test_a_port_without_its_adapter_says_so(tmp_path: Path, tty: str) -> None:
    async with desk_at(tmp_path, tty) as desk:
        with pytest.raises(NoSuchPort, match=tty):
            await desk.client.console.settings(desk.port)
        with pytest.raises(NotFound):
            await desk.client.console.settings("nothing-123456")
        async with plug_on(tty):
            assert await desk.client.console.settings(desk.port)


async def test_a_port_is_held_while_somebody_uses_it_and_free_soon_after(desk: Desk) -> None:
    async with browser(desk) as page:
        await page.until("open")
        with pytest.raises(PortBusy):
            async with open_console(desk.tty):
                pass
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(PortBusy):
                async with open_console(desk.tty) as console:
                    assert (await console.hardware()).model == "mss310"
                    return
            await asyncio.sleep(0.1)


# --- the terminal ---------------------------------------------------------------------------------


async def test_a_command_is_typed_and_answered(desk: Desk) -> None:
    async with browser(desk) as page:
        await page.until("open")
        answer = await page.run("meross hw", id="1")
        assert (answer["id"], answer["command"], answer["restarted"]) == ("1", "meross hw", False)
        assert answer["reply"]["model"] == "mss310"
        await page.until("line", text=f"uuid      :{answer['reply']['uuid']}")
        await page.until("line", kind="prompt")
        kinds = {line["kind"] for line in page.told if line["type"] == "line"}
        assert {"typed", "text", "prompt"} <= kinds


async def test_everyone_at_the_console_sees_what_is_typed_and_said(desk: Desk) -> None:
    async with browser(desk) as one, browser(desk) as other:
        await one.until("open")
        await other.until("open")
        await one.run("ver")
        await other.until("line", kind="typed", text="ver")
        await other.until("line", text="CM4 Image Ver: SDK_V4.6.2")
        await other.run("meross mem")
        await one.until("line", kind="typed", text="meross mem")
        assert "answer" not in {message["type"] for message in one.told[-3:]}


async def test_secrets_are_masked_unless_they_are_asked_for(desk: Desk) -> None:
    async with browser(desk) as page, browser(desk, query="?show_secrets=true") as owner:
        await owner.until("open")
        shown = await page.run("config write STA WpaPsk swordfish")
        await owner.until("line", text="config write STA WpaPsk swordfish")
        assert (shown["command"], shown["reply"]["value"]) == ("config write STA WpaPsk ***", "***")
        await page.run("config show")
        await page.run("meross iot status")
        assert "[STA]WpaPsk: ***" in page.texts()
        told = json.dumps(page.told)
        assert not any(secret in told for secret in ("swordfish", *SECRETS.values()))
        await owner.until("line", text="[STA]WpaPsk: swordfish")


async def test_what_could_harm_wants_its_word(desk: Desk) -> None:
    async with browser(desk) as page:
        await page.until("open")
        await page.send(type="run", command="meross crash", id="a")
        danger = await page.until("danger")
        assert (danger["id"], danger["word"], danger["risk"]) == ("a", "crash", "restart")
        assert "watchdog" in danger["says"]
        await page.send(type="run", command="meross crash", confirm="cra", id="b")
        assert (await page.until("failure"))["code"] == "usage"
        assert "meross crash" not in page.texts()
        answer = await page.run("meross crash", confirm="crash")
        assert answer["restarted"]
        await page.until("line", reset_reason="HAL_WDT_SOFTWARE_RESET")
        await page.until("line", light="green and orange in turn")


@pytest.mark.parametrize(
    "sent", ["", "{", "[]", '{"type": "format"}', '{"type": "run"}', '{"type": "run", "command": 1}', b"\xff"]
)
async def test_what_is_no_order_is_refused_and_harms_nobody(desk: Desk, sent: str | bytes) -> None:
    async with browser(desk) as page:
        await page.socket.send(sent)
        assert (await page.until("failure"))["code"] == "usage"
        await page.socket.send(json.dumps({"type": "run", "command": "x" * 1001}))
        assert (await page.until("failure"))["code"] == "usage"
        await page.send(type="prompt", id="p")
        assert (await page.until("answer"))["id"] == "p"


async def test_who_types_faster_than_the_plug_is_told(desk: Desk) -> None:
    async with browser(desk) as page:
        await page.until("open")
        for number in range(20):
            await page.send(type="run", command="config show", id=str(number))
        assert (await page.until("failure"))["code"] == "conflict"
        assert (await page.until("answer", id="0"))["command"] == "config show"


async def test_a_plug_that_goes_away_ends_the_session_with_a_reason(tmp_path: Path, tty: str) -> None:
    async with desk_at(tmp_path, tty) as desk:
        async with AsyncExitStack() as stack:
            async with plug_on(tty):
                page = await stack.enter_async_context(browser(desk))
                await page.run("ver")
            assert (await page.until("ended"))["code"] == "broken"
        async with plug_on(tty), browser(desk) as again:
            assert (await again.run("ver"))["command"] == "ver"


async def test_who_is_out_sees_and_types_nothing_more(desk: Desk) -> None:
    made = await desk.client.create_token("page", "admin")
    async with browser(desk, token=made["token"]) as typist, browser(desk, token=made["token"]) as watcher:
        await typist.until("open")
        await watcher.until("open")
        await desk.client.revoke_token("page")
        with pytest.raises(ConnectionClosed) as closed:
            await typist.run("ver")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        async with browser(desk) as other:
            await other.run("ver")
        with pytest.raises(ConnectionClosed):
            await watcher.until("line", text="ver")


# --- settings -------------------------------------------------------------------------------------


async def test_settings_are_told_with_their_meaning_and_without_secrets(desk: Desk) -> None:
    found = {each["key"]: each for each in await desk.client.console.settings(desk.port)}
    assert len(found) == 234
    meaning = "Password of the network to join."
    assert found["STA:WpaPsk"] == {
        "key": "STA:WpaPsk",
        "value": "***",
        "meaning": meaning,
        "is_secret": True,
    }
    assert (found["STA:Ssid"]["value"], found["STA:Ssid"]["is_secret"]) == ("MTK_SOFT_AP", False)
    shown = await desk.client.console.settings(desk.port, show_secrets=True)
    assert {each["key"]: each["value"] for each in shown} | SECRETS == {
        each["key"]: each["value"] for each in shown
    }


async def test_a_snapshot_has_everything_but_secrets(desk: Desk) -> None:
    taken = await desk.client.console.snapshot(desk.port)
    assert (taken["failures"], taken["secrets"], taken["port"]) == ({}, "masked", desk.tty)
    assert not any(secret in json.dumps(taken) for secret in SECRETS.values())
    assert SECRETS["STA:WpaPsk"] in json.dumps(
        await desk.client.console.snapshot(desk.port, show_secrets=True)
    )


async def test_what_was_changed_is_found_and_given_back(desk: Desk) -> None:
    console, port = desk.client.console, desk.port
    file = json.dumps(await console.backup(port))
    assert SECRETS["STA:WpaPsk"] in file
    assert await console.differences(port, file) == []
    async with browser(desk) as page:
        await page.run("config write STA Ssid Kitchen")
        await page.run("config write STA WpaPsk swordfish")
    found = {each["key"]: each for each in await console.differences(port, file)}
    assert set(found) == {"STA:Ssid", "STA:WpaPsk"}
    assert (found["STA:Ssid"]["plug"], found["STA:Ssid"]["file"]) == ("Kitchen", "MTK_SOFT_AP")
    assert found["STA:WpaPsk"]["plug"] == found["STA:WpaPsk"]["file"] == "***"
    plan = await console.plan_restore(port, file)
    assert ([each["key"] for each in plan["changes"]], plan["is_whole"]) == (list(found), True)
    assert len(await console.differences(port, file)) == 2
    with pytest.raises(UsageError, match="nothing was sent"):
        await console.restore(port, file, "yes")
    assert (await console.restore(port, file, plan["word"]))["kind"] == "restore"
    job = await ended(desk)
    assert (job["state"], job["failure"]) == ("done", None)
    assert job["result"] == {"resets": [], "written": ["STA:Ssid", "STA:WpaPsk"], "left": [], "moved": []}
    assert await console.differences(port, file) == []


async def test_what_cannot_be_done_as_a_whole_is_not_begun(desk: Desk) -> None:
    console, port = desk.client.console, desk.port
    backup = await console.backup(port)
    backup["settings"]["STA"]["Ssid"] = "two words"
    backup["settings"]["common"]["CountryCode"] = "DE"
    file = json.dumps(backup)
    plan = await console.plan_restore(port, file)
    assert [(each["key"], each["why_left"]) for each in plan["left"]] == [("STA:Ssid", "untypable")]
    assert not plan["is_whole"]
    with pytest.raises(UsageError, match="STA:Ssid"):
        await console.restore(port, file, plan["word"])
    await console.restore(port, file, plan["word"], partial=True)
    assert (await ended(desk))["result"]["written"] == ["common:CountryCode"]


async def test_a_backup_of_another_plug_or_of_none_is_refused(desk: Desk, tmp_path: Path) -> None:
    console, port = desk.client.console, desk.port
    with pytest.raises(UsageError, match="no backup"):
        await console.differences(port, "{}")
    other = await console.backup(port)
    other["settings"]["factory"] |= {"dev.fac.uuid": "f" * 32, "dev.fac.mac": "ff:ff:ff:ff:ff:ff"}
    with pytest.raises(UsageError, match="another plug"):
        await console.plan_restore(port, json.dumps(other))
    plan = await console.plan_restore(port, json.dumps(other), any_plug=True)
    assert {each["why_left"] for each in plan["left"]} == {"identity"}


async def test_a_wire_that_breaks_does_a_restore_no_harm(tmp_path: Path, tty: str) -> None:
    async with desk_at(tmp_path, tty) as desk:
        console, port = desk.client.console, desk.port
        async with plug_on(tty, SECRETS):
            file = json.dumps(await console.backup(port))
        async with plug_on(tty, {"STA:Ssid": "Kitchen"}, speed=1):
            word = (await console.plan_restore(port, file))["word"]
            await console.restore(port, file, word)
            await until_working(desk)
        async with plug_on(tty, {"STA:Ssid": "Kitchen"}):
            job = await ended(desk)
            assert (job["state"], job["failure"]) == ("done", None)
            assert job["breaks"] > 0
            assert await console.differences(port, file) == []


# --- longer jobs ----------------------------------------------------------------------------------


async def test_a_plug_in_factory_mode_is_led_out(tmp_path: Path, tty: str) -> None:
    async with plug_on(tty, FACTORY) as plug, desk_at(tmp_path, tty) as desk, browser(desk) as page:
        assert plug.led is Light.RED_FLASHING
        await page.until("open")
        assert (await desk.client.console.leave_factory(desk.port))["state"] == "running"
        job = await ended(desk)
        assert (job["state"], job["what"], job["done"], job["of"]) == ("done", "proved", 4, 4)
        assert job["result"]["was_in_factory_mode"]
        assert job["result"]["start"]["stage"] == "pairing"
        assert plug.state == "pairing"
        await page.until("line", kind="typed", text="meross fac 0")


async def test_while_a_job_is_under_way_nobody_comes_between(desk: Desk) -> None:
    async with browser(desk) as page:
        await page.until("open")
        await desk.client.console.follow_start(desk.port, reboot=False)
        await page.send(type="run", command="ver")
        assert (await page.until("failure"))["code"] == "conflict"
        with pytest.raises(Conflict, match="under way"):
            await desk.client.console.settings(desk.port)
        [found] = [each for each in await desk.client.console.ports() if each["id"] == desk.port]
        assert found["job"] == "start"
        await desk.client.console.cancel(desk.port)
        assert (await page.run("ver"))["command"] == "ver"
        assert await desk.client.console.job(desk.port) is None
        with pytest.raises(NotFound):
            await desk.client.console.cancel(desk.port)


async def test_a_start_is_followed_phase_by_phase(desk: Desk) -> None:
    async with browser(desk) as page:
        await page.until("open")
        assert await desk.client.console.start(desk.port) is None
        await desk.client.console.follow_start(desk.port)
        start = (await ended(desk))["result"]["start"]
        assert (start["phases"], start["reset_reason"]) == (PHASES, "HAL_WDT_SOFTWARE_RESET")
        assert (start["stage"], start["own_network"]) == ("pairing", True)
        await page.until("line", phase="firmware")
        seen = [line["phase"] for line in page.told if "phase" in line]
        assert seen == PHASES
        told = await desk.client.console.start(desk.port)
        assert told is not None
        assert {name: told[name] for name in start} == start


async def test_a_start_that_somebody_causes_is_waited_for(tmp_path: Path, tty: str) -> None:
    async with plug_on(tty) as plug, desk_at(tmp_path, tty) as desk, browser(desk) as page:
        await page.run("ver")
        await desk.client.console.follow_start(desk.port, reboot=False)
        await plug.reboot()
        job = await ended(desk)
        assert (job["result"]["start"]["phases"], job["breaks"]) == (PHASES, 0)


async def test_what_the_light_shows_and_how_to_change_it(tmp_path: Path, tty: str) -> None:
    async with plug_on(tty) as plug, desk_at(tmp_path, tty) as desk, browser(desk) as page:
        await page.until("open")
        told = await desk.client.console.light(desk.port)
        assert (told["stage"], told["light"]) == (None, None)
        assert {"stage": "factory", "light": "red, flashing"} in told["meanings"]
        await page.run("reboot")
        await page.until("line", stage="pairing")
        assert (await desk.client.console.light(desk.port))["light"] == "green and orange in turn"
        await desk.client.console.drive_light(desk.port, colour="red", state="on")
        assert plug.led is Light.RED
