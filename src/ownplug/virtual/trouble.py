"""What the network does to the messages of one virtual plug: lose them, hold them up, keep them for a while."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from ownplug.virtual.chance import Chance
from ownplug.virtual.faults import Faults

_FINE = 2**24
_MINUTE_S = 60.0
_NEXT_S = 1e-6  # between two messages: timers of the same moment have no order


class Trouble:
    """Carries what crosses the network, each way; free of charge while nothing is wrong with it.

    Args:
        chance: which message is lost.

    Attributes:
        faults: what is wrong.
    """

    __slots__ = ("_chance", "_last_s", "faults")

    def __init__(self, faults: Faults, chance: Chance) -> None:
        self.faults = faults
        self._chance = chance
        self._last_s = -math.inf  # when the newest message arrives that is still on its way

    @property
    def is_calm(self) -> bool:
        """Whether everything arrives at once, and nothing is on its way."""
        is_empty = self._last_s == -math.inf
        return is_empty and not (self._loses or self.faults.delay or self.faults.stall)

    def carry(self, arrive: Callable[[], None], *, lost: Callable[[], None] | None = None) -> None:
        """Call `arrive` when the message arrives, in the order of sending; `lost` if it never does."""
        if self._loses and self._chance.below(_FINE) < self.faults.loss * _FINE:
            if lost is not None:
                lost()
            return
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        due_s = max(self._end_of_stall_s(now_s) + self.faults.delay, self._last_s + _NEXT_S)
        if due_s <= now_s:
            self._last_s = -math.inf
            arrive()
            return
        self._last_s = due_s
        loop.call_at(due_s, arrive)

    @property
    def _loses(self) -> bool:
        return self.faults.loss > 0

    def _end_of_stall_s(self, now_s: float) -> float:
        into_s = now_s % _MINUTE_S
        return now_s + self.faults.stall - into_s if into_s < self.faults.stall else now_s
