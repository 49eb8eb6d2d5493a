"""Serial consoles that the API was asked for: who talks to which port, and the jobs on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from ownplug import __version__
from ownplug.aio import Clock, in_thread
from ownplug.app.console_documents import (
    difference_views,
    plan_view,
    readable,
    start_view,
    stored_settings,
)
from ownplug.app.console_jobs import ConsoleJobs
from ownplug.app.console_line import SharedConsole
from ownplug.app.console_ports import AllowedPort, MorePorts, allowed_ports, no_ports
from ownplug.app.console_talk import Talk
from ownplug.app.console_work import awaiting_start, giving_back, leaving_factory, rebooting
from ownplug.console import (
    Backup,
    Console,
    Origin,
    Restore,
    RestoreOptions,
    backup,
    check_word,
    differences,
    parse_backup,
    read_store,
    render_backup,
    snapshot,
)
from ownplug.core.errors import Malformed, NotFound, UsageError
from ownplug.core.shell import LIGHTS, Command
from ownplug.web import (
    ConsoleJobView,
    LightMeaning,
    LightView,
    PortView,
    RestorePlanView,
    RestoreWish,
    SettingDifference,
    StartView,
    StoredSetting,
)

RESTORE_WORD = "restore"
"""What has to be typed before a backup is given back."""

_LEFT_OUT_WAY = "Leave them out with partial, or look at the plan first."


class ConsoleDesk:
    """Opens the serial ports that may be opened, and works on them; use it as `async with`.

    Fits `ownplug.web.ConsoleDoor` by shape.

    Args:
        clock: dates what happens.
        configured: ports that the owner named.
        more_ports: tells those that others offer.
    """

    def __init__(
        self, clock: Clock, configured: Sequence[str] = (), more_ports: MorePorts = no_ports
    ) -> None:
        self._more_ports = more_ports
        self._clock = clock
        self._configured = tuple(configured)
        self._tasks = asyncio.TaskGroup()
        self._jobs = ConsoleJobs(clock, self._tasks)
        self._lines: dict[str, SharedConsole] = {}

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._jobs.close()
        for line in self._lines.values():
            line.close()
        # Without the body's error, which would come back wrapped in a group.
        await self._tasks.__aexit__(None, None, None)

    async def ports(self) -> list[PortView]:
        """See `ConsoleDoor.ports`."""
        return [
            PortView(
                id=port.id,
                name=port.name,
                description=port.description,
                origin=port.origin,
                is_open=port.id in self._lines and self._lines[port.id].is_open,
                job=self._jobs.under_way(port.id),
            )
            for port in await self._allowed()
        ]

    @asynccontextmanager
    async def talk(self, port: str, /, *, show_secrets: bool) -> AsyncIterator[Talk]:
        """See `ConsoleDoor.talk`.

        Raises:
            NotFound: no port is called so.
            OwnplugError: it cannot be opened.
        """
        line = await self._line(port)
        async with line.borrow() as found:
            with found.lines(show_secrets=show_secrets) as lines:
                yield Talk(found, lines, self._jobs, port, show_secrets=show_secrets)

    async def settings(self, port: str, /, *, show_secrets: bool) -> list[StoredSetting]:
        """See `ConsoleDoor.settings`.

        Raises:
            Conflict: a job is under way on this port.
            OwnplugError: see `ownplug.console.read_store`.
        """
        async with self.open_console(port) as console:
            return stored_settings(await read_store(console), show_secrets=show_secrets)

    async def snapshot(self, port: str, /, *, show_secrets: bool) -> dict[str, Any]:
        """See `ConsoleDoor.snapshot`.

        Raises:
            Conflict: a job is under way on this port.
            OwnplugError: see `ownplug.console.snapshot`.
        """
        async with self.open_console(port) as console:
            taken = await snapshot(console, origin=self._origin(port))
        document: dict[str, Any] = readable(taken.document(show_secrets=show_secrets))
        return document

    async def backup(self, port: str, /) -> bytes:
        """See `ConsoleDoor.backup`.

        Raises:
            Conflict: a job is under way on this port.
            OwnplugError: see `ownplug.console.backup`.
        """
        async with self.open_console(port) as console:
            return render_backup(await backup(console, origin=self._origin(port)))

    async def differences(self, port: str, file: bytes, /, *, show_secrets: bool) -> list[SettingDifference]:
        """See `ConsoleDoor.differences`.

        Raises:
            UsageError: the file is no backup.
            Conflict: a job is under way on this port.
            OwnplugError: see `ownplug.console.read_store`.
        """
        line = await self._free_line(port)
        saved = _parsed(file)
        async with line.borrow_console() as console:
            found = differences(await read_store(console), saved.settings)
        return difference_views(found, show_secrets=show_secrets)

    async def plan_restore(self, port: str, wish: RestoreWish, /) -> RestorePlanView:
        """See `ConsoleDoor.plan_restore`.

        Raises:
            UsageError: the file is no backup, or that of another plug.
            Conflict: a job is under way on this port.
            OwnplugError: see `ownplug.console.read_store`.
        """
        line = await self._free_line(port)
        job = _restore_of(wish)
        async with line.borrow_console() as console:
            plan = await job.plan(console)
        return plan_view(plan, word=RESTORE_WORD, show_secrets=wish.show_secrets)

    async def restore(self, port: str, wish: RestoreWish, /, *, word: str) -> ConsoleJobView:
        """See `ConsoleDoor.restore`.

        Raises:
            UsageError: as in `plan_restore`; or it was not wanted, or cannot be done as a whole.
            Conflict: a job is under way on this port.
            OwnplugError: see `ownplug.console.read_store`.
        """
        line = await self._free_line(port)
        check_word(RESTORE_WORD, word)
        job = _restore_of(wish)
        async with line.borrow_console() as console:
            plan = await job.plan(console)
        if plan.impossible and not wish.partial:
            keys = ", ".join(left.key for left in plan.impossible[:3])
            raise UsageError(f"Not everything can be written, so nothing was: {keys}.", hint=_LEFT_OUT_WAY)

        return self._jobs.begin(port, "restore", giving_back(line, job))

    async def leave_factory(self, port: str, /) -> ConsoleJobView:
        """See `ConsoleDoor.leave_factory`.

        Raises:
            NotFound: no port is called so.
            Conflict: a job is under way on this port.
        """
        return self._jobs.begin(port, "leave-factory", leaving_factory(await self._free_line(port)))

    async def watch_start(self, port: str, /, *, reboots: bool) -> ConsoleJobView:
        """See `ConsoleDoor.watch_start`.

        Raises:
            NotFound: no port is called so.
            Conflict: a job is under way on this port.
        """
        line = await self._free_line(port)
        return self._jobs.begin(port, "start", rebooting(line) if reboots else awaiting_start(line))

    async def start(self, port: str, /) -> StartView | None:
        """See `ConsoleDoor.start`.

        Raises:
            NotFound: no port is called so.
        """
        found = (await self._line(port)).current
        return start_view(*found.start) if found is not None and found.start is not None else None

    async def light(self, port: str, /) -> LightView:
        """See `ConsoleDoor.light`.

        Raises:
            NotFound: no port is called so.
        """
        found = (await self._line(port)).current
        stage = found.stage if found is not None else None
        return LightView(
            stage=stage.value if stage else None,
            light=LIGHTS[stage] if stage else None,
            meanings=[LightMeaning(stage=each.value, light=shows) for each, shows in LIGHTS.items()],
        )

    async def drive_light(self, port: str, /, *, colour: str, state: str) -> None:
        """See `ConsoleDoor.drive_light`.

        Raises:
            Conflict: a job is under way on this port.
            OwnplugError: see `Console.light`.
        """
        async with self.open_console(port) as console:
            await console.reply(Command("meross led", (colour, state)))

    async def job(self, port: str, /) -> ConsoleJobView | None:
        """See `ConsoleDoor.job`."""
        return self._jobs.get(port)

    async def cancel(self, port: str, /) -> None:
        """See `ConsoleDoor.cancel`.

        Raises:
            NotFound: there was none.
        """
        await self._jobs.cancel(port)

    @asynccontextmanager
    async def open_console(self, port: str) -> AsyncIterator[Console]:
        """Use the console of a port on which no job is under way."""
        line = await self._free_line(port)
        async with line.borrow_console() as console:
            yield console

    async def _free_line(self, port: str) -> SharedConsole:
        line = await self._line(port)
        self._jobs.check_free(port)
        return line

    async def _line(self, port: str) -> SharedConsole:
        """Find a port by its id; what is not listed is not opened."""
        name = next((each.name for each in await self._allowed() if each.id == port), None)
        if name is None:
            raise NotFound(
                "There is no such serial port.", hint="Is the adapter plugged in? The list of ports tells."
            )
        if port not in self._lines:
            self._lines[port] = SharedConsole(name, self._clock, self._tasks)
        return self._lines[port]

    async def _allowed(self) -> list[AllowedPort]:
        offered = tuple(self._more_ports())
        return await in_thread(lambda: allowed_ports(self._configured, offered))

    def _origin(self, port: str) -> Origin:
        return Origin(port=self._lines[port].name, tool=f"ownplug {__version__}", clock=self._clock)


def _parsed(file: bytes) -> Backup:
    try:
        return parse_backup(file)
    except Malformed as problem:
        raise UsageError(f"That is no backup of a plug: {problem}", hint=problem.hint) from problem


def _restore_of(wish: RestoreWish) -> Restore:
    options = RestoreOptions(identity=wish.identity, calibration=wish.calibration, reset=wish.reset)
    return Restore(_parsed(wish.file), options, any_plug=wish.any_plug)
