"""What is made to go wrong with a virtual plug."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ownplug.core.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Everything that is wrong; by default nothing is."""

    chatter: float = 0.0
    """Lines of other tasks on the serial console, in one second of the plug's time (0 to 100; the wire carries about
    130). They fall where they fall: between the bytes of a reply, of the echo, of another line."""
    garble: float = 0.0
    """The share of these lines (0 to 1) that are cut off, and take the rest of the line with them in which they
    fell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """The values that a fault takes, and the one that it has when none is named."""

    highest: float
    unsaid: float


_RANGES: Mapping[str, _Range] = {
    "chatter": _Range(highest=100, unsaid=10),
    "garble": _Range(highest=1, unsaid=0.1),
}


def parse_faults(texts: Iterable[str]) -> Faults:
    """Read `NAME=VALUE`, or `NAME` for a value that is worth a try; of two of one name the last counts.

    Raises:
        UsageError: there is no fault of that name, or the value is none.
    """
    faults = Faults()
    for text in texts:
        name, has_value, value = text.partition("=")
        if name not in _RANGES:
            raise UsageError(
                f"There is no fault {name!r}.", hint=f"These exist: {', '.join(_RANGES)}, as in chatter=10."
            )
        chosen = _number(text, value, _RANGES[name]) if has_value else _RANGES[name].unsaid
        faults = replace(faults, **{name: chosen})
    return faults


def _number(text: str, value: str, allowed: _Range) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= allowed.highest:
        raise UsageError(f"{text!r}: the value is a number from 0 to {allowed.highest:g}.")
    return number
