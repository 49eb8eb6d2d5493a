"""What desks have in common that begin something on request: it runs by itself, and is remembered for a while."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from ownplug.core.errors import NotFound

_REMEMBERED = 50


class View(Protocol):
    """How far it is, for who asks."""

    id: str

    @property
    def state(self) -> str:
        """`running`, or how it ended."""


class Run(Protocol):
    """Something that was begun."""

    task: asyncio.Task[None] | None

    @property
    def view(self) -> View:
        """How far it is."""


R = TypeVar("R", bound=Run)


class Desk(Generic[R]):
    """Begins things on request, and ends them when it closes; use it as `async with`.

    Args:
        what: is begun, in a word for sentences.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._known: dict[str, R] = {}
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in self._known.values():
            if running.task is not None:
                running.task.cancel()
        # Without the body's error, which would come back wrapped in a group.
        await self._tasks.__aexit__(None, None, None)

    def _find(self, id_: str) -> R:
        """Return what was begun under an id.

        Raises:
            NotFound: there is none, or it was long ago.
        """
        running = self._known.get(id_)
        if running is None:
            raise NotFound(f"There is no such {self._what}.", hint="It may be long ago.")
        return running

    def _remember(self, running: R) -> None:
        """Know it from now on; the oldest that have ended are forgotten."""
        self._known[running.view.id] = running
        ended = [id_ for id_, each in self._known.items() if each.view.state != "running"]
        for id_ in ended[: max(0, len(self._known) - _REMEMBERED)]:
            del self._known[id_]
