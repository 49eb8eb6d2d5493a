"""What the ledger needs of a disk; fitted by shape."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from ownplug.core.energy.book import Sample
from ownplug.core.energy.kept import Batch, CorrectionRow, DaysZone, MeterRow, Shelf
from ownplug.core.energy.price_table import PriceSpan
from ownplug.core.energy.reconcile import Correction, Hour, Told
from ownplug.core.energy.tariff import Tariff, TariffBook
from ownplug.core.identity import Uuid


class EnergyStore(Protocol):
    """Energy on a disk. Moments are Unix time, days are numbers since 1970-01-01, ends are excluded.

    Nothing of one call is half done. What was added survives the end of the process at any moment.
    """

    async def meters(self) -> list[MeterRow]:
        """Return all meters."""

    async def unsummed(self, until_ms: int) -> list[tuple[int, Sample]]:
        """Return the samples of all meters from after their marks until a moment, by meter and in order."""

    async def meter(self, uuid: Uuid, channel: int) -> int | None:
        """Return the number of a meter, which is made if it is new; None: the home does not know this plug."""

    async def add(self, batch: Batch) -> None:
        """Add what has come to what there is; what is of a meter that is gone is dropped, here and below."""

    async def hours(self, meter: int, from_s: int, to_s: int) -> list[Hour]:
        """Return the hours of one meter that hold something, in order; their length is 3600."""

    async def told(self, meter: int, from_day: int) -> list[Told]:
        """Return what the plug had told of its days, as it was last weighed."""

    async def weighed(
        self, meter: int, told: Sequence[Told], corrections: Sequence[Correction], at: datetime
    ) -> None:
        """Keep what a plug told of its days and what came of it.

        The corrected joules of a day become those of `Correction.hours`, where that is given. The total follows upwards
        at once; downwards it waits until that much more has been used. A correction that is there already is not added.
        """

    async def corrections(self, meter: int, *, limit: int, before: int | None) -> list[CorrectionRow]:
        """Return corrections of one meter, newest first; those before the number `before`."""

    async def samples(self, meter: int, from_ms: int, to_ms: int, limit: int) -> list[Sample]:
        """Return samples of one meter, in order."""

    async def doubt_j(self, meter: int, from_ms: int, to_ms: int, gap_ms: int) -> int:
        """Return by how many joules what was measured between samples of one meter can be wrong.

        Of two that are no farther apart than `gap_ms`, that is the difference of their powers for all of the time
        between them.
        """

    async def measured_j(self, meter: int, from_ms: int, gap_ms: int) -> int:
        """Return how many joules samples of one meter add up to from a moment on, to the newest.

        Between two that are no farther apart than `gap_ms`, power went straight from one to the other.
        """

    async def minutes(self, meter: int, from_s: int, to_s: int) -> list[tuple[int, int, int]]:
        """Return when each minute began, its joules, and how many milliseconds of it are covered."""

    async def series(self, meter: int, from_s: int, to_s: int) -> list[tuple[int, int, int]]:
        """Return the same of hours, corrected."""

    async def days(self, from_day: int, to_day: int, meter: int | None) -> list[tuple[int, int, int, int]]:
        """Return meter, day, joules and covered milliseconds of each day that holds something, in order of days."""

    async def sums(self, from_s: int, to_s: int) -> dict[int, int]:
        """Return the joules of each meter in hours that began between two moments."""

    async def part_sums(
        self, shelf: Shelf, parts: Mapping[int, int], begin: int, end: int
    ) -> list[tuple[int, int, int, int]]:
        """Return part, begin, joules and covered milliseconds of each stretch that holds something, in order.

        Args:
            shelf: how fine; hours and days are corrected.
            parts: of each meter that is asked for, by its number, to which part it belongs.
            begin: the first moment, or the number of the first day.
            end: what is no longer in it.
        """

    async def holding(self, shelf: Shelf, meters: Collection[int], begin: int, end: int) -> set[int]:
        """Return which of these meters hold something there."""

    async def peaks(self, meters: Collection[int], from_ms: int, to_ms: int) -> list[tuple[int, int, int]]:
        """Return each of these meters that has samples, its highest milliwatts, and when it showed them."""

    async def first_day(self) -> int | None:
        """Return the oldest day that holds something."""

    async def zone(self) -> DaysZone | None:
        """Return the zone in which days begin; None before the first `hour_days`."""

    async def hour_days(self, days: Mapping[int, tuple[int, int]], zone: DaysZone) -> None:
        """Make days anew from hours: those between the two moments that each day number has; no others stay.

        Args:
            days: when each begins and ends.
            zone: which `zone` tells from then on.
        """

    async def prune(self, *, samples_before_ms: int, minutes_before_s: int) -> None:
        """Forget what is older."""


class TariffStore(Protocol):
    """What energy costs, on a disk. Nothing of one call is half done; it is on the disk when the call returns."""

    async def load(self) -> TariffBook:
        """Return all that is kept."""

    async def put(
        self,
        currency: str,
        *,
        tariff: Tariff | None = None,
        prices: Sequence[PriceSpan] = (),
        drops_prices: bool = False,
    ) -> None:
        """Keep the currency of all prices, and what else is given.

        Args:
            currency: three capital letters.
            tariff: takes the place of one that begins on the same day.
            prices: take the place of all that begin between the first and the end of the last.
            drops_prices: no others stay.
        """

    async def remove(self, begins: date) -> None:
        """Forget the tariff that begins on a day."""
