"""On its way to the disk: what must survive a kill, written in batches, away from the loop.

Whoever must not answer before something is on the disk asks to be called then. Without a store there is nothing
to wait for, and every call comes at once.

A disk may be full, or its file locked: then the journal `is_stuck`. What was put waits and is tried again; messages
at QoS 1 go on from memory meanwhile, so that no plug is held up because somebody else's session cannot be written.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Hashable

from ownplug.aio import Clock
from ownplug.broker.ports import SessionStore
from ownplug.core.errors import OwnplugError
from ownplug.core.mqtt import (
    Change,
    IdTaken,
    MessageDone,
    MessageKept,
    MessageReceived,
    QoS,
    RetainedDropped,
    RetainedKept,
)

_LOG = logging.getLogger(__name__)

BATCH = 1_000
"""Changes that are written in one go, so that a flood does not make the first of them wait for the last."""

RETRY_S = 1.0
"""Seconds between two attempts to write while the disk takes nothing."""


class Journal:
    """Changes in order; who waits for them.

    Attributes:
        position: changes put so far that an answer has to wait for.
        all_written: set while nothing waits for the disk.
        is_stuck: the disk takes nothing now.
    """

    def __init__(self, store: SessionStore | None, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._changes: dict[Hashable, tuple[int, Change]] = {}  # by what they are about, with their numbers
        self._waiting: deque[tuple[int, bool, Callable[[], None]]] = deque()  # True: for better or for worse
        self._put = self._written = 0  # numbers of the last change, of either kind
        self._needed = 0  # the position of the last change that nothing goes on without
        self._something = asyncio.Event()
        self.all_written = asyncio.Event()
        self.all_written.set()
        self.position = 0
        self.is_stuck = False

    def put(self, change: Change) -> None:
        """Have a change written that an answer has to wait for."""
        if self._store is None:
            return
        if not _can_wait(change):
            self.position += 1
            self._needed = self.position
        elif not self.is_stuck:
            self.position += 1
        self.note(change)

    def note(self, change: Change) -> None:
        """Have a change written that may get lost in a kill: what follows from it is done once more then."""
        if self._store is None:
            return
        self._put += 1
        about = _about(change, self._put)
        self._changes.pop(about, None)
        self._changes[about] = (self._put, change)
        self._something.set()
        self.all_written.clear()

    def after(self, call: Callable[[], None], *, since: int = -1) -> None:
        """Call once all that was put so far is on the disk; at once if it is. Calls keep their order.

        Args:
            call: what to do then.
            since: the position before what it waits for. If that is messages at QoS 1 alone, it does not wait
                while the disk takes nothing.
        """
        must_wait = self._needed > since
        if self._written == self._put or (self.is_stuck and not must_wait):
            call()
        else:
            self._waiting.append((self._put, must_wait, call))

    async def run(self) -> None:
        """Write, for ever; what the disk did not take is tried again, before all that came later."""
        while True:
            await self._something.wait()
            while self._changes and self._store is not None:
                batch = self._batch()
                try:
                    await self._store.write([change for _, (_, change) in batch])
                except OwnplugError as error:
                    self._failed(error)
                    await self._clock.sleep(RETRY_S)
                else:
                    self._wrote(batch)
            self._something.clear()
            self.all_written.set()

    def _batch(self) -> list[tuple[Hashable, tuple[int, Change]]]:
        """The next changes: a packet id that was taken is never without what came with it."""
        batch: list[tuple[Hashable, tuple[int, Change]]] = []
        comes_with_id = False
        for about, numbered in self._changes.items():
            change = numbered[1]
            comes_with_id = comes_with_id and isinstance(change, MessageKept | RetainedKept | RetainedDropped)
            if len(batch) >= BATCH and not comes_with_id:
                break
            batch.append((about, numbered))
            comes_with_id = comes_with_id or isinstance(change, IdTaken)
        return batch

    def _failed(self, error: OwnplugError) -> None:
        if self.is_stuck:
            return
        self.is_stuck = True
        _LOG.error("What MQTT clients want kept cannot be written: %s %s", error, error.hint)
        going_on = [call for _, must_wait, call in self._waiting if not must_wait]
        self._waiting = deque(item for item in self._waiting if item[1])
        for call in going_on:
            call()

    def _wrote(self, batch: list[tuple[Hashable, tuple[int, Change]]]) -> None:
        if self.is_stuck:
            self.is_stuck = False
            _LOG.warning("What MQTT clients want kept is written again")
        for about, numbered in batch:
            if self._changes.get(about) is numbered:  # else there is news about it
                del self._changes[about]
            self._written = numbered[0]
        while self._waiting and self._waiting[0][0] <= self._written:
            self._waiting.popleft()[2]()


def _can_wait(change: Change) -> bool:
    """Whether the world goes on without this on the disk: at QoS 2 it does not, or a kill would double it."""
    return isinstance(change, MessageKept) and change.message.qos is not QoS.EXACTLY_ONCE


def _about(change: Change, number: int) -> Hashable:
    """What later news would make it needless to write; its number if nothing does."""
    match change:
        case MessageKept():
            return change.key, change.message.packet_id
        case MessageReceived() | MessageDone():
            return change.key, change.packet_id
        case _:
            return number
