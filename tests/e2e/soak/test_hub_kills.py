"""`kill -9` of the hub at random moments, while everything about a home is changed: what survives.

`OWNPLUG_SOAK_KILLS` says how often in the long one (default 100).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.soak.correspondence import FILTERS, NAME, PASSWORD, Correspondence
from tests.e2e.soak.home import Home
from tests.e2e.soak.ledger import Ledger
from tests.e2e.soak.owner import Owners

from ownplug.client import find_hub
from ownplug.core.secret import Secret

KILLS = int(os.environ.get("OWNPLUG_SOAK_KILLS", "100"))
KILLS_IN_CI = 10
SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
PLUGS = 10
UNGUARDED = 3  # of them: nobody changes their safeguards, so nothing but a command may move their relays
LIFE_S = (0.3, 3.0)
START_S = (0.1, 2.0)
QUIET_S = 0.5
NOT_RUNNING = "the hub was not running"


async def edges(home: Home) -> dict[str, int]:
    """How often the relay of each plug has moved."""
    return {uuid: plug["relay_edges"] for uuid, plug in (await home.ask_plugs("status")).items()}


async def check_histories(home: Home, uuids: list[str]) -> int:
    """Each plug's history is one line without gap or overlap; return how often it says that no hub ran."""
    times = 0
    async with home.client() as client:
        for uuid in uuids:
            spans = (await client.availability(uuid, limit=500))["spans"]
            assert (spans[0]["availability"], spans[0]["to"]) == ("online", None)
            begins = [datetime.fromisoformat(span["from"]) for span in spans]
            assert [datetime.fromisoformat(span["to"]) for span in spans[1:]] == begins[:-1]
            assert begins == sorted(begins, reverse=True)
            told = [span["reason"] for span in spans if span["availability"] == "unknown"]
            assert set(told) <= {NOT_RUNNING}
            assert all(
                one["availability"] != other["availability"] for one, other in itertools.pairwise(spans)
            )
            times += len(told)
    return times


class Story:
    """Life, kill, life: everybody and everything of it."""

    def __init__(self, home: Home, chance: random.Random) -> None:
        self.home = home
        self.ledger = Ledger()
        self.slowest_s = 0.0
        self.quiet_kills = self.kills_at_start = 0
        self._chance = chance

    async def begin(self) -> None:
        """A new home with plugs that come to it, and a foreign program with a login."""
        await asyncio.to_thread(self.home.start)
        async with self.home.client() as client:
            told = await client.home(show_secrets=True)
            await client.add_user(NAME, Secret(PASSWORD), read=FILTERS, write=FILTERS)
        await asyncio.to_thread(self.home.start_plugs, told["key"], told["user_id"])
        await self.home.all_at_home()
        self.uuids = sorted(await self.home.ask_plugs("status"))
        self._unguarded = self.uuids[:UNGUARDED]
        key, port = Secret(told["key"]), int(self.home.ports["mqtt"])
        self.mail = Correspondence(port, key, random.Random(f"mail {SEED}"))
        await asyncio.to_thread(self.mail.subscribe_reader)
        address = find_hub(self.home.home)
        guarded = self.uuids[UNGUARDED:]
        self.owners = Owners(address, self.ledger, self.uuids, guarded, self._chance)
        async with self.home.client() as client:
            await self.owners.take_over(client)

    async def live_and_be_killed(self, *, switching: bool) -> None:
        """One life of the hub under load. Where nobody switches, a plug is away, and the relays are watched."""
        absent = {} if switching else await self._provoke()
        before = await edges(self.home)
        with self.mail.during(absent):
            await self.owners.during(self._kill(), switching=switching)
        await asyncio.to_thread(self.home.check_files)
        if self._chance.random() < 0.3:
            self.kills_at_start += 1
            await self.home.start_and_kill(self._chance.uniform(*START_S))
            await asyncio.to_thread(self.home.check_files)
        await asyncio.to_thread(self.home.start)
        for uuid in absent:
            await self.home.ask_plugs("plug-in", uuid)
        began_s = asyncio.get_running_loop().time()
        await self.home.all_at_home()
        self.slowest_s = max(self.slowest_s, asyncio.get_running_loop().time() - began_s)
        await self._check()
        if not switching:
            self.quiet_kills += 1
            await asyncio.sleep(QUIET_S)
            after = await edges(self.home)
            moved = {uuid: after[uuid] - before[uuid] for uuid in self.uuids}
            assert not any(moved.values()), f"relays moved by themselves: {moved}"

    async def _provoke(self) -> dict[str, bool]:
        """Leave commands for plugs that are there and obey, and pull one out; return to which side it shall not go."""
        async with self.home.client() as client:
            for uuid in self._unguarded:
                on = self._chance.random() < 0.5
                await asyncio.to_thread(self.mail.command, uuid, on=on)
                with self.ledger.changing("relay", uuid, not on):
                    await client.switch(uuid, on=not on)
        uuid = self._chance.choice(self._unguarded)
        await self.home.ask_plugs("unplug", uuid)
        return {uuid: not self.ledger.possible("relay", uuid)[0]}

    async def _kill(self) -> None:
        await asyncio.sleep(self._chance.uniform(*LIFE_S))
        await self.home.kill()

    async def _check(self) -> None:
        async with self.home.client() as client:
            await self.owners.check(client)
        await asyncio.to_thread(self.mail.check)


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(
            KILLS_IN_CI, id="short", marks=[pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]
        ),
        pytest.param(KILLS, id="long", marks=pytest.mark.soak),
    ],
)
async def test_what_was_acknowledged_survives_every_kill(
    kills: int, launch: Callable[..., Any], tmp_path: Path, tell: Callable[[str], None]
) -> None:
    story = Story(Home(launch, tmp_path, plugs=PLUGS), random.Random(f"kills {SEED}"))
    await story.begin()
    for number in range(kills):
        await story.live_and_be_killed(switching=bool(number % 2))
    told = await check_histories(story.home, story.uuids)
    ledger, mail = story.ledger, story.mail
    tell(
        f"{kills} kills, and {story.kills_at_start} more at the start; all plugs back in {story.slowest_s:.1f} s"
    )
    tell(
        f"acknowledged and there: {dict(ledger.acknowledged)}, {mail.kept} retained, {len(mail.letters)} queued"
    )
    tell(f"cut off: {ledger.untold[True]} changes had happened, {ledger.untold[False]} had not")
    tell(f"{story.owners.switched} commands carried out; {mail.commands} left for absent plugs")
    tell(
        f"relays moved by themselves: 0 in {story.quiet_kills} kills; no hub ran {told} times, say the histories"
    )
    assert set(ledger.acknowledged) == {"plug", "safeguards", "user", "token", "browser", "relay"}
    assert min(mail.kept, len(mail.letters), mail.commands, story.owners.switched) > 0
    assert sum(ledger.untold.values()) > 0, "no kill came in the middle of anything"
    assert told > 0
