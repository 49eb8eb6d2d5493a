"""How many strangers may wait for a slow check at a time.

A person's password takes tens of milliseconds to check, on purpose. Whoever sends wrong ones by the hundred must
not fill the queue in which plugs wait for their quick check, nor keep other people out from another address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

WAITING = 16
"""In all; half of the logins that the MQTT server judges side by side."""

WAITING_PER_ADDRESS = 4
"""From one address. Programs on one machine that start together come again when they are told to."""


class Turnstile:
    """Lets a few in and turns the rest away at once."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()

    @contextmanager
    def enter(self, address: str) -> Iterator[None]:
        """Be counted while inside.

        Raises:
            TimeoutError: too many are inside; it would take too long.
        """
        inside = self._inside
        if inside.total() >= WAITING or inside[address] >= WAITING_PER_ADDRESS:
            raise TimeoutError
        inside[address] += 1
        try:
            yield
        finally:
            inside[address] -= 1
            if not inside[address]:
                del inside[address]
