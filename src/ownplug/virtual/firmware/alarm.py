"""Moves the relay when a rule of the plug says so, whether or not there is a network.

Timers need a clock that somebody has set; what falls into a time without one is not made up for. A clock that is
corrected a little neither repeats a timer nor leaves one out; one that is set anew begins with the minute that it
shows, so that a plug that learns at 07:00:20 what time it is still does what it should at 07:00.

Auto-offs count in the plug's own seconds, from when the relay was turned on; after a restart with the relay on, from
there; and one that is made or changed meanwhile from then on.

Source: assumed (all of that: no source tells how the firmware does it).
"""

from __future__ import annotations

import heapq
import math
from typing import TypeAlias

import msgspec

from ownplug.core.meross.payloads.rules import TimerEntry, TriggerEntry
from ownplug.core.schedule import AutoOff, Moment, Timer, next_moment
from ownplug.virtual.firmware import logs
from ownplug.virtual.firmware.device import PLACE_ITEMS, Device
from ownplug.virtual.firmware.handlers.changes import tell_timers
from ownplug.virtual.firmware.rules import Kept

_CORRECTION_S = 300.0
"""By how much a clock may be wrong and still be the same clock; plugs that nobody corrects drift by seconds a day.
Source: assumed (drift: protocol notes, 9.3)."""

_MINUTE_S = 60
_LATE_S = 0.001  # so that no rounding makes a plug a second early

# When a timer acts, and its slot: of those that act at the same moment the first slot comes first.
_Coming: TypeAlias = tuple[Moment, int, Kept[TimerEntry, Timer]]


class Alarm:
    """Watches the rules of one plug.

    Args:
        device: the plug.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._ahead_s: float | None = None  # of the plug's clock before the world's
        self._done_unix_s = -math.inf  # up to here every timer has acted
        self._coming: list[_Coming] | None = None  # what every timer does next; None: to be reckoned
        self._place = device.place
        self._place_texts: tuple[str, ...] = ()
        self._flash_revision = self._timers_revision = -1

    @property
    def due_s(self) -> float:
        """When `tick` wants to be called, by the world's steady clock."""
        return min(self._timers_due_s(), self._auto_offs_due_s())

    def tick(self) -> None:
        """Do what is due first."""
        timers_due_s, auto_offs_due_s = self._timers_due_s(), self._auto_offs_due_s()
        if timers_due_s <= min(auto_offs_due_s, self._device.now_s):
            self._act()
        elif auto_offs_due_s <= self._device.now_s:
            self._device.log(logs.AUTO_OFF, "off")
            for channel in self._channels_due():
                self._device.switch(on=False, channel=channel)

    def _act(self) -> None:
        """Carry out what the first timer does; one that acts once is disabled."""
        device, coming = self._device, self._reckoned()
        moment, number, kept = heapq.heappop(coming)
        self._done_unix_s = moment.unix_s
        device.log(logs.TIMER, f"rule[{number}] {'on' if kept.rule.turns_on else 'off'}")
        device.switch(on=kept.rule.turns_on, channel=kept.rule.channel)
        if kept.rule.repeats:
            self._expect(kept, coming)
            return
        entry = msgspec.structs.replace(kept.entry, enable=0)
        device.timers.keep([entry], device.now_s)
        tell_timers(device, [entry])
        self._timers_revision = device.timers.revision

    def _timers_due_s(self) -> float:
        """By the world's clock; before the plug's own is set, never."""
        if not (self._ahead_s is None and self._device.clock.ahead_s is None):
            self._follow_rules()
            self._follow_clock()
        if self._ahead_s is None or not (coming := self._reckoned()):
            return math.inf
        return coming[0][0].unix_s - self._ahead_s + _LATE_S

    def _follow_rules(self) -> None:
        """Notice changed rules, zone or position: what they would have done before now is not made up for."""
        device = self._device
        changed = device.timers.revision != self._timers_revision
        self._timers_revision = device.timers.revision
        if device.flash.revision != self._flash_revision:
            self._flash_revision = device.flash.revision
            texts = tuple(device.flash.read(item) for item in PLACE_ITEMS)
            if texts != self._place_texts:
                self._place, self._place_texts, changed = device.place, texts, True
        if changed and self._ahead_s is not None:
            self._done_unix_s = max(self._done_unix_s, device.now_s + self._ahead_s)
            self._coming = None

    def _follow_clock(self) -> None:
        """Notice a clock that was set, or lost in a restart."""
        before_s, self._ahead_s = self._ahead_s, self._device.clock.ahead_s
        if self._ahead_s is None or self._ahead_s == before_s:
            return
        self._coming = None
        if before_s is None or abs(self._ahead_s - before_s) > _CORRECTION_S:
            self._done_unix_s = self._device.unix_s // _MINUTE_S * _MINUTE_S - 1

    def _reckoned(self) -> list[_Coming]:
        """What every timer does next, the first one first."""
        if self._coming is None:
            self._coming = []
            for kept in self._device.timers:
                self._expect(kept, self._coming)
        return self._coming

    def _expect(self, kept: Kept[TimerEntry, Timer], coming: list[_Coming]) -> None:
        moment = next_moment(kept.rule, self._place, self._done_unix_s)
        if moment is not None:
            heapq.heappush(coming, (moment, kept.number, kept))

    def _auto_offs_due_s(self) -> float:
        return min(map(self._auto_off_due_s, self._device.auto_offs), default=math.inf)

    def _channels_due(self) -> list[int]:
        """Which channels are to be turned off now."""
        now_s = self._device.now_s
        return [kept.rule.channel for kept in self._device.auto_offs if self._auto_off_due_s(kept) <= now_s]

    def _auto_off_due_s(self, kept: Kept[TriggerEntry, AutoOff]) -> float:
        """When one auto-off acts; a plug that does not know the day counts on every day."""
        device, channel = self._device, kept.rule.channel
        on_since_s = device.relays.on_since_s[channel]
        if on_since_s is None:
            return math.inf
        since_s = max(on_since_s, kept.since_s)
        counts = kept.rule.enabled
        if counts and device.clock.is_set:
            counts = kept.rule.counts_on(self._place.zone.day(device.unix_s - (device.now_s - since_s)))
        return since_s + kept.rule.duration_s if counts else math.inf
