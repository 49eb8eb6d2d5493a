"""The console of one port, open for as long as somebody uses it, and shared by all who do.

A serial port has one owner. Here that is a task of its own: whoever comes first has it opened, whoever comes later
joins, and a moment after the last one has gone it is closed. Each opening may raise the adapter's DTR, which is a
reason to wait that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import datetime

from ownplug.aio import Broadcast, Clock, Subscription
from ownplug.app.console_documents import readable
from ownplug.console import Console, Sighting, Watcher, masked_echo, masked_line, sighting_document
from ownplug.console import open as open_console
from ownplug.core.errors import LinkClosed, OwnplugError
from ownplug.core.shell import BootReport, Echo, Event, Stage, TextLine
from ownplug.web import Line

LINES_LIMIT = 2000
"""Lines that may wait for one browser; the oldest go first."""

_LINGER_S = 3.0


class OpenConsole:
    """A console from its opening to its end.

    Attributes:
        console: the plug's.
        stage: how far the plug has come, as it has told since; None: it has not.
        start: when the last start was over that was seen, and what it told.
    """

    def __init__(self, console: Console, clock: Clock) -> None:
        self.console = console
        self.stage: Stage | None = None
        self.start: tuple[datetime, BootReport] | None = None
        self._clock = clock
        self._watcher = Watcher()
        self._whole: Broadcast[Line] = Broadcast()
        self._masked: Broadcast[Line] = Broadcast()
        self._starts: Broadcast[BootReport] = Broadcast()

    def lines(self, *, show_secrets: bool) -> AbstractContextManager[Subscription[Line]]:
        """Receive what is printed from now on; ends with the console."""
        return (self._whole if show_secrets else self._masked).subscribe(limit=LINES_LIMIT)

    def starts(self) -> AbstractContextManager[Subscription[BootReport]]:
        """Receive each start that ends from now on."""
        return self._starts.subscribe()

    async def tell(self, events: Subscription[Event]) -> None:
        """Tell everyone what the plug prints, until the wire ends."""
        async for event in events:
            self._tell(self._watcher.see(event))

    def end(self) -> None:
        """Let everyone know that nothing more comes."""
        for broadcast in (self._whole, self._masked, self._starts):
            broadcast.close()

    def _tell(self, sighting: Sighting) -> None:
        at = self._clock.now()
        self.stage = sighting.stage or self.stage
        if sighting.start is not None:
            self.start = (at, sighting.start)
            self._starts.publish(sighting.start)
        line = sighting_document(sighting, at)
        self._whole.publish(readable(line))
        self._masked.publish(readable(line | {"text": _masked(sighting.event, line["text"])}))


class SharedConsole:
    """One port.

    Args:
        name: what opens it.
        clock: dates what it prints.
        tasks: where the task lives that owns it.
    """

    def __init__(self, name: str, clock: Clock, tasks: asyncio.TaskGroup) -> None:
        self.name = name
        self._clock = clock
        self._tasks = tasks
        self._users = 0
        self._unused = asyncio.Event()
        self._turn = asyncio.Lock()
        self._owner: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._open: OpenConsole | None = None
        self._failure: OwnplugError | None = None

    @property
    def is_open(self) -> bool:
        """Whether the hub has it open."""
        return self._open is not None

    @property
    def current(self) -> OpenConsole | None:
        """The console where it is open; it is not opened for that."""
        return self._open

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[OpenConsole]:
        """Use the console, which is opened if it is not; one whose wire broke is opened anew.

        Raises:
            OwnplugError: it cannot be opened; see `ownplug.console.open`.
        """
        self._users += 1
        self._unused.clear()
        try:
            yield await self._opened()
        finally:
            self._users -= 1
            if not self._users:
                self._unused.set()

    @asynccontextmanager
    async def borrow_console(self) -> AsyncIterator[Console]:
        """Use it as jobs do, which want nothing but to ask."""
        async with self.borrow() as found:
            yield found.console

    def close(self) -> None:
        """Let go of the port, whoever uses it."""
        if self._owner is not None:
            self._owner.cancel()

    async def _opened(self) -> OpenConsole:
        async with self._turn:
            is_opening = self._owner is not None and not self._ready.is_set()
            if self._open is None and not is_opening:
                if self._owner is not None:
                    await asyncio.wait([self._owner])  # it closes the port
                self._ready = asyncio.Event()
                self._owner = self._tasks.create_task(self._own(), name=f"console {self.name}")
            await self._ready.wait()
            if self._open is None:
                raise self._failure or LinkClosed(f"{self.name} was closed by this side.")
            return self._open

    async def _own(self) -> None:
        """Open the port, serve it, close it."""
        self._failure = None
        try:
            async with open_console(self.name) as console:
                found = self._open = OpenConsole(console, self._clock)
                self._ready.set()
                try:
                    await self._serve(found)
                finally:
                    self._open = None
                    found.end()
        except OwnplugError as failure:
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self, found: OpenConsole) -> None:
        """Tell what is printed until the wire ends, or nobody uses it any more."""
        with found.console.session.subscribe() as events:
            async with asyncio.TaskGroup() as tasks:
                either = {tasks.create_task(found.tell(events)), tasks.create_task(self._until_unused())}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                self._open = None  # who comes now waits for the next opening
                for task in either:
                    task.cancel()

    async def _until_unused(self) -> None:
        while self._users:
            await self._unused.wait()
            await asyncio.sleep(_LINGER_S)
        self._open = None  # at this very moment: who comes now waits for the next opening


def _masked(event: Event, text: str) -> str:
    match event:
        case Echo():
            return masked_echo(text)
        case TextLine():
            return masked_line(text)
        case _:
            return text
