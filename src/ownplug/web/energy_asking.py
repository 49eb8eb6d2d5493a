"""What questions about energy have in common: which plugs, from when until when; and how a long answer is written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

import msgspec
from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime

from ownplug.core.errors import UsageError
from ownplug.hub import Grain
from ownplug.web.ports import EnergyDoor

_FIRST_YEAR, _LAST_YEAR = 1971, 2999
_DAY_S = 86_400

DEFAULT_DAYS = {Grain.MINUTE: 1, Grain.HOUR: 7, Grain.DAY: 31, Grain.WEEK: 91, Grain.MONTH: 365}
"""How many days a series goes back where nobody says from when."""

SeriesGrain = Literal["minute", "hour", "day", "week", "month"]

From = Annotated[
    AwareDatetime | date | None,
    Query(alias="from", description="a moment, or a day of the home's zone; by default some days back"),
]
To = Annotated[
    AwareDatetime | date | None,
    Query(alias="to", description="a moment, or a day, which is then included; by default now"),
]
FirstDay = Annotated[
    date | None, Query(alias="from", description="the first day; by default the first of this month")
]
LastDay = Annotated[date | None, Query(alias="to", description="the last day, included; by default today")]

Plugs = Annotated[list[str] | None, Query(max_length=100, description="of which plugs; of all by default")]


async def _door_of(request: Request) -> EnergyDoor:
    return cast("EnergyDoor", request.app.state.doors.hub.energy)


Door = Annotated[EnergyDoor, Depends(_door_of)]


def span_of(door: EnergyDoor, from_: date | None, to: date | None, *, days: int) -> tuple[int, int]:
    """Return two moments, Unix time; by default now, and so many days before it.

    Raises:
        UsageError: they stand the wrong way round, or are far away.
    """
    to_s = door.now_s() + 1 if to is None else _moment(door, to, is_end=True)
    from_s = to_s - days * _DAY_S if from_ is None else _moment(door, from_, is_end=False)
    if from_s >= to_s:
        raise UsageError("`from` comes after `to`.")
    return from_s, to_s


def days_of(door: EnergyDoor, first: date | None, last: date | None) -> tuple[date, date]:
    """Return two days; by default today, and the first of its month.

    Raises:
        UsageError: they stand the wrong way round, or are far away.
    """
    end = last or door.calendar.day(door.now_s())
    begin = first or end.replace(day=1)
    _check_year(begin)
    _check_year(end)
    if begin > end:
        raise UsageError("`from` comes after `to`.")
    return begin, end


def written(document: dict[str, Any]) -> Response:
    """Write a long document fast."""
    return Response(msgspec.json.encode(document), media_type="application/json")


def _moment(door: EnergyDoor, at: date, *, is_end: bool) -> int:
    _check_year(at)
    if isinstance(at, datetime):
        return int(at.timestamp())
    return door.calendar.end(at) if is_end else door.calendar.begin(at)


def _check_year(day: date) -> None:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UsageError(f"Years go from {_FIRST_YEAR} to {_LAST_YEAR} here.")
