"""On its way to the disk: what must survive a kill, written in batches, away from the loop.

Whoever must not answer before something is on the disk asks to be called then. Without a store there is nothing
to wait for, and every call comes at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from ownplug.broker.ports import SessionStore
from ownplug.core.mqtt import Change

_LOG = logging.getLogger(__name__)

BATCH = 1_000
"""Changes that are written in one go, so that a flood does not make the first of them wait for the last."""


class Journal:
    """Changes in order; who waits for them.

    Attributes:
        position: changes put so far that an answer has to wait for.
        all_written: set while nothing waits for the disk.
    """

    def __init__(self, store: SessionStore | None) -> None:
        self._store = store
        self._changes: deque[Change] = deque()
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()
        self._put = self._written = 0  # changes of either kind since the start
        self._something = asyncio.Event()
        self.all_written = asyncio.Event()
        self.all_written.set()
        self.position = 0

    def put(self, change: Change) -> None:
        """Have a change written that an answer has to wait for."""
        if self._store is not None:
            self.position += 1
            self.note(change)

    def note(self, change: Change) -> None:
        """Have a change written that may get lost in a kill: what follows from it is done once more then."""
        if self._store is not None:
            self._changes.append(change)
            self._put += 1
            self._something.set()
            self.all_written.clear()

    def after(self, call: Callable[[], None]) -> None:
        """Call once all that was put so far is on the disk; at once if it is. Calls keep their order."""
        if self._written == self._put:
            call()
        else:
            self._waiting.append((self._put, call))

    async def run(self) -> None:
        """Write, for ever. A failure comes out, and the next run begins with what could not be written."""
        while True:
            await self._something.wait()
            while self._changes and self._store is not None:
                batch = [self._changes[number] for number in range(min(BATCH, len(self._changes)))]
                await self._store.write(batch)
                for _ in batch:
                    self._changes.popleft()
                self._written += len(batch)
                self._tell()
            self._something.clear()
            self.all_written.set()

    def _tell(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._written:
            self._waiting.popleft()[1]()
