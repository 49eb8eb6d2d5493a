"""Energy through the API: series for charts, column by column; sums with costs; comparisons; corrections; tables.

Stretches without an entry are ones of which nothing is known. Series can be long: they are written by a fast encoder.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from ownplug.core.records import Scope
from ownplug.hub import By, Comparison, CorrectionRow, Grain, Total, csv_lines
from ownplug.web.description import OF_PLUG
from ownplug.web.energy_asking import (
    DEFAULT_DAYS,
    Door,
    FirstDay,
    From,
    LastDay,
    Plugs,
    SeriesGrain,
    To,
    days_of,
    span_of,
    written,
)
from ownplug.web.routes import Reference
from ownplug.web.schema import Moment
from ownplug.web.scopes import needs
from ownplug.web.tariffs import TariffsOf

_MOST_SAMPLES = 20_000
_MOST_CORRECTIONS = 200
_LARGEST_NUMBER = 2**53

SumGrain = Literal["day", "week", "month", "year", "all"]
Period = Literal["day", "week", "month", "year"]


class EnergySeries(BaseModel):
    """Energy of a plug, column by column."""

    grain: SeriesGrain
    zone: str = Field(description="in which days begin")
    start_s: list[int] = Field(description="when each stretch began, Unix time")
    energy_wh: list[float]
    covered_s: list[float] = Field(description="how many seconds of it were measured")


class Samples(BaseModel):
    """What a meter showed, column by column."""

    at_s: list[float] = Field(description="Unix time")
    power_w: list[float]
    voltage_v: list[float]
    current_a: list[float]
    on: list[bool | None]


class EnergyTotal(BaseModel):
    """What was used by a plug, in a room or at home, in one stretch of days."""

    key: str = Field(
        description="the plug's uuid, the room's name; empty for the home, and for what is in no room"
    )
    name: str
    begin: date
    energy_wh: float
    covered_s: float = Field(description="how many seconds were measured, over all plugs")
    cost: float | None = Field(description="in the currency of the tariffs; null: nothing of it has a price")
    unpriced_wh: float


class EnergyTotals(BaseModel):
    """What was used, in order of days."""

    by: By
    grain: SumGrain
    currency: str | None = Field(description="of the costs; null: there are no tariffs")
    totals: list[EnergyTotal]


class EnergyComparison(BaseModel):
    """What a plug has used since a period began, beside the period before."""

    uuid: str
    name: str
    used_wh: float
    before_wh: float = Field(description="in the period before, until the same time")
    whole_before_wh: float = Field(description="in all of the period before")


class EnergyComparisons(BaseModel):
    """All plugs that used something."""

    period: Period
    plugs: list[EnergyComparison]


class EnergyCounter(BaseModel):
    """What a plug has used since it came; never less than it was."""

    energy_wh: float


class EnergyCorrection(BaseModel):
    """An amount that was put right, or something that a plug told and that was not believed; docs/energy.md."""

    at: Moment
    day: date
    reason: Literal["gap", "sampling", "lost-count", "late-reset", "stale", "clock", "impossible"]
    before_wh: float
    after_wh: float
    told_wh: int | None = Field(description="what the plug's own day says")
    uncovered_s: int = Field(description="seconds of that day that nobody measured")


class EnergyCorrections(BaseModel):
    """Corrections, newest first."""

    corrections: list[EnergyCorrection]
    next: int | None = Field(description="`before` of the next page; null on the last")


class EnergyRow(BaseModel):
    """What a plug used in one stretch."""

    plug: str
    uuid: str
    room: str
    start: str = Field(description="a day, or a moment of the home's zone")
    energy_wh: float
    covered_s: float


class EnergyTable(BaseModel):
    """Plug by plug, in order."""

    rows: list[EnergyRow]


_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
_AS_FILE = {"Content-Disposition": 'attachment; filename="energy.csv"'}


energy = APIRouter(prefix="/api/v1", dependencies=[needs(Scope.READ)])


@energy.get("/plugs/{plug}/energy", response_model=EnergySeries, responses=OF_PLUG)
async def get_energy(
    door: Door, plug: Reference, grain: SeriesGrain = "hour", from_: From = None, to: To = None
) -> Response:
    """Tell what a plug used, in stretches of `grain`."""
    wanted = Grain(grain)
    from_s, to_s = span_of(door, from_, to, days=DEFAULT_DAYS[wanted])
    found = await door.series(plug, wanted, from_s, to_s)
    columns = {"start_s": found.starts_s, "energy_wh": found.energy_wh, "covered_s": found.covered_s}
    return written({"grain": grain, "zone": door.calendar.zone, **columns})


@energy.get("/plugs/{plug}/energy/samples", response_model=Samples, responses=OF_PLUG)
async def get_samples(
    door: Door,
    plug: Reference,
    from_: From = None,
    to: To = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_SAMPLES)] = _MOST_SAMPLES,
) -> Response:
    """Tell what the meter of a plug showed, the oldest first; of the last day by default."""
    found = await door.samples(plug, *span_of(door, from_, to, days=1), limit=limit)
    return written(
        {
            "at_s": found.at_s,
            "power_w": found.power_w,
            "voltage_v": found.voltage_v,
            "current_a": found.current_a,
            "on": found.on,
        }
    )


@energy.get("/plugs/{plug}/energy/counter", responses=OF_PLUG)
async def get_energy_counter(door: Door, plug: Reference) -> EnergyCounter:
    """Tell what a plug has used since it came; this never runs backwards."""
    return EnergyCounter(energy_wh=await door.counter_wh(plug))


@energy.get("/plugs/{plug}/energy/corrections", responses=OF_PLUG)
async def get_energy_corrections(
    door: Door,
    plug: Reference,
    limit: Annotated[int, Query(ge=1, le=_MOST_CORRECTIONS)] = 50,
    before: Annotated[int | None, Query(ge=1, le=_LARGEST_NUMBER)] = None,
) -> EnergyCorrections:
    """Tell what was put right about a plug's energy, and why, newest first."""
    rows, following = await door.corrections(plug, limit=limit, before=before)
    return EnergyCorrections(corrections=[_correction(row) for row in rows], next=following)


@energy.get("/energy", responses=OF_PLUG)
async def get_totals(
    door: Door,
    tariffs: TariffsOf,
    by: By = By.PLUG,
    grain: SumGrain = "all",
    plug: Plugs = None,
    first: FirstDay = None,
    last: LastDay = None,
) -> EnergyTotals:
    """Sum up what was used, by plug, room or home, with what it cost."""
    begin, end = days_of(door, first, last)
    found = await door.totals(by, Grain(grain), begin, end, references=plug)
    totals = [_total(total) for total in found]
    return EnergyTotals(by=by, grain=grain, currency=tariffs.currency, totals=totals)


@energy.get("/energy/comparison")
async def get_comparison(door: Door, period: Period = "day") -> EnergyComparisons:
    """Compare what was used since a period began with the same part of the period before."""
    found = await door.compare(Grain(period))
    return EnergyComparisons(period=period, plugs=[_comparison(each) for each in found])


class CsvTable(StreamingResponse):
    """A table for spreadsheets, sent as it is made."""

    media_type = "text/csv"


@energy.get("/energy/table", response_model=EnergyTable, responses=OF_PLUG)
async def get_table(
    door: Door, grain: SeriesGrain = "day", plug: Plugs = None, first: FirstDay = None, last: LastDay = None
) -> Response:
    """Write a table of what was used: a row for each plug and stretch."""
    slices = door.table(Grain(grain), *days_of(door, first, last), references=plug)
    begun: list[Any] = await anext(slices, [])  # so that what is wrong is told before the answer begins
    return StreamingResponse(_json_pieces(begun, slices), media_type="application/json")


@energy.get("/energy/table.csv", response_class=CsvTable, responses={**OF_PLUG, **_CSV})
async def get_csv_table(
    door: Door, grain: SeriesGrain = "day", plug: Plugs = None, first: FirstDay = None, last: LastDay = None
) -> CsvTable:
    """Write the same table as CSV; no cell of it is a formula."""
    slices = door.table(Grain(grain), *days_of(door, first, last), references=plug)
    begun: list[Any] = await anext(slices, [])
    return CsvTable(_csv_pieces(begun, slices), headers=_AS_FILE)


async def _csv_pieces(begun: list[Any], slices: AsyncIterator[list[Any]]) -> AsyncIterator[str]:
    yield csv_lines(begun, has_head=True)
    async for rows in slices:
        yield csv_lines(rows, has_head=False)


async def _json_pieces(begun: list[Any], slices: AsyncIterator[list[Any]]) -> AsyncIterator[bytes]:
    yield b'{"rows":['
    separator = b"\n"
    for row in begun:
        yield separator + _row(row)
        separator = b",\n"
    async for rows in slices:
        for row in rows:
            yield separator + _row(row)
            separator = b",\n"
    yield b"]}"


def _row(row: tuple[str, str, str, str, float, float]) -> bytes:
    plug, uuid, room, start, energy_wh, covered_s = row
    document = {"plug": plug, "uuid": uuid, "room": room, "start": start}
    return msgspec.json.encode({**document, "energy_wh": energy_wh, "covered_s": covered_s})


def _total(total: Total) -> EnergyTotal:
    return EnergyTotal(
        key=total.key,
        name=total.name,
        begin=total.begin,
        energy_wh=total.energy_wh,
        covered_s=total.covered_s,
        cost=total.cost,
        unpriced_wh=total.unpriced_wh,
    )


def _comparison(each: Comparison) -> EnergyComparison:
    return EnergyComparison(
        uuid=each.uuid,
        name=each.name,
        used_wh=each.used_wh,
        before_wh=each.before_wh,
        whole_before_wh=each.whole_before_wh,
    )


def _correction(row: CorrectionRow) -> EnergyCorrection:
    said = row.correction
    return EnergyCorrection(
        at=row.at,
        day=said.day,
        reason=said.reason.value,
        before_wh=said.before_wh,
        after_wh=said.after_wh,
        told_wh=said.told_wh,
        uncovered_s=said.uncovered_s,
    )
