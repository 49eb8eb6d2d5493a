"""Longer jobs on serial ports that the API was asked for: one at a time on each port."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ownplug.aio import Clock
from ownplug.core.errors import Conflict, NotFound, OwnplugError
from ownplug.web import ConsoleFailure, ConsoleJobView

JobKind: TypeAlias = Literal["restore", "leave-factory", "start"]
Work: TypeAlias = Callable[[ConsoleJobView], Awaitable[dict[str, Any]]]
"""Does a job, keeps its view up to date, and returns what came of it."""

_WORDS = {
    "restore": "A restore",
    "leave-factory": "The way out of factory mode",
    "start": "A look at a start",
}


@dataclass(slots=True)
class _Running:
    view: ConsoleJobView
    task: asyncio.Task[None] | None = None


class ConsoleJobs:
    """The jobs of all ports, each by the port's id.

    Args:
        clock: dates them.
        tasks: where they run.
    """

    def __init__(self, clock: Clock, tasks: asyncio.TaskGroup) -> None:
        self._clock = clock
        self._tasks = tasks
        self._known: dict[str, _Running] = {}

    def begin(self, port: str, kind: JobKind, work: Work) -> ConsoleJobView:
        """Begin a job; the last one of this port is forgotten.

        Raises:
            Conflict: one is under way.
        """
        self.check_free(port)
        view = ConsoleJobView(id=secrets.token_hex(8), kind=kind, began_at=self._clock.now())
        running = self._known[port] = _Running(view)
        running.task = self._tasks.create_task(_do(view, work), name=f"{kind} on {port}")
        return view

    def get(self, port: str) -> ConsoleJobView | None:
        """Return the job that runs on a port, or was the last; None: there was none."""
        running = self._known.get(port)
        return running.view if running is not None else None

    def under_way(self, port: str) -> str:
        """The kind of the job that runs on a port; empty: none does."""
        view = self.get(port)
        return view.kind if view is not None and view.state == "running" else ""

    def check_free(self, port: str) -> None:
        """Let pass who wants to use a port on which no job is under way.

        Raises:
            Conflict: one is.
        """
        if kind := self.under_way(port):
            raise Conflict(
                f"{_WORDS[kind]} is under way on this port.", hint="Wait for its end, or give it up."
            )

    async def cancel(self, port: str) -> None:
        """Give a job up, or forget one that has ended.

        Raises:
            NotFound: there was none.
        """
        running = self._known.pop(port, None)
        if running is None:
            raise NotFound("There is no job on this port.")
        if running.task is not None:
            running.task.cancel()
            await asyncio.wait([running.task])

    def close(self) -> None:
        """Give all of them up."""
        for running in self._known.values():
            if running.task is not None:
                running.task.cancel()


async def _do(view: ConsoleJobView, work: Work) -> None:
    try:
        view.result = await work(view)
    except OwnplugError as error:
        view.failure = ConsoleFailure(code=error.code, message=str(error), hint=error.hint)
        view.state = "failed"
    else:
        view.state = "done"
