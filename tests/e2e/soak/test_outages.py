"""Real processes over real sockets: hub or plugs are killed and started at random while people switch.

`OWNPLUG_SOAK_MINUTES` says how long the long ones last together (default 10).
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import statistics
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.client import HubClient, find_hub
from ownplug.core.errors import LinkError, Unexpected
from ownplug.core.secret import Secret
from ownplug.plug import HttpLink, Plug

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MINUTES = float(os.environ.get("OWNPLUG_SOAK_MINUTES", "10"))
MINUTES_IN_CI = 0.5
SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
PLUGS = 3
BACK_WITHIN_S = 60.0
MEMORY_GROWTH = 6 * 1024 * 1024  # bytes; a hub takes about 70 MB, and its allocator breathes
DESCRIPTOR_GROWTH = 2  # a connection of ours to the API may be open at one moment and not at another

half_of_the_time = pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(MINUTES_IN_CI * 30, id="short", marks=pytest.mark.e2e),
        pytest.param(MINUTES * 30, id="long", marks=pytest.mark.soak),
    ],
)


@dataclass
class Household:
    """A hub and a fleet of plugs, each a process; both keep their settings and can be started again."""

    launch: Callable[..., Any]
    folder: Path
    hub: Any = None
    fleet: Any = None
    port: str = "0"
    key: Secret | None = None
    plugs: dict[str, str] = field(default_factory=dict)  # the HTTP of each, by uuid
    descriptors: list[int] = field(default_factory=list)  # of the hub, with all plugs at home
    memory: list[int] = field(default_factory=list)  # bytes of the hub, then

    async def start_hub(self) -> None:
        options = ["--mqtts", f"127.0.0.1:{self.port}", "--advertise", "127.0.0.1", "--web", "127.0.0.1:0"]
        self.hub = self.launch("hub", "run", "--home", str(self.folder / "home"), *options)
        self.port = (await asyncio.to_thread(self.hub.ready))["mqtts"].rpartition(":")[2]

    async def start_fleet(self) -> None:
        options = ["--count", str(PLUGS), "--seed", "5", "--home", str(self.folder / "fleet")]
        self.fleet = self.launch("virtual", "run", *options)
        told = [await asyncio.to_thread(self.fleet.ready) for _ in range(PLUGS)]
        self.plugs = {plug["uuid"]: plug["http"] for plug in told}

    @asynccontextmanager
    async def client(self) -> AsyncIterator[HubClient]:
        async with HubClient(find_hub(self.folder / "home")) as client:
            yield client

    async def all_at_home(self) -> dict[str, bool]:
        """Wait until the hub says that all plugs are there, and of their relays what they say themselves."""
        said: dict[str, bool] = {}
        try:
            async with asyncio.timeout(BACK_WITHIN_S), self.client() as client:
                while len(said) < PLUGS or said != await self.relays():
                    await asyncio.sleep(0.1)
                    shown = [plug for plug in await client.plugs() if is_at_home(plug)]
                    said = {plug["uuid"]: plug["relays"][0]["on"] for plug in shown}
        except TimeoutError:
            pytest.fail(f"after {BACK_WITHIN_S:g} s the hub says {said}, the plugs {await self.relays()}")
        return said

    async def relays(self) -> dict[str, bool]:
        """What the plugs themselves say, by HTTP."""
        assert self.key is not None
        found = {}
        for uuid, address in self.plugs.items():
            async with HttpLink(f"http://{address}", key=self.key) as link:
                found[uuid] = (await Plug(link).switching.relay(0)).on
        return found

    async def weigh_hub(self) -> None:
        """Note what the hub takes, once its plugs are at home and no call to it is open."""
        await asyncio.sleep(0.2)
        process = Path(f"/proc/{self.hub.process.pid}")
        statm = await asyncio.to_thread((process / "statm").read_text)
        self.memory.append(int(statm.split()[1]) * os.sysconf("SC_PAGESIZE"))
        self.descriptors.append(len(await asyncio.to_thread(os.listdir, process / "fd")))

    def growth(self) -> tuple[int, int]:
        """Bytes and descriptors of the hub that the last third of the samples has more than the first."""
        third = max(len(self.memory) // 3, 1)
        memory, descriptors = (
            int(statistics.median(series[-third:]) - statistics.median(series[:third]))
            for series in (self.memory, self.descriptors)
        )
        return memory, descriptors


def is_at_home(plug: dict[str, Any]) -> bool:
    return plug["availability"] == "online" and plug["bound"] and bool(plug["relays"])


class People:
    """They switch as fast as they can, whatever happens.

    Attributes:
        possible: by uuid, on which sides a relay may be, for all that they were told.
    """

    def __init__(self, household: Household, chance: random.Random) -> None:
        self.done = self.failed = 0
        self.possible: dict[str, set[bool]] = {uuid: {True} for uuid in household.plugs}
        self._household = household
        self._chance = chance

    async def run(self) -> None:
        async with self._household.client() as client:
            while True:
                uuid, on = self._chance.choice(list(self.possible)), self._chance.random() < 0.5
                self.possible[uuid].add(on)
                try:
                    relay = await client.switch(uuid, on=on)
                except (LinkError, Unexpected):  # of the plug or of the hub
                    self.failed += 1
                else:
                    assert relay["on"] is on
                    self.possible[uuid] = {on}
                    self.done += 1
                await asyncio.sleep(self._chance.uniform(0, 0.3))

    async def during(self, trouble: Awaitable[None]) -> None:
        """Go on while that happens."""
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.run())
            await trouble
            running.cancel()


@pytest.fixture
async def household(launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path) -> Household:
    """A hub with plugs that were paired with it."""
    household = Household(launch, tmp_path)
    await household.start_hub()
    await household.start_fleet()
    for address in household.plugs.values():
        how = ("--ssid", "Home", "--password", "secret123")
        await asyncio.to_thread(ownplug, "pair", f"http://{address}", *how)
    async with household.client() as client:
        household.key = Secret((await client.home(show_secrets=True))["key"])
    await household.all_at_home()
    await household.weigh_hub()
    return household


@half_of_the_time
async def test_plugs_come_back_after_every_kill_of_the_hub(
    seconds: float, household: Household, tell: Callable[[str], None]
) -> None:
    chance = random.Random(SEED)
    people = People(household, chance)
    loop = asyncio.get_running_loop()
    kills, end_s = 0, loop.time() + seconds

    async def kill() -> None:
        await asyncio.sleep(chance.uniform(0.5, 6))
        await asyncio.to_thread(household.hub.kill)

    while loop.time() < end_s:
        await people.during(kill())
        kills += 1
        await asyncio.sleep(chance.uniform(0, 8 if kills % 2 else 0.5))
        await household.start_hub()
        relays = await household.all_at_home()
        assert all(on in people.possible[uuid] for uuid, on in relays.items()), f"after {kills} kills"
        await household.weigh_hub()
    memory, descriptors = household.growth()
    tell(f"hub killed {kills} times; {people.done} commands done, {people.failed} failed; each hub took")
    tell(f"{max(household.memory) >> 20} MB at most ({memory >> 10:+} kB); descriptors {descriptors:+}")
    assert kills > 0
    assert people.done > 0
    assert memory < MEMORY_GROWTH
    assert descriptors <= DESCRIPTOR_GROWTH


@half_of_the_time
async def test_a_hub_whose_plugs_come_and_go_does_not_grow(
    seconds: float, household: Household, tell: Callable[[str], None]
) -> None:
    chance = random.Random(SEED)
    people = People(household, chance)
    loop = asyncio.get_running_loop()
    troubles, end_s = 0, loop.time() + seconds

    async def kill_or_pause() -> None:
        await asyncio.sleep(chance.uniform(0.5, 3))
        if chance.random() < 0.5:
            await asyncio.to_thread(household.fleet.kill)
            await household.start_fleet()
        else:
            household.fleet.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(chance.uniform(0.5, 4))
            household.fleet.process.send_signal(signal.SIGCONT)

    while loop.time() < end_s:
        await people.during(kill_or_pause())
        troubles += 1
        await household.all_at_home()
        await household.weigh_hub()
    memory, descriptors = household.growth()
    tell(f"plugs killed or paused {troubles} times; {people.done} commands done, {people.failed} failed")
    tell(f"hub {max(household.memory) >> 20} MB at most ({memory >> 10:+} kB); descriptors {descriptors:+}")
    assert people.done > 0
    assert memory < MEMORY_GROWTH
    assert descriptors <= DESCRIPTOR_GROWTH
