"""A hub in memory behind the real web interface on a real socket."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import pytest
from tests.e2e.web.memory_console import MemoryConsole
from tests.e2e.web.memory_homekit import MemoryHomekit
from tests.e2e.web.memory_lab import MemoryLab
from tests.e2e.web.memory_pairing import MemoryBatches, MemoryDiscovery, MemoryMoves, MemoryPairings

from ownplug.aio import Broadcast, Subscription, SystemClock
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.price_table import PriceExtent
from ownplug.core.energy.reconcile import Correction, Reason
from ownplug.core.energy.tariff import DayNight, Flat, Hourly, Rate, Tariff
from ownplug.core.errors import Changed, DeviceError, NotFound
from ownplug.core.identity import Firmware, Uuid
from ownplug.core.records import PlugRecord, Scope
from ownplug.core.schedule import AtSun, AutoOff, SunEvent, Timer, parse_days, summarize
from ownplug.core.secret import Secret
from ownplug.core.state import Availability, EnergyDay, PlugState, Reading, RelayState
from ownplug.hub import (
    Accounts,
    AvailabilitySpan,
    By,
    Comparison,
    CorrectionRow,
    Direction,
    Event,
    Figures,
    FirmwareOffer,
    FirmwareView,
    Grain,
    HomeView,
    KeptRules,
    LinkKind,
    Logins,
    MessageView,
    NamedSeries,
    Obstacle,
    PartSeries,
    PasswordCheck,
    Peak,
    Penalties,
    PlugChange,
    PlugView,
    Refusal,
    RefusalCause,
    SampleSeries,
    Series,
    StartupTalk,
    TimerView,
    Total,
    UnreadRule,
    UpgradeJob,
    UserView,
)
from ownplug.store import SqliteStore
from ownplug.web import (
    Doors,
    Effect,
    SettingsView,
    SettingView,
    WebSettings,
    open_web,
)

STARTS_S = 20
NOON = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
UUID = Uuid("1706223411101036000134298f1a2b3c")
KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "a-token-of-this-machine"
READING = Reading(at=NOON, power_w=41.5, voltage_v=229.8, current_a=0.181)


V = TypeVar("V", TimerView, AutoOff)
LAMP = TimerView(
    timer=Timer(
        id="n1jxa2",
        at=AtSun(event=SunEvent.SUNSET, offset_min=-30),
        turns_on=True,
        days=parse_days("weekdays"),
        name="lamp",
    ),
    acts_next_at=NOON,
)
IRON = AutoOff(id="q7", duration_s=3600, days=parse_days("weekend"), name="iron")


class MemoryRules(Generic[V]):
    """One rule of the kettle; what shall be changed is noted, and not done."""

    def __init__(self, hub: MemoryHub, kind: str, rule: V) -> None:
        self.kept: KeptRules[V] = KeptRules(
            rules=(rule,), unread=(UnreadRule(id="g", name="door", reason="No."),)
        )
        self._hub = hub
        self._kind = kind

    async def all(self, reference: str) -> KeptRules[V]:
        self._hub.plug(reference)
        return self.kept

    async def get(self, reference: str, rule_id: str) -> V:
        self._hub.plug(reference)
        if rule_id not in str(self.kept.rules):
            raise NotFound(f"The plug keeps no {self._kind} {rule_id!r}.")
        return self.kept.rules[0]

    async def add(self, reference: str, rule: Timer | AutoOff) -> V:
        self._hub.calls.append(f"add {self._kind} {reference}: {summarize(rule)}, {rule.name} {rule.enabled}")
        return self.kept.rules[0]

    async def change(self, reference: str, rule: Timer | AutoOff) -> V:
        self._hub.calls.append(
            f"change {self._kind} {reference} {rule.id}: {summarize(rule)}, {rule.name} {rule.enabled}"
        )
        return self.kept.rules[0]

    async def remove(self, reference: str, rule_id: str) -> None:
        self._hub.calls.append(f"remove {self._kind} {reference} {rule_id}")


class MemoryLights:
    """The kettle's light."""

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub
        self._is_on = False

    async def is_on(self, reference: str) -> bool:
        self._hub.plug(reference)
        return self._is_on

    async def set(self, reference: str, *, on: bool) -> bool:
        self._hub.calls.append(f"light {reference} {on}")
        self._is_on = on
        return on


class MemoryTariffs:
    """One tariff of each kind; what shall be changed is noted, and not done."""

    currency = "EUR"
    extent = PriceExtent(from_s=int(NOON.timestamp()), to_s=int(NOON.timestamp()) + 7200, count=2)

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub

    def all(self) -> tuple[Tariff, ...]:
        economy7 = DayNight(
            day_price_micros=290_000, night_price_micros=90_000, night_from=time(0, 30), night_to=time(7, 30)
        )
        rates: list[Rate] = [Flat(price_micros=310_000), economy7, Hourly()]
        return tuple(Tariff(begins=date(2024 + number, 1, 1), rate=rate) for number, rate in enumerate(rates))

    def prices(self, from_s: int, to_s: int) -> dict[int, float | None]:
        return {from_s: 0.21, to_s - 3600: None}

    async def set(self, tariff: Tariff, *, currency: str | None = None) -> None:
        self._hub.calls.append(f"tariff {tariff.begins} {tariff.rate} {currency}")

    async def remove(self, begins: date) -> None:
        self._hub.calls.append(f"remove tariff {begins}")

    async def import_prices(
        self, text: str, *, currency: str | None = None, begins: date | None = None
    ) -> PriceExtent:
        self._hub.calls.append(f"prices {text!r} {currency} {begins}")
        return self.extent


class MemoryObserving:
    """What the hub in memory tells of itself; `hub_obstacle` keeps it from its work."""

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub
        self.hub_obstacle: Obstacle | None = None
        self.plug_count = 1

    def figures(self) -> Figures:
        plug = self._hub.plug(UUID.text)
        record = PlugRecord(uuid=UUID, name=plug.name, registered_at=NOON)
        return Figures(
            uptime_s=1.5,
            plugs=((record, plug.state),) * self.plug_count,
            refusals={"tls": 0, "login": 1},
            events_missed=0,
            database_writes_failed=0,
            mqtt={"connections": 1},
        )

    async def obstacle(self) -> Obstacle | None:
        return self.hub_obstacle

    async def availability(
        self, reference: str, *, limit: int, before: int | None = None
    ) -> tuple[list[AvailabilitySpan], int | None]:
        self._hub.plug(reference)
        later = NOON + timedelta(minutes=1)
        spans = [
            AvailabilitySpan(
                number=2, began_at=later, ended_at=None, availability=Availability.ONLINE, reason=""
            ),
            AvailabilitySpan(
                number=1, began_at=NOON, ended_at=later, availability=Availability.OFFLINE, reason="no\x1b[2J"
            ),
        ]
        found = [span for span in spans if before is None or span.number < before]
        return found[:limit], found[limit - 1].number if len(found) > limit else None

    def messages(self, reference: str, *, limit: int) -> list[MessageView]:
        self._hub.plug(reference)
        view = MessageView(
            at=NOON, direction=Direction.IN, method="PUSH", namespace="N", payload={"key": "***"}
        )
        return [view] * min(limit, 2)

    async def diagnostics(self) -> dict[str, Any]:
        return {"at": NOON, "plugs": [{"plug": "plug-1", "reason": "\x1b[2J"}]}


class MemoryEnergy:
    """A kettle that used a kilowatt-hour at noon, which the plug counted as half of that and a gap more."""

    calendar = Calendar("UTC")

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub

    def now_s(self) -> int:
        return int(NOON.timestamp())

    async def series(self, reference: str, grain: Grain, from_s: int, to_s: int) -> Series:
        self._hub.plug(reference)
        starts_s = [start_s for start_s in (self.now_s() - 3600,) if from_s <= start_s < to_s]
        return Series(
            starts_s=starts_s, energy_wh=[1000.0] * len(starts_s), covered_s=[3600.0] * len(starts_s)
        )

    async def samples(self, reference: str, from_s: float, to_s: float, *, limit: int) -> SampleSeries:
        self._hub.plug(reference)
        return SampleSeries(at_s=[from_s], power_w=[41.5], voltage_v=[229.8], current_a=[0.181], on=[True])

    async def series_by(
        self,
        by: By,
        grain: Grain,
        from_s: int,
        to_s: int,
        *,
        references: list[str] | None = None,
        room: str | None = None,
    ) -> list[NamedSeries]:
        series = await self.series((references or ["kettle"])[0], grain, from_s, to_s)
        if room or not series.starts_s:
            return []
        key, name = (UUID.text, "kettle") if by is By.PLUG else ("", "")
        return [NamedSeries(key=key, name=name, part=PartSeries(plugs=1, series=series))]

    async def peaks(self, day: date, *, references: list[str] | None = None) -> list[tuple[PlugRecord, Peak]]:
        plugs = [self._hub.plug(each) for each in references or ["kettle"]]
        at_s = self.calendar.begin(day) + 0.5
        return [
            (
                PlugRecord(uuid=plug.uuid, name=plug.name, registered_at=NOON),
                Peak(uuid=plug.uuid, power_w=2000.5, at_s=at_s),
            )
            for plug in plugs
        ]

    async def counters_j(self) -> dict[Uuid, int]:
        return {UUID: 4_444_200}

    async def counter_wh(self, reference: str) -> float:
        self._hub.plug(reference)
        return 1234.5

    async def corrections(
        self, reference: str, *, limit: int, before: int | None
    ) -> tuple[list[CorrectionRow], int | None]:
        self._hub.plug(reference)
        said = Correction(
            day=NOON.date(), reason=Reason.GAP, before_wh=1.0, after_wh=2.0, told_wh=2, uncovered_s=60
        )
        return [CorrectionRow(number=7, at=NOON, correction=said)], 7

    async def totals(
        self, by: By, grain: Grain, first: date, last: date, *, references: list[str] | None = None
    ) -> list[Total]:
        plugs = [self._hub.plug(each) for each in references or ["kettle"]]
        return [
            Total(
                key=plug.uuid.text if by is By.PLUG else "",
                name=plug.name,
                begin=first,
                energy_wh=1000.0,
                covered_s=3600.0,
                cost=0.3,
                unpriced_wh=0.0,
            )
            for plug in plugs
        ]

    async def compare(self, period: Grain) -> list[Comparison]:
        plug = self._hub.plug("kettle")
        return [
            Comparison(
                uuid=plug.uuid.text, name=plug.name, used_wh=1000.0, before_wh=500.0, whole_before_wh=2000.0
            )
        ]

    async def table(
        self, grain: Grain, first: date, last: date, *, references: list[str] | None = None
    ) -> AsyncIterator[list[tuple[str, str, str, str, float, float]]]:
        for plug in [self._hub.plug(each) for each in references] if references else [self._hub.kettle]:
            assert plug is not None
            yield [(plug.name, plug.uuid.text, plug.room, first.isoformat(), 1000.0, 3600.0)]


class MemoryHub:
    """One plug that does what it is told, or fails with `failure`; `calls` remembers what changed it."""

    def __init__(self) -> None:
        self.observing = MemoryObserving(self)
        self.failure: Exception | None = None
        self.breaks: Exception | None = None
        self.calls: list[str] = []
        self.firmware = MemoryFirmware(self)
        self.broadcast: Broadcast[Event] = Broadcast()
        self.listened, self.left = asyncio.Event(), asyncio.Event()
        self.others: list[PlugView] = []  # which are only listed
        self.people = [UserView(name="ann+mqtt@example.org", read=("/appliance/#", "a"), write=())]
        self.reply: dict[str, Any] = {"method": "GETACK", "namespace": "N", "payload": {}}
        self.timers = MemoryRules(self, "timer", LAMP)
        self.auto_offs = MemoryRules(self, "auto-off", IRON)
        self.lights = MemoryLights(self)
        self.energy = MemoryEnergy(self)
        self.watched: list[str] = []
        self.tariffs = MemoryTariffs(self)
        self.kettle: PlugView | None = PlugView(
            uuid=UUID,
            name="kettle",
            key=Secret(KEY),
            registered_at=NOON,
            model="mss310",
            sub_type="eu",
            hardware="2.0.0",
            firmware="2.1.7",
            series=3,
            edition="first",
            link=LinkKind.MQTT,
            answers_in_s=0.25,
            talk=StartupTalk(connected_at=NOON, address="192.168.1.20", clock_questions=1, binds=2),
            state=PlugState(
                availability=Availability.ONLINE,
                since=NOON,
                bound=True,
                relays=(RelayState(channel=0, on=False, changed_at=NOON),),
                reading=READING,
                address="192.168.1.20",
                signal=87,
                timezone="Europe/Berlin",
            ),
        )

    @contextmanager
    def watching(self, *references: str) -> Iterator[None]:
        names = [self.plug(each).name for each in references]
        self.watched += names
        yield
        for name in names:
            self.watched.remove(name)

    def home(self) -> HomeView:
        return HomeView(
            user_id="10001",
            key=Secret(KEY),
            started_at=NOON,
            mqtts="127.0.0.1:8883",
            mqtts_also=("127.0.0.1:2001",),
            ca="/home/tls/ca.pem",
        )

    def plugs(
        self, *, limit: int | None = None, after: str | None = None
    ) -> tuple[list[PlugView], str | None]:
        self._fail()
        known = [*filter(None, [self.kettle]), *self.others]
        begin = next((number + 1 for number, plug in enumerate(known) if _mark(plug) == after), 0)
        page = known[begin:][:limit]
        return page, _mark(page[-1]) if known[begin + len(page) :] else None

    def plug(self, reference: str) -> PlugView:
        self._fail()
        if self.kettle is None or reference not in {self.kettle.name, UUID.text, UUID.mac.text, UUID.tail}:
            raise NotFound(f"No plug is called {reference!r}.", hint="`ownplug plugs` lists them.")
        return self.kettle

    async def change_key(self, key: Secret) -> None:
        self.calls.append(f"change_key {len(key.reveal())}")

    async def expect(self, uuid: str, key: Secret) -> None:
        self.calls.append(f"expect {uuid} {len(key.reveal())}")

    def acting_for(self, who: str) -> MemoryHub:
        return self

    async def change(self, reference: str, wanted: PlugChange, *, expected: str | None = None) -> PlugView:
        said = {name: value for name, value in dataclasses.asdict(wanted).items() if value is not None}
        self.calls.append(f"change {reference} {said}")
        plug = self.plug(reference)
        if expected not in {None, plug.edition}:
            raise Changed("It was changed meanwhile.")
        told = {name: getattr(wanted, name) for name in said}
        self.kettle = replace(plug, **told)
        return self.kettle

    async def allow_again(self, reference: str) -> PlugView:
        self.calls.append(f"allow {reference}")
        self.kettle = replace(self.plug(reference), trip=None)
        return self.kettle

    async def forget(self, reference: str) -> None:
        self.calls.append(f"forget {reference}")
        self.plug(reference)
        self.kettle = None

    async def switch(
        self, reference: str, *, on: bool, channel: int = 0, expires_at: datetime | None = None
    ) -> RelayState:
        self.calls.append(f"switch {reference} {channel} {on}")
        plug = self.plug(reference)
        relay = RelayState(channel=channel, on=on, changed_at=NOON)
        self.kettle = replace(plug, state=replace(plug.state, relays=(relay,)))
        return relay

    async def toggle(
        self, reference: str, *, channel: int = 0, expires_at: datetime | None = None
    ) -> RelayState:
        return await self.switch(reference, on=not self.plug(reference).state.relays[0].on, channel=channel)

    async def read_power(self, reference: str, *, channel: int = 0) -> Reading:
        self.plug(reference)
        return READING

    async def energy_days(self, reference: str) -> list[EnergyDay]:
        self.plug(reference)
        return [EnergyDay(day="2025-05-31", energy_wh=812), EnergyDay(day="2025-06-01", energy_wh=240)]

    async def request(
        self, reference: str, *, method: str, namespace: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        self.calls.append(f"request {reference} {method} {namespace} {payload}")
        self.plug(reference)
        return self.reply

    async def add_user(
        self,
        name: str,
        password: Secret,
        *,
        read: list[str],
        write: list[str],
        scope: Scope | None = None,
        app_plugs: Sequence[str] | None = None,
    ) -> None:
        self._fail()
        self.calls.append(f"user {name} {password.reveal()} {read} {write} {scope} {app_plugs}")

    async def change_user(
        self,
        name: str,
        *,
        read: list[str],
        write: list[str],
        scope: Scope | None,
        app_plugs: Sequence[str] | None,
    ) -> UserView:
        self.calls.append(f"rights {name} {read} {write} {scope} {app_plugs}")
        seen = None if app_plugs is None else tuple(Uuid(each) for each in app_plugs)
        changed = UserView(name=name, read=tuple(read), write=tuple(write), scope=scope, app_plugs=seen)
        self.people = [changed if user.name == name else user for user in self.people]
        return changed

    def users(self) -> list[UserView]:
        self._fail()
        return list(self.people)

    async def remove_user(self, name: str) -> None:
        self._fail()
        self.calls.append(f"remove {name}")
        if name not in {user.name for user in self.people}:
            raise NotFound(f"There is no user {name!r}.", hint="`ownplug user list` shows them.")
        self.people = [user for user in self.people if user.name != name]

    def refusals(self) -> list[Refusal]:
        return [
            Refusal(at=NOON, address="192.168.1.30", cause=RefusalCause.LOGIN, detail="no.", mac=UUID.mac)
        ]

    @contextmanager
    def events(self) -> Iterator[Subscription[Event]]:
        with self.broadcast.subscribe(limit=4) as subscription:
            self.listened.set()
            yield subscription
        self.left.set()

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


def _mark(plug: PlugView) -> str:
    """Where a page ends that ends with this plug."""
    return f"{0:016d}-{plug.uuid.text}"


class MemoryFirmware:
    """The firmware of the hub's plug, and an upgrade that fails as soon as it is begun."""

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub
        self._job: UpgradeJob | None = None

    def view(self, reference: str) -> FirmwareView:
        plug = self._hub.plug(reference)
        return FirmwareView(
            uuid=plug.uuid,
            name=plug.name,
            model=plug.model,
            hardware=plug.hardware,
            chip="mt7682",
            version=plug.firmware,
            upgrade=self._job,
        )

    async def begin(self, reference: str, offer: FirmwareOffer) -> FirmwareView:
        said = f"{offer.model} {offer.hardware} {offer.confirmed_name} {offer.md5} {offer.is_virtual}"
        self._hub.calls.append(f"upgrade {reference} {offer.image!r} {said}")
        job = UpgradeJob(
            began_at=NOON, changed_at=NOON, size_bytes=5, md5="ab" * 16, before=Firmware(version="2.1.7")
        )
        self._job = job.failed(DeviceError("It said no.", hint="Ask it."), NOON)
        return self.view(reference)

    def give_up(self, reference: str) -> None:
        self._hub.calls.append(f"give up {reference}")
        self._job = None


class MemoryBackups:
    """A backup of a few bytes, or the hub's `failure`; with `breaks` it fails when most of it was sent."""

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub

    @asynccontextmanager
    async def open(self, passphrase: Secret | None, /) -> AsyncIterator[AsyncIterator[bytes]]:
        if self._hub.failure is not None:
            raise self._hub.failure
        self._hub.calls.append(f"backup {passphrase.reveal() if passphrase else None}")
        async with aclosing(self._pieces()) as pieces:
            yield pieces
        self._hub.calls.append("backup ended")

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        yield b"beginning "
        if self._hub.breaks is not None:
            raise self._hub.breaks
        yield b"end"


class MemorySettings:
    """One setting that can be changed and one that cannot; what shall be changed is noted."""

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub
        self.interval = SettingView(
            name="hub.reading_interval_s",
            value=10.0,
            source="default",
            default=10.0,
            meaning="How often.",
            effect=Effect.AT_ONCE,
        )
        self.host = SettingView(
            name="web.host",
            value="0.0.0.0",
            source="option",
            default="127.0.0.1",
            meaning="Where.",
            effect=None,
            waiting="127.0.0.1",
        )

    async def all(self) -> SettingsView:
        if self._hub.failure is not None:
            raise self._hub.failure
        return SettingsView(settings=(self.interval, self.host), edition="first")

    async def change(
        self, changes: Mapping[str, object], /, *, expected: str | None, who: str
    ) -> SettingsView:
        self._hub.calls.append(f"settings {dict(changes)} by {who}")
        found = await self.all()
        if expected not in {None, found.edition}:
            raise Changed("They were changed meanwhile.")
        return replace(found, edition="second")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Coroutine[Any, Any, Answer]]


@pytest.fixture
def hub() -> MemoryHub:
    return MemoryHub()


@asynccontextmanager
async def open_logins(folder: Path) -> AsyncIterator[Logins]:
    """Give the logins of a new home in `folder`: nobody's but this machine's."""
    clock = SystemClock()
    async with SqliteStore(folder / "hub.sqlite3") as store:
        accounts = Accounts(store)
        await accounts.load()
        passwords = PasswordCheck(accounts, Penalties(clock.monotonic))
        logins = Logins(accounts, passwords, store.logins, clock, Secret(TOKEN))
        await logins.load()
        yield logins


@pytest.fixture
async def logins(tmp_path: Path) -> AsyncIterator[Logins]:
    async with open_logins(tmp_path) as found:
        yield found


def open_doors(hub: MemoryHub, logins: Logins) -> Doors:
    """What a web interface needs, of that hub."""
    return Doors(
        hub=hub,
        logins=logins,
        pairing=MemoryPairings(hub.calls),
        batches=MemoryBatches(hub.calls),
        moves=MemoryMoves(hub.calls),
        discovery=MemoryDiscovery(),
        backup=MemoryBackups(hub),
        settings=MemorySettings(hub),
        console=MemoryConsole(hub.calls),
        lab=MemoryLab(hub.calls),
        homekit=MemoryHomekit(hub.calls),
    )


@pytest.fixture
def doors(hub: MemoryHub, logins: Logins) -> Doors:
    return open_doors(hub, logins)


@pytest.fixture
async def url(doors: Doors) -> AsyncIterator[str]:
    """The address of the hub's web interface, running."""
    settings = WebSettings(port=0, allowed_hosts=("plugs.example:443",))
    async with open_web(doors, settings) as web:
        yield web.url


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def ask(url: str) -> Ask:
    """Send one request, with every byte under control: `ask("GET", "/healthz", headers={…}, body=b"…")`."""
    place = urlsplit(url)

    async def send(
        method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        said = {"Host": place.netloc, "Authorization": f"Bearer {TOKEN}", "Connection": "close"}
        if body:
            said |= {"Content-Length": str(len(body)), "Content-Type": "application/json"}
        said |= headers or {}
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items() if value)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
            return _read_answer(await reader.read())
        finally:
            writer.close()
            await writer.wait_closed()

    return send


@dataclass(frozen=True, kw_only=True)
class Home:
    """A folder with the files of a running hub, and that hub."""

    folder: Path
    hub: MemoryHub
    loop: asyncio.AbstractEventLoop

    now = NOON

    def wait_for_listener(self) -> None:
        """Wait until somebody listens to the hub's events."""
        asyncio.run_coroutine_threadsafe(self.hub.listened.wait(), self.loop).result(STARTS_S)

    def stop_events(self) -> None:
        """Let the hub stop telling events, from any thread."""
        self.loop.call_soon_threadsafe(self.hub.broadcast.close)

    def publish(self, event: Event) -> None:
        """Let `event` happen, from any thread."""
        self.loop.call_soon_threadsafe(self.hub.broadcast.publish, event)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home whose hub runs in another thread: commands have an event loop of their own."""
    ready: Queue[Home] = Queue()
    stop = asyncio.Event()

    async def serve() -> None:
        hub = MemoryHub()
        async with (
            open_logins(tmp_path) as logins,
            open_web(open_doors(hub, logins), WebSettings(port=0)) as web,
        ):
            (tmp_path / "runtime.json").write_text(json.dumps({"pid": os.getpid(), "web": web.url}))
            (tmp_path / "token").write_text(f"{TOKEN}\n")
            (tmp_path / "token").chmod(0o600)
            ready.put(Home(folder=tmp_path, hub=hub, loop=asyncio.get_running_loop()))
            await stop.wait()

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    running = ready.get(timeout=STARTS_S)
    yield running
    running.loop.call_soon_threadsafe(stop.set)
    thread.join()


def _read_answer(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(status=int(status.split()[1]), headers=headers, body=body)
