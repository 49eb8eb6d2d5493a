"""Samples of one meter, integrated into minutes as they come. Whole numbers only, so that nothing is rounded away.

Between two samples power is taken to have gone straight from one to the other; where a relay moved between them, to
have been what it was until then. A stretch in which nobody looked for too long belongs to nobody: it is not covered,
and the plug's own days tell later what flowed in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

MINUTE_MS = 60_000

_HALF_MICROJOULES = 2_000_000  # in a joule; what two powers in mW times ms make
# Far more than any plug carries: sums of it fit where they are kept, however wrong a plug is.
_MOST_MW = 100_000_000
_TURNED_BACK_MS = 86_400_000  # a clock that goes back farther than this had been wrong before

Minute: TypeAlias = tuple[int, int, int]
"""When it began (Unix time, s), energy (J), how much of it is covered (ms)."""


class Sample(NamedTuple):
    """What a meter showed at one moment; a tuple, which is made in a quarter of the time.

    Attributes:
        at_ms: when, Unix time in milliseconds.
        power_mw: active power in milliwatts.
        voltage_mv: voltage in millivolts.
        current_ma: current in milliamperes.
        is_on: whether the relay was on; None: not known.
    """

    at_ms: int
    power_mw: int
    voltage_mv: int
    current_ma: int
    is_on: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a book has come: a later one goes on from there, and counts nothing twice.

    Attributes:
        at_ms: until when all is counted, Unix time in milliseconds.
        power_mw: what flowed then, in milliwatts; None: on since then, at what is unknown.
    """

    at_ms: int
    power_mw: int | None


class Book:
    """The minutes of one meter.

    Args:
        gap_ms: two samples farther apart than this say nothing about the time between them.
        mark: how far an earlier book has come, which this one goes on from.
    """

    __slots__ = (
        "_covered_ms",
        "_done",
        "_half_uj",
        "_left_half_uj",
        "_minute_end_ms",
        "_power_mw",
        "_since_ms",
        "gap_ms",
    )

    def __init__(self, gap_ms: int, mark: Mark | None = None) -> None:
        self.gap_ms = gap_ms
        self._since_ms: int | None = mark.at_ms if mark else None
        # None: on since then, at what is unknown
        self._power_mw: int | None = mark.power_mw if mark else None
        self._minute_end_ms = 0
        self._half_uj = self._covered_ms = 0  # of the minute that ends there, since it was last taken
        self._left_half_uj = 0  # less than a joule, of what was taken
        self._done: list[tuple[int, int, int]] = []  # when a minute ends (ms), half microjoules, covered (ms)

    def sample(self, at_ms: int, power_mw: int) -> None:
        """Take what the meter shows; what it feeds back into the mains counts as nothing used."""
        power_mw = min(max(power_mw, 0), _MOST_MW)
        since_ms = self._since_ms
        if since_ms is not None:
            span_ms = at_ms - since_ms
            if span_ms <= 0:
                if span_ms > -_TURNED_BACK_MS:
                    return  # no time is counted twice
            elif span_ms <= self.gap_ms:
                before_mw = self._power_mw
                self._add(since_ms, at_ms, power_mw if before_mw is None else before_mw, power_mw)
        self._since_ms = at_ms
        self._power_mw = power_mw

    def switched(self, at_ms: int, *, on: bool) -> None:
        """Take note that the relay moved."""
        since_ms, before_mw = self._since_ms, self._power_mw
        if since_ms is not None and -_TURNED_BACK_MS < at_ms - since_ms <= 0:
            at_ms = since_ms
        elif since_ms is not None and before_mw is not None and 0 < at_ms - since_ms <= self.gap_ms:
            self._add(since_ms, at_ms, before_mw, before_mw)
        self._since_ms = at_ms
        self._power_mw = None if on else 0

    def mark(self) -> Mark | None:
        """Return how far it has come; None: nothing was ever seen."""
        return None if self._since_ms is None else Mark(at_ms=self._since_ms, power_mw=self._power_mw)

    def take(self) -> list[Minute]:
        """Return what has come since this was last called; a minute may come in several pieces, to be added up."""
        done, self._done = self._done, []
        if self._covered_ms:
            done.append((self._minute_end_ms, self._half_uj, self._covered_ms))
            self._half_uj = self._covered_ms = 0
        minutes, left = [], self._left_half_uj
        for end_ms, half_uj, covered_ms in done:
            joules, left = divmod(half_uj + left, _HALF_MICROJOULES)
            minutes.append(((end_ms - MINUTE_MS) // 1000, joules, covered_ms))
        self._left_half_uj = left
        return minutes

    def _add(self, from_ms: int, to_ms: int, from_mw: int, to_mw: int) -> None:
        if to_ms <= self._minute_end_ms and from_ms >= self._minute_end_ms - MINUTE_MS:
            self._half_uj += (from_mw + to_mw) * (to_ms - from_ms)
            self._covered_ms += to_ms - from_ms
            return
        span_ms, at_ms = to_ms - from_ms, from_ms
        while at_ms < to_ms:
            end_ms = at_ms - at_ms % MINUTE_MS + MINUTE_MS
            if end_ms != self._minute_end_ms:
                self._turn_to(end_ms)
            until_ms = min(end_ms, to_ms)
            # The middle of this piece times two, exactly where the powers are equal.
            middle = from_mw * 2 + (to_mw - from_mw) * (at_ms + until_ms - 2 * from_ms) // span_ms
            self._half_uj += middle * (until_ms - at_ms)
            self._covered_ms += until_ms - at_ms
            at_ms = until_ms

    def _turn_to(self, end_ms: int) -> None:
        if self._covered_ms:
            self._done.append((self._minute_end_ms, self._half_uj, self._covered_ms))
        self._half_uj = self._covered_ms = 0
        self._minute_end_ms = end_ms
