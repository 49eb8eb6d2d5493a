"""Blocking work in a thread, which a cancelled caller waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread and return what it returns.

    Unlike `asyncio.to_thread`, a cancel comes out only when the thread has ended: whoever takes away the files that it
    works on can do so then.
    """
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()  # seen: the cancel is what matters now
        raise
