"""Whole pairings, from a plug in pairing mode to one that is at home and obeys; one call each.

To the hub of the home by the plug's HTTP or its console, or to somebody else's MQTT server. `tell` hears of each step.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ownplug.aio import SystemClock
from ownplug.core.errors import OwnplugError, PairingFailed, Unreachable, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.core.units import Position
from ownplug.pairing.arrival import TIMEOUT_S, Errand, Host
from ownplug.pairing.broker_watch import open_broker_host
from ownplug.pairing.by_http import pair_by_http
from ownplug.pairing.by_serial import ask_by_serial, pair_by_serial
from ownplug.pairing.evidence import Cause, Word, failure
from ownplug.pairing.home import GatewayAddress, HomeToJoin
from ownplug.pairing.hub_host import HubHost
from ownplug.pairing.server_check import check_login, check_server
from ownplug.pairing.steps import Step
from ownplug.pairing.wifi import WifiNetwork
from ownplug.pairing.word import ask_plug
from ownplug.plug import HttpLink

if TYPE_CHECKING:
    from ownplug.client import HubClient
    from ownplug.console import Console
    from ownplug.core.meross.login import Login

_LOG = logging.getLogger(__name__)

_SCAN_S = 40.0  # a plug's radio may be away for a while. Source: protocol notes, 1.5
_THERE_S = 1.5  # to connect to a plug that is still where it was paired; one that left never lets us
_PLUGS_OWN_NETWORK = "10.10.10."  # from there, nothing else can be reached. Source: protocol notes, 3.1

Tell = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which plug shall go into which network.

    Attributes:
        network: the Wi-Fi that it shall join.
        url: where it answers.
        timeout_s: how long it may take to come home.
        switches: whether its relay may click, as a proof.
        joins: whether to join the plug's own Wi-Fi first, and to leave it again.
        join_ssid: which one; None for the only one in reach.
        has_own_key: whether it gets a key that no other plug has, and no program of the home.
    """

    network: WifiNetwork
    url: str = "http://10.10.10.1"
    timeout_s: float = TIMEOUT_S
    switches: bool = True
    joins: bool = False
    join_ssid: str | None = None
    has_own_key: bool = False


async def take_home(hub: HubClient, wish: Wish, *, tell: Tell) -> Uuid:
    """Take a plug home to a hub by its HTTP; return its uuid.

    Raises:
        PairingFailed: it did not come; the hub has forgotten it again.
        OwnplugError: see `pair_by_http`.
    """
    home = _with_own_key(await home_of(hub), wish)
    ways = _Ways(wish=wish, home=home)
    # Whoever joins the plug's network can try the server only before.
    tried = await _try_server(home.servers[0], is_cut_off=False) if wish.joins else ""

    async def server() -> str:
        return tried or await _try_server(home.servers[0], is_cut_off=_is_on_plugs_network(wish.url))

    async with _to_hub(hub, wish, home, ways.ask, server, tell) as journey:
        now = SystemClock().now()
        await journey.follow(pair_by_http(ways.reach, wish.network, home, now=now, prepare=journey.prepare))
    return journey.plug


async def take_home_by_serial(hub: HubClient, console: Console, wish: Wish, *, tell: Tell) -> Uuid:
    """Take the plug on a serial console home to a hub; return its uuid.

    Raises:
        PairingFailed: it did not come; the hub has forgotten it again.
        OwnplugError: see `pair_by_serial`.
    """
    home = _with_own_key(await home_of(hub), wish)

    async def ask() -> Word | None:
        return await ask_by_serial(console, wish.network)

    async def server() -> str:
        return await _try_server(home.servers[0], is_cut_off=False)

    async with _to_hub(hub, wish, home, ask, server, tell) as journey:
        await journey.follow(pair_by_serial(console, wish.network, home, prepare=journey.prepare))
    return journey.plug


async def take_to_server(wish: Wish, home: HomeToJoin, *, login: Login | None, tell: Tell) -> Uuid:
    """Take a plug to somebody else's MQTT server, and watch it come there; return its uuid.

    Args:
        wish: which plug, and where it joins.
        home: the server, and whose the plug shall be.
        login: a user of that server who may read the plug's topics; without one, the home's own.
        tell: hears of each step.

    Raises:
        PairingFailed: it cannot live there, or did not come.
        UsageError: the server does not let us watch.
        OwnplugError: see `pair_by_http`.
    """
    ways = _Ways(wish=wish, home=home)
    server = home.servers[0]
    async with AsyncExitStack() as stack:

        async def prepare(uuid: Uuid) -> Errand:
            found = [await _try_server(each, is_cut_off=False) for each in home.servers]
            await check_login(server, uuid, user_id=home.user_id, key=home.key)
            host = await stack.enter_async_context(
                open_broker_host(server, uuid, user_id=home.user_id, key=home.key, login=login)
            )
            return _errand(wish, host, found[0], ways.ask)

        journey = _Journey(prepare, tell)
        now = SystemClock().now()
        await journey.follow(pair_by_http(ways.reach, wish.network, home, now=now, prepare=prepare))
    return journey.plug


async def home_of(hub: HubClient) -> HomeToJoin:
    """Return what a plug must know to come to `hub`.

    Raises:
        UsageError: it takes no plugs: its listener for them is off.
        OwnplugError: see `HubClient`.
    """
    told = await hub.home(show_secrets=True)
    host, _, port = told["mqtts"].rpartition(":")
    if not host:
        raise UsageError("This hub takes no plugs: --mqtts is off.")
    return HomeToJoin(
        user_id=told["user_id"],
        key=Secret(told["key"]),
        servers=(GatewayAddress(host=host.strip("[]"), port=int(port)),),
        timezone=told["timezone"],
        position=Position.parse(told["position"]) if told["position"] else None,
    )


def _with_own_key(home: HomeToJoin, wish: Wish) -> HomeToJoin:
    return replace(home, key=Secret(secrets.token_hex(16))) if wish.has_own_key else home


class _Journey:
    """Tells each step and keeps which plug it is."""

    def __init__(self, prepare: Callable[[Uuid], Awaitable[Errand]], tell: Tell) -> None:
        self.prepare = prepare
        self.uuid: Uuid | None = None
        self._tell = tell

    @property
    def plug(self) -> Uuid:
        """The plug, once it was identified."""
        assert self.uuid is not None  # noqa: S101 the first step that is done tells it
        return self.uuid

    async def follow(self, steps: AsyncGenerator[Step, None]) -> None:
        """Follow the steps to their end."""
        async with aclosing(
            steps
        ):  # what they hold, such as the plug's Wi-Fi, is let go here also on a failure
            async for step in steps:
                self.uuid = step.uuid or self.uuid
                self._tell(step)


@asynccontextmanager
async def _to_hub(
    hub: HubClient,
    wish: Wish,
    home: HomeToJoin,
    ask: Callable[[], Awaitable[Word | None]],
    server: Callable[[], Awaitable[str]],
    tell: Tell,
) -> AsyncIterator[_Journey]:
    """Give a journey to a hub; where it ends on the way, nothing of it stays there."""
    host = HubHost(hub)
    await host.begin()

    async def prepare(uuid: Uuid) -> Errand:
        if wish.has_own_key:
            await host.expect(uuid, home.key)
        return _errand(wish, host, await server(), ask)

    journey = _Journey(prepare, tell)
    try:
        yield journey
    except (OwnplugError, asyncio.CancelledError):
        if journey.uuid is not None:
            try:
                await host.forget_new(journey.uuid)
            except OwnplugError as error:  # the cause of the failure is the news, not this
                _LOG.warning("The hub could not be asked to forget %s again: %s", journey.uuid, error)
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """Two ways to a plug where it is paired: as a stranger, and later, with its new key, to ask what became of it."""

    wish: Wish
    home: HomeToJoin

    @asynccontextmanager
    async def reach(self) -> AsyncIterator[HttpLink]:
        """Open the first, in the plug's own Wi-Fi if that is to be joined."""
        async with AsyncExitStack() as stack:
            if self.wish.joins:
                from ownplug.transport.wifi_join import joined

                await stack.enter_async_context(joined(self.wish.join_ssid))
            yield await stack.enter_async_context(
                HttpLink(self.wish.url, key=Secret(""), trusting=True, timeout_s=_SCAN_S)
            )

    async def ask(self) -> Word | None:
        """Ask by the second; nobody can who has left the plug's Wi-Fi."""
        if self.wish.joins:
            return None
        later = HttpLink(
            self.wish.url,
            key=self.home.key,
            trusting=True,
            timeout_s=_SCAN_S,
            connect_timeout_s=_THERE_S,
        )
        async with later as link:
            return await ask_plug(link, self.wish.network)


def _errand(wish: Wish, host: Host, server: str, ask: Callable[[], Awaitable[Word | None]]) -> Errand:
    return Errand(
        host=host,
        server=server,
        ask_plug=ask,
        clock=SystemClock(),
        timeout_s=wish.timeout_s,
        switches=wish.switches,
    )


async def _try_server(server: GatewayAddress, *, is_cut_off: bool) -> str:
    """Try it as the plug will, from here; on the plug's own network nothing else can be reached, nor named."""
    try:
        found = await check_server(server)
    except (PairingFailed, Unreachable) as error:
        if is_cut_off:
            return f"{server} cannot be tried from the plug's own network"
        if isinstance(error, PairingFailed):
            raise
        raise failure(Cause.PORT_CLOSED, f"{server} cannot be reached from here: {error}") from error
    certificate = f", certificate {found.certificate.key}" if found.certificate else ""
    return f"{server}, {found.agreed}{certificate}"


def _is_on_plugs_network(url: str) -> bool:
    return (urlsplit(url).hostname or "").startswith(_PLUGS_OWN_NETWORK)
