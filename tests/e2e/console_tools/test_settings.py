"""Settings kept, changed, compared and given back, over real PTYs."""

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

import ownplug.console
from ownplug.virtual import Faults, VirtualPlug, VirtualPlugSettings

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform == "win32", reason="PTYs are POSIX")]

Tool = Callable[..., Awaitable[Any]]

CHANGES = {
    "common CountryCode": "DE",
    "STA Ssid": "Kitchen",
    "STA SsidLen": "7",
    "STA WpaPsk": "hunter22",
    "AP Channel": "6",
    "network IpMode": "static",
    "meross dev.cfg.Server": "hub.example",
    "meross dev.cfg.Port": "8883",
    "meross dev.cfg.Key": "0123456789abcdef",
    "meross dev.ctl.timeZone": "Europe/Berlin",
}
CHANGED = {key.replace(" ", ":") for key in CHANGES}
WEATHER = [Faults(), Faults(chatter=20), Faults(chatter=20, garble=0.05)]


def plug_on(tty: str, faults: Faults | None = None, *, seed: int = 1) -> VirtualPlug:
    """A plug whose wire is fast, for the tests."""
    return VirtualPlug(VirtualPlugSettings(tty=tty, faults=faults or Faults(), seed=seed, speed=20))


async def change(tty: str) -> None:
    async with ownplug.console.open(tty) as console:
        for key, value in CHANGES.items():
            group, _, name = key.partition(" ")
            await console.write_setting(group, name, value)


@pytest.mark.parametrize("faults", WEATHER, ids=str)
async def test_ten_settings_come_back(tool: Tool, tty: str, tmp_path: Path, faults: Faults) -> None:
    file = tmp_path / "kettle.json"
    async with plug_on(tty, faults) as plug:
        told = await tool("config", "backup", tty, file)
        assert (told["settings"], told["uuid"]) == (234, plug.uuid.text)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert (await tool("config", "diff", tty, file))["equal"]
        await change(tty)
        differs = await tool("config", "diff", tty, file, "--exit-code", status=1)
        assert {row["setting"] for row in differs["differences"]} == CHANGED
        assert "hunter22" not in json.dumps(differs)
        planned = await tool("config", "restore", tty, file, "--reset", "--dry-run")
        assert planned["resets"] == ["meross"]
        assert (await tool("config", "diff", tty, file)) == differs
        done = await tool("config", "restore", tty, file, "--reset", "--yes")
        assert (done["left"], done["moved"]) == ([], [])
        assert (await tool("config", "diff", tty, file))["equal"]
        again = await tool("config", "restore", tty, file, "--yes")
        assert (again["written"], again["resets"]) == ([], [])


@pytest.mark.timeout(600)
@pytest.mark.parametrize("faults", WEATHER[:2], ids=str)
async def test_a_cable_that_is_pulled_at_twenty_random_moments_costs_nothing(
    tool: Tool, tty: str, tmp_path: Path, faults: Faults, tell: Callable[[str], None]
) -> None:
    file, port, chance = tmp_path / "kettle.json", tmp_path / "adapter", random.Random(1)
    async with plug_on(tty, faults):
        await tool("config", "backup", tty, file)
        restores = pulled = 0
        while pulled < 20:
            await change(tty)
            cuts = iter(lambda: chance.randrange(100, 40_000), 0)
            async with cable(tty, port, cuts) as wire:
                done = await tool("config", "restore", port, file, "--reset", "--yes")
                pulled, restores = pulled + wire.pulled, restores + 1
            assert done["left"] == []
            assert (await tool("config", "diff", tty, file))["equal"]
    tell(f"{pulled} times pulled in {restores} restores, each of which led to equal settings")


@pytest.mark.timeout(600)
async def test_an_adapter_that_takes_the_current_with_it_costs_nothing(
    tool: Tool, tty: str, tmp_path: Path
) -> None:
    file, port, chance = tmp_path / "kettle.json", tmp_path / "adapter", random.Random(2)
    async with plug_on(tty) as plug:
        await tool("config", "backup", tty, file)
        await change(tty)
        cuts = iter([chance.randrange(100, 40_000) for _ in range(5)])
        async with cable(tty, port, cuts) as wire:
            wire.on_pull = plug.reboot
            await tool("config", "restore", port, file, "--reset", "--yes")
            assert wire.pulled > 2
        assert (await tool("config", "diff", tty, file))["equal"]


async def test_two_files_are_compared_without_a_plug(tool: Tool, tty: str, tmp_path: Path) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    async with plug_on(tty):
        await tool("config", "backup", tty, before)
        await tool("run", tty, "config write STA Ssid Kitchen")
        await tool("config", "backup", tty, after)
    [row] = (await tool("config", "diff", before, after))["differences"]
    assert (row["setting"], row["one"], row["other"]) == ("STA:Ssid", "MTK_SOFT_AP", "Kitchen")


async def test_a_backup_of_another_plug_is_refused_unless_it_is_wanted(
    tool: Tool, tty: str, tmp_path: Path
) -> None:
    file = tmp_path / "other.json"
    async with plug_on(tty, seed=1):
        await tool("run", tty, "config write STA Ssid Kitchen")
        await tool("config", "backup", tty, file)
    async with plug_on(tty, seed=2) as plug:
        refused = await tool("config", "restore", tty, file, "--yes", status=2)
        assert "of another plug" in refused["message"]
        assert "--any-plug" in refused["hint"]
        assert (await tool("run", tty, "config read STA Ssid"))["value"] == "MTK_SOFT_AP"
        done = await tool("config", "restore", tty, file, "--yes", "--any-plug")
        assert done["written"] == ["STA:Ssid"]
        assert {row["why"] for row in done["left"]} == {"identity"}
        assert (await tool("identity", tty))["uuid"] == plug.uuid.text


async def test_nothing_is_written_without_a_word(tool: Tool, tty: str, tmp_path: Path) -> None:
    file = tmp_path / "kettle.json"
    async with plug_on(tty):
        await tool("config", "backup", tty, file)
        await change(tty)
        refused = await tool("config", "restore", tty, file, status=2)
        assert (refused["code"], refused["hint"]) == ("usage", "If that is what you want, add --yes.")
        refused = await tool("config", "restore", tty, file, "--yes", status=2)
        assert "Not everything can be written, so nothing was" in refused["message"]
        assert "--reset" in refused["hint"]
        differs = await tool("config", "diff", tty, file)
        assert {row["setting"] for row in differs["differences"]} == CHANGED
        done = await tool("config", "restore", tty, file, "--yes", "--partial")
        assert {row["setting"] for row in done["left"]} == {key for key in CHANGED if "dev." in key}


async def test_a_backup_never_replaces_a_file(tool: Tool, tty: str, tmp_path: Path) -> None:
    file = tmp_path / "kettle.json"
    file.write_text("precious")
    refused = await tool("config", "backup", tty, file, status=2)  # said before the port is opened
    assert "is not replaced" in refused["message"]
    assert file.read_text() == "precious"
