"""One publisher, many subscribers, and none of them can hold up the others or fill the memory.

A publisher never waits. A subscriber that falls behind loses what its policy says, and is told how much.
"""

from __future__ import annotations

import asyncio
import itertools
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar, assert_never

from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

T = TypeVar("T")


class Overflow(Enum):
    """What gives way when a subscriber falls behind."""

    DROP_OLDEST = (
        "drop_oldest"  # every item counts, the newest most: the oldest go, and are counted as missed
    )
    COALESCE_LATEST = (
        "coalesce_latest"  # only the latest of each key counts: it takes its predecessor's place
    )


class Broadcast(Generic[T]):
    """Hands each published item to everyone who subscribes at that moment."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription[T]] = set()
        self._closed = False
        self._missed_before = 0

    @property
    def missed(self) -> int:
        """Items that subscribers lost so far, those who left included."""
        return self._missed_before + sum(subscription.missed for subscription in self._subscriptions)

    def publish(self, item: T) -> None:
        """Give `item` to all subscribers; never waits."""
        for subscription in self._subscriptions:
            subscription.put(item)

    @contextmanager
    def subscribe(
        self,
        *,
        limit: int = 256,
        policy: Overflow = Overflow.DROP_OLDEST,
        key: Callable[[T], Hashable] | None = None,
    ) -> Iterator[Subscription[T]]:
        """Receive what is published inside the `with`, by `async for` over what it yields.

        Args:
            limit: items that may wait for this subscriber, at least 1.
            policy: what gives way.
            key: for `COALESCE_LATEST`: which items replace each other; without it, all do.
        """
        subscription: Subscription[T] = Subscription(limit=limit, policy=policy, key=key)
        self._subscriptions.add(subscription)
        if self._closed:
            subscription.end()
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            self._missed_before += subscription.missed
            subscription.end()

    def close(self) -> None:
        """Nothing more comes: each subscriber reads what it has, then its `async for` ends."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.end()


class Subscription(Generic[T]):
    """One subscriber's queue: an async iterator for one reader.

    Attributes:
        missed: items that were lost so far because this subscriber fell behind.
    """

    def __init__(self, *, limit: int, policy: Overflow, key: Callable[[T], Hashable] | None) -> None:
        if limit < 1:
            raise UsageError(f"A subscriber needs room for at least one item, not {limit}.")
        self.missed = 0
        self._limit = limit
        self._waiting: dict[Hashable, T] = {}  # oldest first
        self._place = self._place_maker(policy, key)
        self._ended = False
        self._change = asyncio.Event()

    def __aiter__(self) -> Subscription[T]:
        return self

    async def __anext__(self) -> T:
        while not self._waiting:
            if self._ended:
                raise StopAsyncIteration
            self._change.clear()
            await self._change.wait()
        return self._waiting.pop(next(iter(self._waiting)))

    def put(self, item: T) -> None:
        """Queue one item, making room by the policy."""
        if self._ended:
            return
        place = self._place(item)
        if place not in self._waiting and len(self._waiting) >= self._limit:
            del self._waiting[next(iter(self._waiting))]
            self.missed += 1
        self._waiting[place] = item
        self._change.set()

    def end(self) -> None:
        """What is queued can still be read; then comes the end."""
        self._ended = True
        self._change.set()

    @staticmethod
    def _place_maker(policy: Overflow, key: Callable[[T], Hashable] | None) -> Callable[[T], Hashable]:
        """Which queued item a new one replaces: with `DROP_OLDEST` none, so each gets a number of its own."""
        match policy:
            case Overflow.DROP_OLDEST:
                numbers = itertools.count()
                return lambda _: next(numbers)
            case Overflow.COALESCE_LATEST:
                return key or (lambda _: None)
        assert_never(policy)
