"""Tariffs through the API: what energy costs from which day on, and prices by the hour as a CSV table.

The table is no JSON; `web.body` lets it through for its route alone.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias, assert_never, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from ownplug.core.energy.price_table import MICROS, PriceExtent, to_micros
from ownplug.core.energy.tariff import DayNight, Flat, Hourly, Rate, Tariff
from ownplug.core.errors import UsageError
from ownplug.core.records import Scope
from ownplug.web.body import TABLE_TYPE
from ownplug.web.description import failures
from ownplug.web.ports import HubDoor, TariffsDoor
from ownplug.web.schema import Moment, Sent
from ownplug.web.scopes import needs

_LONGEST = timedelta(days=367)
_YEARS = range(2000, 2101)

_Price = Annotated[
    float, Field(ge=-1_000_000, le=1_000_000, strict=True, description="in the home's currency")
]
_Time = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="local time, HH:MM")]
_CURRENCY: Any = {"pattern": "^[A-Z]{3}$"}  # told to callers; who breaks it hears a sentence of the core
_TABLE_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {TABLE_TYPE: {"schema": {"type": "string"}}}}
}


class FlatRate(Sent):
    """One price at all times."""

    kind: Literal["flat"]
    price_per_kwh: _Price


class DayNightRate(Sent):
    """Two prices: it is night while clocks show a time from `night_from` on and before `night_to`."""

    kind: Literal["day-night"]
    day_price_per_kwh: _Price
    night_price_per_kwh: _Price
    night_from: _Time
    night_to: _Time


class HourlyRate(Sent):
    """Prices by the hour, from the table."""

    kind: Literal["hourly"]


RateDocument: TypeAlias = Annotated[FlatRate | DayNightRate | HourlyRate, Field(discriminator="kind")]


class TariffBody(Sent):
    """What a kWh shall cost."""

    currency: str | None = Field(
        default=None,
        max_length=100,
        json_schema_extra=_CURRENCY,
        description="of all prices of the home; need not be said again",
    )
    rate: RateDocument


class TariffDocument(BaseModel):
    """What energy costs from a day on."""

    begins: date = Field(serialization_alias="from")
    ends: date | None = Field(
        serialization_alias="to", description="the day on which the next one begins; null for the last"
    )
    rate: RateDocument


class PricesDocument(BaseModel):
    """Which prices by the hour there are; there may be gaps between them."""

    begin: Moment = Field(serialization_alias="from")
    end: Moment = Field(serialization_alias="to")
    count: int


class TariffList(BaseModel):
    """All that the home pays and paid."""

    currency: str | None = Field(description="of all prices; null where there are none yet")
    tariffs: list[TariffDocument] = Field(description="in order of their beginning")
    prices: PricesDocument | None = Field(description="the table for `hourly`; null where it is empty")


class HourPrice(BaseModel):
    """What a kWh costs in one hour of the owner's zone."""

    begin: Moment = Field(serialization_alias="from")
    price_per_kwh: float | None = Field(description="null: there is none")


class HourPrices(BaseModel):
    """Prices of hours, in order."""

    currency: str | None
    prices: list[HourPrice]


async def _door_of(request: Request) -> TariffsDoor:
    return cast("HubDoor", request.app.state.doors.hub).tariffs


TariffsOf = Annotated[TariffsDoor, Depends(_door_of)]
FirstDay = Annotated[date, Path(alias="from", description="the first day, YYYY-MM-DD, in the owner's zone")]
From = Annotated[AwareDatetime, Query(alias="from")]
To = Annotated[AwareDatetime, Query(alias="to", description="excluded; at most 367 days later")]
Currency = Annotated[
    str | None,
    Query(max_length=100, json_schema_extra=_CURRENCY, description="need not be said again"),
]
HourlyFrom = Annotated[
    date | None, Query(alias="from", description="from that day on what is paid goes by the table")
]

shown_tariffs = APIRouter(prefix="/api/v1/tariffs", dependencies=[needs(Scope.READ)])
changed_tariffs = APIRouter(prefix="/api/v1/tariffs", dependencies=[needs(Scope.ADMIN)])


@shown_tariffs.get("")
async def get_tariffs(door: TariffsOf) -> TariffList:
    """List what the home pays and paid for energy."""
    tariffs = door.all()
    ends = [*(following.begins for _, following in pairwise(tariffs)), None]
    return TariffList(
        currency=door.currency,
        tariffs=[
            TariffDocument(begins=tariff.begins, ends=end, rate=_rate_document(tariff.rate))
            for tariff, end in zip(tariffs, ends[: len(tariffs)], strict=True)
        ],
        prices=_prices_document(door.extent) if door.extent else None,
    )


@shown_tariffs.get("/prices")
async def get_prices(door: TariffsOf, begin: From, end: To) -> HourPrices:
    """Tell what a kWh costs in each hour that has a part between two moments."""
    if begin.year not in _YEARS or end.year not in _YEARS or not timedelta() < end - begin <= _LONGEST:
        raise UsageError("`to` has to be after `from`, by at most 367 days.", hint="In this century.")
    found = await asyncio.to_thread(door.prices, int(begin.timestamp()), int(end.timestamp()))
    prices = [HourPrice(begin=_moment(start_s), price_per_kwh=price) for start_s, price in found.items()]
    return HourPrices(currency=door.currency, prices=prices)


# Before the one whose path would fit, too.
@changed_tariffs.put("/prices", openapi_extra=_TABLE_BODY, responses=failures(409))
async def import_prices(
    door: TariffsOf, request: Request, currency: Currency = None, begins: HourlyFrom = None
) -> PricesDocument:
    """Take prices over from the CSV table that is the body, in place of those of the same time; all or none."""
    if request.headers.get("content-type") != TABLE_TYPE:
        raise UsageError("The body has to be a table of prices.", hint=f"Send it as {TABLE_TYPE}.")
    try:
        text = (await request.body()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError("The table is not UTF-8 text.", hint="Save it as CSV in UTF-8.") from error
    return _prices_document(await door.import_prices(text, currency=currency, begins=begins))


@changed_tariffs.put("/{from}", status_code=204, responses=failures(409))
async def set_tariff(door: TariffsOf, begins: FirstDay, body: TariffBody) -> Response:
    """Say what energy costs from a day on, in place of a tariff that begins on the same day."""
    await door.set(Tariff(begins=begins, rate=_rate(body.rate)), currency=body.currency)
    return Response(status_code=204)


@changed_tariffs.delete("/{from}", status_code=204, responses=failures(404))
async def remove_tariff(door: TariffsOf, begins: FirstDay) -> Response:
    """Remove the tariff that begins on a day; the one before it holds on, and the table stays."""
    await door.remove(begins)
    return Response(status_code=204)


def _rate(document: FlatRate | DayNightRate | HourlyRate) -> Rate:
    match document:
        case FlatRate():
            return Flat(price_micros=to_micros(document.price_per_kwh))
        case DayNightRate():
            return DayNight(
                day_price_micros=to_micros(document.day_price_per_kwh),
                night_price_micros=to_micros(document.night_price_per_kwh),
                night_from=time.fromisoformat(document.night_from),
                night_to=time.fromisoformat(document.night_to),
            )
        case HourlyRate():
            return Hourly()
        case _:
            assert_never(document)


def _rate_document(rate: Rate) -> FlatRate | DayNightRate | HourlyRate:
    match rate:
        case Flat():
            return FlatRate(kind="flat", price_per_kwh=rate.price_micros / MICROS)
        case DayNight():
            return DayNightRate(
                kind="day-night",
                day_price_per_kwh=rate.day_price_micros / MICROS,
                night_price_per_kwh=rate.night_price_micros / MICROS,
                night_from=f"{rate.night_from:%H:%M}",
                night_to=f"{rate.night_to:%H:%M}",
            )
        case Hourly():
            return HourlyRate(kind="hourly")
        case _:
            assert_never(rate)


def _prices_document(extent: PriceExtent) -> PricesDocument:
    return PricesDocument(begin=_moment(extent.from_s), end=_moment(extent.to_s), count=extent.count)


def _moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
