"""Time as an argument: whoever needs to know it is given a `Clock`, and tests give one of their own."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, and waiting."""

    def now(self) -> datetime:
        """The date and time, aware, in UTC; may jump when somebody sets the machine's clock."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back, never jumps. Only differences mean anything."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long; zero or less gives way to others once."""


class SystemClock:
    """The machine's own clock; the one place that reads it."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock that all others ask

    monotonic = staticmethod(time.monotonic)  # noqa: TID251 - as above; asked several times for each packet

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)
