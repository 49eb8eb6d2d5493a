"""One piece of work beside another, for as long as that lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None], *, name: str) -> AsyncIterator[None]:
    """Run `work` beside the body, and end it at the body's end.

    What the body raises comes out as it is, not in a group; so it may be a generator that is closed, too.

    Args:
        work: ends by itself or is cancelled; if it fails, so does the body, and both come out in a group.
        name: of its task.
    """
    tasks = asyncio.TaskGroup()
    await tasks.__aenter__()
    task = tasks.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await tasks.__aexit__(None, None, None)
