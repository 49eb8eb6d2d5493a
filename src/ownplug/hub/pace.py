"""How often a plug is asked for its power: each second while somebody looks, often while it changes, seldom else."""

from __future__ import annotations

from ownplug.core.records import PowerLimit
from ownplug.core.state import Reading

WATCHED_S = 1.0
"""Seconds between two readings of a plug that somebody looks at: its meter does not measure faster."""

_LIVELY_S = 2.0
_SLOWER = 2.0
_STEADY_W = 2.0  # power that moves by less than this, or by less than the share below, is steady
_STEADY_SHARE = 0.05
_READINGS_A_LIMIT = 3


class Pace:
    """The pace of one plug: it starts lively, and doubles its interval as long as nothing changes."""

    def __init__(self) -> None:
        self._interval_s = _LIVELY_S
        self._power_w: float | None = None

    def next_s(
        self, reading: Reading | None, *, usual_s: float, is_watched: bool, limit: PowerLimit | None = None
    ) -> float:
        """Return how many seconds the next reading shall be away.

        Args:
            reading: the newest.
            usual_s: the interval of a plug at which nothing happens.
            is_watched: somebody looks at it now.
            limit: of its power, for which some readings are needed in the time that it grants.
        """
        power_w = reading.power_w if reading is not None else None
        if not self._is_steady(power_w):
            self._interval_s = _LIVELY_S
        else:
            self._interval_s *= _SLOWER
        self._power_w = power_w
        self._interval_s = min(self._interval_s, usual_s)
        if is_watched:
            return min(WATCHED_S, usual_s)
        if limit is not None:
            return min(max(limit.for_s / _READINGS_A_LIMIT, WATCHED_S), self._interval_s)
        return self._interval_s

    def _is_steady(self, power_w: float | None) -> bool:
        if power_w is None or self._power_w is None:
            return False
        return abs(power_w - self._power_w) <= max(_STEADY_W, _STEADY_SHARE * self._power_w)
