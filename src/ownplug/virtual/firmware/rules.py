"""The rules that a plug keeps: in flash, and as they were loaded at its start.

An entry is kept as it goes over the wire, with the number of its changes. What somebody writes into the settings by
the console is taken for a rule at the next start, as the log of a start shows.

Source: seed (32 slots of each kind; `load 0 rules` at a start); assumed (what stands in a slot).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from ownplug.core.errors import DeviceError, Malformed
from ownplug.core.meross import as_data
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.core.meross.payloads.rules import TimerEntry, TriggerEntry
from ownplug.core.meross.rules import auto_off_of, read_entry, timer_of
from ownplug.core.schedule import AutoOff, Timer
from ownplug.virtual.firmware.fields import DAY_S, UNIX_LIMIT, is_utf8
from ownplug.virtual.firmware.flash import TIMERS, TRIGGERS, VALUE_LIMIT, Flash

E = TypeVar("E", TimerEntry, TriggerEntry)
R = TypeVar("R", Timer, AutoOff)

# Source: assumed.
_ID_LIMIT, _ALIAS_LIMIT = 32, 64  # characters
_KIND_LIMIT = 4
_COUNT_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Generic[E, R]):
    """One rule in its slot.

    Attributes:
        number: of the slot.
        entry: as it goes over the wire.
        rule: what it means.
        count: how often it was changed, from 1 on.
        since_s: when it was made or changed, or loaded, by the world's steady clock.
    """

    number: int
    entry: E
    rule: R
    count: int
    since_s: float

    @property
    def summary(self) -> dict[str, Any]:
        """As the digests tell it."""
        return {"channel": self.rule.channel, "id": self.rule.id, "count": self.count}


@dataclass(slots=True, kw_only=True)
class RuleSlots(Generic[E, R]):
    """All rules of one kind.

    Attributes:
        revision: counts changes.
    """

    flash: Flash
    items: Sequence[str]
    kind: type[E]
    mean: Callable[[E], R]
    revision: int = 0
    _kept: dict[int, Kept[E, R]] = field(default_factory=dict)

    def load(self, now_s: float) -> None:
        """Take from flash what is there; what is damaged is left out."""
        self._kept.clear()
        self.revision += 1
        for number, item in enumerate(self.items):
            if text := self.flash.read(item):
                kept = self._read(number, text, now_s)
                if kept is not None:
                    self._kept[number] = kept

    def __iter__(self) -> Iterator[Kept[E, R]]:
        """The rules in the order of their slots."""
        return (self._kept[number] for number in sorted(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, rule_id: str) -> Kept[E, R] | None:
        """The rule of that id."""
        return next((kept for kept in self if kept.rule.id == rule_id), None)

    def keep(self, entries: Sequence[E], now_s: float, *, instead: bool = False) -> None:
        """Make rules, or change those of the same ids: all of them or none.

        Args:
            entries: what to keep.
            now_s: by the world's steady clock.
            instead: forget all others.

        Raises:
            Malformed: one of them means nothing, or does not fit into its slot.
            DeviceError: there are not enough slots.
        """
        ids = {entry.id for entry in entries}
        kept = {number: old for number, old in self._kept.items() if not instead or old.rule.id in ids}
        texts = dict.fromkeys(self._kept.keys() - kept.keys(), "")
        for entry in entries:
            rule = self.mean(entry)
            found = next((old for old in kept.values() if old.rule.id == rule.id), None)
            number, count = (found.number, found.count % _COUNT_LIMIT + 1) if found else (self._free(kept), 1)
            texts[number] = _render(entry, count)
            kept[number] = Kept(number=number, entry=entry, rule=rule, count=count, since_s=now_s)
        for number, text in texts.items():
            self.flash.write(self.items[number], text)
        self._kept = kept
        self.revision += 1

    def forget(self, rule_id: str) -> None:
        """Delete the rule of that id; an unknown one is as good as forgotten (assumed)."""
        if found := self.find(rule_id):
            self.flash.write(self.items[found.number], "")
            del self._kept[found.number]
            self.revision += 1

    def _free(self, kept: Mapping[int, Kept[E, R]]) -> int:
        """A slot for one more than `kept`; what is damaged still fills its own."""
        for number, item in enumerate(self.items):
            if number not in kept and (number in self._kept or not self.flash.read(item)):
                return number
        # Source: assumed (what a full plug says is not known).
        raise DeviceError("All slots are taken.", device_code=ErrorCode.NOT_SUPPORTED)

    def _read(self, number: int, text: str, now_s: float) -> Kept[E, R] | None:
        try:
            value = msgspec.json.decode(text, type=dict[str, Any])
            entry = read_entry(value, self.kind)
            rule = self.mean(entry)
        except (msgspec.MsgspecError, Malformed):
            return None
        count = value.get("count")
        if type(count) is not int:
            return None
        return Kept(number=number, entry=entry, rule=rule, count=count, since_s=now_s)


def _render(entry: TimerEntry | TriggerEntry, count: int) -> str:
    text = msgspec.json.encode({**as_data(entry), "count": count}).decode()
    if len(text) > VALUE_LIMIT:  # a name full of characters that JSON must escape
        raise Malformed("The entry does not fit into its slot.")
    return text


def timer_slots(flash: Flash, channels: Collection[int]) -> RuleSlots[TimerEntry, Timer]:
    """The timers of a plug with relays at `channels`, not loaded yet."""
    return RuleSlots(flash=flash, items=TIMERS, kind=TimerEntry, mean=lambda entry: _timer(entry, channels))


def auto_off_slots(flash: Flash, channels: Collection[int]) -> RuleSlots[TriggerEntry, AutoOff]:
    """The auto-offs of a plug with relays at `channels`, not loaded yet."""
    return RuleSlots(
        flash=flash, items=TRIGGERS, kind=TriggerEntry, mean=lambda entry: _auto_off(entry, channels)
    )


def _timer(entry: TimerEntry, channels: Collection[int]) -> Timer:
    timer = timer_of(entry)
    _check(timer, channels)
    if not 0 <= entry.duration <= DAY_S:
        raise Malformed(f"{entry.duration} seconds are no duration.")
    return timer


def _auto_off(entry: TriggerEntry, channels: Collection[int]) -> AutoOff:
    auto_off = auto_off_of(entry)
    _check(auto_off, channels)
    if auto_off.duration_s > DAY_S or not 0 <= entry.kind <= _KIND_LIMIT:
        raise Malformed("The auto-off is longer than a day, or of an unknown type.")
    return auto_off


def _check(rule: Timer | AutoOff, channels: Collection[int]) -> None:
    """Refuse what this plug cannot keep or tell again, or has no relay for."""
    if len(rule.id) > _ID_LIMIT or len(rule.name) > _ALIAS_LIMIT or not is_utf8(rule.id + rule.name):
        raise Malformed("The rule has an id or a name that cannot be kept.")
    if rule.channel not in channels or rule.made_at > UNIX_LIMIT:
        raise Malformed("The rule has a channel or a date that this plug has not.")
