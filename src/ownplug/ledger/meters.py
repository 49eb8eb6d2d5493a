"""What has come of each meter and is not on the disk yet. Neither clock nor disk is known here.

Samples go to the disk with the next batch. What they add up to follows less often: with it goes a mark, how far they
are summed, so that after a kill the rest is made anew from the samples, and nothing is counted twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ownplug.core.energy.book import Book, Sample
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.kept import Batch, MeterRow
from ownplug.core.identity import Uuid

_WAITING_SAMPLES = 100_000  # while the disk takes nothing
_WAITING_OF_ONE = 1_000  # of a new meter


@dataclass(slots=True, kw_only=True)
class Meter:
    """A meter that somebody hears of.

    Attributes:
        number: in the store; None: not known there yet.
        waiting: its samples until it is.
        is_unsummed: its book knows more than the disk.
        last_ms: when its newest sample was taken, Unix time in milliseconds.
        weighed_on: the day of which it was weighed last, after that day's beginning was over.
        is_due: it is to be weighed, whatever day it is.
        tried_s: when that was tried last, by the monotonic clock.
    """

    uuid: Uuid
    book: Book
    number: int | None = None
    waiting: deque[Sample] = field(default_factory=lambda: deque(maxlen=_WAITING_OF_ONE))
    is_unsummed: bool = False
    last_ms: int = 0
    weighed_on: date | None = None
    is_due: bool = True
    tried_s: float | None = None


class Meters:
    """All meters of a home, by plug, and the batch that is to be written next.

    Args:
        gap_ms: two samples farther apart than this say nothing about the time between them.

    Attributes:
        gap_ms: the same, as it is now.
    """

    def __init__(self, gap_ms: int) -> None:
        self.gap_ms = gap_ms
        self._meters: dict[Uuid, Meter] = {}
        self._strangers: set[Uuid] = set()  # they have no number yet
        self._switched: set[Uuid] = set()  # their samples alone do not tell all that is not summed yet
        self._batch = Batch()

    def get(self, uuid: Uuid) -> Meter | None:
        """Return the meter of a plug."""
        return self._meters.get(uuid)

    def use_gap(self, gap_ms: int) -> None:
        """Go on with another gap."""
        self.gap_ms = gap_ms
        for meter in self._meters.values():
            meter.book.gap_ms = gap_ms

    def use_days(self, calendar: Calendar) -> None:
        """Have what waits in the hours and days of another zone."""
        self._batch = self._batch.in_hours(calendar)

    def go_on(self, rows: Iterable[MeterRow], unsummed: Iterable[tuple[int, Sample]]) -> None:
        """Begin with what an earlier life has kept, and sum up what that had no time for.

        Args:
            rows: its meters.
            unsummed: samples from after their marks, by number and in order.
        """
        by_number: dict[int, Meter] = {}
        for row in rows:
            last_ms = row.mark.at_ms if row.mark else 0
            meter = Meter(uuid=row.uuid, book=Book(self.gap_ms, row.mark), number=row.number, last_ms=last_ms)
            self._meters[row.uuid] = by_number[row.number] = meter
        for number, sample in unsummed:
            if (found := by_number.get(number)) is not None:
                found.book.sample(sample.at_ms, sample.power_mw)
                found.last_ms = sample.at_ms
                found.is_unsummed = True

    def sample(self, uuid: Uuid, sample: Sample) -> None:
        """Take what a meter shows."""
        meter = self._meters.get(uuid)
        if meter is None:
            meter = self._meters[uuid] = Meter(uuid=uuid, book=Book(self.gap_ms))
        if sample.at_ms - meter.last_ms > self.gap_ms:
            meter.is_due = True
        meter.last_ms = sample.at_ms
        meter.book.sample(sample.at_ms, sample.power_mw)
        meter.is_unsummed = True
        if meter.number is None:
            meter.waiting.append(sample)
            self._strangers.add(uuid)
        else:
            self._batch.samples.append((meter.number, sample))
            if len(self._batch.samples) >= 2 * _WAITING_SAMPLES:
                del self._batch.samples[:-_WAITING_SAMPLES]

    def switched(self, uuid: Uuid, at_ms: int, *, on: bool) -> None:
        """Take note that a relay moved; before the first sample of its plug that says nothing."""
        meter = self._meters.get(uuid)
        if meter is not None:
            meter.book.switched(at_ms, on=on)
            meter.is_unsummed = True
            self._switched.add(uuid)

    def forget(self, uuid: Uuid) -> None:
        """Hear of a plug no more; what is in the batch of one that is gone, the store drops."""
        self._meters.pop(uuid, None)
        self._strangers.discard(uuid)
        self._switched.discard(uuid)

    def stranger(self) -> Meter | None:
        """Return a meter that has no number yet."""
        return self._meters[next(iter(self._strangers))] if self._strangers else None

    def number(self, meter: Meter, number: int | None) -> None:
        """Give a stranger its number; None: the home does not know its plug, and what has come of it is dropped."""
        if self._meters.get(meter.uuid) is not meter:
            return  # it was forgotten meanwhile
        if number is None:
            self.forget(meter.uuid)
            return
        meter.number = number
        self._strangers.discard(meter.uuid)
        self._batch.samples += [(number, sample) for sample in meter.waiting]
        meter.waiting.clear()

    def sum_up(self, calendar: Calendar, *, is_all: bool) -> None:
        """Put into the batch what books have and the disk has not; else only where samples alone do not tell it."""
        some = list(self._meters.values()) if is_all else [self._meters[uuid] for uuid in self._switched]
        for meter in some:
            mark = meter.book.mark()
            if not meter.is_unsummed or mark is None or meter.number is None:
                continue
            meter.is_unsummed = False
            self._switched.discard(meter.uuid)
            self._batch.marks[meter.number] = mark
            for start_s, joules, covered_ms in meter.book.take():
                hour_s, day = calendar.hour(start_s)
                self._batch.add(meter.number, start_s, hour_s, day, joules, covered_ms)

    def take(self) -> Batch:
        """Return what is to be written."""
        batch, self._batch = self._batch, Batch()
        return batch

    def put_back(self, batch: Batch) -> None:
        """Keep what could not be written: energy for ever, the newest samples."""
        batch.take_up(self._batch)
        del batch.samples[:-_WAITING_SAMPLES]
        self._batch = batch
