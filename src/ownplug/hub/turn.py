"""Commands for one plug go one after the other, and one that has waited too long is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ownplug.core.errors import Expired


class Turn:
    """Whose turn it is to command one plug."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def taken(self, ttl_s: float) -> AsyncIterator[None]:
        """Wait for one's turn, and have it for as long as the context lasts.

        Raises:
            Expired: `ttl_s` was over before.
        """
        try:
            if ttl_s <= 0:
                raise TimeoutError
            async with asyncio.timeout(ttl_s):
                await self._lock.acquire()
        except TimeoutError as error:
            raise Expired(
                "The command came too late, and was not carried out.",
                hint="Look at the plug, then decide anew.",
            ) from error
        try:
            yield
        finally:
            self._lock.release()
