"""Two programs of the vendor's cloud, unmodified, that switch the same plugs at random: at the end all agree.

`OWNPLUG_SOAK_MINUTES` says how long the long one lasts (default 10), `OWNPLUG_SOAK_SEED` who switches what.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.judges.cloud_house import EMAIL, PASSWORD, CloudHouse
from tests.e2e.judges.foreign import NODE_MODULES, require_meross_cloud

from ownplug.client import HubClient, find_hub
from ownplug.core.secret import Secret
from ownplug.plug import HttpLink, Plug
from ownplug.virtual import ask_control

HERE = Path(__file__).parent
MINUTES = float(os.environ.get("OWNPLUG_SOAK_MINUTES", "10"))
MINUTES_IN_CI = 1 / 3
SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
PLUGS = 20
AT_ONCE = 4  # plugs that a program switches at a time
PATIENCE_S = 60.0
_LONGEST_LINE = 64 * 1024 * 1024
_RESULT = b"found: "


class Program:
    """A program that was started, and does what it is told."""

    def __init__(self, process: Process) -> None:
        self.done = 0
        self.failed: list[str] = []
        self.told_before: dict[str, str] = {}
        self._process = process

    async def ask(self, order: object) -> Any:
        """Tell it something, and return what it says then."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(PATIENCE_S):
            while line := await self._process.stdout.readline():
                if line.startswith(_RESULT):
                    return json.loads(line.removeprefix(_RESULT))
        raise AssertionError("the program has ended")

    async def pushed(self) -> dict[str, str]:
        """What was pushed of each plug since it was `told_before`, oldest first, as digits."""
        told: dict[str, str] = await self.ask([])
        return {uuid: digits.removeprefix(self.told_before.get(uuid, "")) for uuid, digits in told.items()}

    async def switch(self, plugs: list[str], chance: random.Random, *, seconds: float) -> None:
        """Have it switch, some plugs at a time."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + seconds
        while loop.time() < end_s:
            wishes = [(uuid, chance.random() < 0.5) for uuid in chance.sample(plugs, AT_ONCE)]
            self.failed += (await self.ask(wishes))["failed"]
            self.done += len(wishes)
            await asyncio.sleep(chance.uniform(0, 0.3))


@asynccontextmanager
async def running(*command: str, log: Path, **environment: str) -> AsyncIterator[Program]:
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            env={"PATH": os.environ["PATH"], "HOME": "/nowhere", **environment},
            limit=_LONGEST_LINE,
        )
        try:
            yield Program(process)
        except AssertionError as error:
            said = await asyncio.to_thread(log.read_text, "utf-8")
            raise AssertionError(f"{error}\n{said}") from error
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


class Fleet:
    """Twenty plugs that are at home in a house with the vendor's interface."""

    def __init__(self, house: CloudHouse, folder: Path) -> None:
        self._house = house
        self._folder = folder
        self._control = folder / "plugs.sock"
        self._key = Secret("")
        self._plugs: dict[str, str] = {}  # the HTTP of each, by uuid

    async def move_in(self, launch: Callable[..., Any]) -> None:
        async with HubClient(find_hub(self._folder / "home")) as client:
            self._key = Secret((await client.home(show_secrets=True))["key"])
        ready = self.ready
        server = (
            "--mqtt",
            f"mqtts://{ready['mqtts']}",
            "--key",
            self._key.reveal(),
            "--user-id",
            ready["user_id"],
        )
        fleet = launch(
            *("virtual", "run", "--count", str(PLUGS), "--seed", "5", "--http", "127.0.0.1:0", *server),
            *("--control", str(self._control)),
        )
        told = [await asyncio.to_thread(fleet.ready) for _ in range(PLUGS)]
        self._plugs = {plug["uuid"]: plug["http"] for plug in told}
        at_home: dict[str, bool] = {}
        async with asyncio.timeout(PATIENCE_S):
            while len(at_home) < PLUGS:
                await asyncio.sleep(0.1)
                at_home = await self.hubs_relays()

    @property
    def ready(self) -> dict[str, Any]:
        """What the hub says of itself."""
        return self._house.ready

    @property
    def uuids(self) -> list[str]:
        return sorted(self._plugs)

    async def hubs_relays(self) -> dict[str, bool]:
        """What the hub says of those that have come home."""
        async with HubClient(find_hub(self._folder / "home")) as client:
            shown = [
                plug for plug in await client.plugs() if plug["availability"] == "online" and plug["bound"]
            ]
        return {plug["uuid"]: plug["relays"][0]["on"] for plug in shown if plug["relays"]}

    async def movements(self) -> dict[str, int]:
        """How often the contacts of each have moved."""
        plugs = await ask_control(self._control, {"do": "status", "plug": ""})
        return {plug["uuid"]: plug["relay_edges"] for plug in plugs}

    async def own_relays(self) -> dict[str, bool]:
        """What the plugs themselves say, by HTTP."""
        found = {}
        for uuid, address in self._plugs.items():
            async with HttpLink(f"http://{address}", key=self._key) as link:
                found[uuid] = (await Plug(link).switching.relay(0)).on
        return found


@pytest.fixture
async def fleet(launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path) -> Fleet:
    house = CloudHouse(launch, ownplug, tmp_path)
    await asyncio.to_thread(house.start)
    await asyncio.to_thread(house.add_account)
    fleet = Fleet(house, tmp_path)
    await fleet.move_in(launch)
    return fleet


@asynccontextmanager
async def both(fleet: Fleet, node: str, folder: Path) -> AsyncIterator[tuple[Program, Program]]:
    """Run both programs, signed in and with all plugs found."""
    ready = fleet.ready
    sign_in = {"url": ready["cloud"], "email": EMAIL, "password": PASSWORD}
    iot = running(
        sys.executable,
        str(HERE / "cloud_meross_iot_program.py"),
        log=folder / "meross-iot.log",
        SSL_CERT_FILE=ready["ca"],
    )
    cloud = running(
        node,
        str(HERE / "cloud_meross_cloud_program.js"),
        log=folder / "meross-cloud.log",
        NODE_PATH=str(NODE_MODULES),
        NODE_NO_WARNINGS="1",
        NODE_EXTRA_CA_CERTS=ready["ca"],
    )
    async with iot as first, cloud as second:
        for program in (first, second):
            assert (await program.ask(sign_in))["plugs"] == fleet.uuids
        yield first, second


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(MINUTES_IN_CI * 60, id="short", marks=[pytest.mark.e2e, pytest.mark.slow]),
        pytest.param(MINUTES * 60, id="long", marks=pytest.mark.soak),
    ],
)
async def test_two_programs_the_hub_and_the_plugs_agree(
    seconds: float,
    fleet: Fleet,
    require_program: Callable[[str, str], str],
    tmp_path: Path,
    tell: Callable[[str], None],
) -> None:
    node = require_meross_cloud(require_program)
    async with both(fleet, node, tmp_path) as programs:
        for program in programs:
            program.told_before = await program.pushed()
        before = await fleet.movements()
        async with asyncio.TaskGroup() as tasks:
            for number, program in enumerate(programs):
                chance = random.Random(f"{SEED} {number}")
                tasks.create_task(program.switch(fleet.uuids, chance, seconds=seconds))
        first, second = programs
        pushed = await agreed(fleet, first, second)
        after = await fleet.movements()
    counts = sorted(len(pushes) for pushes in pushed.values())
    tell(
        f"meross-iot switched {first.done} times, meross-cloud {second.done}; both were told of each movement,"
    )
    tell(f"{counts[0]} to {counts[-1]} of each of {PLUGS} plugs, in the same order")
    assert {uuid: len(pushes) for uuid, pushes in pushed.items()} == {
        uuid: after[uuid] - before[uuid] for uuid in fleet.uuids
    }
    assert first.failed + second.failed == []
    assert min(first.done, second.done) > PLUGS
    assert counts[0] > 0


async def agreed(fleet: Fleet, *programs: Program) -> dict[str, str]:
    """Wait until all say the same of each plug; return what was pushed of each."""
    told: list[dict[str, str]] = []
    said: dict[str, dict[str, bool]] = {}
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not said or any(each != said["the plugs"] for each in said.values()) or told[0] != told[1]:
                told = [await program.pushed() for program in programs]
                known = {f"program {n}": last(pushes) for n, pushes in enumerate(told)}
                said = {**known, "the hub": await fleet.hubs_relays(), "the plugs": await fleet.own_relays()}
    except TimeoutError:
        pytest.fail(f"after {PATIENCE_S:g} s they say {said}, and were told {told}")
    return told[0]


def last(pushes: dict[str, str]) -> dict[str, bool]:
    """What each relay is by what was pushed last."""
    return {uuid: digits[-1:] == "1" for uuid, digits in pushes.items()}
