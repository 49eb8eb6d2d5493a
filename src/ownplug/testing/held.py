"""Asynchronous things for programs that are not: a loop in a thread of its own, and what lives in it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")

PATIENCE_S = 60.0
"""How long anything may take: a machine that tests is a busy one."""


class LoopThread:
    """An event loop in a thread; use it as `with`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ownplug", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def start(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Begin `work` in the loop, from another thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T], *, timeout_s: float = PATIENCE_S) -> T:
        """Do `work` in the loop and wait for it.

        Raises:
            TimeoutError: it takes longer than `timeout_s`.
        """
        running = self.start(work)
        try:
            return running.result(timeout_s)
        except TimeoutError:
            running.cancel()
            raise

    def call(self, function: Callable[[], T]) -> T:
        """Call a function in the loop's thread and return what it returns."""

        async def work() -> T:
            return function()

        return self.run(work())


class Held(Generic[T]):
    """One asynchronous context that is entered in a loop and stays entered until it is closed.

    Args:
        thread: whose loop it lives in.
        make: makes the context, in that loop.
    """

    def __init__(self, thread: LoopThread, make: Callable[[], AbstractAsyncContextManager[T]]) -> None:
        self._thread = thread
        self._make = make
        self._entered: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._leaving = asyncio.Event()
        self._life = thread.start(self._live())

    def get(self) -> T:
        """What the context gave.

        Raises:
            TimeoutError: it has not begun in time.
            Exception: whatever prevented it.
        """
        either: list[concurrent.futures.Future[Any]] = [self._entered, self._life]
        concurrent.futures.wait(either, PATIENCE_S, concurrent.futures.FIRST_COMPLETED)
        if self._life.done():
            self._life.result()
        return self._entered.result(0)

    def close(self) -> None:
        """Leave the context.

        Raises:
            Exception: what ended it meanwhile.
        """
        if not self._life.done():
            self._thread.call(self._leaving.set)
        self._life.result(PATIENCE_S)

    async def _live(self) -> None:
        async with self._make() as value:
            self._entered.set_result(value)
            await self._leaving.wait()
