"""`ownplug pair`: take a plug home, step by step."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.running import run_async
from ownplug.cli.servers import parse_server
from ownplug.cli.target import TOKEN_VARIABLE, hub_option
from ownplug.core.errors import Unreachable, UsageError
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from ownplug.client import HubClient
    from ownplug.core.identity import Uuid
    from ownplug.pairing import GatewayAddress, HomeToJoin, Waiting, WifiNetwork


@command(
    "pair",
    examples=[
        "ownplug pair http://10.10.10.1 --ssid MyNet --name kettle",
        "ownplug pair http://10.10.10.1 --ssid MyNet --mqtt mqtts://192.168.1.5:8883 --key K --user-id 10001",
    ],
)
@click.argument("url")
@click.option("--ssid", required=True, help="The Wi-Fi network that the plug shall join.")
@click.option("--password", help="Its password; asked for where it is not given. Empty for an open network.")
@click.option("--name", help="What to call the plug.")
@click.option(
    "--mqtt", "servers", multiple=True, metavar="URL", help="A foreign MQTT server, mqtts://HOST:PORT."
)
@click.option("--key", help="The key to give the plug, with --mqtt.")
@click.option("--user-id", help="The user id to give the plug, with --mqtt.")
@hub_option
@click.option("--timeout", "timeout_s", default=90.0, show_default=True, help="Seconds to wait for the plug.")
@pass_frame
def pair(
    frame: Frame,
    url: str,
    ssid: str,
    password: str | None,
    name: str | None,
    servers: tuple[str, ...],
    key: str | None,
    user_id: str | None,
    hub_url: str | None,
    timeout_s: float,
) -> None:
    """Take a plug in pairing mode home; URL is where it answers, http://10.10.10.1 on its own access point."""
    from ownplug.pairing import WifiNetwork

    if password is None:
        password = click.prompt("Wi-Fi password", hide_input=True, default="", show_default=False, err=True)
    network = WifiNetwork(ssid=ssid, password=Secret(password))
    if servers:
        work = _pair_foreign(frame, url, network, _foreign_home(servers, key, user_id))
    else:
        work = _pair_with_hub(frame, url, network, hub_url, name, timeout_s)
    run_async(work)


async def _pair_foreign(frame: Frame, url: str, network: WifiNetwork, home: HomeToJoin) -> None:
    uuid = await _follow(frame.note, url, network, home, waiting=None)
    frame.print_result(
        {"uuid": uuid.text, "state": "told"},
        f"{uuid} was told to come to {home.servers[0].host}. Whether it does, that server knows.",
    )


async def _pair_with_hub(
    frame: Frame, url: str, network: WifiNetwork, hub_url: str | None, name: str | None, timeout_s: float
) -> None:
    async with _hub(frame, hub_url) as hub:
        uuid = await take_home(hub, url, network, timeout_s=timeout_s, tell=frame.note)
        plug = await (hub.rename(uuid.text, name) if name else hub.plug(uuid.text))
        frame.print_result(plug, f"{plug['name']} is at home.")


async def take_home(
    hub: HubClient, url: str, network: WifiNetwork, *, timeout_s: float, tell: Callable[[str], None]
) -> Uuid:
    """Pair the plug at `url` with `hub` and return its uuid once it is there; `tell` hears of each step."""
    from ownplug.cli.arrival import HubArrivals

    home = await _home_of(hub)
    return await _follow(tell, url, network, home, waiting=HubArrivals(hub, timeout_s=timeout_s))


@asynccontextmanager
async def _hub(frame: Frame, url: str | None) -> AsyncIterator[HubClient]:
    """Give a client of the hub; if none runs in this home, run it until the plug is at home."""
    from ownplug.client import HubClient, find_hub

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
    from ownplug.pairing import HomeToJoin

    told = await hub.home(show_secrets=True)
    return HomeToJoin(
        user_id=told["user_id"],
        key=Secret(told["key"]),
        servers=(_server(f"mqtts://{told['mqtts']}"),),
        timezone=told["timezone"],
    )


async def _follow(
    tell: Callable[[str], None],
    url: str,
    network: WifiNetwork,
    home: HomeToJoin,
    *,
    waiting: Waiting | None,
) -> Uuid:
    from ownplug.aio import SystemClock
    from ownplug.pairing import pair_by_http
    from ownplug.plug import HttpLink

    began = time.perf_counter()
    uuid: Uuid | None = None
    async with HttpLink(url, key=Secret(""), trusting=True, timeout_s=40.0) as link:
        steps = pair_by_http(link, network, home, now=SystemClock().now(), waiting=waiting)
        async for step in steps:
            uuid = step.uuid or uuid
            if step.done:
                tell(f"{time.perf_counter() - began:6.1f} s  {step.phase.value}: {step.found}")
    assert uuid is not None  # noqa: S101 the first step that is done tells it
    return uuid


def _foreign_home(servers: tuple[str, ...], key: str | None, user_id: str | None) -> HomeToJoin:
    from ownplug.pairing import HomeToJoin

    if not key or not user_id:
        raise UsageError("A foreign server needs --key and --user-id: what the plug's login is made of.")
    import tzlocal

    return HomeToJoin(
        user_id=user_id,
        key=Secret(key),
        servers=tuple(_server(server) for server in servers),
        timezone=tzlocal.get_localzone_name(),
    )


def _server(url: str) -> GatewayAddress:
    from ownplug.pairing import GatewayAddress

    host, port = parse_server(url)
    return GatewayAddress(host=host, port=port)
