"""The timers and auto-offs that plugs keep, as the hub shows and changes them.

They are the plug's own: it follows them with no hub. When a timer acts next is reckoned by the code that virtual plugs
follow, from the clock and the position that the plug itself says it has.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from ownplug.aio import Clock
from ownplug.core.schedule import AtSun, AutoOff, Place, Timer, next_moment
from ownplug.plug import KeptRules, Plug, Rules

R = TypeVar("R", Timer, AutoOff)
V = TypeVar("V")

_NO_POSITION = (
    "The plug has not been told where it is, and takes sunrise and sunset from the equator. "
    "Set hub.position to LATITUDE,LONGITUDE and start the hub again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerView:
    """A timer, and what will come of it.

    Attributes:
        timer: as the plug keeps it.
        acts_next_at: None: not within a year.
        warning: why it will not do what was meant; empty: it will.
    """

    timer: Timer
    acts_next_at: datetime | None
    warning: str = ""


class OpenPlug(Protocol):
    """Reaches a plug of the home by its best link."""

    def __call__(self, reference: str, *, channel: int | None = None) -> AbstractAsyncContextManager[Plug]:
        """Reach the plug; with `channel`, one that has such an outlet."""


class _RuleDoor(ABC, Generic[R, V]):
    """One kind of rule, of all plugs; `reference` names a plug as a person names it.

    Each call may raise `NotFound` and `Conflict` (no such plug, or several; or no such rule), `LinkError` (the plug
    cannot be reached), `DeviceError` (it refused, keeps no such rules, or is full) and `WireError` (it keeps something
    else than it acknowledged). Making a rule that turns off raises `Locked` where the plug's safeguards forbid that.

    Args:
        open_plug: reaches a plug.
        check_off: lets a plug be turned off, or raises `Locked`.
        teller: gives, for a plug, what tells that its rules were changed.
        clock: says what time it is.
    """

    def __init__(
        self,
        open_plug: OpenPlug,
        check_off: Callable[[str], None],
        teller: Callable[[str], Callable[[], None]],
        clock: Clock,
    ) -> None:
        self._open = open_plug
        self._check_off = check_off
        self._teller = teller
        self._clock = clock

    async def all(self, reference: str) -> KeptRules[V]:
        """Ask the plug for all of them."""
        async with self._open(reference) as plug:
            kept = await self._of(plug).all()
            return KeptRules(rules=await self._shown(plug, kept.rules), unread=kept.unread)

    async def get(self, reference: str, rule_id: str) -> V:
        """Ask the plug for one."""
        async with self._open(reference) as plug:
            return await self._one(plug, await self._of(plug).get(rule_id))

    async def add(self, reference: str, rule: R) -> V:
        """Make one, which gets an id of its own; return it as the plug keeps it."""
        self._check(reference, rule)
        tell_changed = self._teller(reference)
        async with self._open(reference, channel=rule.channel) as plug:
            kept = await self._of(plug).add(rule)
            tell_changed()
            return await self._one(plug, kept)

    async def change(self, reference: str, rule: R) -> V:
        """Replace the one of the same id; return it as the plug keeps it."""
        self._check(reference, rule)
        tell_changed = self._teller(reference)
        async with self._open(reference, channel=rule.channel) as plug:
            kept = await self._of(plug).change(rule)
            tell_changed()
            return await self._one(plug, kept)

    async def remove(self, reference: str, rule_id: str) -> None:
        """Let the plug forget one."""
        tell_changed = self._teller(reference)
        async with self._open(reference) as plug:
            await self._of(plug).remove(rule_id)
            tell_changed()

    def _check(self, reference: str, rule: R) -> None:
        if rule.enabled and self._turns_off(rule):
            self._check_off(reference)

    async def _one(self, plug: Plug, rule: R) -> V:
        [shown] = await self._shown(plug, [rule])
        return shown

    @abstractmethod
    def _of(self, plug: Plug) -> Rules[R]:
        """The rules of a plug."""

    @abstractmethod
    def _turns_off(self, rule: R) -> bool:
        """Whether that is what a rule does."""

    @abstractmethod
    async def _shown(self, plug: Plug, rules: Sequence[R]) -> tuple[V, ...]:
        """What is told of rules."""


class Timers(_RuleDoor[Timer, TimerView]):
    """The timers of all plugs."""

    def _of(self, plug: Plug) -> Rules[Timer]:
        return plug.timers

    def _turns_off(self, rule: Timer) -> bool:
        return not rule.turns_on

    async def _shown(self, plug: Plug, rules: Sequence[Timer]) -> tuple[TimerView, ...]:
        if not rules:
            return ()
        place = await plug.location.place()
        return tuple(_view(timer, place, self._clock.now()) for timer in rules)


class AutoOffs(_RuleDoor[AutoOff, AutoOff]):
    """The auto-offs of all plugs."""

    def _of(self, plug: Plug) -> Rules[AutoOff]:
        return plug.auto_offs

    def _turns_off(self, rule: AutoOff) -> bool:
        return True

    async def _shown(self, plug: Plug, rules: Sequence[AutoOff]) -> tuple[AutoOff, ...]:
        return tuple(rules)


def _view(timer: Timer, place: Place, now: datetime) -> TimerView:
    moment = next_moment(timer, place, now.timestamp())
    is_lost = isinstance(timer.at, AtSun) and (place.latitude, place.longitude) == (0, 0)
    return TimerView(
        timer=timer,
        acts_next_at=datetime.fromtimestamp(moment.unix_s, UTC) if moment else None,
        warning=_NO_POSITION if is_lost else "",
    )
