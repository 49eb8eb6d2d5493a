"""A year of a home's energy: what the hub's ledger keeps, beside what really flowed.

Three plugs with their firmware, parts and chips, and the hub's own ledger on a real database. What they say is decoded
as the hub does, and they are read at its pace. Somebody switches them at random, they restart and lose their power for
a moment, their mains fail for three days, the hub is away for three days or started again, and Europe's summer time
begins while it is away and ends while it is there. New days still hold the day before for an hour, and are listed in no
order.

A plug that restarts without a hub has no clock and meters nothing: what flows then does not count here either.

`OWNPLUG_SOAK_SEED` says which year (default 1).
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.lasting.metered import FIRST, KEY, LOADS, PULSE_WH, SEED, ZONE, MeteredPlug, unix_at

from ownplug.core.energy.calendar import day_number, day_of_number
from ownplug.core.energy.reconcile import Correction, Reason
from ownplug.core.errors import Unreachable
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.records import PlugRecord
from ownplug.core.state import PlugState
from ownplug.hub.pace import Pace
from ownplug.hub.reducer import reduce
from ownplug.ledger import EnergySettings, Ledger
from ownplug.plug import check_reply
from ownplug.plug.abilities import Abilities
from ownplug.plug.features.consumption import Energy
from ownplug.store import SqliteStore
from ownplug.virtual import Faults

NAMES = ("fridge", "washer", "standby")
FAULTS = Faults(late_day=3600, shuffle=1)
IDLE_S = 120.0  # between two readings where nothing happens: longer than usual, so that more is missed, and soon done
AWAY_S = 3 * 86_400
RESTART_S = 60.0
WRITE_S = 3600.0  # a year of half seconds would be one of writing

DAY_WH = 1 + PULSE_WH
SHARE = 0.005

Happening = Callable[[], Awaitable[None]]


class HandClock:
    """Fits `Clock`. Whoever sleeps by it sleeps for ever: when to write and to read is the test's business."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_s, UTC)

    def monotonic(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


class TendedPlug:
    """One plug, and what the hub does with it: it fits `Link`, and is read as `hub.attend` does.

    Attributes:
        ledger: of the hub that is there.
        corrections: all that weighing came to.
    """

    def __init__(self, name: str, index: int, clock: HandClock) -> None:
        self.name = name
        self.plug = MeteredPlug(LOADS[name], index=index, faults=FAULTS, heard=self._hear)
        self.ledger: Ledger | None = None
        self.corrections: list[Correction] = []
        self._clock = clock
        self._ids = itertools.count()
        self._maker = MessageMaker(
            key=KEY, sender="/app/1/subscribe", new_id=lambda: f"{next(self._ids):032x}"
        )
        self._reply: Message | None = None
        self._forget()

    @property
    def uuid(self) -> Uuid:
        return self.plug.uuid

    def hub_goes(self) -> None:
        self.ledger = None
        self.plug.hub_goes()
        self._forget()

    def hub_comes(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.plug.hub_comes()

    async def read(self) -> float:
        """Read it once; return in how many seconds the next time is."""
        if not self.plug.is_connected or self.ledger is None:
            return IDLE_S
        if not self._state.timezone:
            await self.request(Method.GET, ns.SYSTEM_ALL, {})
        await self.request(Method.GET, ns.CONTROL_ELECTRICITY, {})
        if self.ledger.is_due(self.uuid):
            days, hours = await self._energy.records(), await self._energy.hours()
            zone = self._state.timezone or ""
            self.corrections += await self.ledger.weigh(self.uuid, days, zone=zone, shape=hours)
        return self._pace.next_s(self._state.reading, usual_s=IDLE_S, is_watched=False)

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        request = self._maker.make(method, namespace, payload, now_s=self._clock.now_s)
        self._reply = None
        self.plug.deliver(encode_message(request))
        if self._reply is None:
            raise Unreachable(f"{self.name} does not answer {namespace}.")
        check_reply(request, self._reply, KEY)
        return self._reply

    async def close(self) -> None:
        """See `Link.close`."""

    def _hear(self, data: bytes) -> None:
        self._reply = message = decode_message(data)
        old, self._state = self._state, reduce(self._state, message, self._clock.now())
        if self._state != old and self.ledger is not None:
            self.ledger.seen(self.uuid, old, self._state)

    def _forget(self) -> None:
        self._state, self._pace = PlugState(), Pace()
        self._energy = Energy(self, Abilities(self))


class Home:
    """The plugs, and a hub that comes and goes.

    Attributes:
        looks: how often the totals were looked at.
    """

    def __init__(self, store: SqliteStore) -> None:
        self.clock = HandClock()
        self.plugs = [TendedPlug(name, index, self.clock) for index, name in enumerate(NAMES)]
        self.store = store
        self.looks = 0
        self._running = AsyncExitStack()
        self._ledger: Ledger | None = None
        self._total_j: Counter[int] = Counter()
        self._planned: list[tuple[float, int, Happening]] = []
        self._order = itertools.count()

    def plan(self, at_s: float, happening: Happening) -> None:
        heapq.heappush(self._planned, (at_s, next(self._order), happening))

    async def live(self, until_s: float) -> None:
        """Let everything happen that is planned until then."""
        while self._planned and self._planned[0][0] <= until_s:
            at_s, _, happening = heapq.heappop(self._planned)
            self.clock.now_s = at_s
            await happening()
        self.clock.now_s = until_s
        for tended in self.plugs:
            tended.plug.pass_time(until_s)

    def act(self, tended: TendedPlug, do: Callable[[], None]) -> Happening:
        """Return what somebody does with a plug, as a happening."""

        async def happening() -> None:
            tended.plug.pass_time(self.clock.now_s)
            tended.plug.counts[do.__name__] += 1
            do()

        return happening

    async def read(self, tended: TendedPlug) -> None:
        """Read a plug, again and again."""
        tended.plug.pass_time(self.clock.now_s)
        wait_s = await tended.read()
        self.plan(self.clock.now_s + wait_s, lambda: self.read(tended))

    async def write(self) -> None:
        """Write what the ledger has, and see that no total became less; again and again."""
        if self._ledger is not None:
            await self._ledger.write_now()
        await self.look()
        self.plan(self.clock.now_s + WRITE_S, self.write)

    async def look(self) -> None:
        for row in await self.store.energy.meters():
            assert row.total_j >= self._total_j[row.number], f"a total runs backwards: {row}"
            self._total_j[row.number] = row.total_j
        self.looks += 1

    async def hub_goes(self) -> None:
        for tended in self.plugs:
            tended.plug.pass_time(self.clock.now_s)
            tended.hub_goes()
        self._ledger = None
        await self._running.aclose()

    async def hub_comes(self) -> None:
        self._ledger = Ledger(self.clock, zone=ZONE.key, interval_s=IDLE_S, settings=EnergySettings())
        await self._running.enter_async_context(self._ledger.kept_in(self.store.energy))
        for tended in self.plugs:
            tended.plug.pass_time(self.clock.now_s)
            tended.hub_comes(self._ledger)
        await self.look()


def plan_a_plug(home: Home, tended: TendedPlug, days: int) -> None:
    """Each day somebody presses, each month the mains fail."""
    chance = random.Random(f"{SEED} {tended.name} {days}")
    plug = tended.plug
    for number in range(1, days):
        day = FIRST + timedelta(days=number)
        for _ in range(chance.randrange(4)):
            home.plan(unix_at(day, chance.uniform(0, 23)), home.act(tended, plug.press))
        if chance.random() < 0.15:
            restart = chance.choice((plug.restart, plug.blink))
            home.plan(unix_at(day, chance.uniform(0, 23)), home.act(tended, restart))
        if number % 30 == 6 + plug_number(home, tended):
            begins_s = unix_at(day, chance.uniform(0, 23))
            home.plan(begins_s, home.act(tended, plug.mains_fail))
            home.plan(begins_s + AWAY_S, home.act(tended, plug.power_up))


def plug_number(home: Home, tended: TendedPlug) -> int:
    return home.plugs.index(tended)


def plan_the_hub(home: Home, days: int) -> None:
    """Each month it is away, each week started again; every other time it comes when new days are not true yet."""
    chance = random.Random(f"{SEED} hub {days}")
    for number in range(1, days):
        day = FIRST + timedelta(days=number)
        if number % 29 == 20:
            begins_s = unix_at(day, 0.3 if number % 2 == 0 else chance.uniform(0, 20))
            home.plan(begins_s, home.hub_goes)
            for tended in home.plugs[number % 3 :]:
                at_s = begins_s + chance.uniform(0, AWAY_S)
                home.plan(at_s, home.act(tended, tended.plug.blink))
            home.plan(begins_s + AWAY_S, home.hub_comes)
        elif number % 7 == 3 and number % 29 not in range(21, 24):
            begins_s = unix_at(day, chance.uniform(0, 23))
            home.plan(begins_s, home.hub_goes)
            home.plan(begins_s + RESTART_S, home.hub_comes)


async def live(folder: Path, days: int, judge: Callable[[Home], Awaitable[None]]) -> None:
    async with SqliteStore(folder / "hub.sqlite3") as store:
        home = Home(store)
        home.clock.now_s = unix_at(FIRST)
        for tended in home.plugs:
            record = PlugRecord(uuid=tended.uuid, name=tended.name, registered_at=home.clock.now())
            await store.save_plug(record)
            tended.plug.power_up()
            plan_a_plug(home, tended, days)
            home.plan(home.clock.now_s + 1, lambda tended=tended: home.read(tended))  # type: ignore[misc]
        plan_the_hub(home, days)
        await home.hub_comes()
        await home.write()
        await home.live(unix_at(FIRST + timedelta(days=days), 2))
        await home.hub_goes()
        for tended in home.plugs:
            tended.plug.end_life()
        await home.look()
        await judge(home)


async def kept_days(home: Home) -> dict[str, dict[date, float]]:
    """The watt-hours of each day of each plug, as the ledger has them."""
    names = {
        row.number: tended.name
        for row in await home.store.energy.meters()
        for tended in home.plugs
        if tended.uuid == row.uuid
    }
    kept: dict[str, dict[date, float]] = {name: {} for name in NAMES}
    first = day_number(FIRST)
    for meter, day, joules, _ in await home.store.energy.days(first, first + 400, None):
        kept[names[meter]][day_of_number(day)] = joules / 3600
    return kept


def table(tended: TendedPlug, kept_wh: dict[date, float], last: date) -> list[str]:
    """What was used and what is kept, by month."""
    used_wh = tended.plug.truth.day_wh
    months: defaultdict[str, list[date]] = defaultdict(list)
    for day in sorted(used_wh.keys() | kept_wh.keys()):
        if day < last:
            months[f"{day:%Y-%m}"].append(day)
    lines = [
        f"{tended.name}: {dict(tended.plug.counts)}",
        f"{'month':<9}{'true kWh':>12}{'ledger kWh':>12}{'worst day Wh':>14}  corrections",
    ]
    for month, listed in months.items():
        worst_wh = max(abs(kept_wh.get(day, 0) - used_wh.get(day, 0)) for day in listed)
        reasons = Counter(each.reason.value for each in tended.corrections if f"{each.day:%Y-%m}" == month)
        lines.append(
            f"{month:<9}{sum(used_wh.get(day, 0) for day in listed) / 1000:>12.3f}"
            f"{sum(kept_wh.get(day, 0) for day in listed) / 1000:>12.3f}{worst_wh:>14.3f}  "
            + ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
        )
    return lines


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(30, id="month", marks=pytest.mark.timeout(300)),
        pytest.param(365, id="year", marks=(pytest.mark.soak, pytest.mark.timeout(3600))),
    ],
)
async def test_the_ledger_keeps_what_was_used(
    days: int, new_folder: Callable[[], Path], tell: Callable[[str], None]
) -> None:
    async def judge(home: Home) -> None:
        kept, last = await kept_days(home), FIRST + timedelta(days=days)
        for tended in home.plugs:
            tell("\n".join(table(tended, kept[tended.name], last)))
        tell(f"totals were looked at {home.looks:,} times")
        for tended in home.plugs:
            used_wh, kept_wh = tended.plug.truth.day_wh, kept[tended.name]
            wrong = {
                f"{day}": (round(kept_wh.get(day, 0), 3), round(used_wh.get(day, 0), 3))
                for day in sorted(used_wh.keys() | kept_wh.keys())
                if day < last and abs(kept_wh.get(day, 0) - used_wh.get(day, 0)) > DAY_WH
            }
            assert wrong == {}, f"{tended.name}: what is kept, and what was used, in Wh"
            assert sum(kept_wh.values()) == pytest.approx(sum(used_wh.values()), rel=SHARE)
        reasons = {each.reason for tended in home.plugs for each in tended.corrections}
        assert reasons >= {Reason.GAP, Reason.SAMPLING, Reason.LATE_RESET}

    await live(new_folder(), days, judge)
