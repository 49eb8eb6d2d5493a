"""A load along its own time: which segment when, and the exact energy up to any moment."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from itertools import accumulate

from ownplug.virtual.parts.outlet.load import Load, Segment


class Timeline:
    """Where a load is, so many seconds after it got current."""

    def __init__(self, load: Load) -> None:
        self._segments = load.segments
        last_s = load.segments[-1].lasts_s if load.repeats else math.inf
        lengths = [*(segment.lasts_s for segment in load.segments[:-1]), last_s]
        self._starts = [0.0, *accumulate(lengths[:-1])]
        self._length_s = self._starts[-1] + last_s
        whole = list(zip(load.segments[:-1], lengths, strict=False))
        self._resistive = [0.0, *accumulate(segment.resistive_j(lasts_s) for segment, lasts_s in whole)]
        self._constant = [0.0, *accumulate(segment.constant_j(lasts_s) for segment, lasts_s in whole)]
        last = load.segments[-1]
        self._round = (
            (self._resistive[-1] + last.resistive_j(last_s), self._constant[-1] + last.constant_j(last_s))
            if load.repeats
            else (0.0, 0.0)
        )

    def at(self, on_s: float) -> tuple[Segment, float]:
        """The segment, and how far into it."""
        _, into_s = self._in_round(on_s)
        index = bisect_right(self._starts, into_s) - 1
        return self._segments[index], into_s - self._starts[index]

    def used_j(self, on_s: float) -> tuple[float, float]:
        """The energy taken up to then at nominal voltage, in joules: by what is resistive, and by the rest."""
        rounds, into_s = self._in_round(on_s)
        index = bisect_right(self._starts, into_s) - 1
        segment, rest_s = self._segments[index], into_s - self._starts[index]
        return (
            rounds * self._round[0] + self._resistive[index] + segment.resistive_j(rest_s),
            rounds * self._round[1] + self._constant[index] + segment.constant_j(rest_s),
        )

    def next_change_s(self, on_s: float) -> float:
        """When a segment begins next, now or later; infinite in the last."""
        rounds, into_s = self._in_round(on_s)
        index = bisect_left(self._starts, into_s)
        start_s = self._starts[index] if index < len(self._starts) else self._length_s
        return rounds * self._length_s + start_s if rounds else start_s

    def _in_round(self, on_s: float) -> tuple[float, float]:
        if math.isinf(self._length_s):
            return 0.0, on_s
        rounds, into_s = divmod(on_s, self._length_s)
        return rounds, into_s
