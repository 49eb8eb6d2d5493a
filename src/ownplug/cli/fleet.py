"""A fleet of virtual plugs on the command line: whether the system carries it, and how it does."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.virtual import Fleet, FleetStatus

_OTHER_DESCRIPTORS = 50  # of the program itself
_ON_A_TERMINAL_S, _IN_A_LOG_S = 1.0, 10.0
_BACK, _ERASE = "\r", "\x1b[K"


def raise_descriptor_limit(plugs: int, *, each: int) -> None:
    """Have the system grant `each` descriptors for each of so many plugs.

    Raises:
        UsageError: it does not.
    """
    from ownplug.app import grant_descriptors

    needed = plugs * each + _OTHER_DESCRIPTORS
    granted = grant_descriptors(needed)
    if granted < needed:
        raise UsageError(
            f"{plugs:,} plugs need {needed:,} descriptors, and this system grants {granted:,.0f}.",
            hint=f"Raise the limit (ulimit -Hn {needed}, as root), or run fewer plugs.",
        )


@asynccontextmanager
async def status_line(fleet: Fleet, *, of: int) -> AsyncIterator[None]:
    """Say on stderr how the fleet does: in one line that changes, on a terminal; else in a line now and then."""
    on_terminal = sys.stderr.isatty()
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(_tell(fleet, of, on_terminal=on_terminal))
        try:
            yield
        finally:
            telling.cancel()
            if on_terminal:
                click.echo(f"{_BACK}{_ERASE}", err=True, nl=False)


async def _tell(fleet: Fleet, of: int, *, on_terminal: bool) -> None:
    every_s = _ON_A_TERMINAL_S if on_terminal else _IN_A_LOG_S
    loop = asyncio.get_running_loop()
    before, before_s = fleet.status(), loop.time()
    while True:
        await asyncio.sleep(every_s)
        now, now_s = fleet.status(), loop.time()
        line = render_status(now, of=of, rate=(now.messages - before.messages) / (now_s - before_s))
        before, before_s = now, now_s
        click.echo(f"{_BACK}{line}{_ERASE}" if on_terminal else line, err=True, nl=not on_terminal)


def render_status(status: FleetStatus, *, of: int, rate: float) -> str:
    """One line: how many plugs are in, connected and at home, what failed, and messages a second."""
    put_in = f"{of:,}" if status.plugs == of else f"{status.plugs:,} of {of:,}"
    return (
        f"{put_in} plugs: {status.connected:,} connected, {status.bound:,} bound, "
        f"{status.failed:,} failed, {rate:,.0f} messages/s"
    )
