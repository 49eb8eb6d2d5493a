"""Energy of several plugs at one go: summed up for charts of the home, and the highest power of each plug on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from ownplug.core.records import Scope
from ownplug.hub import By, Grain, NamedSeries
from ownplug.web.description import OF_PLUG
from ownplug.web.energy_asking import (
    DEFAULT_DAYS,
    Door,
    From,
    Plugs,
    SeriesGrain,
    To,
    days_of,
    span_of,
    written,
)
from ownplug.web.schema import Moment
from ownplug.web.scopes import needs

PartsBy = Annotated[
    Literal["plug", "room"] | None, Query(description="also the series of each plug or room; by default none")
]
Room = Annotated[
    str | None, Query(max_length=200, description="of the plugs in that room; empty: of those in none")
]
Day = Annotated[date | None, Query(description="a day of the home's zone; by default today")]


class EnergyPart(BaseModel):
    """What a plug or a room used, column by column."""

    key: str = Field(description="the plug's uuid, or the room's name; empty for what is in no room")
    name: str
    plugs: int = Field(description="of how many plugs something is known")
    start_s: list[int] = Field(description="when each stretch began, Unix time")
    energy_wh: list[float]
    covered_s: list[float] = Field(description="how many seconds of it were measured, over all plugs")


class HomeEnergySeries(BaseModel):
    """Energy of several plugs together, column by column."""

    grain: SeriesGrain
    zone: str = Field(description="in which days begin")
    plugs: int = Field(description="of how many plugs something is known")
    start_s: list[int] = Field(description="when each stretch began, Unix time")
    energy_wh: list[float] = Field(
        description="over all plugs; of a minute that is over, 60 times that is the mean power in watts"
    )
    covered_s: list[float] = Field(
        description="how many seconds of it were measured, over all plugs: two plugs have 120 in a full minute"
    )
    parts: list[EnergyPart] = Field(
        description="those of each plug or room, in the order in which plugs came; empty without `by`"
    )


class EnergyPeak(BaseModel):
    """The highest power of a plug on a day."""

    uuid: str
    name: str
    power_w: float
    at: Moment = Field(description="when it was measured; several times: one of them")


class EnergyPeaks(BaseModel):
    """The highest power of each plug on a day, in the order in which plugs came; those without samples are left out."""

    day: date
    peaks: list[EnergyPeak]


home_energy = APIRouter(prefix="/api/v1/energy", dependencies=[needs(Scope.READ)])


@home_energy.get("/series", response_model=HomeEnergySeries, responses=OF_PLUG)
async def get_home_energy(
    door: Door,
    grain: SeriesGrain = "hour",
    by: PartsBy = None,
    plug: Plugs = None,
    room: Room = None,
    from_: From = None,
    to: To = None,
) -> Response:
    """Tell what the home used, or some plugs or a room of it, in stretches of `grain`."""
    wanted = Grain(grain)
    span = span_of(door, from_, to, days=DEFAULT_DAYS[wanted])
    whole = await door.series_by(By.HOME, wanted, *span, references=plug, room=room)
    parts = await door.series_by(By(by), wanted, *span, references=plug, room=room) if by else []
    summed = _columns(whole[0]) if whole else {"plugs": 0, "start_s": [], "energy_wh": [], "covered_s": []}
    return written(
        {
            "grain": grain,
            "zone": door.calendar.zone,
            **summed,
            "parts": [{"key": each.key, "name": each.name, **_columns(each)} for each in parts],
        }
    )


@home_energy.get("/peaks", responses=OF_PLUG)
async def get_peaks(door: Door, plug: Plugs = None, day: Day = None) -> EnergyPeaks:
    """Tell the highest power of each plug on a day, as far back as samples are kept."""
    _, wanted = days_of(door, day, day)
    found = await door.peaks(wanted, references=plug)
    return EnergyPeaks(
        day=wanted,
        peaks=[
            EnergyPeak(
                uuid=known.uuid.text,
                name=known.name,
                power_w=peak.power_w,
                at=datetime.fromtimestamp(peak.at_s, UTC),
            )
            for known, peak in found
        ],
    )


def _columns(each: NamedSeries) -> dict[str, object]:
    series = each.part.series
    return {
        "plugs": each.part.plugs,
        "start_s": series.starts_s,
        "energy_wh": series.energy_wh,
        "covered_s": series.covered_s,
    }
