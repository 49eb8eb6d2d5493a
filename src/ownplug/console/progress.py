"""How far a long job has come, told to whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One step of a job."""

    done: int
    """Steps that are done."""
    of: int
    """Steps in all."""
    what: str
    """The step that begins now, in words."""


Told: TypeAlias = Callable[[Progress], None]


def unheard(_: Progress) -> None:
    """Tell nobody."""
