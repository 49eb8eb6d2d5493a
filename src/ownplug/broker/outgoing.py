"""When connections send: together, after local handlers have heard what came, and busy ones not for every message.

Encrypting and sending costs more than all else that a message needs, so what goes to one client within two
milliseconds goes in one piece. And an acknowledgement can wait for the hub, but a person who waits for the plug's
answer should not wait for the acknowledgement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ownplug.aio import Clock
from ownplug.broker.feed import Feed

PACE_S = 0.002
"""Seconds between two sendings to one client. Who gets fewer than five hundred messages a second never waits."""

Flush = Callable[[], None]


class Outgoing:
    """Calls those that have something to send, each once for each time it asks."""

    def __init__(self, feed: Feed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._soon: list[Flush] = []
        self._paced: list[Flush] = []
        self._told = 0

    def soon(self, flush: Flush) -> None:
        """Have `flush` called when what has come in by now was told to local handlers, and they had their say."""
        self._soon.append(flush)
        if len(self._soon) == 1:
            self._told = self._feed.told_total
            asyncio.get_running_loop().call_soon(self._after_handlers)

    def paced(self, flush: Flush, last_s: float) -> None:
        """The same for a client that was sent messages at `last_s`: later, if that was just now."""
        if self._clock.monotonic() - last_s >= PACE_S:
            self.soon(flush)
            return
        self._paced.append(flush)
        if len(self._paced) == 1:
            asyncio.get_running_loop().call_later(PACE_S, self._send_paced)

    def _after_handlers(self) -> None:
        """Whoever waited for what a handler was told just now runs before us, if we let it."""
        if self._feed.told_total == self._told:
            self._send()
        else:
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        due, self._soon = self._soon, []
        for flush in due:
            flush()

    def _send_paced(self) -> None:
        due, self._paced = self._paced, []
        for flush in due:
            flush()
