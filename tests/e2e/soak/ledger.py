"""What a hub may say of each thing, for all that it has acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from ownplug.core.errors import HubError


class Ledger:
    """For each thing, the values it may have: one once a change was acknowledged, more while nobody knows.

    A thing is a kind and a name, such as `("plug", uuid)`. Each is changed by one task at a time.

    Attributes:
        acknowledged: changes that the hub has promised, by kind.
        untold: changes of which nobody was told whether they happened; by whether they had.
    """

    def __init__(self) -> None:
        self.acknowledged: Counter[str] = Counter()
        self.untold: Counter[bool] = Counter()
        self._possible: dict[tuple[str, Hashable], list[Any]] = {}  # the oldest first

    def things(self, kind: str) -> list[Any]:
        """Return the names of one kind."""
        return [name for found, name in self._possible if found == kind]

    def possible(self, kind: str, name: Hashable) -> list[Any]:
        """Return what a thing may be; what was acknowledged last comes first."""
        return self._possible[kind, name]

    def is_so(self, kind: str, name: Hashable, value: Any) -> None:
        """Take note that a thing is this and nothing else."""
        self._possible[kind, name] = [value]

    def may_be(self, kind: str, name: Hashable, value: Any) -> None:
        """Take note that a thing may have become this."""
        if value not in self._possible[kind, name]:
            self._possible[kind, name].append(value)

    @contextmanager
    def changing(self, kind: str, name: Hashable, value: Any) -> Iterator[None]:
        """Within the body the thing may become `value`; it is when the body ends, and is not if the hub refuses."""
        before = list(self._possible[kind, name])
        self.may_be(kind, name, value)
        try:
            yield
        except HubError:
            self._possible[kind, name] = before
            raise
        self.is_so(kind, name, value)
        self.acknowledged[kind] += 1

    def check(self, kind: str, name: Hashable, found: Any) -> None:
        """Fail if a thing is what it cannot be; from now on it is what was found."""
        possible = self._possible[kind, name]
        assert found in possible, f"{kind} {name} is {found!r}, and was promised to be one of {possible}"
        if len(possible) > 1:
            self.untold[found != possible[0]] += 1
        self.is_so(kind, name, found)

    def forget(self, kind: str, name: Hashable) -> None:
        """Look at a thing no more."""
        del self._possible[kind, name]
