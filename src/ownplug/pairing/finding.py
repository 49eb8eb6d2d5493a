"""One thing that a doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Health(Enum):
    """How it is."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"  # cannot be told, or needs nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, how it is, what was seen, and what to do where it is bad."""

    about: str
    health: Health
    seen: str
    remedy: str = ""


def good(about: str, seen: str) -> Finding:
    """It is as it should be."""
    return Finding(about=about, health=Health.GOOD, seen=seen)


def bad(about: str, seen: str, remedy: str = "") -> Finding:
    """It is not, and what to do."""
    return Finding(about=about, health=Health.BAD, seen=seen, remedy=remedy)


def unknown(about: str, seen: str, remedy: str = "") -> Finding:
    """Nobody can tell from here."""
    return Finding(about=about, health=Health.UNKNOWN, seen=seen, remedy=remedy)
