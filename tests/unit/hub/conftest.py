"""A hub without sockets: its store and its MQTT are in memory, its time is the loop's, its plugs are played."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher

from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.records import HomeRecord, PlugRecord, SignInRecord, TokenRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub import Event, Hub, HubApi, HubSettings
from ownplug.testing import LoopClock, run_in_loop_time

USER_ID = "10001"
KEY = Secret("0123456789abcdef0123456789abcdef")
UUID = Uuid("1811081234567825182734298f1a2b3c")
MIDDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)  # when a LoopClock begins
_SETTLE_PASSES = 20

_ACKNOWLEDGED = {Method.GET: Method.GETACK, Method.SET: Method.SETACK, Method.DELETE: Method.DELETEACK}


class MemoryStore:
    """Fits the port `HomeStore`; `broken` makes every write fail, `slow` lets others run in between."""

    def __init__(self) -> None:
        self.home_record: HomeRecord | None = HomeRecord(user_id=USER_ID, key=KEY)
        self.plug_records: dict[Uuid, PlugRecord] = {}
        self.user_records: dict[str, UserRecord] = {}
        self.broken: Exception | None = None

    async def home(self) -> HomeRecord | None:
        return self.home_record

    async def save_home(self, home: HomeRecord) -> None:
        await self._write()
        self.home_record = home

    async def change_key(self, old: Secret, new: Secret) -> None:
        await self._write()
        assert self.home_record is not None
        self.home_record = replace(self.home_record, key=new)
        for uuid, plug in self.plug_records.items():
            self.plug_records[uuid] = plug if plug.key else replace(plug, key=old)

    async def plugs(self) -> list[PlugRecord]:
        return list(self.plug_records.values())

    async def save_plug(self, plug: PlugRecord) -> None:
        await self._write()
        self.plug_records[plug.uuid] = plug

    async def delete_plug(self, uuid: Uuid) -> None:
        await self._write()
        self.plug_records.pop(uuid, None)

    async def users(self) -> list[UserRecord]:
        return list(self.user_records.values())

    async def save_user(self, user: UserRecord) -> None:
        await self._write()
        self.user_records[user.name] = user

    async def delete_user(self, name: str) -> None:
        await self._write()
        self.user_records.pop(name, None)

    async def _write(self) -> None:
        await asyncio.sleep(0)  # as a real one: others run meanwhile
        if self.broken is not None:
            raise self.broken


class MemoryLogins:
    """Fits the port `LoginStore`; `broken` makes every write fail."""

    def __init__(self) -> None:
        self.token_records: dict[str, TokenRecord] = {}
        self.sign_in_records: dict[str, SignInRecord] = {}
        self.broken: Exception | None = None

    async def tokens(self) -> list[TokenRecord]:
        return list(self.token_records.values())

    async def save_token(self, token: TokenRecord) -> None:
        self._fail()
        self.token_records[token.id] = token

    async def delete_token(self, id_: str) -> None:
        self._fail()
        del self.token_records[id_]

    async def sign_ins(self) -> list[SignInRecord]:
        return list(self.sign_in_records.values())

    async def save_sign_in(self, sign_in: SignInRecord) -> None:
        self._fail()
        self.sign_in_records[sign_in.digest] = sign_in

    async def delete_sign_ins(self, digests: list[str]) -> None:
        self._fail()
        for digest in digests:
            del self.sign_in_records[digest]

    def _fail(self) -> None:
        if self.broken is not None:
            raise self.broken


class Post:
    """Fits the port `Exchange`: keeps what the hub publishes, and brings plugs what is for them."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.inboxes: dict[str, Callable[[Message], None]] = {}

    def publish(self, topic: str, payload: bytes) -> None:
        self.sent.append((topic, payload))
        read = self.inboxes.get(topic)
        if read is not None:
            asyncio.get_running_loop().call_soon(read, decode_message(payload))

    def to(self, topic: str) -> list[Message]:
        """What was published to one topic."""
        return [decode_message(payload) for name, payload in self.sent if name == topic]


class PlayedPlug:
    """The far end: answers by `answers`, from (method, namespace) to a payload; unknown questions get none.

    Attributes:
        heard: every message that reached it.
        mute: it hears, and says nothing.
    """

    def __init__(self, home: Home, uuid: Uuid, key: Secret) -> None:
        self.uuid = uuid
        self.heard: list[Message] = []
        self.mute = False
        self.zone = ""
        self.power_mw = 12_345
        self.relay = 1
        self._home = home
        ids = itertools.count(1)
        self.maker = MessageMaker(
            key=key,
            sender=device_outbox(uuid.text),
            new_id=lambda: f"{next(ids):032x}",
            with_milliseconds=True,
        )
        self.answers: dict[tuple[str, str], Callable[[dict[str, Any]], object]] = {
            ("GET", ns.SYSTEM_ALL): lambda _: self.all(),
            ("GET", ns.SYSTEM_ABILITY): lambda _: self.ability(),
            ("GET", ns.SYSTEM_RUNTIME): lambda _: {"runtime": {"signal": 77}},
            ("GET", ns.SYSTEM_TIME): lambda _: {"time": self._time()},
            ("SET", ns.SYSTEM_TIME): self._take_time,
            ("GET", ns.CONTROL_ELECTRICITY): lambda _: self.electricity(),
            ("GET", ns.CONTROL_TOGGLE_X): lambda _: {"channel": 0, "togglex": self._relay()},
            ("SET", ns.CONTROL_TOGGLE_X): self._switch,
            ("GET", ns.CONTROL_CONSUMPTION_X): lambda _: {"consumptionx": [DAY]},
        }

    def connect(self, connection: str = "1", address: str = "192.168.1.50") -> None:
        """Connect and listen to the inbox."""
        self._home.post.inboxes[device_inbox(self.uuid.text)] = self._read
        self._home.hub.plug_online(self.uuid, connection=connection, address=address)

    def leave(self, connection: str = "1", reason: str = "the client said goodbye") -> None:
        """The server notes that a connection ended."""
        self._home.hub.plug_offline(self.uuid, connection=connection, reason=reason)

    def say(self, method: Method, namespace: str, payload: object) -> bytes:
        """Write to the own outbox; return the bytes."""
        return self.send(self.maker.make(method, namespace, payload, now_s=4))

    def send(self, message: Message) -> bytes:
        """Write any message to the own outbox; return the bytes."""
        data = encode_message(message)
        self._home.hub.receive(device_outbox(self.uuid.text), data)
        return data

    def asked(self, namespace: str, method: str = "GET") -> list[Message]:
        """The messages of one kind that reached it."""
        return [m for m in self.heard if m.namespace == namespace and m.method == method]

    def all(self) -> dict[str, Any]:
        return {
            "all": {
                "system": {
                    "hardware": {
                        "type": "mss310",
                        "subType": "us",
                        "version": "2.0.0",
                        "chipType": "mt7682",
                        "uuid": self.uuid.text,
                        "macAddress": self.uuid.mac.text,
                    },
                    "firmware": {
                        "version": "2.1.7",
                        "compileTime": "2018/11/08 09:58:45 GMT +08:00",
                        "wifiMac": "aa:bb:cc:dd:ee:ff",
                        "innerIp": "192.168.1.50",
                        "server": "192.168.1.10",
                        "port": 8883,
                        "userId": 10001,
                    },
                    "time": self._time(),
                    "online": {"status": 1},
                },
                "digest": {"togglex": [self._relay()], "triggerx": [], "timerx": []},
            }
        }

    def ability(self) -> dict[str, Any]:
        return {"payloadVersion": 1, "ability": {namespace: {} for _, namespace in self.answers}}

    def electricity(self) -> dict[str, Any]:
        return {"electricity": {"channel": 0, "current": 174, "voltage": 2368, "power": self.power_mw}}

    def _read(self, message: Message) -> None:
        self.heard.append(message)
        answer = self.answers.get((message.method, message.namespace))
        if answer is not None and not self.mute:
            payload = answer(message.data())
            method = _ACKNOWLEDGED[Method(message.method)]
            self.send(self.maker.reply(message, method, payload, now_s=4))

    def _relay(self) -> dict[str, int]:
        return {"channel": 0, "onoff": self.relay, "lmTime": 1552176889}

    def _time(self) -> dict[str, Any]:
        return {"timestamp": 1552217703, "timezone": self.zone, "timeRule": []}

    def _take_time(self, payload: dict[str, Any]) -> object:
        self.zone = payload["time"]["timezone"]
        return {}

    def _switch(self, payload: dict[str, Any]) -> object:
        self.relay = payload["togglex"]["onoff"]
        return {}


DAY = {"date": "2026-01-04", "time": 1767484800, "value": 310}


class Home:
    """A running hub with its post, its store and its listener."""

    def __init__(self, hub: Hub, post: Post, store: MemoryStore, clock: LoopClock) -> None:
        self.hub = hub
        self.api = HubApi(hub, clock)
        self.post = post
        self.store = store
        self.clock = clock
        self.events: list[Event] = []

    def plug(self, uuid: Uuid = UUID, key: Secret = KEY) -> PlayedPlug:
        return PlayedPlug(self, uuid, key)

    def kinds(self) -> list[str]:
        """What happened so far, by name."""
        return [event.kind for event in self.events]

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(_SETTLE_PASSES):
            await asyncio.sleep(0)


Story = Callable[[Home], Awaitable[None]]
Run = Callable[..., None]


@asynccontextmanager
async def open_home(settings: HubSettings, store: MemoryStore) -> AsyncIterator[Home]:
    clock = LoopClock()
    async with asyncio.TaskGroup() as tasks, Hub(settings, store, clock) as hub:
        post = Post()
        hub.speak_through(post)
        home = Home(hub, post, store, clock)
        listening = asyncio.Event()
        tasks.create_task(_listen(home, listening))
        await listening.wait()
        yield home


async def _listen(home: Home, listening: asyncio.Event) -> None:
    with home.api.events() as events:
        listening.set()
        async for event in events:
            home.events.append(event)


@pytest.fixture
def login_store() -> MemoryLogins:
    return MemoryLogins()


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at the lowest cost: the real one takes tens of milliseconds on purpose."""
    cheap = functools.partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("ownplug.hub.accounts.PasswordHasher", lambda **_: cheap())


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def run(store: MemoryStore) -> Run:
    """Run a story with a home in loop time: minutes pass at once, and no task may be left."""

    def play(story: Story, **settings: Any) -> None:
        async def stage() -> None:
            async with open_home(HubSettings(timezone="Europe/Madrid", **settings), store) as home:
                await story(home)

        run_in_loop_time(stage())

    return play
