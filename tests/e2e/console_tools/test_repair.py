"""A plug looked at, led out of factory mode, and made another one, over real PTYs."""

from __future__ import annotations

import json
import random
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.console_tools.cable import cable

from ownplug.virtual import Faults, Light, VirtualPlug, VirtualPlugSettings

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform == "win32", reason="PTYs are POSIX")]

Tool = Callable[..., Awaitable[Any]]

UUID, MAC = "1811081234567890123448e1e9000001", "48:e1:e9:00:00:01"
FACTORY = {"factory:dev.fac.mode": "1"}
SECRETS = {"meross:dev.cfg.Key": "0123456789abcdef", "STA:WpaPsk": "hunter22"}
WEATHER = [Faults(), Faults(chatter=20), Faults(chatter=20, garble=0.05)]


def plug_on(tty: str, faults: Faults | None = None, flash: dict[str, str] | None = None) -> VirtualPlug:
    settings = VirtualPlugSettings(tty=tty, faults=faults or Faults(), flash=flash or {}, speed=20)
    return VirtualPlug(settings)


@pytest.mark.parametrize("faults", WEATHER, ids=str)
async def test_a_snapshot_has_everything_and_no_secret(
    tool: Tool, tty: str, tmp_path: Path, faults: Faults
) -> None:
    file = tmp_path / "kettle.json"
    async with plug_on(tty, faults, SECRETS) as plug:
        told = await tool("snapshot", tty, "--out", file)
        assert told["failures"] == {}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        document = json.loads(file.read_text())
        assert (document["port"], document["plug"]["uuid"]) == (tty, plug.uuid.text)
        assert sum(map(len, document["parts"]["settings"].values())) == 234
        assert not any(secret in file.read_text() for secret in SECRETS.values())
        shown = await tool("snapshot", tty, "--show-secrets")
        assert shown["parts"]["iot_status"]["user_key"] == SECRETS["meross:dev.cfg.Key"]


async def test_a_snapshot_goes_on_when_the_cable_is_back(tool: Tool, tty: str, tmp_path: Path) -> None:
    chance = random.Random(3)
    async with plug_on(tty) as plug:
        cuts = iter([chance.randrange(100, 4_000) for _ in range(4)])
        async with cable(plug.tty, tmp_path / "adapter", cuts) as wire:
            document = await tool("snapshot", tmp_path / "adapter")
            assert (len(document["parts"]), document["failures"], wire.pulled) == (18, {}, 4)


@pytest.mark.parametrize("faults", WEATHER, ids=str)
async def test_a_plug_that_flashes_red_is_led_out(tool: Tool, tty: str, faults: Faults) -> None:
    async with plug_on(tty, faults) as plug:
        await tool("run", tty, "meross fac 1", "--yes")
        assert plug.led is Light.RED_FLASHING
        await plug.reboot()
        assert (plug.state, plug.led) == ("factory", Light.RED_FLASHING)
        done = await tool("leave-factory", tty)
        assert (plug.state, plug.led) == ("pairing", Light.GREEN_ORANGE)
        assert (done["was_in_factory_mode"], done["is_in_factory_mode"]) == (True, False)
        if not faults.garble:
            assert done["reset_reason"] == "HAL_WDT_SOFTWARE_RESET"
            assert done["light"] == "green and orange in turn"
        again = await tool("leave-factory", tty)
        assert (again["was_in_factory_mode"], again["stage"]) == (False, None)


async def test_the_way_out_goes_on_when_the_cable_is_back(tool: Tool, tty: str, tmp_path: Path) -> None:
    async with plug_on(tty, flash=FACTORY) as plug:
        assert plug.state == "factory"
        async with cable(plug.tty, tmp_path / "adapter", iter([90, 150, 400])) as wire:
            done = await tool("leave-factory", tmp_path / "adapter")
            assert wire.pulled == 3
        assert done["was_in_factory_mode"]
        assert plug.led is Light.GREEN_ORANGE


def assert_kept(file: Path, uuid: str) -> None:
    """A private backup of the plug as it was."""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["settings"]["factory"]["dev.fac.uuid"] == uuid


@pytest.mark.parametrize("faults", WEATHER, ids=str)
async def test_a_plug_becomes_another_one_and_itself_again(
    tool: Tool, tty: str, tmp_path: Path, faults: Faults
) -> None:
    async with plug_on(tty, faults) as plug:
        uuid, mac = plug.uuid.text, plug.mac.text
        assert await tool("identity", tty) == {"uuid": uuid, "mac": mac}
        done = await tool("identity", tty, "--uuid", UUID, "--mac", MAC, "--yes")
        assert done["was"] == {"uuid": uuid, "mac": mac}
        kept = Path(done["backup"])
        assert kept.parent == tmp_path / "home" / "backup"
        assert_kept(kept, uuid)
        await tool("run", tty, "reboot")
        assert (plug.uuid.text, plug.mac.text) == (UUID, MAC)
        back = tmp_path / "back.json"
        await tool("identity", tty, "--uuid", uuid, "--mac", mac, "--backup", back, "--yes")
        assert_kept(back, UUID)
        await tool("run", tty, "reboot")
        assert (plug.uuid.text, plug.mac.text) == (uuid, mac)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--uuid", UUID, "--mac", MAC], "another one for servers and apps"),
        (["--uuid", UUID, "--yes"], "does not end in that of"),
        (["--mac", MAC, "--yes"], "does not end in that of"),
        (["--uuid", "short", "--yes"], "'short' is not a plug's uuid"),
        (["--mac", "xx", "--yes"], "'xx' is not a MAC address"),
        (["--backup", "x.json"], "--backup goes with"),
        (
            ["--uuid", UUID, "--mac", MAC, "--yes", "--backup", "/nowhere/x.json"],
            "There is no folder /nowhere",
        ),
    ],
)
async def test_an_identity_that_makes_no_sense_is_not_written(
    tool: Tool, tty: str, tmp_path: Path, words: list[str], says: str
) -> None:
    async with plug_on(tty) as plug:
        refused = await tool("identity", tty, *words, status=2)
        assert says in refused["message"]
        assert await tool("identity", tty) == {"uuid": plug.uuid.text, "mac": plug.mac.text}
        assert not (tmp_path / "home" / "backup").exists()
