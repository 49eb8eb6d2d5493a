"""Which parts run, how they are joined, in which order they start; they stop in the reverse order."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlsplit

from ownplug.aio import Clock, SystemClock
from ownplug.app.bridges import open_bridges
from ownplug.app.console_ports import MorePorts, no_ports
from ownplug.app.descriptors import connections_that_fit
from ownplug.app.doors import open_doors
from ownplug.app.exchange import BrokerExchange
from ownplug.app.foreign_exchange import at_foreign_server
from ownplug.app.home import HomeFolder
from ownplug.app.homekit_desk import HomekitDesk, homekit_desk
from ownplug.app.laboratory import Laboratory, OpenLab
from ownplug.app.means import Means
from ownplug.app.reload import contexts, watching
from ownplug.app.settings import Origin, Settings
from ownplug.app.settings_desk import SettingsDesk
from ownplug.app.swap import is_unfinished, remove_leftovers
from ownplug.bridges.cloud import open_cloud
from ownplug.broker import Broker
from ownplug.client import HubAddress
from ownplug.core.errors import Conflict
from ownplug.core.servers import parse_server
from ownplug.hub import AppLogins, HomeView, Hub, HubApi, Logins, RecentWarnings
from ownplug.store import SqliteStore
from ownplug.transport.certificates import CertificateFiles, ensure_certificates
from ownplug.transport.endpoint import authority, is_address, own_address
from ownplug.transport.handout import Handout
from ownplug.transport.sntp import serve_time
from ownplug.transport.tls import web_context
from ownplug.web import Doors, WebServer, WebSettings, open_web

log = logging.getLogger(__name__)

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - only while a plug is upgraded, and for that plug alone
_NOT_IN_FILE = {"setup", "homekit", "homekit_uri"}
_ALWAYS_NAMED = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a running hub tells about itself, as one JSON line and in the home's runtime file.

    What is off is empty. `mqtts`, each of `mqtts_also`, `mqtts_legacy` and `mqtt` are host:port as plugs and programs
    are to use them, `web` and `cloud` URLs, `ca` the file with the home's own CA certificate, `ntp` host:port of the
    time server. `setup` is the link by which the home gets its first administrator: it works once, for 15 minutes, and
    does not stand in the file. `homekit` is the code by which the hub is added to Apple's Home, and `homekit_uri` the
    same for a QR code, as long as no home has it; they stand neither there nor in the line.
    """

    mqtts: str
    mqtts_also: tuple[str, ...]
    mqtts_legacy: str
    mqtt: str
    web: str
    cloud: str
    ca: str
    user_id: str
    ntp: str
    setup: str = ""
    homekit: str = ""
    homekit_uri: str = ""


@asynccontextmanager
async def open_hub(
    folder: HomeFolder,
    settings: Settings,
    clock: Clock | None = None,
    *,
    origins: Sequence[Origin] = (),
    more_ports: MorePorts = no_ports,
    lab: OpenLab | None = None,
) -> AsyncIterator[Ready]:
    """Run a hub with its MQTT server and its API for as long as the context lasts.

    Args:
        folder: of the home.
        settings: how it runs.
        clock: the time; that of this machine by default.
        origins: where the settings come from, of `load_settings`; without them none can be changed while it runs.
        more_ports: tells serial ports besides those of this machine, such as the PTYs of virtual plugs.
        lab: opens a laboratory of virtual plugs; without it the hub has none.

    Raises:
        Conflict: a port is taken, or another hub runs in this home.
        OwnplugError: the home cannot be used.
    """
    clock = clock or SystemClock()
    folder.prepare()
    async with AsyncExitStack() as stack:
        stack.enter_context(folder.claim())
        _check_restored(folder)
        remove_leftovers(folder)
        core = await stack.enter_async_context(_open_core(folder, settings, clock, lab))
        desk = SettingsDesk(folder, settings, origins, use=core.use)
        logins = Logins(core.hub.accounts, core.hub.passwords, core.store.logins, clock, folder.token())
        await logins.load()
        homekit = await homekit_desk(folder, settings)
        doors = await stack.enter_async_context(
            open_doors(
                core.api,
                logins,
                core.means,
                desk,
                folder=folder,
                settings=settings,
                more_ports=more_ports,
                laboratory=core.laboratory,
                homekit=homekit,
            )
        )
        ready = await stack.enter_async_context(_served(core, doors, folder, settings))
        bridge = homekit.bridge if homekit else None
        await stack.enter_async_context(open_bridges(core.api, core.broker, settings, clock, homekit=bridge))
        folder.announce({name: value for name, value in asdict(ready).items() if name not in _NOT_IN_FILE})
        stack.callback(folder.retract)
        yield _with_secrets(ready, homekit, setup=_setup_link(ready.web, logins, core.host, settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Core:
    """What a hub is before anybody can speak to it but plugs."""

    clock: Clock
    host: str
    certificates: CertificateFiles
    store: SqliteStore
    hub: Hub
    broker: Broker
    api: HubApi
    means: Means
    laboratory: Laboratory | None

    def use(self, settings: Settings) -> None:
        """Let the parts of a running hub use settings that were changed."""
        api = self.api
        self.hub.use_settings(settings.hub, settings.energy)
        api.observing.use_settings(settings.by_name())
        api.tell_home(replace(api.home(), timezone=settings.hub.timezone, position=settings.hub.position))
        self.means.use_position(settings.hub.position)


@asynccontextmanager
async def _open_core(
    folder: HomeFolder, settings: Settings, clock: Clock, lab: OpenLab | None
) -> AsyncIterator[_Core]:
    """Run store, hub and MQTT server, joined."""
    async with AsyncExitStack() as stack:
        warnings = RecentWarnings()
        stack.enter_context(warnings.listening())
        store = await stack.enter_async_context(SqliteStore(folder.database))
        hub = await stack.enter_async_context(_kept_hub(store, settings, clock))
        host = await _advertised(hub, store, settings)
        names = dict.fromkeys([host, *_ALWAYS_NAMED, *settings.web.names(), *settings.cloud.names])
        certificates = await ensure_certificates(folder.tls, list(names), clock)
        # Before the server, so that at the end it sends them away and not they it.
        laboratory = await stack.enter_async_context(lab(folder.lab)) if lab else None
        exchange = BrokerExchange(hub)
        broker = _joined_broker(hub, exchange, store, certificates, settings, clock)
        await stack.enter_async_context(broker)
        await stack.enter_async_context(at_foreign_server(hub, exchange, settings.foreign, clock))
        stack.push_async_callback(hub.history.end)  # before the server sends all plugs away
        api = await stack.enter_async_context(_open_api(hub, settings, host, clock))
        await api.tariffs.load(store.tariffs)
        api.observing.join(
            server=broker,
            disk=store,
            warnings=warnings,
            settings=settings.by_name(),
            token=folder.token(),
        )
        yield _Core(
            clock=clock,
            host=host,
            certificates=certificates,
            store=store,
            hub=hub,
            broker=broker,
            api=api,
            means=Means(clock, position=settings.hub.position),
            laboratory=laboratory,
        )


@asynccontextmanager
async def _served(core: _Core, doors: Doors, folder: HomeFolder, settings: Settings) -> AsyncIterator[Ready]:
    """Serve the time, the page with its API, and the vendor's interface; gives where everything is."""
    files, clock = core.certificates, core.clock
    async with AsyncExitStack() as stack:
        ntp = await _serve_time(stack, settings, clock)
        https = web_context(files.server, files.server_key)
        tls = https if settings.web.is_https else None
        web = await stack.enter_async_context(open_web(doors, _called(settings.web, core.host), tls=tls))
        cloud = await stack.enter_async_context(_served_cloud(core, settings, https))
        await stack.enter_async_context(watching(files, core.broker, clock, web=https))
        address = HubAddress(url=web.url, token=folder.token(), ca=files.ca)
        core.means.serve_through(address)
        if core.laboratory:
            await core.laboratory.begin(address)
        ready = _ready(core, settings, web=web, cloud=cloud, ntp=ntp)
        core.api.tell_home(_view(core.api.home(), ready, settings))
        yield ready


def _ready(
    core: _Core, settings: Settings, *, web: WebServer, cloud: str, ntp: tuple[str, int] | None
) -> Ready:
    host, broker = core.host, core.broker
    elsewhere = authority(*parse_server(settings.foreign.server)) if settings.foreign.server else ""
    return Ready(
        mqtts=_address(host, broker.tls_address) or elsewhere,  # where plugs are to come
        mqtts_also=tuple(_address(host, address) for address in broker.more_tls_addresses),
        mqtts_legacy=_address(host, broker.legacy_address),
        mqtt=_address(host, broker.tcp_address),
        web=web.url,
        cloud=cloud,
        ca=str(core.certificates.ca),
        user_id=core.hub.home.user_id,
        ntp=_address(host, ntp),
    )


def _with_secrets(ready: Ready, homekit: HomekitDesk | None, *, setup: str) -> Ready:
    """Return what is told with what only whoever started the hub may read."""
    pairing = homekit.bridge.view() if homekit else None
    if pairing is None or pairing.is_paired:
        return replace(ready, setup=setup)
    return replace(
        ready, setup=setup, homekit=pairing.setup_code.reveal(), homekit_uri=pairing.setup_uri.reveal()
    )


@asynccontextmanager
async def _kept_hub(store: SqliteStore, settings: Settings, clock: Clock) -> AsyncIterator[Hub]:
    """Run the hub itself, with its history and its ledger in the home's database."""
    async with (
        Hub(settings.hub, store, clock, settings.energy) as hub,
        hub.history.kept_in(store.availability),
        hub.ledger.kept_in(store.energy),
    ):
        yield hub


@asynccontextmanager
async def _served_cloud(core: _Core, settings: Settings, tls: ssl.SSLContext) -> AsyncIterator[str]:
    """Serve the vendor's HTTP interface, if that is wanted; gives its URL, or nothing."""
    if not settings.cloud.listen:
        yield ""
        return
    hub, clock = core.hub, core.clock
    apps = AppLogins(
        hub.accounts, hub.passwords, core.store.logins, clock, are_on=lambda: hub.settings.app_logins
    )
    await apps.load()
    if not settings.broker.mqtts_also:
        log.warning(
            "Programs of the vendor's cloud look for MQTT at port 443 (meross-iot) or 2001 (others): see --mqtts-also"
        )
    async with open_cloud(core.api, apps, settings.cloud, clock, host=core.host, tls=tls) as url:
        yield url


@asynccontextmanager
async def _open_api(hub: Hub, settings: Settings, host: str, clock: Clock) -> AsyncIterator[HubApi]:
    """Make the hub's door, which can hand out firmware while it is open."""
    api = HubApi(hub, clock)
    async with Handout(_firmware_endpoint(settings, host), option="network.firmware =", host=host) as handout:
        api.firmware.hand_out_through(handout)
        async with api.firmware:
            yield api


def _called(settings: WebSettings, host: str) -> WebSettings:
    """Let the web interface answer to the name that plugs are given, too: people will call it so."""
    name = f"[{host}]" if ":" in host else host
    return replace(settings, allowed_hosts=(*settings.allowed_hosts, name))


def _setup_link(url: str, logins: Logins, host: str, settings: Settings) -> str:
    """Return the link for the first administrator, with an address that a phone finds, too; empty: none is needed."""
    if logins.setup_code is None:
        return ""
    if settings.web.is_https:
        url = f"https://{_address(host, ('', urlsplit(url).port or 0))}"
    return f"{url}/welcome#{logins.setup_code.reveal()}"


def _check_restored(folder: HomeFolder) -> None:
    if is_unfinished(folder):  # the settings that this hub was started with may not be those of the home
        raise Conflict(
            f"A restore of {folder.path} has not come to its end.",
            hint="`ownplug hub run` goes on with it; a program calls `finish_restore` before it reads the settings.",
        )


def _joined_broker(
    hub: Hub,
    exchange: BrokerExchange,
    store: SqliteStore,
    certificates: CertificateFiles,
    settings: Settings,
    clock: Clock,
) -> Broker:
    """Make the MQTT server, with the hub as its gatekeeper and listener; it does not listen yet."""
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


def _view(home: HomeView, ready: Ready, settings: Settings) -> HomeView:
    """Return the home with where it listens."""
    return replace(
        home,
        mqtts=ready.mqtts,
        mqtts_also=ready.mqtts_also,
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
    return authority(host, listening[1])


def _firmware_endpoint(settings: Settings, host: str) -> str:
    """Where plugs fetch images: they reach the advertised address, and behind a name stands one that is not known."""
    if settings.network.firmware:
        return settings.network.firmware
    return f"[{host}]:0" if ":" in host else f"{host if is_address(host) else _EVERYWHERE}:0"


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
