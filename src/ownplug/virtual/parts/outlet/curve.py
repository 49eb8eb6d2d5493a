"""A recorded curve as a load: lines of seconds, watts and, if known, power factor.

Each line holds until the next, the last one as long as the one before it; then the curve begins again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from ownplug.core.errors import UsageError
from ownplug.virtual.parts.outlet.load import Load, Segment

LONGEST = 100_000  # lines
HIGHEST_W = 4000.0  # 16 A at 250 V
_HINT = (
    "A curve has lines such as 0,4.5 or 90,1800,0.98: seconds, watts, and the power factor if it is known."
)


def parse_curve(text: str) -> Load:
    """Read a curve; a first line of names, empty lines and what follows a `#` are passed over.

    Raises:
        UsageError: it is no such curve; says in which line, and why.
    """
    rows = _rows(text)
    if len(rows) < 2:
        raise UsageError("The curve has fewer than two lines.", hint=_HINT)
    if len(rows) > LONGEST:
        raise UsageError(f"The curve has more than {LONGEST:,} lines.")
    lengths = [later.at_s - row.at_s for row, later in pairwise(rows)]
    return Load(
        segments=tuple(
            Segment(lasts_s=lasts_s, constant_w=row.power_w, power_factor=row.power_factor)
            for row, lasts_s in zip(rows, [*lengths, lengths[-1]], strict=True)
        ),
        repeats=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    at_s: float
    power_w: float
    power_factor: float


def _rows(text: str) -> list[_Row]:
    rows: list[_Row] = []
    for number, line in enumerate(text.splitlines(), start=1):
        fields = [field.strip() for field in line.partition("#")[0].split(",")]
        if fields == [""] or (not rows and _is_heading(fields)):
            continue
        row = _row(number, fields)
        if rows and row.at_s <= rows[-1].at_s:
            raise UsageError(f"Line {number} of the curve: its time is not after that of the line before.")
        rows.append(row)
    return rows


def _row(line: int, fields: list[str]) -> _Row:
    if len(fields) not in {2, 3}:
        raise UsageError(f"Line {line} of the curve has {len(fields)} values.", hint=_HINT)
    at_s, power_w, power_factor = (*(_number(line, field) for field in fields), 1.0)[:3]
    if not 0 <= power_w <= HIGHEST_W:
        raise UsageError(f"Line {line} of the curve: watts are a number from 0 to {HIGHEST_W:g}.")
    if not 0 < power_factor <= 1:
        raise UsageError(f"Line {line} of the curve: the power factor is above 0, and at most 1.")
    return _Row(at_s=at_s, power_w=power_w, power_factor=power_factor)


def _is_heading(fields: list[str]) -> bool:
    return all(field.replace("_", " ").replace(" ", "").isalpha() for field in fields)


def _number(line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise UsageError(f"Line {line} of the curve: {text!r} is no number.", hint=_HINT) from error
    if not math.isfinite(value):
        raise UsageError(f"Line {line} of the curve: {text!r} is no number.", hint=_HINT)
    return value
