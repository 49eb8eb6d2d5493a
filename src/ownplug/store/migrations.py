"""The schema as numbered SQL files, each applied once, in order, all that are needed in one transaction.

A database that a newer ownplug made is refused rather than guessed at, and one that an older ownplug made is
copied before it is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

_SCHEMA = "schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step from version `number - 1` to `number`."""

    number: int
    name: str
    sql: str


def migrations() -> list[Migration]:
    """Return all steps, oldest first, numbered from 1 without a gap."""
    folder = resources.files("ownplug.store") / _SCHEMA
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return [
        Migration(number=number, name=name.removesuffix(".sql"), sql=(folder / name).read_text("utf-8"))
        for number, name in enumerate(files, start=1)
    ]


def pending(current: int, steps: list[Migration]) -> list[Migration]:
    """Return the steps that a database at version `current` still needs.

    Raises:
        ValueError: the database is newer than these steps.
    """
    if current > len(steps):
        raise ValueError(f"version {current} is newer than {len(steps)}")
    return steps[current:]
