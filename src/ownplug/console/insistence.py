"""Doing a job although the wire breaks: cables are pulled, adapters lose contact, plugs restart.

Only jobs that may begin anew fit: those that look first at what is done already. Nothing waits for ever, neither
for a wire that stays away nor for a plug that leaves its commands unanswered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from ownplug.aio import Backoff
from ownplug.console.console import Console
from ownplug.core.errors import LinkBroken, LinkClosed, LinkError, LinkTimeout, Noise, OwnplugError, Restarted

T = TypeVar("T")

Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[Console]]

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InsistSettings:
    """How long to insist."""

    away_s: float = 60.0
    """How long wire or plug may be away at a time, in seconds: long enough to find the cable. 0: not at all."""
    breaks: int = 100
    """How often the wire may break, or the plug restart, in one job."""
    timeouts: int = 10
    """How often the plug may leave a command unanswered in one job."""


async def insist(
    opening: Opening,
    work: Callable[[Console], Awaitable[T]],
    *,
    settings: InsistSettings | None = None,
    was_there: bool = False,
    told: Callable[[OwnplugError], None] = lambda _: None,
) -> T:
    """Open a console and do `work` on it; when the wire breaks, open it again and do `work` from its beginning.

    Args:
        opening: opens the console.
        work: the job.
        settings: the limits.
        was_there: whether the plug has answered a moment ago, so that it is waited for from the beginning.
        told: hears of each break.

    Raises:
        LinkError, Noise: the plug was not there to begin with, stays away, or broke off too often.
        OwnplugError: what else `work` raises.
    """
    limits = settings or InsistSettings()
    breaks = _Breaks(limits, told)
    away_s = limits.away_s if was_there else 0.0
    while True:
        async with AsyncExitStack() as stack:
            try:
                console = await _reach(stack, opening, away_s)
            except LinkBroken as error:
                if away_s:  # it was waited for
                    raise
                breaks.count(error)  # the wire was there, and went in its first moment
                away_s = limits.away_s
                continue
            away_s = limits.away_s
            failure: OwnplugError | None = None
            while failure is None or isinstance(failure, Restarted):
                try:
                    return await work(console)
                except (LinkError, Noise) as error:
                    failure = error
                    breaks.count(error)


class _Breaks:
    """How often it broke."""

    def __init__(self, limits: InsistSettings, told: Callable[[OwnplugError], None]) -> None:
        self._limits = limits
        self._told = told
        self._breaks = self._timeouts = 0

    def count(self, failure: OwnplugError) -> None:
        """Note one more; raise it where it is one too many."""
        if isinstance(failure, LinkTimeout):
            self._timeouts += 1
        else:
            self._breaks += 1
        too_often = self._timeouts > self._limits.timeouts or self._breaks > self._limits.breaks
        if too_often or not self._limits.away_s or isinstance(failure, LinkClosed):
            raise failure
        self._told(failure)


async def _reach(stack: AsyncExitStack, opening: Opening, away_s: float) -> Console:
    """Open a console at whose end a shell answers; try for `away_s`, or once if that is 0."""
    if not away_s:
        return await _open(stack, opening)
    waits = Backoff(first_s=_FIRST_WAIT_S, limit_s=_LONGEST_WAIT_S)
    failure: OwnplugError | None = None
    try:
        async with asyncio.timeout(away_s):
            while True:
                try:
                    return await _open(stack, opening)
                except (LinkError, Noise) as error:
                    failure = error
                await asyncio.sleep(waits.next_s())
    except TimeoutError as error:
        raise failure or LinkTimeout(f"Nothing came back within {away_s:g} s.") from error


async def _open(stack: AsyncExitStack, opening: Opening) -> Console:
    async with AsyncExitStack() as trial:
        console = await trial.enter_async_context(opening())
        await console.session.find_prompt()
        stack.push_async_exit(trial.pop_all())
    return console
