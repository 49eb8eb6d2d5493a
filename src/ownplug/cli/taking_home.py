"""Taking plugs home from a command: with the hub of the home, or to somebody else's MQTT server."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ownplug.aio import SystemClock
from ownplug.cli.arrival import HubHost
from ownplug.cli.frame import Frame
from ownplug.cli.servers import parse_server
from ownplug.cli.target import TOKEN_VARIABLE
from ownplug.client import HubClient, find_hub
from ownplug.core.errors import OwnplugError, PairingFailed, Unreachable
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.pairing import (
    TIMEOUT_S,
    Cause,
    Errand,
    GatewayAddress,
    HomeToJoin,
    Host,
    Step,
    WifiNetwork,
    Word,
    ask_by_serial,
    ask_plug,
    check_login,
    check_server,
    failure,
    open_broker_host,
    pair_by_http,
    pair_by_serial,
)
from ownplug.plug import HttpLink, Link

if TYPE_CHECKING:
    from ownplug.console import Console
    from ownplug.core.meross.login import Login

_SCAN_S = 40.0  # a plug's radio may be away for a while. Source: protocol notes, 1.5
_PLUGS_OWN_NETWORK = "10.10.10."  # from there, nothing else can be reached. Source: protocol notes, 3.1

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which plug shall go into which network.

    Attributes:
        url: where it answers.
        network: the Wi-Fi that it shall join.
        timeout_s: how long it may take to come home.
        switches: whether its relay may click, as a proof.
        joins: whether to join the plug's own Wi-Fi first, and to leave it again.
        join_ssid: which one; None for the only one in reach.
    """

    url: str
    network: WifiNetwork
    timeout_s: float = TIMEOUT_S
    switches: bool = True
    joins: bool = False
    join_ssid: str | None = None


async def pair_with_hub(frame: Frame, wish: Wish, *, hub_url: str | None, name: str | None) -> None:
    """Take a plug home to the hub at `hub_url`, or to that of the home, and print what it is."""
    async with _hub(frame, hub_url) as hub:
        uuid = await take_home(hub, wish, tell=frame.note)
        plug = await (hub.rename(uuid.text, name) if name else hub.plug(uuid.text))
        frame.print_result(plug, f"{plug['name']} is at home.")


async def take_home(hub: HubClient, wish: Wish, *, tell: Tell) -> Uuid:
    """Take a plug home to `hub` and return its uuid; `tell` hears of each step.

    Raises:
        PairingFailed: it did not come; the hub has forgotten it again.
    """
    host = HubHost(hub)
    await host.begin()
    home = await _home_of(hub)
    story = _Story(tell)

    ways = _Ways(wish=wish, home=home)
    # Whoever joins the plug's network can try the server only before.
    tried = await _try_server(home.servers[0], is_cut_off=False) if wish.joins else ""

    async def prepare(_: Uuid) -> Errand:
        server = tried or await _try_server(home.servers[0], is_cut_off=_is_on_plugs_network(wish.url))
        return _errand(wish, host, server, ways.ask)

    try:
        await story.follow(
            pair_by_http(ways.reach, wish.network, home, now=SystemClock().now(), prepare=prepare)
        )
    except OwnplugError:
        await _leave_nothing(host, story)
        raise
    return story.plug


async def pair_on_wire(
    frame: Frame,
    open_console: Callable[[], AbstractAsyncContextManager[Console]],
    wish: Wish,
    *,
    hub_url: str | None,
    name: str | None,
) -> None:
    """Take the plug on a serial console home to the hub, and print what it is."""
    frame.note(
        "Pairing by the console is derived from what the settings are called; no real plug has proven it yet."
    )
    async with _hub(frame, hub_url) as hub, open_console() as console:
        host = HubHost(hub)
        await host.begin()
        home = await _home_of(hub)
        story = _Story(frame.note)

        async def ask() -> Word | None:
            return await ask_by_serial(console, wish.network)

        async def prepare(_: Uuid) -> Errand:
            return _errand(wish, host, await _try_server(home.servers[0], is_cut_off=False), ask)

        try:
            await story.follow(pair_by_serial(console, wish.network, home, prepare=prepare))
        except OwnplugError:
            await _leave_nothing(host, story)
            raise
        plug = await (hub.rename(story.plug.text, name) if name else hub.plug(story.plug.text))
        frame.print_result(plug, f"{plug['name']} is at home.")


async def _leave_nothing(host: HubHost, story: _Story) -> None:
    """Have the hub forget a plug that did not come all the way."""
    if story.uuid is not None:
        await host.forget_new(story.uuid)


async def pair_with_server(frame: Frame, wish: Wish, home: HomeToJoin, login: Login | None) -> None:
    """Take a plug home to somebody else's MQTT server, watch it come, and print what it is."""
    story = _Story(frame.note)
    server = home.servers[0]
    ways = _Ways(wish=wish, home=home)
    async with AsyncExitStack() as stack:

        async def prepare(uuid: Uuid) -> Errand:
            found = [await _try_server(each, is_cut_off=False) for each in home.servers]
            await check_login(server, uuid, user_id=home.user_id, key=home.key)
            host = await stack.enter_async_context(
                open_broker_host(server, uuid, user_id=home.user_id, key=home.key, login=login)
            )
            return _errand(wish, host, found[0], ways.ask)

        await story.follow(
            pair_by_http(ways.reach, wish.network, home, now=SystemClock().now(), prepare=prepare)
        )
    frame.print_result({"uuid": story.plug.text, "state": "online"}, f"{story.plug} is at home at {server}.")


def server_address(url: str) -> GatewayAddress:
    """Read an MQTT server as options name it.

    Raises:
        UsageError: it is something else.
    """
    host, port = parse_server(url)
    return GatewayAddress(host=host, port=port)


class _Story:
    """Tells each step that is done, with the seconds since the beginning, and keeps which plug it is."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._began_s = time.perf_counter()
        self.uuid: Uuid | None = None

    @property
    def plug(self) -> Uuid:
        """The plug, once it was identified."""
        assert self.uuid is not None  # noqa: S101 the first step that is done tells it
        return self.uuid

    async def follow(self, steps: AsyncIterator[Step]) -> None:
        """Follow the steps to their end."""
        async for step in steps:
            self.uuid = step.uuid or self.uuid
            if step.done:
                seconds = time.perf_counter() - self._began_s
                self._tell(f"{seconds:6.1f} s  {step.phase.value}: {step.found}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """Two ways to a plug where it is paired: as a stranger, and later, with its new key, to ask what became of it."""

    wish: Wish
    home: HomeToJoin

    @asynccontextmanager
    async def reach(self) -> AsyncIterator[Link]:
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
        async with HttpLink(self.wish.url, key=self.home.key, trusting=True, timeout_s=_SCAN_S) as link:
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


@asynccontextmanager
async def _hub(frame: Frame, url: str | None) -> AsyncIterator[HubClient]:
    """Give a client of the hub; if none runs in this home, run it until the plug is at home."""
    async with AsyncExitStack() as stack:
        try:
            address = find_hub(frame.home, url, os.environ.get(TOKEN_VARIABLE))
        except Unreachable:
            if url:
                raise
            from ownplug.app import HomeFolder, load_settings, open_hub

            folder = HomeFolder(frame.home)
            settings, _ = load_settings(folder.settings_file, os.environ, {})
            await stack.enter_async_context(open_hub(folder, settings))
            frame.note("No hub runs in this home: this command is the hub until the plug is there.")
            address = find_hub(frame.home)
        yield await stack.enter_async_context(HubClient(address))


async def _home_of(hub: HubClient) -> HomeToJoin:
    """Return what a plug must know to come to `hub`."""
    told = await hub.home(show_secrets=True)
    return HomeToJoin(
        user_id=told["user_id"],
        key=Secret(told["key"]),
        servers=(server_address(f"mqtts://{told['mqtts']}"),),
        timezone=told["timezone"],
    )
