"""The relay: the one part whose movement a person can hear, so its movements are counted."""

from __future__ import annotations


class Relay:
    """A bistable contact between mains and load.

    Attributes:
        is_on: current can flow.
        edges: how often the contact really moved; setting it to where it is moves nothing.
    """

    def __init__(self, *, is_on: bool = True) -> None:
        self.is_on = is_on
        self.edges = 0

    def move(self, *, on: bool) -> bool:
        """Put the contact to `on`; return whether it moved."""
        if on == self.is_on:
            return False
        self.is_on = on
        self.edges += 1
        return True
