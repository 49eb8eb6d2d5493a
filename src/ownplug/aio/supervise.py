"""Work that must go on: whatever fails in the background is told, and then runs again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ownplug.aio.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ownplug.aio.backoff import Backoff

_LOG = logging.getLogger(__name__)


async def supervise(
    name: str,
    run: Callable[[], Awaitable[None]],
    *,
    backoff: Backoff,
    clock: Clock | None = None,
    on_failure: Callable[[Exception], None] | None = None,
) -> None:
    """Run a piece of work until it returns; each time it fails, say so, wait, and run it again.

    To be given to a `TaskGroup`; ends when `run` returns or this task is cancelled. Work that lasted longer
    than the back-off's limit before it failed starts again with the shortest wait.

    Args:
        name: what the log calls this work.
        run: makes a fresh awaitable for each attempt.
        backoff: how long to wait between attempts; belongs to this work alone.
        clock: measures and waits; the machine's by default.
        on_failure: told of each failure after the log was; its own failure ends the supervision.
    """
    clock = clock or SystemClock()
    while True:
        started = clock.monotonic()
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - the edge of a service: nothing may end it untold
            if clock.monotonic() - started > backoff.limit_s:
                backoff.reset()
            wait_s = backoff.next_s()
            _LOG.error("%s failed and runs again in %.1f s: %s", name, wait_s, error, exc_info=error)
            if on_failure is not None:
                on_failure(error)
        else:
            return
        await clock.sleep(wait_s)
