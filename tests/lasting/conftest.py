"""A home on a stage: hub, MQTT server and virtual plugs in one process, over a network in memory, in loop time.

The database is a real one. A hub that is killed writes nothing to it any more, but closes its own objects.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from argon2 import PasswordHasher
from tests.lasting.kept import FILTER, NAME, PASSWORD

from ownplug.app.exchange import BrokerExchange
from ownplug.broker import Broker, BrokerSettings, SessionStore
from ownplug.core.mqtt import Change, Remembered
from ownplug.core.records import HomeRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub import Hub, HubApi, HubSettings
from ownplug.hub.messages import MessageLog
from ownplug.store import SqliteStore
from ownplug.testing import LoopClock, MemoryNetwork, run_in_loop_time
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.tls import server_context
from ownplug.virtual import LifeState, Pace, VirtualPlug, VirtualPlugSettings
from ownplug.virtual.firmware import flash as items

PORT = 8883
PLUGS = 3
ZONE = "Europe/Berlin"
SLOWEST_WRITE_S = 0.05
RECORD = HomeRecord(user_id="10001", key=Secret("0123456789abcdef" * 2))
PAIRED = {
    items.STATE: "1",
    items.SSID: "Home",
    items.USER_ID: RECORD.user_id,
    items.KEY: RECORD.key.reveal(),
    items.SERVER: "127.0.0.1",
    items.PORT: str(PORT),
}
"""What a plug knows that was told of its home and has not been there yet."""


class Disk:
    """Fits the port `SessionStore`: takes its time, and no word from a hub that was killed.

    A kill comes before a write, or after it and before anybody was told.
    """

    def __init__(self, store: SessionStore, chance: random.Random) -> None:
        self._store = store
        self._chance = chance
        self._is_dead = self._is_writing = False

    def die(self) -> bool:
        """The hub that writes here is killed; return whether it was about to be told that something is written."""
        self._is_dead = True
        return self._is_writing

    async def load(self) -> Remembered:
        return await self._store.load()

    async def write(self, changes: Sequence[Change]) -> None:
        self._is_writing = True
        await self._spin()
        await self._store.write(changes)
        await self._spin()
        self._is_writing = False

    async def _spin(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, SLOWEST_WRITE_S))
        if self._is_dead:
            await asyncio.Event().wait()  # until its task is cancelled: nothing goes on after a kill


class Home:
    """Everything on the stage.

    Attributes:
        hub: the running hub; None while it is stopped.
        api: the door of that hub.
        port: of its MQTT server, with TLS.
        hub_since_s: when it was started, in loop time.
        kills_while_writing: how often it was killed when something was on its way to the disk.
    """

    def __init__(self, network: MemoryNetwork, tls: ssl.SSLContext, folder: Path) -> None:
        self.network = network
        self.clock = LoopClock()
        self.port = PORT
        self.plugs: list[VirtualPlug] = []
        self.hub: Hub | None = None
        self.api: HubApi | None = None
        self.hub_since_s = 0.0
        self.kills_while_writing = 0
        self._database = folder / "hub.sqlite3"
        self._disk: Disk | None = None
        self._chance = random.Random("disk")
        self._tls = tls

    async def prepare(self) -> None:
        """Be the home that its plugs know, with one user."""
        # As cheap as can be: it is checked a thousand times a day.
        hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        user = UserRecord(name=NAME, password_hash=Secret(hashed), read=(FILTER,), write=(FILTER,))
        async with SqliteStore(self._database) as store:
            await store.save_home(RECORD)
            await store.save_user(user)

    def kill_hub(self) -> None:
        """Let nothing of it reach the disk any more; whoever runs it must end it at once."""
        if self._disk is not None:
            self.kills_while_writing += self._disk.die()

    @asynccontextmanager
    async def run_hub(self) -> AsyncIterator[HubApi]:
        """Run the hub with its MQTT server, as `ownplug.app` joins them."""
        async with (
            SqliteStore(self._database) as store,
            Hub(HubSettings(timezone=ZONE), store, self.clock) as hub,
            hub.history.kept_in(store.availability),
        ):
            # So little that it is full at once: what fills up to its limit would look like a leak.
            hub.messages = MessageLog(self.clock.now, all_bytes=20_000)
            exchange, disk = BrokerExchange(hub), Disk(store.mqtt, self._chance)
            settings = BrokerSettings(mqtts=f"127.0.0.1:{PORT}")
            broker = Broker(
                settings, hub.gatekeeper(), self.clock, tls=self._tls, listener=exchange, store=disk
            )
            exchange.join(broker)
            async with broker:
                self._disk = disk
                self.hub, self.api, self.hub_since_s = hub, HubApi(hub, self.clock), self.clock.monotonic()
                try:
                    yield self.api
                finally:
                    self.hub = self.api = None
                    await hub.history.end()


def is_at_home(plug: VirtualPlug) -> bool:
    """Whether the plug believes to be there."""
    return plug.state is LifeState.ONLINE


Story = Callable[[Home], Awaitable[None]]


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """The server's certificate; made before the time begins, because a thread makes it."""
    folder = tmp_path_factory.mktemp("tls")
    made = asyncio.run(ensure_certificates(folder, ["127.0.0.1"], LoopClock()))
    return server_context(made.server, made.server_key)


@pytest.fixture
def untold() -> Iterator[list[str]]:
    """Errors that were logged; warnings are forgotten, for a day of them would fill the memory."""
    told: list[str] = []
    handler, loggers = _Keeper(told), [logging.getLogger(name) for name in ("ownplug", "asyncio")]
    for logger in loggers:
        logger.addHandler(handler)
    logging.disable(logging.WARNING)
    yield told
    logging.disable(logging.NOTSET)
    for logger in loggers:
        logger.removeHandler(handler)


class _Keeper(logging.Handler):
    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(self.format(record))


@pytest.fixture
def new_folder() -> Iterator[Callable[[], Path]]:
    """Folders in memory where that is possible: that a disk is slow is played, not suffered."""
    with ExitStack() as stack:
        memory = Path("/dev/shm")
        place = memory if os.access(memory, os.W_OK) else None
        yield lambda: Path(stack.enter_context(TemporaryDirectory(prefix="ownplug-", dir=place)))


@pytest.fixture
def play(
    tls: ssl.SSLContext, untold: list[str], new_folder: Callable[[], Path]
) -> Callable[[int, Story], None]:
    """Run a story with paired plugs whose hub runs in it or not; no task, connection or error may be left."""

    async def stage(network: MemoryNetwork, story: Story) -> None:
        home = Home(network, tls, new_folder())
        await home.prepare()
        async with AsyncExitStack() as stack:
            for index in range(PLUGS):
                settings = VirtualPlugSettings(seed=7, index=index, flash=PAIRED, meter_pace=Pace.NEWS)
                home.plugs.append(await stack.enter_async_context(VirtualPlug(settings, clock=home.clock)))
            async with home.run_hub():
                async with asyncio.timeout(60):
                    for plug in home.plugs:
                        await plug.until(functools.partial(is_at_home, plug))
            await story(home)
        await asyncio.sleep(60)
        assert not network.links

    def run(seed: int, story: Story) -> None:
        network = MemoryNetwork(seed=seed)
        run_in_loop_time(stage(network, story), network=network)
        assert untold == []

    return run
