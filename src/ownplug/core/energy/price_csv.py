"""Prices by the hour as people have them: a CSV table, which is taken whole or not at all.

    start,price
    2026-01-01T00:00+01:00,0.2871
    2026-01-01T01:00+01:00,0.2650

Each line says when a price begins to hold; how long it does is the distance of the lines, the same for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.price_table import PriceSpan, to_micros
from ownplug.core.errors import UsageError

LONGEST_TABLE = 5_000_000
"""Bytes of a file."""

MOST_ROWS = 200_000
"""Rows of a file: five years and a half of quarter hours."""

_QUARTER_S = 900
_STEPS_S = (900, 1800, 3600)
_YEARS = range(2000, 2100)
_FIRST_S, _END_S = 946_684_800, 4_102_444_800  # 2000-01-01 and 2100-01-01, UTC
_SHOWN = 40  # characters of a wrong cell that are repeated

_HEADER = ["start", "price"]
_UNIX = re.compile("[0-9]{1,15}")
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.0{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_NUMBER = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,3})?")
_COLUMNS_HINT = "Two columns: `start,price`, or `start;price` where prices have a decimal comma."
_START_HINT = "Write 2026-01-31T13:00, with the offset where it is known (+01:00, Z), or Unix seconds."


@dataclass(frozen=True, slots=True)
class _Row:
    start_s: int
    price_micros: int
    line: int


def parse_prices(text: str, calendar: Calendar) -> list[PriceSpan]:
    """Read a table of prices per kWh; its rows may stand in any order.

    Args:
        text: the file.
        calendar: of the zone in which times without an offset are meant.

    Raises:
        UsageError: something is wrong with it; says in which line, and what.
    """
    if len(text) > LONGEST_TABLE:
        raise UsageError(
            f"The table has more than {LONGEST_TABLE // 1_000_000} MB.", hint="Import it in parts."
        )
    rows = sorted(_rows(text, calendar), key=lambda row: row.start_s)
    step_s = _step_s(rows)
    return [PriceSpan(start_s=row.start_s, length_s=step_s, price_micros=row.price_micros) for row in rows]


def _rows(text: str, calendar: Calendar) -> Iterator[_Row]:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    separator = ";" if ";" in lines[0] else ","
    if [cell.lower() for cell in _cells(lines[0], separator)] != _HEADER:
        raise UsageError("Line 1 has to name the columns `start` and `price`.", hint=_COLUMNS_HINT)
    count = 0
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        count += 1
        if count > MOST_ROWS:
            raise UsageError(f"The table has more than {MOST_ROWS} rows.", hint="Import it in parts.")
        try:
            yield _row(number, _cells(line, separator), calendar, has_comma=separator == ";")
        except UsageError as error:
            raise UsageError(f"Line {number}: {error}", hint=error.hint) from error


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.split(separator)]


def _row(line: int, cells: list[str], calendar: Calendar, *, has_comma: bool) -> _Row:
    if len(cells) != len(_HEADER):
        raise UsageError(f"there are {len(cells)} columns instead of 2.", hint=_COLUMNS_HINT)
    start, price = cells
    if has_comma:
        price = price.replace(",", ".", 1)
    if not _NUMBER.fullmatch(price):
        raise UsageError(f"{_shown(price)} is no price.", hint="Write a number such as 0.2871 or -0.01.")
    return _Row(_start_s(start, calendar), to_micros(Decimal(price)), line)


def _start_s(cell: str, calendar: Calendar) -> int:
    at_s = int(cell) if _UNIX.fullmatch(cell) else _moment_s(cell, calendar)
    if not _FIRST_S <= at_s < _END_S:
        raise UsageError(f"{_shown(cell)} is not in this century.", hint="Unix time is in seconds here.")
    if at_s % _QUARTER_S:
        raise UsageError(
            f"{_shown(cell)} is no full quarter of an hour.", hint="Prices begin at :00, :15, :30 or :45."
        )
    return at_s


def _moment_s(cell: str, calendar: Calendar) -> int:
    if not _ISO.fullmatch(cell):
        raise UsageError(f"{_shown(cell)} is no date and time.", hint=_START_HINT)
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError as error:
        raise UsageError(f"{_shown(cell)} is no date and time: {error}.", hint=_START_HINT) from error
    if moment.year not in _YEARS:
        raise UsageError(f"{_shown(cell)} is not in this century.", hint=_START_HINT)
    if moment.tzinfo is not None:
        return int(moment.timestamp())
    found = calendar.times_of(moment)
    if len(found) != 1:
        happens = "comes twice" if found else "does not come"
        raise UsageError(
            f"{_shown(cell)} {happens} in {calendar.zone}, where clocks are changed then.",
            hint="Add the offset to each time, as in 2026-10-25T02:00+02:00, or write Unix seconds.",
        )
    return found[0]


def _step_s(rows: list[_Row]) -> int:
    """How long each price holds."""
    if len(rows) < 2:
        raise UsageError(
            f"The table has {len(rows)} prices: it does not tell for how long one holds.",
            hint="Two rows are the least.",
        )
    step_s = rows[1].start_s - rows[0].start_s
    for before, row in pairwise(rows):
        distance_s = row.start_s - before.start_s
        if not distance_s:
            first, again = sorted((before.line, row.line))
            raise UsageError(f"Line {again} begins when line {first} does.", hint="Leave one of them out.")
        if distance_s not in _STEPS_S or distance_s != step_s:
            raise UsageError(
                f"Line {row.line} begins {distance_s // 60} minutes after line {before.line}; prices follow on each "
                f"other every {'15, 30 or 60' if step_s not in _STEPS_S else step_s // 60} minutes.",
                hint="Where some are missing, or their length changes, import each part as a file of its own.",
            )
    return step_s


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…")
