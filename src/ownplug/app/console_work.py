"""What longer jobs on a serial port do: give a backup back, lead out of factory mode, follow a start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ownplug.app.console_documents import start_document
from ownplug.app.console_jobs import Work
from ownplug.app.console_line import OpenConsole, SharedConsole
from ownplug.console import Console, FactoryStep, LeaveFactory, LeftFactory, Progress, Restore, insist
from ownplug.core.errors import LinkTimeout, OwnplugError
from ownplug.core.shell import BootReport
from ownplug.web import ConsoleJobView

START_BY_HAND_S = 300.0
"""How long a start that somebody causes is waited for, in seconds: to find the plug and give it its current."""


def giving_back(line: SharedConsole, job: Restore) -> Work:
    """Give a backup back."""

    async def work(view: ConsoleJobView) -> dict[str, Any]:
        def tell(progress: Progress) -> None:
            view.done, view.of, view.what = progress.done, progress.of, progress.what

        done = await _through_breaks(line, view, lambda console: job.run(console, tell))
        return {
            "resets": list(done.resets),
            "written": list(done.written),
            "left": [left.key for left in done.plan.left],
            "moved": [change.key for change in done.plan.changes],
        }

    return work


def leaving_factory(line: SharedConsole) -> Work:
    """Lead a plug out of factory mode."""

    async def work(view: ConsoleJobView) -> dict[str, Any]:
        def tell(step: FactoryStep, _: LeftFactory) -> None:
            view.done, view.of = list(FactoryStep).index(step) + 1, len(FactoryStep)
            view.what = step.value

        done: LeftFactory = await _through_breaks(line, view, LeaveFactory(tell).run)
        return {"was_in_factory_mode": done.was_in, "start": start_document(done.start)}

    return work


def rebooting(line: SharedConsole) -> Work:
    """Restart a plug and follow its start."""

    async def work(view: ConsoleJobView) -> dict[str, Any]:
        view.what = "reboot"
        async with line.borrow_console() as console:
            return {"start": start_document(await console.reboot())}

    return work


def awaiting_start(line: SharedConsole) -> Work:
    """Follow the next start, which somebody causes."""

    async def work(view: ConsoleJobView) -> dict[str, Any]:
        view.what = "wait for a start"
        async with line.borrow() as found:
            return {"start": start_document(await _next_start(found))}

    return work


async def _through_breaks(
    line: SharedConsole, view: ConsoleJobView, work: Callable[[Console], Awaitable[Any]]
) -> Any:
    """Do `work`, and again from its beginning where the wire breaks."""

    def tell_break(failure: OwnplugError) -> None:
        view.breaks += 1
        view.what = f"{failure} Going on when the plug answers again."

    return await insist(line.borrow_console, work, told=tell_break)


async def _next_start(found: OpenConsole) -> BootReport:
    try:
        async with asyncio.timeout(START_BY_HAND_S):
            with found.starts() as starts:
                async for start in starts:
                    return start
    except TimeoutError as error:
        raise LinkTimeout(f"The plug did not start within {START_BY_HAND_S:g} s.") from error
    found.console.session.check()
    raise LinkTimeout("The console ended before the plug started.")
