"""How a command waits: one event loop, and signals that end it in order.

SIGINT and SIGTERM cancel the command, so that its context managers close what they opened; a second signal
cuts the clean-up short.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from ownplug.cli.failure import Interrupted

T = TypeVar("T")

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def run_async(
    work: Coroutine[Any, Any, T], *, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> T:
    """Run `work` in an event loop of its own and return what it returns.

    Raises:
        Interrupted: SIGINT or SIGTERM ended it; everything that it had opened is closed.
    """
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(_interruptible(work))


def run_service(
    work: Coroutine[Any, Any, None], *, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> None:
    """Run `work`, for which a signal is the ordinary end: then this returns and the exit status is 0."""
    with contextlib.suppress(Interrupted):
        run_async(work, loop_factory=loop_factory)


async def _interruptible(work: Coroutine[Any, Any, T]) -> T:
    seen: list[signal.Signals] = []
    try:
        with _signals_told_to(seen):
            return await work
    except asyncio.CancelledError as cancelled:
        if not seen:
            raise
        raise Interrupted(128 + seen[0]) from cancelled


@contextlib.contextmanager
def _signals_told_to(seen: list[signal.Signals]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def stop(number: signal.Signals) -> None:
        seen.append(number)
        if task is not None:
            task.cancel()

    taken = []
    for number in _SIGNALS:
        with contextlib.suppress(NotImplementedError):  # Windows: Runner's own Ctrl-C handling stays
            loop.add_signal_handler(number, stop, number)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
