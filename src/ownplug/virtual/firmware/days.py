"""The energy of the last 30 days, kept in flash.

One record for each local day: its date, the time of its last change and its watt-hours with six decimals, so
that many small additions and restarts lose nothing.

Source: seed (30 items `dev.enr.data`); assumed (what stands in them).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ownplug.virtual.firmware.flash import ENERGY_DAYS, Flash

KEPT_DAYS = 30
_SLOTS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """One day."""

    day: date
    changed_at: int  # Unix seconds
    energy_wh: float

    @property
    def whole_wh(self) -> int:
        """As the plug tells it. Source: capture (whole watt-hours); assumed (rounded to the nearest)."""
        return round(self.energy_wh)


class EnergyDays:
    """The day records of one plug."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash

    def add(self, energy_wh: float, *, day: date, unix_s: float) -> None:
        """Add to the record of `day`, which is made if it is missing."""
        item = self._home_of(day)
        record = _parse(self._flash.read(item))
        before_wh = record.energy_wh if record and record.day == day else 0.0
        self._flash.write(item, f"{day.isoformat()},{int(unix_s)},{before_wh + energy_wh:.6f}")

    def listing(self, today: date) -> list[DayRecord]:
        """The days of the last 30 in the plug's order: slots by day of the month, the 31st first.

        Source: capture:mss310r-hw2.0.0-fw2.1.4.
        """
        oldest = today - timedelta(days=KEPT_DAYS - 1)
        live = [record for record in self._records() if oldest <= record.day <= today]
        return sorted(live, key=lambda record: record.day.day % _SLOTS)

    def ring(self, today: date) -> list[DayRecord]:
        """The same days as a ring of 30 holds them, in the order of writing from anywhere on.

        A day without any energy is not there yet.

        Source: protocol notes, 5.5 (first generation).
        """
        used = (record for record in self.listing(today) if record.energy_wh)
        return sorted(used, key=lambda record: record.day.toordinal() % KEPT_DAYS)

    def _home_of(self, day: date) -> str:
        """Where `day` is kept: its own item, else an empty one, else that of the oldest day."""
        own = f"{day.isoformat()},"
        for item in ENERGY_DAYS:
            if self._flash.read(item).startswith(own):
                return item
        return min(ENERGY_DAYS, key=lambda item: _age_key(_parse(self._flash.read(item))))

    def _records(self) -> Iterator[DayRecord]:
        for item in ENERGY_DAYS:
            if record := _parse(self._flash.read(item)):
                yield record


def _age_key(record: DayRecord | None) -> date:
    return record.day if record else date.min


def _parse(text: str) -> DayRecord | None:
    """Read a record; None if it is empty or damaged."""
    try:
        day, changed_at, energy = text.split(",")
        energy_wh = float(energy)
        if not math.isfinite(energy_wh):
            return None
        return DayRecord(day=date.fromisoformat(day), changed_at=int(changed_at), energy_wh=energy_wh)
    except ValueError:
        return None
