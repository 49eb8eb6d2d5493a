"""Which bridges run. Each has a task, a connection and a failure of its own: none disturbs another, or the hub."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from urllib.parse import urlsplit

from ownplug.aio import Backoff, Clock, beside, supervise
from ownplug.app.mqtt_servers import endpoint_of, login_in
from ownplug.app.own_messenger import own_messenger
from ownplug.app.settings import BridgesSettings, Settings
from ownplug.bridges.announce import announce
from ownplug.bridges.hass import HassSettings, HomeAssistant
from ownplug.bridges.homekit import Homekit
from ownplug.bridges.homie import Homie
from ownplug.bridges.mqtt import PlainMqtt
from ownplug.broker import Broker
from ownplug.hub import HubApi, Wishes
from ownplug.transport.endpoint import is_address
from ownplug.transport.messenger import Messenger, Server, Status, open_messenger

Work = Callable[[], Awaitable[None]]


class MqttServers:
    """Where bridges speak MQTT: at a server of the owner's choice, or at our own.

    Args:
        settings: the owner's choice.
        broker: our own.
        clock: waits between attempts to reach the other.

    Raises:
        UsageError: a setting, or a file that it names, cannot be used.
    """

    def __init__(self, settings: BridgesSettings, broker: Broker, clock: Clock) -> None:
        self._broker = broker
        self._clock = clock
        self._endpoint = endpoint_of(settings.server, ca=settings.ca) if settings.server else None
        self._login = login_in(settings.login) if settings.login else None

    @asynccontextmanager
    async def open(self, name: str, status: Status | None) -> AsyncIterator[Messenger]:
        """Speak there as `ownplug-NAME-…` for as long as the context lasts."""
        if self._endpoint is None:
            with own_messenger(self._broker, status) as messenger:
                yield messenger
            return
        server = Server(
            endpoint=self._endpoint,
            client_id=f"ownplug-{name}-{secrets.token_hex(4)}",
            username=self._login.username if self._login else None,
            password=self._login.password if self._login else None,
        )
        async with open_messenger(server, status, self._clock) as far:
            yield far


@asynccontextmanager
async def open_bridges(
    api: HubApi, broker: Broker, settings: Settings, clock: Clock, *, homekit: Homekit | None
) -> AsyncIterator[None]:
    """Run the bridges that the owner switched on, for as long as the context lasts.

    Raises:
        UsageError: a setting cannot be used.
    """
    servers = MqttServers(settings.bridges, broker, clock)
    async with running(_wanted(api, servers, settings, clock, homekit), clock):
        yield


@asynccontextmanager
async def running(works: Iterable[tuple[str, Work]], clock: Clock) -> AsyncIterator[None]:
    """Run pieces of work by name, each by itself, for as long as the context lasts; one that fails begins anew."""
    async with AsyncExitStack() as stack:
        for name, work in works:
            backoff = Backoff(first_s=1.0, limit_s=60.0)
            await stack.enter_async_context(
                beside(supervise(name, work, backoff=backoff, clock=clock), name=name)
            )
        yield


def _wanted(
    api: HubApi, servers: MqttServers, settings: Settings, clock: Clock, homekit: Homekit | None
) -> Iterator[tuple[str, Work]]:
    if settings.announce.enabled:
        yield "being found by mDNS", lambda: announce(api.home())
    if homekit is not None:
        yield "HomeKit", lambda: _homekit(api, homekit, clock)
    if settings.hass.enabled:
        yield "Home Assistant", lambda: _home_assistant(api, servers, settings.hass, clock)
    if settings.homie.enabled:
        yield "Homie", lambda: _homie(api, servers, settings.homie.prefix, clock)
    if settings.mqtt.enabled:
        yield "plain MQTT topics", lambda: _plain_mqtt(api, servers, settings.mqtt.prefix, clock)


async def _homekit(api: HubApi, homekit: Homekit, clock: Clock) -> None:
    async with _wishes(api, "HomeKit", clock) as wishes:
        await homekit.run(api.acting_for("HomeKit").devices, wishes)


async def _home_assistant(api: HubApi, servers: MqttServers, settings: HassSettings, clock: Clock) -> None:
    async with (
        servers.open("hass", Status(topic=f"{settings.prefix}/status")) as mqtt,
        _wishes(api, "Home Assistant", clock) as wishes,
    ):
        page = _reached_by_others(api.home().web)
        await HomeAssistant(mqtt, api.devices, wishes, settings, page=page).run()


def _reached_by_others(page: str) -> str:
    """Return the URL of our page, or nothing where only this machine reaches it."""
    host = urlsplit(page).hostname or ""
    return "" if host == "localhost" or (is_address(host) and ip_address(host).is_loopback) else page


async def _homie(api: HubApi, servers: MqttServers, prefix: str, clock: Clock) -> None:
    async with _wishes(api, "Homie", clock) as wishes:
        await Homie(servers.open, api.devices, wishes, prefix=prefix).run()


async def _plain_mqtt(api: HubApi, servers: MqttServers, prefix: str, clock: Clock) -> None:
    async with (
        servers.open("mqtt", Status(topic=f"{prefix}/status")) as mqtt,
        _wishes(api, "plain MQTT", clock) as wishes,
    ):
        await PlainMqtt(mqtt, api.devices, wishes, prefix=prefix).run()


@asynccontextmanager
async def _wishes(api: HubApi, who: str, clock: Clock) -> AsyncIterator[Wishes]:
    """Carry out what is wanted by way of a bridge, in its name."""
    wishes = Wishes(api.acting_for(who).devices)
    name = f"wishes by {who}"
    async with beside(supervise(name, wishes.run, backoff=Backoff(), clock=clock), name=name):
        yield wishes
