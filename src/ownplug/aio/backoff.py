"""How long to wait before trying again: longer each time, up to a limit, and not all at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


def _no_jitter() -> float:
    return 0.0


class Backoff:
    """A growing series of waits; pure, so chance is an argument.

    Args:
        first_s: the first wait, in seconds, above 0.
        factor: each wait is that many times the one before; at least 1.
        limit_s: no wait is longer.
        jitter: yields numbers from 0 up to 1, such as `random.random`; a wait is shortened by up to a half of
            itself, so that ten thousand plugs do not all come back in the same second.
    """

    def __init__(
        self,
        *,
        first_s: float = 1.0,
        factor: float = 2.0,
        limit_s: float = 60.0,
        jitter: Callable[[], float] = _no_jitter,
    ) -> None:
        if not (0 < first_s <= limit_s and factor >= 1):
            raise UsageError(f"A back-off from {first_s} s by {factor} up to {limit_s} s makes no sense.")
        self.limit_s = limit_s
        self._first_s = first_s
        self._factor = factor
        self._jitter = jitter
        self._wait_s = first_s

    def next_s(self) -> float:
        """Seconds to wait before the next attempt."""
        wait_s = self._wait_s
        self._wait_s = min(wait_s * self._factor, self.limit_s)
        return wait_s * (1 - self._jitter() / 2)

    def reset(self) -> None:
        """It worked: the next wait is the first again."""
        self._wait_s = self._first_s
