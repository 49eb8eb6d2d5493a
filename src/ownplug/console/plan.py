"""What a restore would do: from the settings that are wanted and those that are there, the steps between. Pure.

The order is part of the plan. What decides how the plug starts comes last: a plug that loses its current in the midst
of it does not take up a new life with half of the settings. A plan holds no state: the difference between a file and
a plug is all that there is to know, so a restore that was cut short goes on when it is planned again.

The console has limits that a plan must go around. It cannot write an empty value: only the reset of a whole group
empties an item. It splits at blanks, so a value with a blank (many a network's name) cannot be written at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ownplug.console.keys import Store, setting_of, split_key
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret
from ownplug.core.shell import Command, Setting, render_command

CALIBRATION = frozenset({"meross:dev.enr.VRatio", "meross:dev.enr.IRatio", "meross:dev.enr.ratioFlag"})
"""What the factory measured of this plug's meter."""

_EMPTY = Secret("")
_FACTORY, _UUID = "factory", "factory:dev.fac.uuid"
_LAST = (
    "common:RadioOff",
    "common:OpMode",
    "meross:dev.cfg.upgradeFlag",
    "meross:dev.cfg.Bind",
    "meross:dev.cfg.State",
    "factory:dev.fac.mode",
)
"""What decides how the plug starts, in the order in which it is written. Source: seed, sdk, assumed (the meanings)."""


class Why(StrEnum):
    """Why a setting that differs is left as it is."""

    IDENTITY = "identity"  # it makes this plug this plug
    CALIBRATION = "calibration"
    ABSENT = "absent"  # the plug has no such setting
    EMPTY = "empty"  # it must become empty, and only the reset of its group does that
    LOSING = "losing"  # as above, but that reset would lose another value, which cannot be written back
    UNTYPABLE = (
        "untypable"  # the console cannot be sent it, for a blank or a control character, or its length
    )

    @property
    def is_chosen(self) -> bool:
        """Whether it is left alone because nobody asked for it, not because it cannot be done."""
        return self in {Why.IDENTITY, Why.CALIBRATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreOptions:
    """What a restore may touch."""

    identity: bool = False
    """Also what makes the plug this plug: the group `factory`, MAC addresses, the name of its own network."""
    calibration: bool = False
    """Also what the factory measured of its meter."""
    reset: bool = False
    """Reset a group where items of it must become empty, and write the others back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value to write."""

    key: str
    old: Secret | None
    new: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One difference that stays."""

    key: str
    old: Secret | None
    new: Secret
    why: Why
    loses: str = ""
    """With `Why.LOSING`, the setting that a reset would lose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """What to do, in this order: reset, then write."""

    resets: tuple[str, ...]
    """Groups."""
    changes: tuple[Change, ...]
    left: tuple[Left, ...]

    @property
    def impossible(self) -> tuple[Left, ...]:
        """What is left because it cannot be done."""
        return tuple(left for left in self.left if not left.why.is_chosen)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.resets and not self.changes


def plan_restore(
    wanted: Store,
    present: Store,
    options: RestoreOptions | None = None,
    *,
    forgotten: frozenset[str] = frozenset(),
    spent: frozenset[str] = frozenset(),
) -> RestorePlan:
    """Plan how `present` becomes `wanted`.

    Args:
        wanted: the settings of a backup.
        present: those of the plug.
        options: what may be touched.
        forgotten: groups that this restore has reset, or may have: what the plug lost by that is written back,
            also what is left alone otherwise.
        spent: groups that it has reset for certain, and does not reset again.
    """
    return _Planner(wanted, present, options or RestoreOptions(), forgotten, spent).plan()


def is_typable(key: str, value: Secret) -> bool:
    """Whether the console can write this value."""
    try:
        render_command(Command("config write", (*split_key(key), value.reveal())))
    except UsageError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Planner:
    wanted: Store
    present: Store
    options: RestoreOptions
    forgotten: frozenset[str]
    spent: frozenset[str]

    def plan(self) -> RestorePlan:
        resets = self._resets()
        after = {**self.present, **self._defaults(resets)}
        free = self.forgotten | set(resets)
        changes, left = [], []
        for key in sorted(self.wanted, key=_rank):
            old, new = self.present.get(key), self.wanted[key]
            if after.get(key, _EMPTY) == new:
                continue
            why = self._why_left(key, free)
            if why is None:
                changes.append(Change(key=key, old=old, new=new))
            else:
                loses = next(self._losses(split_key(key)[0]), "") if why is Why.EMPTY else ""
                left.append(Left(key=key, old=old, new=new, why=Why.LOSING if loses else why, loses=loses))
        return RestorePlan(resets=resets, changes=tuple(changes), left=tuple(left))

    def _why_left(self, key: str, free: frozenset[str]) -> Why | None:
        if key not in self.present:
            return Why.ABSENT
        guard = self._guard(key)
        if guard is not None and split_key(key)[0] not in free:
            return guard
        if not self.wanted[key] and _default(key) == _EMPTY:
            return Why.EMPTY
        return None if is_typable(key, self.wanted[key]) else Why.UNTYPABLE

    def _guard(self, key: str) -> Why | None:
        """What keeps a setting from being touched, if anything does."""
        if key in CALIBRATION:
            return None if self.options.calibration else Why.CALIBRATION
        return Why.IDENTITY if _is_identity(key) and not self.options.identity else None

    def _resets(self) -> tuple[str, ...]:
        """Groups whose reset brings items to the empty value that is wanted, and loses nothing."""
        if not self.options.reset:
            return ()
        groups = dict.fromkeys(split_key(key)[0] for key in self.wanted if self._is_emptied_by_reset(key))
        new = (group for group in groups if group not in self.spent)
        return tuple(group for group in new if next(self._losses(group), None) is None)

    def _is_emptied_by_reset(self, key: str) -> bool:
        differs = self.present.get(key, _EMPTY) != self.wanted[key]
        return differs and self._why_left(key, frozenset()) is Why.EMPTY

    def _losses(self, group: str) -> Iterator[str]:
        """Settings of a group that a reset would lose for good."""
        if group == _FACTORY:
            yield _UUID
        for key in _of_group(self.present, group):
            is_known = key in self.wanted and (
                self._guard(key) is None or self.wanted[key] == self.present[key]
            )
            if not is_known or not (self.wanted[key] == _default(key) or is_typable(key, self.wanted[key])):
                yield key

    def _defaults(self, groups: Iterable[str]) -> dict[str, Secret]:
        """What resets leave behind, as far as it is known."""
        return {
            key: default
            for group in groups
            for key in _of_group(self.present, group)
            if (default := _default(key)) is not None
        }


def _of_group(store: Store, group: str) -> list[str]:
    return [key for key in store if split_key(key)[0] == group]


def _default(key: str) -> Secret | None:
    """The value of a new plug; None where each has its own, or nobody knows."""
    setting = setting_of(key)
    return None if setting is None or setting.own is not None else Secret(setting.default)


def _is_identity(key: str) -> bool:
    setting: Setting | None = setting_of(key)
    return split_key(key)[0] == _FACTORY or (setting is not None and setting.own is not None)


def _rank(key: str) -> int:
    """Where a change stands in the order of writing; equal ones keep the order of the plug."""
    if key in _LAST:
        return 2 + _LAST.index(key)
    return 1 if split_key(key)[0] == _FACTORY else 0
