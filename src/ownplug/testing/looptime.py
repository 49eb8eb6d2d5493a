"""An event loop whose time jumps to the next timer when nothing else is to do.

Minutes of keep-alives, back-offs and deadlines pass in no real time, in the same order on every machine. For code
within one process, sockets to itself included. While a thread works that the loop was given to wait for
(`asyncio.to_thread`), time stands still; other threads and other programs are not waited for. Given a
`MemoryNetwork`, what is connected or served by host and port goes through that.
"""

from __future__ import annotations

import asyncio
import functools
import math
import selectors
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, Unpack

from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from concurrent.futures import Executor
    from contextvars import Context

    from ownplug.testing.network import MemoryNetwork, ProtocolFactory

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_MIDDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)
_MOMENTS = 400  # of timers are remembered before those that are over are forgotten


class LoopTimeEventLoop(asyncio.SelectorEventLoop):
    """Its `time()` begins at 0 and moves only by skipping idle waits.

    Args:
        network: carries what is connected or served by host and port; None: the system's own does.
    """

    def __init__(self, network: MemoryNetwork | None = None) -> None:
        self._skipping = _SkippingSelector()
        self._network = network
        self._moments: dict[float, float] = {}  # wanted by timers, and what the last of each was given
        self._limit = _MOMENTS
        super().__init__(self._skipping)

    def time(self) -> float:
        """Seconds of loop time since the loop was made."""
        return self._skipping.skipped_s

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """See `asyncio.loop.call_at`; timers of the same moment come in the order in which they were set."""
        last = self._moments.get(when)
        actual = when if last is None else math.nextafter(last, math.inf)
        self._moments[when] = actual
        if len(self._moments) > self._limit:
            now = self.time()
            self._moments = {moment: last for moment, last in self._moments.items() if moment >= now}
            self._limit = max(_MOMENTS, 2 * len(self._moments))
        return super().call_at(actual, callback, *args, context=context)

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """See `asyncio.loop.run_in_executor`; until it is done, time stands still."""
        working = super().run_in_executor(executor, func, *args)
        self._skipping.threads += 1
        working.add_done_callback(self._skipping.thread_done)
        return working

    async def create_connection(
        self, protocol_factory: ProtocolFactory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        """See `asyncio.loop.create_connection`; a ready socket stays with the system."""
        if self._network is None or host is None:
            return await super().create_connection(protocol_factory, host, port, **options)
        _refuse_tls(options)
        return await self._network.connect(protocol_factory, port)

    async def create_server(
        self, protocol_factory: ProtocolFactory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        """See `asyncio.loop.create_server`; a ready socket stays with the system."""
        if self._network is None or host is None:
            return await super().create_server(protocol_factory, host, port, **options)
        _refuse_tls(options)
        return self._network.listen(protocol_factory, host, port)


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


def run_in_loop_time(story: Coroutine[Any, Any, T], *, network: MemoryNetwork | None = None) -> T:
    """Run a test's coroutine in a loop of its own, in loop time; from a test that is a plain function.

    Args:
        story: what to run.
        network: carries what is connected or served by host and port; None: the system's own does.

    Raises:
        AssertionError: the story left tasks behind.
    """
    with asyncio.Runner(loop_factory=functools.partial(LoopTimeEventLoop, network)) as runner:
        result = runner.run(story)
        left = asyncio.all_tasks(runner.get_loop())
        if left:
            raise AssertionError(f"The test left tasks running: {left}")
    return result


def _refuse_tls(options: Mapping[str, object]) -> None:
    if options.get("ssl"):
        raise UsageError("The network in memory carries bytes: speak TLS over it yourself.")


class _SkippingSelector(selectors.BaseSelector):
    """Asks the real selector what is ready now; when nothing is, the wait is over at once."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.skipped_s = 0.0
        self.threads = 0  # that work, and whose end will wake the real selector

    def thread_done(self, _working: object) -> None:
        self.threads -= 1

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or (timeout > 0 and self.threads):
            return self._real.select()  # somebody else must have something to say
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
