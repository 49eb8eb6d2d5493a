"""Pairings that the API was asked for: each runs by itself, through the hub's own API like any other's."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ownplug.aio import Clock
from ownplug.client import HubAddress, HubClient
from ownplug.core.errors import Conflict, Malformed, NotFound, OwnplugError, Unreachable
from ownplug.core.meross.masking import mask_text
from ownplug.core.meross.payloads import Network
from ownplug.core.secret import Secret
from ownplug.core.units import Position
from ownplug.pairing import Step, WifiNetwork, Wish, identify, scan, take_home
from ownplug.plug import HttpLink
from ownplug.web import (
    DoneStep,
    FoundPlug,
    HeardNetwork,
    PairingFailure,
    PairingView,
    PairingWish,
)

_REMEMBERED = 50
_AT_ONCE = 4  # a person pairs one, perhaps two; each holds a connection to its plug
_SCAN_S = 40.0  # as when a plug is paired from the command line
_OPEN = 0


@dataclass(slots=True)
class _Running:
    view: PairingView
    task: asyncio.Task[None] | None = None


class PairingDesk:
    """Takes plugs home on request; use it as `async with`. Fits `ownplug.web.PairingDoor` by shape.

    Args:
        clock: dates pairings and measures their steps.
        position: of the home, as `LATITUDE,LONGITUDE`, which no pairing shows; empty where it is not known.
    """

    def __init__(self, clock: Clock, *, position: str = "") -> None:
        self._clock = clock
        self._positions: set[str] = set()
        self.use_position(position)
        self._address: HubAddress | None = None
        self._known: dict[str, _Running] = {}
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in self._known.values():
            if running.task is not None:
                running.task.cancel()
        # Without the body's error, which would come back wrapped in a group.
        await self._tasks.__aexit__(None, None, None)

    def use_position(self, position: str) -> None:
        """Keep this position of the home to ourselves from now on, too."""
        if position:
            self._positions.add(str(Position.parse(position)))

    def serve_through(self, address: HubAddress) -> None:
        """Reach the hub there from now on."""
        self._address = address

    async def look(self, url: str, /) -> FoundPlug:
        """See `PairingDoor.look`.

        Raises:
            PairingFailed: the plug belongs to somebody already.
            OwnplugError: it does not answer, or is none.
        """
        async with HttpLink(url, key=Secret(""), trusting=True, timeout_s=_SCAN_S) as link:
            hardware, uuid, _ = await identify(link)
            return FoundPlug(uuid=uuid.text, model=hardware.type, networks=_heard(await scan(link)))

    def begin(self, wish: PairingWish, /) -> PairingView:
        """See `PairingDoor.begin`.

        Raises:
            UsageError: no network is called so, or no plug's address.
            Conflict: that plug is being paired, or too many are.
        """
        network = WifiNetwork(ssid=wish.ssid, password=wish.password)
        HttpLink(wish.url, key=Secret(""))  # refuses what is no address
        under_way = [each.view for each in self._known.values() if each.view.state == "running"]
        if len(under_way) >= _AT_ONCE or wish.url in {view.url for view in under_way}:
            raise Conflict("A pairing is under way.", hint="Wait for its end, or give it up.")
        view = PairingView(id=secrets.token_hex(8), began_at=self._clock.now(), url=wish.url)
        running = self._known[view.id] = _Running(view)
        order = Wish(network=network, url=wish.url, timeout_s=wish.timeout_s, switches=wish.switches)
        running.task = self._tasks.create_task(self._pair(view, order, wish.name), name=f"pairing {view.id}")
        self._forget_oldest()
        return view

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

    async def _pair(self, view: PairingView, wish: Wish, name: str) -> None:
        began_s = self._clock.monotonic()

        # A pairing can be read for as long as the hub runs, and by others than who began it.
        def masked(text: str) -> str:
            return mask_text(text, (wish.network.ssid, wish.network.password.reveal(), *self._positions))

        def tell(step: Step) -> None:
            view.phase = step.phase.value
            view.uuid = step.uuid.text if step.uuid else view.uuid
            if step.done:
                after_s = round(self._clock.monotonic() - began_s, 3)
                found = masked(step.found)
                view.steps.append(DoneStep(phase=step.phase.value, found=found, after_s=after_s))

        try:
            async with HubClient(self._hub()) as hub:
                uuid = await take_home(hub, wish, tell=tell)
                if name:
                    await hub.change(uuid.text, name=name)
        except OwnplugError as error:
            view.failure = PairingFailure(
                code=error.code, message=masked(str(error)), hint=masked(error.hint)
            )
            view.state = "failed"
        else:
            view.state = "done"

    def _hub(self) -> HubAddress:
        if self._address is None:
            raise Unreachable("The hub is not ready yet.", hint="Try again in a moment.")
        return self._address

    def _find(self, id_: str) -> _Running:
        running = self._known.get(id_)
        if running is None:
            raise NotFound("There is no such pairing.", hint="It may be long ago.")
        return running

    def _forget_oldest(self) -> None:
        ended = [id_ for id_, running in self._known.items() if running.view.state != "running"]
        for id_ in ended[: max(0, len(self._known) - _REMEMBERED)]:
            del self._known[id_]


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
