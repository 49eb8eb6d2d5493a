"""Which parts run, how they are joined, in which order they start; they stop in the reverse order."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace

from ownplug.aio import Clock, SystemClock
from ownplug.app.descriptors import connections_that_fit
from ownplug.app.exchange import BrokerExchange
from ownplug.app.home import HomeFolder
from ownplug.app.pairing_desk import PairingDesk
from ownplug.app.reload import contexts, watching
from ownplug.app.settings import Settings
from ownplug.broker import Broker
from ownplug.client import HubAddress
from ownplug.core.records import HomeRecord
from ownplug.hub import HomeView, Hub, HubApi, RecentWarnings
from ownplug.store import SqliteStore
from ownplug.transport.certificates import CertificateFiles, ensure_certificates
from ownplug.transport.endpoint import own_address
from ownplug.transport.sntp import serve_time
from ownplug.web import open_web

log = logging.getLogger(__name__)

_ALWAYS_NAMED = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a running hub tells about itself, as one JSON line and in the home's runtime file.

    What is off is empty. `mqtts`, `mqtts_legacy` and `mqtt` are host:port as plugs are to use them, `web` and `cloud`
    URLs, `ca` the file with the home's own CA certificate, `ntp` host:port of the time server.
    """

    mqtts: str
    mqtts_legacy: str
    mqtt: str
    web: str
    cloud: str
    ca: str
    user_id: str
    ntp: str


@asynccontextmanager
async def open_hub(
    folder: HomeFolder, settings: Settings, clock: Clock | None = None
) -> AsyncIterator[Ready]:
    """Run a hub with its MQTT server and its API for as long as the context lasts.

    Raises:
        Conflict: a port is taken, or another hub runs in this home.
        OwnplugError: the home cannot be used.
    """
    clock = clock or SystemClock()
    folder.prepare()
    async with AsyncExitStack() as stack:
        stack.enter_context(folder.claim())
        warnings = RecentWarnings()
        stack.enter_context(warnings.listening())
        store = await stack.enter_async_context(SqliteStore(folder.database))
        hub = await stack.enter_async_context(Hub(settings.hub, store, clock))
        await stack.enter_async_context(hub.history.kept_in(store.availability))
        host = await _advertised(hub, store, settings)
        certificates = await ensure_certificates(folder.tls, [host, *_ALWAYS_NAMED], clock)
        broker = _joined_broker(hub, store, certificates, settings, clock)
        await stack.enter_async_context(broker)
        stack.push_async_callback(hub.history.end)  # before the server sends all plugs away
        await stack.enter_async_context(watching(certificates, broker, clock))
        ntp = await _serve_time(stack, settings, clock)
        api = HubApi(hub, clock)
        api.observing.join(
            server=broker,
            disk=store,
            warnings=warnings,
            settings=settings.by_name(),
            token=folder.token(),
        )
        desk = await stack.enter_async_context(PairingDesk(clock, position=settings.hub.position))
        web = await stack.enter_async_context(open_web(api, desk, settings.web, folder.token()))
        desk.serve_through(HubAddress(url=web.url, token=folder.token()))
        ready = Ready(
            mqtts=_address(host, broker.tls_address),
            mqtts_legacy=_address(host, broker.legacy_address),
            mqtt=_address(host, broker.tcp_address),
            web=web.url,
            cloud="",
            ca=str(certificates.ca),
            user_id=hub.home.user_id,
            ntp=_address(host, ntp),
        )
        api.tell_home(_view(ready, hub.home, settings))
        folder.announce(asdict(ready))
        stack.callback(folder.retract)
        yield ready


def _joined_broker(
    hub: Hub, store: SqliteStore, certificates: CertificateFiles, settings: Settings, clock: Clock
) -> Broker:
    """Make the MQTT server, with the hub as its gatekeeper and listener; it does not listen yet."""
    exchange = BrokerExchange(hub)
    tls, legacy_tls = contexts(certificates)
    fitting = connections_that_fit(settings.broker.max_connections)
    broker = Broker(
        replace(settings.broker, max_connections=fitting),
        hub.gatekeeper(),
        clock,
        tls=tls,
        legacy_tls=legacy_tls,
        listener=exchange,
        store=store.mqtt,
    )
    exchange.join(broker)
    hub.accounts.tell_changes(broker.user_changed)
    return broker


async def _serve_time(stack: AsyncExitStack, settings: Settings, clock: Clock) -> tuple[str, int] | None:
    endpoint = settings.network.ntp
    return await stack.enter_async_context(serve_time(endpoint, "--ntp", clock)) if endpoint else None


def _view(ready: Ready, home: HomeRecord, settings: Settings) -> HomeView:
    return HomeView(
        user_id=home.user_id,
        key=home.key,
        mqtts=ready.mqtts,
        mqtts_legacy=ready.mqtts_legacy,
        mqtt=ready.mqtt,
        web=ready.web,
        cloud=ready.cloud,
        ca=ready.ca,
        timezone=settings.hub.timezone,
        position=settings.hub.position,
    )


def _address(host: str, listening: tuple[str, int] | None) -> str:
    if listening is None:
        return ""
    return f"[{host}]:{listening[1]}" if ":" in host else f"{host}:{listening[1]}"


async def _advertised(hub: Hub, store: SqliteStore, settings: Settings) -> str:
    """Return the address for plugs: the owner's choice, else the one that the local network sees."""
    host = settings.network.advertise or own_address()
    before = hub.home.advertised
    if before and before != host and hub.registry.all():
        log.warning(
            "Plugs were told to come to %s, but this machine is now %s. They will not find it: give it its old "
            "address, or name the right one with --advertise and pair them again",
            before,
            host,
        )
    if before != host:
        await store.save_home(replace(hub.home, advertised=host))
    return host
