"""`kill -9` of the hub at random moments while it reads plugs every second: what they used is kept, and kept once.

`OWNPLUG_SOAK_KILLS` says how often in the long one (default 100).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextlib import aclosing, closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.soak.home import Home
from tests.e2e.soak.owner import CUT

from ownplug.aio import SystemClock
from ownplug.client import HubClient
from ownplug.core.meross import namespaces as ns

KILLS = int(os.environ.get("OWNPLUG_SOAK_KILLS", "100"))
KILLS_IN_CI = 5
SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
PLUGS = 4
LIFE_S = (2.0, 5.0)
START_S = (0.1, 2.0)
MAY_BE_LOST_MS = 1000
BEHIND_MS = 11_000  # sums are written every ten seconds
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
WH_J = 3600
WEIGHED_WITHIN_S = 30.0

# The steps are small beside the power: what flows between two looks is a guess, and shall not hide what is looked for.
CURVES = (
    "0,1500\n3,1560\n7,1470\n12,1500",
    "0,2000\n2,1950\n5,2040\n6,2000",
    "0,900\n4,990\n11,930\n13,900",
)

Readings = dict[str, list[tuple[int, int]]]
"""By uuid: when (Unix time, ms), and the power (mW)."""


async def listen(home: Home, heard: Readings) -> None:
    """Hear what the hub has read, until it is no more."""
    with suppress(*CUT):
        async with home.client() as client, aclosing(client.events()) as events:
            async for event in events:
                assert event["event"] != "missed"
                if event["event"] == "power-read":
                    at = datetime.fromisoformat(event["reading"]["at"])
                    power_mw = round(event["reading"]["power_w"] * 1000)
                    heard[event["uuid"]].append((round(at.timestamp() * 1000), power_mw))


class Disk:
    """What a database holds of energy, once its hub is dead."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.meters: dict[str, int] = dict(self._all("SELECT uuid, number FROM energy_meter"))
        self.totals: dict[int, int] = dict(self._all("SELECT number, total_j FROM energy_meter"))

    def samples(self, uuid: str) -> list[tuple[int, int]]:
        """When each was taken (ms), and its power (mW)."""
        return self._all(
            "SELECT at_ms, power_mw FROM energy_sample WHERE meter = ? ORDER BY at_ms", self.meters[uuid]
        )

    def check_sums(self) -> None:
        """Hours are the sum of their minutes, days of their hours, totals of all; and no moment is counted twice."""
        minutes = self._all(
            "SELECT meter, start_s / 3600 * 3600 AS hour_s, sum(measured_j), sum(covered_ms) FROM energy_minute"
            " GROUP BY meter, hour_s ORDER BY meter, hour_s"
        )
        hours = "FROM energy_hour WHERE covered_ms ORDER BY meter, start_s"
        assert minutes == self._all(f"SELECT meter, start_s, measured_j, covered_ms {hours}")
        sums = "meter, sum(measured_j), sum(covered_ms), sum(corrected_j)"
        by_hours = self._all(f"SELECT {sums} FROM energy_hour GROUP BY meter ORDER BY meter")
        assert by_hours == self._all(f"SELECT {sums} FROM energy_day GROUP BY meter ORDER BY meter")
        totals = self._all(
            "SELECT number, total_j - held_j FROM energy_meter WHERE total_j - held_j ORDER BY number"
        )
        assert totals == [(meter, measured_j + corrected_j) for meter, measured_j, _, corrected_j in by_hours]
        [longest] = self._all("SELECT max(covered_ms) FROM energy_minute") or [(0,)]
        assert (longest[0] or 0) <= MINUTE_MS
        assert not self._all("SELECT 1 FROM energy_hour WHERE covered_ms > ?", HOUR_MS)

    def check_minutes(self, uuid: str, lives: int) -> None:
        """The minutes are what the samples make, to less than a joule for each life of the hub; few are not in yet."""
        [(summed_ms,)] = self._all("SELECT summed_ms FROM energy_meter WHERE number = ?", self.meters[uuid])
        every = self.samples(uuid)
        if summed_ms is None:
            assert every[-1][0] - every[0][0] <= BEHIND_MS
            return
        assert every[-1][0] - summed_ms <= BEHIND_MS
        samples = [sample for sample in every if sample[0] <= summed_ms]
        pieces = list(itertools.pairwise(samples))
        made_j = sum((one_mw + other_mw) * (to - since) for (since, one_mw), (to, other_mw) in pieces) / 2e6
        [(measured_j, covered_ms)] = self._all(
            "SELECT total(measured_j), total(covered_ms) FROM energy_minute WHERE meter = ?",
            self.meters[uuid],
        )
        assert covered_ms == samples[-1][0] - samples[0][0]
        assert made_j - lives - 1 < measured_j < made_j + 1

    def made_j(self, uuid: str, since_ms: int) -> float:
        """Joules that samples from a moment on add up to."""
        pieces = itertools.pairwise(sample for sample in self.samples(uuid) if sample[0] >= since_ms)
        return sum((one_mw + other_mw) * (to - since) for (since, one_mw), (to, other_mw) in pieces) / 2e6

    def day_j(self, uuid: str) -> int:
        """Joules of the only day that there is."""
        [(joules,)] = self._all(
            "SELECT measured_j + corrected_j FROM energy_day WHERE meter = ?", self.meters[uuid]
        )
        return int(joules)

    def _all(self, sql: str, *values: int) -> list[Any]:
        return self._database.execute(sql, values).fetchall()


class Story:
    """Life, kill, life; afterwards the disk is compared with what was heard."""

    def __init__(self, home: Home, chance: random.Random) -> None:
        self.home = home
        self.lives = 0
        self.heard = 0
        self.lost_ms = 0
        self._chance = chance
        self._totals: dict[int, int] = {}

    async def begin(self, folder: Path) -> None:
        """A home in whose zone it is about noon, and plugs whose load changes every few seconds."""
        self.home.home.mkdir()
        settings = f'[hub]\nreading_interval_s = 1.0\ntimezone = "{zone_of_noon()}"\n'
        await asyncio.to_thread((self.home.home / "ownplug.toml").write_text, settings)
        loads = [folder / f"load-{number}.csv" for number in range(len(CURVES))]
        for path, curve in zip(loads, CURVES, strict=True):
            await asyncio.to_thread(path.write_text, curve)
        await self._start()
        async with self.home.client() as client:
            told = await client.home(show_secrets=True)
        await asyncio.to_thread(
            self.home.start_plugs, told["key"], told["user_id"], *(f"csv:{path}" for path in loads)
        )
        await self.home.all_at_home()
        self.uuids = sorted(await self.home.ask_plugs("status"))

    async def live_and_be_killed(self) -> None:
        """One life of the hub, with all plugs at home, and its end at a random moment."""
        heard: Readings = defaultdict(list)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(listen(self.home, heard))
            await asyncio.sleep(self._chance.uniform(*LIFE_S))
            killed_ms = round(SystemClock().now().timestamp() * 1000)
            await self.home.kill()
        await asyncio.to_thread(self._check_disk, heard, killed_ms)
        if self._chance.random() < 0.3:
            self.lives += 1
            await self.home.start_and_kill(self._chance.uniform(*START_S))
            await asyncio.to_thread(self._check_disk, heard, killed_ms)
        await self._start()
        await self.home.all_at_home()

    async def end(self) -> None:
        """All is switched off and the hub starts once more: what it then holds agrees with the plugs' own days."""
        async with self.home.client() as client:
            for uuid in self.uuids:
                await client.switch(uuid, on=False)
            await asyncio.sleep(2.0)
        await self.home.kill()
        await self._start()
        await self.home.all_at_home()
        async with self.home.client() as client:
            own = {uuid: await own_day(client, uuid) for uuid in self.uuids}
        assert min(energy_wh for energy_wh, _ in own.values()) > 1, "there is nothing to compare"
        held: dict[str, tuple[float, float]] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(WEIGHED_WITHIN_S):
                while not is_near(held, own):
                    await asyncio.sleep(0.5)
                    held = await asyncio.to_thread(self._held_wh, own)
        assert is_near(held, own), f"the hub holds {held}, the plugs {own}"

    def _check_disk(self, heard: Readings, killed_ms: int) -> None:
        self.home.check_files()
        with self.home.copy() as database:
            disk = Disk(database)
            disk.check_sums()
            for uuid in self.uuids:
                disk.check_minutes(uuid, self.lives)
                self._check_samples(heard[uuid], disk.samples(uuid), killed_ms)
            assert all(disk.totals[meter] >= before_j for meter, before_j in self._totals.items())
            self._totals = disk.totals

    def _check_samples(
        self, heard: list[tuple[int, int]], kept: list[tuple[int, int]], killed_ms: int
    ) -> None:
        must = [reading for reading in heard if reading[0] < killed_ms - MAY_BE_LOST_MS]
        missing = set(must) - set(kept)
        assert not missing, f"{sorted(missing)} were read, and the hub was killed at {killed_ms}"
        lost = [killed_ms - at_ms for at_ms, _ in set(heard) - set(kept)]
        self.lost_ms = max([self.lost_ms, *lost])
        self.heard += len(must)

    def _held_wh(self, own: dict[str, tuple[int, int]]) -> dict[str, tuple[float, float]]:
        """What the hub holds of each day, and how much of it was measured after the plug last counted something."""
        path = (self.home.home / "hub.sqlite3").absolute().as_uri()
        with closing(sqlite3.connect(f"{path}?mode=ro", uri=True)) as database:
            disk = Disk(database)
            return {
                uuid: (disk.day_j(uuid) / WH_J, disk.made_j(uuid, since_s * 1000) / WH_J)
                for uuid, (_, since_s) in own.items()
            }

    async def _start(self) -> None:
        self.lives += 1
        await asyncio.to_thread(self.home.start)


def zone_of_noon() -> str:
    """A zone in which the day is neither young, when plugs are not believed, nor about to end."""
    ahead = 12 - SystemClock().now().hour
    return f"Etc/GMT{-ahead:+d}"  # whose signs are those of POSIX


async def own_day(client: HubClient, uuid: str) -> tuple[int, int]:
    """What the plug itself counted today, in Wh, and when it last did (Unix time), in steps of ten seconds."""
    payload: dict[str, Any] = {"consumptionx": []}
    told = await client.request(uuid, method="GET", namespace=ns.CONTROL_CONSUMPTION_X, payload=payload)
    today = max(told["payload"]["consumptionx"], key=lambda record: record["date"])
    return today["value"], today["time"]


def is_near(held: dict[str, tuple[float, float]], own: dict[str, tuple[int, int]]) -> bool:
    """Whether each day is that of the plug itself, to the watt-hour that this tells, and as of when it tells it."""
    return held.keys() == own.keys() and all(
        own_wh - 1 <= held[uuid][0] <= own_wh + 1 + held[uuid][1] for uuid, (own_wh, _) in own.items()
    )


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(
            KILLS_IN_CI, id="short", marks=[pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]
        ),
        pytest.param(KILLS, id="long", marks=pytest.mark.soak),
    ],
)
async def test_energy_survives_every_kill_and_is_kept_once(
    kills: int, launch: Callable[..., Any], tmp_path: Path, tell: Callable[[str], None]
) -> None:
    story = Story(Home(launch, tmp_path, plugs=PLUGS), random.Random(f"energy {SEED}"))
    await story.begin(tmp_path)
    for _ in range(kills):
        await story.live_and_be_killed()
    await story.end()
    tell(
        f"{kills} kills: {story.heard} readings that were older than a second are kept, and counted once;"
        f" of those that were lost, the oldest was {story.lost_ms} ms old"
    )
    assert story.heard >= kills * PLUGS
