"""A home on a stage: hub, MQTT server and virtual plugs in one process, over a network in memory, in loop time.

Only the disk is left out: what the hub remembers is kept from one of its lives to the next.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from ownplug.app.exchange import BrokerExchange
from ownplug.broker import Broker, BrokerSettings
from ownplug.core.identity import Uuid
from ownplug.core.records import HomeRecord, PlugRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub import Hub, HubApi, HubSettings
from ownplug.testing import LoopClock, MemoryNetwork, run_in_loop_time
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.tls import server_context
from ownplug.virtual import LifeState, Pace, VirtualPlug, VirtualPlugSettings
from ownplug.virtual.firmware import flash as items

PORT = 8883
PLUGS = 3
ZONE = "Europe/Berlin"
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


class MemoryStore:
    """Fits the port `HomeStore`, and outlives the hub."""

    def __init__(self) -> None:
        self._home: HomeRecord | None = RECORD
        self._plugs: dict[Uuid, PlugRecord] = {}
        self._users: dict[str, UserRecord] = {}

    async def home(self) -> HomeRecord | None:
        return self._home

    async def save_home(self, home: HomeRecord) -> None:
        self._home = home

    async def plugs(self) -> list[PlugRecord]:
        return list(self._plugs.values())

    async def save_plug(self, plug: PlugRecord) -> None:
        self._plugs[plug.uuid] = plug

    async def delete_plug(self, uuid: Uuid) -> None:
        self._plugs.pop(uuid, None)

    async def users(self) -> list[UserRecord]:
        return list(self._users.values())

    async def save_user(self, user: UserRecord) -> None:
        self._users[user.name] = user


class Home:
    """Everything on the stage.

    Attributes:
        hub: the running hub; None while it is stopped.
        api: the door of that hub.
        hub_since_s: when it was started, in loop time.
    """

    def __init__(self, network: MemoryNetwork, tls: ssl.SSLContext) -> None:
        self.network = network
        self.clock = LoopClock()
        self.plugs: list[VirtualPlug] = []
        self.hub: Hub | None = None
        self.api: HubApi | None = None
        self.hub_since_s = 0.0
        self._store = MemoryStore()
        self._tls = tls

    @asynccontextmanager
    async def run_hub(self) -> AsyncIterator[HubApi]:
        """Run the hub with its MQTT server, as `ownplug.app` joins them."""
        async with Hub(HubSettings(timezone=ZONE), self._store, self.clock) as hub:
            exchange = BrokerExchange(hub)
            settings = BrokerSettings(mqtts=f"127.0.0.1:{PORT}")
            broker = Broker(settings, hub.gatekeeper(), self.clock, tls=self._tls, listener=exchange)
            exchange.join(broker)
            async with broker:
                self.hub, self.api, self.hub_since_s = hub, HubApi(hub, self.clock), self.clock.monotonic()
                try:
                    yield self.api
                finally:
                    self.hub = self.api = None


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
def play(tls: ssl.SSLContext, untold: list[str]) -> Callable[[int, Story], None]:
    """Run a story with paired plugs whose hub runs in it or not; no task, connection or error may be left."""

    async def stage(network: MemoryNetwork, story: Story) -> None:
        home = Home(network, tls)
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
