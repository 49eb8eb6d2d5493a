"""Days of trouble in minutes: what a home must still be after thousands of faults, and all along.

`OWNPLUG_SOAK_HOURS` says how many simulated hours the long one lasts (default 24), `OWNPLUG_SOAK_SEED` which
trouble comes (default 1): the same seed is the same day, so a failure can be seen again.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import statistics
import sys
import zlib
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from tests.lasting.kept import Mail

from ownplug.core.errors import LinkError
from ownplug.core.identity import Uuid
from ownplug.core.state import Availability, PlugState
from ownplug.hub import Event, PlugOffline, PlugOnline, RelaySwitched
from ownplug.virtual import LifeState, VirtualPlug

if TYPE_CHECKING:
    from tests.lasting.conftest import Home

    Play = Callable[[int, Callable[[Home], object]], None]

HOURS = float(os.environ.get("OWNPLUG_SOAK_HOURS", "24"))
SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
HOURS_IN_CI = 2.0

KEEPALIVE_S = 30.0
SILENCE_S = 1.5 * KEEPALIVE_S
RETRY_S = 3.0
SLACK_S = (
    8.0  # a segment that is lost five times takes 6.2 s; the server looks for silent clients twice a second
)
FALSE_OFFLINE_S = SILENCE_S + RETRY_S + SLACK_S
FALSE_ONLINE_S = SILENCE_S + SLACK_S
DISAGREEMENT_S = (
    75.0  # the hub asks a plug that has come back, at the latest a minute after it did not answer
)

LOSS = 0.02  # of segments, in good weather
LONGEST_OUTAGE_S = 120.0
LATEST_S = LONGEST_OUTAGE_S + 10.0  # after which a command that was sent can no longer arrive
SAMPLES = 40  # of memory and tasks in one run
BLOCKS_OF_GROWTH = 2_500  # of memory, a few hundred kB; a leak of two a minute would show in a day
TASKS_OF_CHANCE = 4  # commands and pauses that are going on at one moment and not at another


class Trouble:
    """What goes wrong at random.

    Attributes:
        over_s: when the last of it is over, in loop time; the plugs may still have to notice.
        counts: how often what happened.
    """

    def __init__(self, home: Home, chance: random.Random) -> None:
        self.over_s = 0.0
        self.counts: Counter[str] = Counter()
        self._home = home
        self._chance = chance
        self._reboots = asyncio.TaskGroup()
        self._moments: deque[float] = deque([0.0], maxlen=100)  # at which something begins or ends

    @property
    def changed_s(self) -> float:
        """When something began or ended the last time; what was held back until then has arrived."""
        now_s = self._home.clock.monotonic()
        return max(moment_s for moment_s in self._moments if moment_s <= now_s)

    async def run(self) -> None:
        kinds = (self._reset, self._cut, self._hold, self._rain, self._outage, self._reboot)
        self._home.network.loss = LOSS
        async with self._reboots:
            while True:
                mean_s = self._chance.choice((2, 20, 200, 400))
                await asyncio.sleep(self._chance.expovariate(1 / mean_s))
                kind = self._chance.choice(kinds)
                self.counts[kind.__name__.strip("_")] += 1
                now_s = self._home.clock.monotonic()
                end_s = now_s + kind()
                self.over_s = max(self.over_s, end_s)
                self._moments += (now_s, end_s)

    async def keep_hub(self) -> None:
        """Let the hub come and go; sometimes its whole machine loses its power, and no plug is told."""
        while True:
            async with self._home.run_hub():
                await asyncio.sleep(self._chance.expovariate(1 / 1800))
                how = self._chance.choice(("stopped", "killed", "without power"))
                self.counts[f"hub {how}"] += 1
                if how != "stopped":
                    self._home.kill_hub()
                for link in tuple(self._home.network.links):
                    if how == "killed":
                        link.reset()
                    elif how == "without power":
                        link.cut()
            await asyncio.sleep(self._chance.choice((0.5, 10, LONGEST_OUTAGE_S, 600)))

    def _reset(self) -> float:
        for link in self._home.network.links[:1]:
            link.reset()
        return 0.0

    def _cut(self) -> float:
        for link in self._home.network.links[-1:]:
            link.cut()
        return 0.0

    def _hold(self) -> float:
        seconds = self._chance.uniform(1, 60)
        for link in self._home.network.links[:1]:
            link.hold(seconds)
        return seconds

    def _rain(self) -> float:
        seconds, network = self._chance.uniform(10, 120), self._home.network
        network.loss = 0.4
        asyncio.get_running_loop().call_later(seconds, setattr, network, "loss", LOSS)
        return seconds

    def _outage(self) -> float:
        seconds = self._chance.uniform(1, LONGEST_OUTAGE_S)
        self._home.network.outage(seconds)
        return seconds

    def _reboot(self) -> float:
        plug = self._chance.choice(self._home.plugs)
        self._reboots.create_task(plug.reboot(leave_half_open=self._chance.random() < 0.5))
        return RETRY_S


class People:
    """They switch by the hub and press buttons, and each movement of a relay must be theirs."""

    def __init__(self, home: Home, chance: random.Random, trouble: Trouble) -> None:
        self.counts: Counter[str] = Counter()
        self.last_s = 0.0
        self._home = home
        self._chance = chance
        self._trouble = trouble
        self._wanted: dict[Uuid, list[tuple[float, bool]]] = {plug.uuid: [] for plug in home.plugs}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / 120))
            plug = self._chance.choice(self._home.plugs)
            on = not plug.relay_on if self._chance.random() < 0.8 else plug.relay_on
            self.last_s = self._home.clock.monotonic()
            if self._chance.random() < 0.2:
                self._want(plug, on=not plug.relay_on)
                plug.press_button()
                self.counts["pressed"] += 1
            elif self._home.api is not None:
                await self._switch(plug, on=on)

    async def watch(self, plug: VirtualPlug) -> None:
        """See every movement of a relay."""
        edges = plug.relay_edges
        while True:
            await plug.until(lambda: plug.relay_edges != edges)  # noqa: B023 - looked at before it changes
            assert plug.relay_edges == edges + 1
            edges = plug.relay_edges
            wanted = self._wanted[plug.uuid]
            since_s = self._home.clock.monotonic() - LATEST_S
            mine = [want for want in wanted if want[0] >= since_s and want[1] is plug.relay_on]
            assert mine, (
                f"the relay of {plug.uuid} moved to {plug.relay_on}, and nobody wanted that: {wanted}"
            )
            wanted.remove(mine[0])
            self.counts["moved"] += 1

    def _want(self, plug: VirtualPlug, *, on: bool) -> None:
        now_s = self._home.clock.monotonic()
        wanted = self._wanted[plug.uuid]
        wanted[:] = [want for want in wanted if want[0] >= now_s - LATEST_S]
        wanted.append((now_s, on))

    async def _switch(self, plug: VirtualPlug, *, on: bool) -> None:
        api, hub_since_s = self._home.api, self._home.hub_since_s
        assert api is not None
        since_s = self._home.clock.monotonic()
        self._want(plug, on=on)
        try:
            relay = await api.switch(plug.uuid.text, on=on)
        except LinkError as error:
            self.counts["failed"] += 1
            was_well = since_s > max(self._trouble.over_s, hub_since_s) + FALSE_OFFLINE_S
            if was_well and self._home.api is api:
                raise AssertionError("nothing was wrong, and yet the plug could not be switched") from error
        else:
            self.counts["switched"] += 1
            if since_s > self._trouble.over_s + LATEST_S:  # no earlier command can have come between
                assert relay.on is on
            with suppress(ValueError):  # the relay has moved for it
                self._wanted[plug.uuid].remove((since_s, on))


class Observer:
    """Compares what the hub says with what is, once a second.

    Attributes:
        longest: the longest time in seconds that each untruth lasted.
        heard: how often listeners were told what.
        digest: of all that was seen; the same for the same day.
    """

    def __init__(self, home: Home, trouble: Trouble, people: People) -> None:
        self.longest: Counter[str] = Counter()
        self.heard: Counter[str] = Counter()
        self.digest = 0
        self._home = home
        self._trouble = trouble
        self._people = people
        self._since: dict[tuple[str, Uuid], float] = {}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.look()

    async def listen(self) -> None:
        """Hear what listeners are told: a plug comes and goes in turn, and a relay moves to where it was not."""
        while True:
            await asyncio.sleep(0.01)  # nobody can be there before the hub is
            if self._home.api is None or self._home.hub is None:
                continue
            told = {(plug.uuid, "online"): False for plug in self._home.plugs}
            with self._home.api.events() as events:
                async for event in events:
                    self._hear(event, told)
                assert events.missed == 0

    def _hear(self, event: Event, told: dict[tuple[Uuid, str], bool]) -> None:
        match event:
            case PlugOnline() | PlugOffline():
                news, what = isinstance(event, PlugOnline), "online"
            case RelaySwitched():
                news, what = event.on, "relay"
                told.setdefault((event.uuid, what), not news)  # the first time it is learnt
            case _:
                return
        assert told.get((event.uuid, what)) is not news, f"told twice: {event}"
        told[event.uuid, what] = news
        self.heard[event.kind] += 1

    def look(self) -> None:
        hub, now_s = self._home.hub, self._home.clock.monotonic()
        for plug in self._home.plugs:
            assert plug.state is not LifeState.PAIRING
            state = hub.state(plug.uuid) if hub is not None else None
            self._judge(plug, state, now_s)
            seen = (round(now_s, 3), plug.state, plug.relay_on, plug.relay_edges, state and state.since)
            self.digest = zlib.crc32(repr(seen).encode(), self.digest)

    def _judge(self, plug: VirtualPlug, state: PlugState | None, now_s: float) -> None:
        shown = state is not None and state.availability is Availability.ONLINE
        connected = plug.state in {LifeState.STARTING, LifeState.ONLINE}
        well_s = max(self._trouble.over_s, self._home.hub_since_s)
        relay = state.relay(0) if state is not None else None
        agreed = relay is not None and relay.on is plug.relay_on
        quiet_s = max(well_s, self._people.last_s)
        changed_s = self._trouble.changed_s
        offline, online = state and connected and not shown, shown and not connected
        self._time("false offline", plug, now_s, offline, FALSE_OFFLINE_S, from_s=changed_s)
        self._time("false online", plug, now_s, online, FALSE_ONLINE_S, from_s=changed_s)
        missing = state is not None and not (shown and state.bound and plug.state is LifeState.ONLINE)
        self._time("missing", plug, now_s, missing, FALSE_OFFLINE_S, from_s=well_s)
        wrong = shown and connected and not agreed
        self._time("wrong relay", plug, now_s, wrong, DISAGREEMENT_S, from_s=quiet_s)

    def _time(  # one of them; how long it lasts counts only from `from_s`
        self, what: str, plug: VirtualPlug, now_s: float, is_so: object, limit_s: float, from_s: float
    ) -> None:
        if not is_so:
            self._since.pop((what, plug.uuid), None)
            return
        lasts_s = now_s - max(self._since.setdefault((what, plug.uuid), now_s), from_s)
        self.longest[what] = max(self.longest[what], round(lasts_s))
        assert lasts_s <= limit_s, f"{what}: {plug.uuid} for {lasts_s:.0f} s at {now_s:.0f} s ({plug.state})"


class Ledger:
    """What the process holds, now and then."""

    def __init__(self) -> None:
        self.blocks: list[int] = []
        self.tasks: list[int] = []
        self.links: list[int] = []

    async def run(self, home: Home, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            gc.collect()
            self.blocks.append(sys.getallocatedblocks())
            self.links.append(len(home.network.links))
            if home.hub is not None:
                self.tasks.append(len(asyncio.all_tasks()))

    def growth(self) -> int:
        """Blocks of memory that the last third of the time holds more than the first."""
        third = len(self.blocks) // 3
        return int(statistics.median(self.blocks[-third:]) - statistics.median(self.blocks[1 : third + 1]))


async def live(home: Home, seed: int, hours: float) -> tuple[Trouble, People, Observer, Ledger, Mail]:
    """Let so many hours pass, then a few good minutes; at their end all must agree."""
    trouble = Trouble(home, random.Random(f"trouble {seed}"))
    people = People(home, random.Random(f"people {seed}"), trouble)
    observer, ledger, mail = Observer(home, trouble, people), Ledger(), Mail(home.port, seed)
    async with asyncio.TaskGroup() as group:
        watching = [group.create_task(people.watch(plug)) for plug in home.plugs]
        watching += [group.create_task(run()) for run in (observer.run, observer.listen)]
        watching.append(group.create_task(ledger.run(home, hours * 3600 / SAMPLES)))
        watching += [group.create_task(client.run()) for client in mail.clients]
        moving = [group.create_task(run()) for run in (trouble.run, trouble.keep_hub, people.run)]
        await asyncio.sleep(hours * 3600)
        for task in moving:
            task.cancel()
        mail.end()
        await asyncio.sleep(LATEST_S)
        async with home.run_hub() as api:
            await asyncio.sleep(LATEST_S)
            for plug in home.plugs:
                state = api.plug(plug.uuid.text).state
                relay = state.relay(0)
                assert (state.availability, state.bound) == (Availability.ONLINE, True)
                assert relay is not None
                assert relay.on is plug.relay_on
            mail.judge()
            assert len(home.network.links) == len(home.plugs) + len(mail.clients)
            for task in watching:
                task.cancel()
    return trouble, people, observer, ledger, mail


@pytest.mark.parametrize(
    "hours", [pytest.param(HOURS_IN_CI, id="short"), pytest.param(HOURS, id="long", marks=pytest.mark.soak)]
)
def test_a_home_outlives_its_trouble(hours: float, play: Play, tell: Callable[[str], None]) -> None:
    async def story(home: Home) -> None:
        trouble, people, observer, ledger, mail = await live(home, SEED, hours)
        tell(f"{hours:g} simulated hours, seed {SEED}: {dict(trouble.counts)}, {dict(people.counts)}")
        tell(
            f"longest untruths in seconds: {dict(observer.longest)}; blocks of memory: "
            f"{ledger.growth():+} of {ledger.blocks[-1]:,}"
        )
        tell(f"listeners were told {dict(observer.heard)}; kept sessions {mail.told()}")
        tell(f"tasks {min(ledger.tasks)} to {max(ledger.tasks)}, connections up to {max(ledger.links)}")
        assert people.counts["moved"] > 0
        assert max(ledger.tasks) <= statistics.median(ledger.tasks) + TASKS_OF_CHANCE
        assert ledger.growth() < BLOCKS_OF_GROWTH

    play(SEED, story)


def test_the_same_seed_is_the_same_day(play: Play) -> None:
    digests = []

    async def story(home: Home) -> None:
        _, _, observer, _, mail = await live(home, SEED, 0.5)
        digests.append((observer.digest, mail.told()))

    for _ in range(2):
        play(SEED, story)
    assert digests[0] == digests[1]
