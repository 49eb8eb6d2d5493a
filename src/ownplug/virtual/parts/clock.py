"""The plug's clock: it knows nothing after a start, and only somebody else can tell it the time."""

from __future__ import annotations


class DeviceClock:
    """Seconds since 1970 as the plug believes them; until it is set, the seconds since its start.

    Source: captures (protocol notes, 1.5 and 4.5: dates of 1970, clock questions that count from boot).
    """

    def __init__(self, now_s: float) -> None:
        self._started_s = now_s
        self._offset_s = -now_s
        self.is_set = False

    def set(self, unix_s: float, now_s: float) -> None:
        """Believe that it is `unix_s` now."""
        self._offset_s = unix_s - now_s
        self.is_set = True

    @property
    def ahead_s(self) -> float | None:
        """By how much it is ahead of the world's steady clock; None until it is set."""
        return self._offset_s if self.is_set else None

    def read(self, now_s: float) -> float:
        """Seconds since 1970."""
        return now_s + self._offset_s

    def uptime(self, now_s: float) -> float:
        """Seconds since the plug started."""
        return now_s - self._started_s
