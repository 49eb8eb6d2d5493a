"""The hub's laboratory: virtual plugs in the hub's own process, which it reaches by their wires alone.

They lie in the home's folder `lab`, survive a restart of the hub, and come home by themselves.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from ownplug.aio import Clock, Subscription, SystemClock
from ownplug.cli.lab_choices import check_lab_load, lab_faults, lab_loads, lab_models
from ownplug.cli.lab_file import KeptPlug, KeptPlugs, LabFile
from ownplug.cli.lab_homecoming import Homecoming
from ownplug.cli.lab_plug import LabPlug
from ownplug.client import HubAddress
from ownplug.core.errors import Conflict, OwnplugError, Unreachable, UsageError
from ownplug.virtual import Hand, LifeState, VirtualPlug, find_profile
from ownplug.web import (
    MOST_LAB_PLUGS,
    LabFault,
    LabLoad,
    LabMessage,
    LabModel,
    LabPlugView,
    LabWish,
)

_LOG = logging.getLogger(__name__)

_SEED_BITS = 32


class LabDesk:
    """Runs virtual plugs; use it as `async with`. Fits `ownplug.app.Laboratory` by shape.

    Args:
        folder: where they are kept.
        clock: the time.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._file = LabFile(folder)
        self._clock = clock or SystemClock()
        self._next_number = 1
        self._starting = 0
        self._out: list[KeptPlug] = []  # not plugged in again, or not yet; they stay on the list
        self._plugs: dict[int, LabPlug] = {}
        self._saving = asyncio.Lock()
        self._hub: HubAddress | None = None
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        plugs = list(self._plugs.values())
        self._plugs.clear()
        for plug in plugs:
            plug.leave()
        # Without the body's error, which would come back wrapped in a group.
        await self._tasks.__aexit__(None, None, None)

    async def begin(self, hub: HubAddress, /) -> None:
        """See `Laboratory.begin`; what cannot be plugged in any more is told in the log, and stays out."""
        await asyncio.to_thread(self._file.forget_ttys)
        try:
            kept = await asyncio.to_thread(self._file.load)
        except UsageError as error:
            _LOG.warning("%s The laboratory begins empty", error)
            kept = KeptPlugs()
        self._next_number = kept.next_number
        self._out = list(kept.plugs)
        for each in kept.plugs:
            try:
                await self._start(each)
            except OwnplugError as error:
                _LOG.warning("Virtual plug %s stays out: %s", each.number, error)
            else:
                self._out.remove(each)
        # From now on others may be started: before, they would have taken the place of what was kept.
        self._hub = hub

    def ttys(self) -> Sequence[tuple[str, str]]:
        """See `Laboratory.ttys`."""
        views = self.all()
        return [(view.tty, f"{view.name}, a virtual {view.model}") for view in views if view.tty]

    def models(self) -> list[LabModel]:
        """See `LabDoor.models`."""
        return lab_models()

    def faults(self) -> list[LabFault]:
        """See `LabDoor.faults`."""
        return lab_faults()

    def loads(self) -> list[LabLoad]:
        """See `LabDoor.loads`."""
        return lab_loads()

    async def start(self, wish: LabWish, /) -> list[LabPlugView]:
        """See `LabDoor.start`.

        Raises:
            UsageError: there is no such model or load.
            Conflict: the laboratory is full.
            Unreachable: it is not open yet.
        """
        hub, model = self._opened(), find_profile(wish.model).name
        check_lab_load(wish.load)
        taken = len(self._plugs) + self._starting
        if taken + wish.count > MOST_LAB_PLUGS:
            raise Conflict(
                f"The laboratory has room for {MOST_LAB_PLUGS} plugs, and {taken} are there.",
                hint="Throw some away.",
            )
        self._starting += wish.count
        try:
            await asyncio.to_thread(self._file.prepare)
            started = [await self._start(self._new(model, wish, each)) for each in range(wish.count)]
        finally:
            self._starting -= wish.count
            await self._save()
        for plug in started if wish.take_home else ():
            self._take_home(plug, hub)
        return [plug.view() for plug in started]

    def all(self) -> list[LabPlugView]:
        """See `LabDoor.all`."""
        return [plug.view() for plug in self._plugs.values()]

    def get(self, id_: str, /) -> LabPlugView:
        """See `LabDoor.get`.

        Raises:
            NotFound: there is none, or more than one.
        """
        return self._find(id_).view()

    def take_home(self, id_: str, /) -> LabPlugView:
        """See `LabDoor.take_home`.

        Raises:
            NotFound: there is none, or more than one.
            Conflict: it is not in pairing mode, or being taken home already.
        """
        plug = self._find(id_)
        if plug.plug.state is not LifeState.PAIRING:
            raise Conflict("That plug is not in pairing mode.", hint="Hold its button for five seconds.")
        if plug.taking_home in {"waiting", "running"}:
            raise Conflict("That plug is being taken home already.")
        self._take_home(plug, self._opened())
        return plug.view()

    async def throw_away(self, id_: str, /) -> None:
        """See `LabDoor.throw_away`.

        Raises:
            NotFound: there is none, or more than one.
        """
        plug = self._find(id_)
        del self._plugs[plug.kept.number]
        plug.leave()
        await plug.ended()
        await self._save()
        await asyncio.to_thread(self._file.remove, plug.kept.number)

    def press(self, id_: str, held_s: float, /) -> LabPlugView:
        """See `LabDoor.press`.

        Raises:
            NotFound: there is none, or more than one.
            UsageError: too long.
        """
        plug = self._find(id_)
        self._hand.press(plug.plug, held_s)
        return plug.view()

    async def set_load(self, id_: str, load: str, /) -> LabPlugView:
        """See `LabDoor.set_load`.

        Raises:
            NotFound: there is none, or more than one.
            UsageError: there is no such load.
        """
        plug = self._find(id_)
        check_lab_load(load)
        self._hand.set_load(plug.plug, load)
        plug.kept = msgspec.structs.replace(plug.kept, load=load)
        await self._save()
        return plug.view()

    def set_faults(self, id_: str, faults: list[str], /) -> LabPlugView:
        """See `LabDoor.set_faults`.

        Raises:
            NotFound: there is none, or more than one.
            UsageError: there is no such fault, or its value is none.
        """
        plug = self._find(id_)
        self._hand.set_faults([plug.plug], faults, clear=True)
        return plug.view()

    def unplug(self, id_: str, /) -> LabPlugView:
        """See `LabDoor.unplug`.

        Raises:
            NotFound: there is none, or more than one.
        """
        plug = self._find(id_)
        plug.plug.unplug()
        return plug.view()

    async def plug_in(self, id_: str, /) -> LabPlugView:
        """See `LabDoor.plug_in`.

        Raises:
            NotFound: there is none, or more than one.
            LinkTimeout: it does not start.
        """
        plug = self._find(id_)
        async with plug.patience():
            await plug.plug.plug_in()
        return plug.view()

    async def reboot(self, id_: str, /) -> LabPlugView:
        """See `LabDoor.reboot`.

        Raises:
            NotFound: there is none, or more than one.
            LinkTimeout: it does not start.
        """
        plug = self._find(id_)
        async with plug.patience():
            await plug.plug.reboot()
        return plug.view()

    def wires(self, id_: str, /) -> AbstractContextManager[Subscription[LabMessage]]:
        """See `LabDoor.wires`.

        Raises:
            NotFound: there is none, or more than one.
        """
        return self._find(id_).wires()

    def _new(self, model: str, wish: LabWish, place: int) -> KeptPlug:
        number, self._next_number = self._next_number, self._next_number + 1
        name = f"{wish.name} {place + 1}" if wish.name and wish.count > 1 else wish.name
        return KeptPlug(
            number=number,
            seed=secrets.randbits(_SEED_BITS),
            model=model,
            name=name or f"Bench plug {number}",
            load=wish.load,
        )

    async def _start(self, kept: KeptPlug) -> LabPlug:
        plug = LabPlug(kept, self._file, self._clock)
        await plug.start(self._tasks)
        self._plugs[kept.number] = plug
        return plug

    async def _save(self) -> None:
        async with self._saving:  # else an older list could come last
            plugs = [*self._out, *(plug.kept for plug in self._plugs.values())]
            kept = KeptPlugs(next_number=self._next_number, plugs=plugs)
            await asyncio.to_thread(self._file.save, kept)

    def _take_home(self, plug: LabPlug, hub: HubAddress) -> None:
        coming = Homecoming(plug, lambda: plug.kept.number in self._plugs, self._clock)
        self._tasks.create_task(coming.run(hub), name=f"take home virtual plug {plug.kept.number}")

    def _opened(self) -> HubAddress:
        if self._hub is None:
            raise Unreachable("The laboratory is not open yet.", hint="Try again in a moment.")
        return self._hub

    def _find(self, id_: str) -> LabPlug:
        return self._plugs[self._hand.find(id_).settings.index]

    @property
    def _hand(self) -> Hand:
        plugs: list[VirtualPlug] = [plug.plug for plug in self._plugs.values()]
        return Hand(plugs)
