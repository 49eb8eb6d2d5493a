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
import functools
import heapq
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
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

NAMES = ("fridge", "washer", "heater")
FAULTS = Faults(late_day=3600, shuffle=1)
IDLE_S = 300.0  # between two readings where nothing happens: ten times as long as usual, so more is missed
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
    """

    def __init__(self, name: str, index: int, clock: HandClock) -> None:
        self.name = name
        self.plug = MeteredPlug(LOADS[name], index=index, faults=FAULTS, heard=self._hear)
        self.ledger: Ledger | None = None
        self._clock = clock
        self._ids = itertools.count()
        self._maker = MessageMaker(
            key=KEY, sender="/app/1/subscribe", new_id=lambda: f"{next(self._ids):032x}"
        )
        self._said: list[Message] = []  # since it was asked last
        self._state, self._pace = PlugState(), Pace()
        self._energy = Energy(self, Abilities(self))

    @property
    def uuid(self) -> Uuid:
        return self.plug.uuid

    def hub_goes(self) -> None:
        self.ledger = None
        self.plug.hub_goes()

    def hub_comes(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.plug.hub_comes()
        self._state, self._pace = PlugState(), Pace()
        self._energy = Energy(self, Abilities(self))

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
            await self.ledger.weigh(self.uuid, days, zone=zone, shape=hours)
        return self._pace.next_s(self._state.reading, usual_s=IDLE_S, is_watched=False)

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        request = self._maker.make(method, namespace, payload, now_s=self._clock.now_s)
        self._said.clear()
        self.plug.deliver(encode_message(request))
        if not self._said:
            raise Unreachable(f"{self.name} does not answer {namespace}.")
        check_reply(request, self._said[-1], KEY)
        return self._said[-1]

    async def close(self) -> None:
        """See `Link.close`."""

    def _hear(self, data: bytes) -> None:
        message = decode_message(data)
        self._said.append(message)
        old, self._state = self._state, reduce(self._state, message, self._clock.now())
        if self._state != old and self.ledger is not None:
            self.ledger.seen(self.uuid, old, self._state)


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
        self.plan(self.clock.now_s + wait_s, functools.partial(self.read, tended))

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
        if number % 30 == 6 + NAMES.index(tended.name):
            hour = chance.uniform(0, 23)
            home.plan(unix_at(day, hour), home.act(tended, plug.mains_fail))
            home.plan(unix_at(day + timedelta(days=3), hour), home.act(tended, plug.power_up))


def plan_the_hub(home: Home, days: int) -> None:
    """Each month it is away, each week started again; every other time it comes when new days are not true yet."""
    chance = random.Random(f"{SEED} hub {days}")
    for number in range(1, days):
        day = FIRST + timedelta(days=number)
        if number % 29 == 20:
            hour = 0.3 if number % 2 == 0 else chance.uniform(0, 20)
            begins_s, ends_s = unix_at(day, hour), unix_at(day + timedelta(days=3), hour)
            home.plan(begins_s, home.hub_goes)
            for tended in home.plugs[number % 3 :]:
                at_s = chance.uniform(begins_s, ends_s)
                home.plan(at_s, home.act(tended, tended.plug.blink))
            home.plan(ends_s, home.hub_comes)
        elif number % 7 == 3 and number % 29 not in range(21, 24):
            begins_s = unix_at(day, chance.uniform(0, 23))
            home.plan(begins_s, home.hub_goes)
            home.plan(begins_s + RESTART_S, home.hub_comes)


async def live(store: SqliteStore, days: int) -> Home:
    """Let so many days pass, and so much of the next that the last was weighed."""
    home = Home(store)
    home.clock.now_s = unix_at(FIRST)
    for tended in home.plugs:
        await store.save_plug(PlugRecord(uuid=tended.uuid, name=tended.name, registered_at=home.clock.now()))
        tended.plug.power_up()
        plan_a_plug(home, tended, days)
        home.plan(home.clock.now_s + 1, functools.partial(home.read, tended))
    plan_the_hub(home, days)
    await home.hub_comes()
    await home.write()
    await home.live(unix_at(FIRST + timedelta(days=days), 2))
    await home.hub_goes()
    await home.look()
    for tended in home.plugs:
        tended.plug.end_life()
    return home


@dataclass(frozen=True, kw_only=True)
class Account:
    """What was used of one plug and what is kept of it, of days that are over.

    Attributes:
        used_wh, kept_wh: by day.
        total_wh: what the plug used on all of them, by its total.
    """

    tended: TendedPlug
    used_wh: dict[date, float]
    kept_wh: dict[date, float]
    total_wh: float
    corrections: list[Correction]

    @property
    def wrong_wh(self) -> dict[date, float]:
        """By how much each day is wrong."""
        days = sorted(self.used_wh.keys() | self.kept_wh.keys())
        return {day: self.kept_wh.get(day, 0.0) - self.used_wh.get(day, 0.0) for day in days}


async def accounts(home: Home, last: date) -> list[Account]:
    """Compare each plug's days before `last`."""
    energy, end = home.store.energy, day_number(last)
    meters, made = {row.uuid: row for row in await energy.meters()}, []
    for tended in home.plugs:
        meter = meters[tended.uuid]
        kept_wh = {day: j / 3600 for _, day, j, _ in await energy.days(0, end + 1, meter.number)}
        noted = await energy.corrections(meter.number, limit=10_000, before=None)
        account = Account(
            tended=tended,
            used_wh={day: wh for day, wh in tended.plug.truth.day_wh.items() if day < last},
            kept_wh={day_of_number(day): wh for day, wh in kept_wh.items() if day < end},
            total_wh=meter.total_j / 3600 - kept_wh.get(end, 0.0),
            corrections=[row.correction for row in noted],
        )
        made.append(account)
    return made


def table(account: Account) -> list[str]:
    """What was used and what is kept, by month."""
    months: defaultdict[str, list[date]] = defaultdict(list)
    for day in account.wrong_wh:
        months[f"{day:%Y-%m}"].append(day)
    lines = [
        f"{account.tended.name}: {dict(account.tended.plug.counts)}",
        f"{'month':<9}{'true kWh':>12}{'ledger kWh':>12}{'worst day Wh':>14}  corrections",
    ]
    for month, days in months.items():
        used_wh = sum(account.used_wh.get(day, 0.0) for day in days)
        kept_wh = sum(account.kept_wh.get(day, 0.0) for day in days)
        worst_wh = max(abs(account.wrong_wh[day]) for day in days)
        reasons = Counter(each.reason.value for each in account.corrections if f"{each.day:%Y-%m}" == month)
        corrected = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
        lines.append(
            f"{month:<9}{used_wh / 1000:>12.3f}{kept_wh / 1000:>12.3f}{worst_wh:>14.3f}  {corrected}"
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
    async with SqliteStore(new_folder() / "hub.sqlite3") as store:
        home = await live(store, days)
        found = await accounts(home, FIRST + timedelta(days=days))
    for account in found:
        tell("\n".join(table(account)))
    tell(f"the totals were looked at {home.looks:,} times")
    for account in found:
        wrong = {str(day): wh for day, wh in account.wrong_wh.items() if abs(wh) > DAY_WH}
        assert wrong == {}, f"{account.tended.name}: days that are wrong by more, in Wh"
        used_wh = sum(account.used_wh.values())
        assert used_wh > 0
        assert sum(account.kept_wh.values()) == pytest.approx(used_wh, rel=SHARE)
        assert account.total_wh == pytest.approx(used_wh, rel=SHARE)
    assert home.looks > 24 * days
    reasons = {each.reason for account in found for each in account.corrections}
    # Stale is the day that a plug opens before it is told its zone. No count was lost, and none was taken for lost.
    assert reasons == {Reason.GAP, Reason.SAMPLING, Reason.LATE_RESET, Reason.STALE}
