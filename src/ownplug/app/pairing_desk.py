"""Pairings that the API was asked for: each runs by itself, through the hub's own API like any other's."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace

from ownplug.app.desk import Desk
from ownplug.app.following import Follower
from ownplug.app.means import Means
from ownplug.client import HubClient
from ownplug.console import Console
from ownplug.core.errors import (
    Conflict,
    Malformed,
    OwnplugError,
    UsageError,
)
from ownplug.core.identity import Uuid
from ownplug.core.meross.payloads import Network
from ownplug.core.secret import Secret
from ownplug.pairing import Step, WifiNetwork, Wish, identify, scan, take_home, take_home_by_serial
from ownplug.plug import HttpLink
from ownplug.web import FoundPlug, HeardNetwork, NearbyPlugs, PairingView, PairingWish

_AT_ONCE = 4  # a person pairs one, perhaps two; each holds a connection to its plug
_SCAN_S = 40.0  # as when a plug is paired from the command line
_OPEN = 0


@dataclass(slots=True)
class _Running:
    view: PairingView
    wish: PairingWish
    task: asyncio.Task[None] | None = None


OpenConsole = Callable[[str], AbstractAsyncContextManager[Console]]
"""Opens the console at a serial port that this hub may use.

Raises:
    OwnplugError: it may not, or there is none.
"""


class PairingDesk(Desk[_Running]):
    """Takes plugs home on request; use it as `async with`. Fits `ownplug.web.PairingDoor` by shape.

    Args:
        means: of this hub.
        open_console: for plugs that are paired by the serial port of their board; None: this hub has no ports.
    """

    def __init__(self, means: Means, *, open_console: OpenConsole | None = None) -> None:
        super().__init__("pairing")
        self._means = means
        self._open_console = open_console

    async def look(self, url: str, /) -> FoundPlug:
        """See `PairingDoor.look`.

        Raises:
            PairingFailed: the plug belongs to somebody already.
            OwnplugError: it does not answer, or is none.
        """
        async with HttpLink(url, key=Secret(""), trusting=True, timeout_s=_SCAN_S) as link:
            hardware, uuid, _ = await identify(link)
            return FoundPlug(uuid=uuid.text, model=hardware.type, networks=_heard(await scan(link)))

    async def nearby(self) -> NearbyPlugs:
        """See `PairingDoor.nearby`.

        Raises:
            Conflict: this machine's Wi-Fi is at work.
        """
        return await self._means.radio.nearby()

    def begin(self, wish: PairingWish, /) -> PairingView:
        """See `PairingDoor.begin`.

        Raises:
            UsageError: no network is called so, or no plug's address; or this hub has no serial ports.
            Conflict: that plug is being paired, or too many are.
        """
        order = _order(wish)
        self._check(wish)
        view = PairingView(
            id=secrets.token_hex(8),
            began_at=self._means.clock.now(),
            url="" if wish.port else wish.url,
            port=wish.port,
            timeout_s=wish.timeout_s,
        )
        running = _Running(view, wish)
        running.task = self._tasks.create_task(self._pair(running, order), name=f"pairing {view.id}")
        self._remember(running)
        return view

    def again(self, id_: str, /, *, ssid: str | None, password: Secret | None) -> PairingView:
        """See `PairingDoor.again`.

        Raises:
            NotFound: there is none, or it was long ago.
            Conflict: it did not fail; or see `begin`.
            UsageError: see `begin`.
        """
        failed = self._find(id_)
        if failed.view.state != "failed":
            raise Conflict("Only a pairing that failed is begun anew.", hint="Wait for its end.")
        wish = failed.wish
        return self.begin(
            replace(
                wish,
                ssid=wish.ssid if ssid is None else ssid,
                password=wish.password if password is None else password,
            )
        )

    def all(self) -> list[PairingView]:
        """See `PairingDoor.all`."""
        return [running.view for running in self._known.values()]

    def get(self, id_: str, /) -> PairingView:
        """See `PairingDoor.get`.

        Raises:
            NotFound: there is none, or it was long ago.
        """
        return self._find(id_).view

    async def cancel(self, id_: str, /) -> None:
        """See `PairingDoor.cancel`.

        Raises:
            NotFound: there is none, or it was long ago.
        """
        running = self._find(id_)
        del self._known[id_]
        if running.task is not None:
            running.task.cancel()

    def _check(self, wish: PairingWish) -> None:
        under_way = [each.view for each in self._known.values() if each.view.state == "running"]
        taken = {view.port or view.url for view in under_way}
        if len(under_way) >= _AT_ONCE or (wish.port or wish.url) in taken:
            raise Conflict("A pairing is under way.", hint="Wait for its end, or give it up.")
        if wish.port and self._open_console is None:
            raise UsageError(
                "This hub has no serial ports.", hint="Pair the plug by its own Wi-Fi: http://10.10.10.1."
            )
        if wish.joins:
            self._means.radio.check_free()

    async def _pair(self, running: _Running, order: Wish) -> None:
        view, wish = running.view, running.wish

        follower = Follower(self._means.clock, self._means.mask(wish.ssid, wish.password))
        view.stages = follower.stages

        def tell(step: Step) -> None:
            view.code, view.phase = step.phase.code, step.phase.value
            view.uuid = step.uuid.text if step.uuid else view.uuid
            if done := follower.hear(step):
                view.steps.append(done)
            view.stages = follower.stages

        try:
            async with HubClient(self._means.hub) as hub:
                uuid = await self._take_home(hub, wish, order, tell)
                follower.end()
                view.remark = await _call(hub, uuid, wish.name)
        except OwnplugError as error:
            view.failure = follower.fail(error)
            view.state = "failed"
        else:
            view.state = "done"
            running.wish = replace(wish, password=Secret(""))  # nobody needs it any more
        view.stages = follower.stages
        view.ended_at = self._means.clock.now()

    async def _take_home(
        self, hub: HubClient, wish: PairingWish, order: Wish, tell: Callable[[Step], None]
    ) -> Uuid:
        if wish.port and self._open_console is not None:
            async with self._open_console(wish.port) as console:
                return await take_home_by_serial(hub, console, order, tell=tell)
        with self._means.radio.taken() if wish.joins else nullcontext():
            return await take_home(hub, order, tell=tell)


def _order(wish: PairingWish) -> Wish:
    """What pairing itself needs to know.

    Raises:
        UsageError: no network is called so, or no plug's address.
    """
    if not wish.port:
        HttpLink(wish.url, key=Secret(""))  # refuses what is no address
    return Wish(
        network=WifiNetwork(ssid=wish.ssid, password=wish.password),
        url=wish.url,
        timeout_s=wish.timeout_s,
        switches=wish.switches,
        joins=wish.joins,
        join_ssid=wish.join_ssid,
    )


async def _call(hub: HubClient, uuid: Uuid, name: str) -> str:
    """Give a plug that is at home its name; return why it could not be called so."""
    if not name:
        return ""
    try:
        await hub.change(uuid.text, name=name)
    except OwnplugError as error:
        return f"It is at home, and not called so: {error}"
    return ""


def _heard(networks: list[Network]) -> list[HeardNetwork]:
    """Each network once, the strongest first; what no text can show is left out."""
    found: dict[str, HeardNetwork] = {}
    for network in networks:
        try:
            ssid = network.ssid_bytes().decode()
        except (Malformed, UnicodeDecodeError):
            continue
        signal = network.signal if isinstance(network.signal, int) else None
        heard = HeardNetwork(ssid=ssid, signal=signal, is_open=network.encryption == _OPEN)
        if ssid not in found or _loudness(heard) > _loudness(found[ssid]):
            found[ssid] = heard
    return sorted(found.values(), key=_loudness, reverse=True)


def _loudness(heard: HeardNetwork) -> int:
    return heard.signal if heard.signal is not None else -1
