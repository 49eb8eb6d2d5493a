"""An event loop whose time jumps to the next timer when nothing else is to do.

Minutes of keep-alives, back-offs and deadlines pass in no real time, in the same order on every machine. For
code within one process, sockets to itself included; it does not wait for threads or other programs while a
timer is running.
"""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

T = TypeVar("T")

_MIDDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)


class LoopTimeEventLoop(asyncio.SelectorEventLoop):
    """Its `time()` begins at 0 and moves only by skipping idle waits."""

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Seconds of loop time since the loop was made."""
        return self._skipping.skipped_s


class LoopClock:
    """Fits the `ownplug.aio.Clock` port and follows the time of the running loop."""

    def __init__(self, start: datetime = _MIDDAY) -> None:
        self._start = start

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)


def run_in_loop_time(story: Coroutine[Any, Any, T]) -> T:
    """Run a test's coroutine in a loop of its own, in loop time; from a test that is a plain function.

    Raises:
        AssertionError: the story left tasks behind.
    """
    with asyncio.Runner(loop_factory=LoopTimeEventLoop) as runner:
        result = runner.run(story)
        left = asyncio.all_tasks(runner.get_loop())
        if left:
            raise AssertionError(f"The test left tasks running: {left}")
    return result


class _SkippingSelector(selectors.BaseSelector):
    """Asks the real selector what is ready now; when nothing is, the wait is over at once."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return self._real.select()  # no timer is running, so somebody else must have something to say
        ready = self._real.select(0)
        if not ready:
            self.skipped_s += max(timeout, 0)
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()
