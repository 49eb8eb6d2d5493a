"""Pairing many plugs, one after the other, as they come into reach.

Which plug was taken for which row is written down before the plug is told anything: whoever is stopped between that and
the plug's name at the hub goes on from there. The name is what tells a row that is done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from ownplug.aio import Clock
from ownplug.core.errors import (
    Conflict,
    DeviceError,
    LinkError,
    Malformed,
    NetworkNotBack,
    OwnplugError,
    PairingFailed,
)
from ownplug.core.identity import Uuid
from ownplug.pairing.batch_list import BatchRow
from ownplug.pairing.evidence import Cause
from ownplug.pairing.steps import Step
from ownplug.pairing.taking_home import Wish, take_home

if TYPE_CHECKING:
    from ownplug.client import HubClient

IDLE_S = 300.0
"""How long nothing new may come into reach before a batch ends."""

_LOOK_EVERY_S = 1.0
# What may be one plug's own trouble; any other cause would meet the next one, too.
_OF_ONE_PLUG = {Cause.WIFI_ABSENT.code, Cause.WRONG_KEY.code, Cause.UNSEEN.code}


class BatchState(Enum):
    """How far a row of the list came."""

    WAITING = "waiting"  # no plug came for it
    TOLD = "told"  # a plug was taken for it, and is not at home
    HOME = "home"  # its plug is at home, under its name
    FAILED = "failed"  # its plug is there, and could not be paired, or not be called so


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlug:
    """A row of the list, and how far it came.

    Attributes:
        row: what the list says.
        state: how far.
        uuid: the plug that was taken for it; None: none yet.
        failure: why it came no further; None: nothing is wrong.
    """

    row: BatchRow
    state: BatchState = BatchState.WAITING
    uuid: Uuid | None = None
    failure: OwnplugError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InReach:
    """A plug in pairing mode that could be told.

    Attributes:
        mark: by what it is known again.
        mac_tail: the last digits of its MAC, as many as are known; empty where none is.
        wish: how to pair it.
    """

    mark: str
    mac_tail: str
    wish: Wish


Look = Callable[[], Awaitable[Sequence[InReach]]]
"""Returns the plugs that are in reach now."""


class _LeftAlone(Exception):
    """The plug that answered is none of the list's."""


class Batch:
    """A list that is being paired.

    Args:
        rows: who shall come.
        taken: which plug was taken for which row, by its name, in earlier runs.
        hub: to which they shall come.
        look: tells who is in reach.
        keep: puts what `taken` has become on the disk before it returns.
        tell: hears of each row that came further.
        clock: measures the waits.
        follow: hears of each step of the plug that was taken for a row, by the row's name.
    """

    def __init__(
        self,
        rows: Sequence[BatchRow],
        taken: Mapping[str, Uuid],
        *,
        hub: HubClient,
        look: Look,
        keep: Callable[[dict[str, Uuid]], None],
        tell: Callable[[BatchPlug], None],
        clock: Clock,
        follow: Callable[[str, Step], None] = lambda _name, _step: None,
    ) -> None:
        self._plugs = {row.name: BatchPlug(row=row, uuid=_still_fitting(row, taken)) for row in rows}
        self._hub = hub
        self._look = look
        self._keep = keep
        self._tell = tell
        self._clock = clock
        self._follow = follow
        self._tried: set[str] = set()  # marks: each plug once

    @property
    def plugs(self) -> list[BatchPlug]:
        """Every row, as far as it came."""
        return list(self._plugs.values())

    @property
    def is_done(self) -> bool:
        """Whether all are at home."""
        return all(plug.state is BatchState.HOME for plug in self._plugs.values())

    async def run(self, *, idle_s: float = IDLE_S) -> None:
        """Pair who comes into reach, until all are at home or nobody new has come for so long.

        Ends also where one failed for a cause that the next would meet, too.

        Raises:
            OwnplugError: the hub, or this machine's Wi-Fi, failed.
        """
        await self._settle()
        since_s = self._clock.monotonic()
        while not self._is_over and self._clock.monotonic() - since_s <= idle_s:
            came = [plug for plug in await self._look() if self._is_wanted(plug) and await self._pair(plug)]
            await self._settle()
            if came:
                since_s = self._clock.monotonic()
            elif not self._is_over:
                await self._clock.sleep(_LOOK_EVERY_S)

    async def _pair(self, plug: InReach) -> bool:
        """Pair one; whether it was for the list. One that did not say who it is may be tried again."""
        chosen: list[str] = []
        self._tried.add(plug.mark)

        def hear(step: Step) -> None:
            if step.uuid is not None and not chosen:
                chosen.append(self._choose(step.uuid, plug.wish.url))
            if chosen:
                self._follow(chosen[0], step)

        try:
            uuid = await take_home(self._hub, plug.wish, tell=hear)
        except _LeftAlone:
            return False
        except NetworkNotBack:
            raise
        except (PairingFailed, DeviceError, LinkError, Malformed) as error:
            if not chosen:
                self._tried.discard(plug.mark)
                return False
            self._note(chosen[0], BatchState.FAILED, error)
            return True
        await self._name(chosen[0], uuid)
        return True

    @property
    def _is_over(self) -> bool:
        failed = (plug.failure for plug in self._plugs.values() if isinstance(plug.failure, PairingFailed))
        return self.is_done or any(failure.code not in _OF_ONE_PLUG for failure in failed)

    def _is_wanted(self, plug: InReach) -> bool:
        """Whether it was not tried yet, and may be one of the list."""
        return (
            not self._is_over
            and plug.mark not in self._tried
            and any(
                waiting.state is BatchState.WAITING
                and waiting.row.url in {"", plug.wish.url}
                and (waiting.uuid is None or waiting.uuid.text.endswith(plug.mac_tail))
                and (waiting.row.mac is None or waiting.row.mac.digits.endswith(plug.mac_tail))
                for waiting in self._plugs.values()
            )
        )

    def _choose(self, uuid: Uuid, url: str) -> str:
        """Take a plug that answers at `url` for a row, and write that down.

        Raises:
            _LeftAlone: there is no row for it.
        """
        open_rows = [
            plug
            for plug in self._plugs.values()
            if plug.state is BatchState.WAITING and plug.row.url in {"", url}
        ]
        # Who names an address means the plug there; "any" is for what is left.
        open_rows.sort(key=lambda plug: not plug.row.url)
        fitting = (
            [plug for plug in open_rows if plug.uuid == uuid]
            or [plug for plug in open_rows if plug.uuid is None and plug.row.mac == uuid.mac]
            or [plug for plug in open_rows if plug.uuid is None and plug.row.mac is None]
        )
        if not fitting:
            raise _LeftAlone(f"{uuid} is not on the list.")
        name = fitting[0].row.name
        self._plugs[name] = replace(fitting[0], uuid=uuid)
        self._keep({name: plug.uuid for name, plug in self._plugs.items() if plug.uuid is not None})
        self._note(name, BatchState.TOLD)
        return name

    async def _settle(self) -> None:
        """Note who is at home under the name of its row, and name those that came while nobody looked."""
        at_home = {Uuid(plug["uuid"]): plug for plug in await self._hub.plugs()}
        named = {plug["name"].casefold(): uuid for uuid, plug in at_home.items()}
        for name, plug in list(self._plugs.items()):
            if plug.state in {BatchState.HOME, BatchState.FAILED}:
                continue
            namesake = named.get(name.casefold())
            if namesake is not None and plug.row.mac in {None, namesake.mac}:
                self._plugs[name] = replace(plug, uuid=namesake)
                self._note(name, BatchState.HOME)
                continue
            came = next((uuid for uuid in at_home if uuid == plug.uuid or uuid.mac == plug.row.mac), None)
            if came is not None and at_home[came]["availability"] == "online":
                await self._name(name, came)

    async def _name(self, name: str, uuid: Uuid) -> None:
        self._plugs[name] = replace(self._plugs[name], uuid=uuid)
        try:
            await self._hub.change(uuid.text, name=name, room=self._plugs[name].row.room)
        except LinkError:
            raise
        except OwnplugError as error:  # another one is called so, or that is no name
            self._note(name, BatchState.FAILED, Conflict(f"It is at home, and not called so: {error}"))
        else:
            self._note(name, BatchState.HOME)

    def _note(self, name: str, state: BatchState, failure: OwnplugError | None = None) -> None:
        self._plugs[name] = replace(self._plugs[name], state=state, failure=failure)
        self._tell(self._plugs[name])


def _still_fitting(row: BatchRow, taken: Mapping[str, Uuid]) -> Uuid | None:
    """The plug that was taken for a row, unless the row wants another by now."""
    uuid = taken.get(row.name)
    return uuid if uuid is not None and row.mac in {None, uuid.mac} else None
