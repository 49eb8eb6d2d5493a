"""`ownplug tariff`: what energy costs, and since when; each command prints what then holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import print_table
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.energy.price_csv import LONGEST_TABLE
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.client import HubClient

Document = dict[str, Any]

_Date = click.DateTime(["%Y-%m-%d"])
_Price = click.FloatRange(-1_000_000, 1_000_000)

_from_option = click.option(
    "--from", "begins", type=_Date, metavar="DATE", required=True, help="The first day, as 2026-01-01."
)
_currency_option = click.option(
    "--currency", metavar="CODE", help="Of all prices, as EUR; need not be said again."
)


@group(
    "tariff",
    examples=[
        "ownplug tariff set flat 0.31 --currency EUR --from 2026-01-01",
        "ownplug tariff import prices.csv --from 2026-07-01",
        "ownplug tariff list",
    ],
)
def tariff() -> None:
    """Say what energy costs, and since when: each tariff holds until the next begins.

    Prices are those of a kWh.
    """


@tariff.command("list", examples=["ownplug tariff list", "ownplug tariff list --json"])
@hub_option
@pass_frame
def list_tariffs(frame: Frame, hub_url: str | None) -> None:
    """List what energy costs and has cost."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            _show(frame, await hub.tariffs.all())

    run_async(work())


@tariff.group("set", examples=["ownplug tariff set flat 0.31 --from 2026-01-01"])
def set_() -> None:
    """Set a tariff, in place of one that begins on the same day."""


@set_.command("flat", examples=["ownplug tariff set flat 0.31 --currency EUR --from 2026-01-01"])
@click.argument("price", type=_Price)
@_from_option
@_currency_option
@hub_option
@pass_frame
def set_flat(frame: Frame, /, *, price: float, hub_url: str | None, **said: Any) -> None:
    """Let a kWh cost PRICE at all times."""
    _set(frame, hub_url, {"kind": "flat", "price_per_kwh": price}, **said)


@set_.command(
    "day-night",
    examples=[
        "ownplug tariff set day-night --day 0.34 --night 0.22 --night-from 22:00 --night-to 06:00 --from 2026-01-01",
        "ownplug tariff set day-night --day 0.29 --night 0.09 --night-from 00:30 --night-to 07:30 --from 2026-01-01",
    ],
)
@click.option("--day", type=_Price, required=True, help="Price by day.")
@click.option("--night", type=_Price, required=True, help="Price at night.")
@click.option("--night-from", required=True, metavar="HH:MM", help="When the night begins, in your own zone.")
@click.option("--night-to", required=True, metavar="HH:MM", help="When it ends.")
@_from_option
@_currency_option
@hub_option
@pass_frame
def set_day_night(
    frame: Frame,
    /,
    *,
    day: float,
    night: float,
    night_from: str,
    night_to: str,
    hub_url: str | None,
    **said: Any,
) -> None:
    """Let a kWh cost less at night, or more."""
    night_hours = {"night_from": night_from, "night_to": night_to}
    _set(
        frame,
        hub_url,
        {"kind": "day-night", "day_price_per_kwh": day, "night_price_per_kwh": night, **night_hours},
        **said,
    )


@set_.command("hourly", examples=["ownplug tariff set hourly --from 2026-07-01"])
@_from_option
@_currency_option
@hub_option
@pass_frame
def set_hourly(frame: Frame, /, *, hub_url: str | None, **said: Any) -> None:
    """Let a kWh cost what the imported prices say."""
    _set(frame, hub_url, {"kind": "hourly"}, **said)


@tariff.command(
    "import",
    examples=[
        "ownplug tariff import prices.csv",
        "ownplug tariff import prices.csv --currency EUR --from 2026-01-01",
    ],
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from", "begins", type=_Date, metavar="DATE", help="From this day on, energy costs what they say."
)
@_currency_option
@hub_option
@pass_frame
def import_prices(
    frame: Frame, *, file: Path, begins: datetime | None, currency: str | None, hub_url: str | None
) -> None:
    """Take prices over from FILE, a CSV table with the columns start and price.

    They hold for 15, 30 or 60 minutes, which is told by their distance, and replace those of the same time. All are
    taken or none.
    """
    table = _read(file)

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            came = await hub.tariffs.import_prices(
                table, currency=currency, begins=_day(begins) if begins else None
            )
            frame.note(f"{came['count']} prices, from {came['from']} to {came['to']}.")
            await _show_all(frame, hub)

    run_async(work())


@tariff.command("remove", examples=["ownplug tariff remove 2026-01-01"])
@click.argument("begins", metavar="DATE", type=_Date)
@hub_option
@pass_frame
def remove(frame: Frame, *, begins: datetime, hub_url: str | None) -> None:
    """Remove the tariff that begins on DATE: the one before it holds on."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            await hub.tariffs.remove(_day(begins))
            await _show_all(frame, hub)

    run_async(work())


def _set(
    frame: Frame, hub_url: str | None, rate: Document, *, begins: datetime, currency: str | None
) -> None:
    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            await hub.tariffs.set(_day(begins), rate, currency=currency)
            await _show_all(frame, hub)

    run_async(work())


async def _show_all(frame: Frame, hub: HubClient) -> None:
    _show(frame, await hub.tariffs.all())


def _show(frame: Frame, found: Document) -> None:
    if frame.json:
        frame.print_line(found)
        return
    tariffs, prices = found["tariffs"], found["prices"]
    if tariffs:
        print_table(
            ("FROM", f"{found['currency']}/kWh"),
            [(each["from"], _words(each["rate"])) for each in tariffs],
        )
    else:
        frame.note("No tariffs yet. Set one with `ownplug tariff set flat`.")
    is_hourly = any(each["rate"]["kind"] == "hourly" for each in tariffs)
    if prices and is_hourly:
        frame.note(f"Prices by the hour are known from {prices['from']} to {prices['to']}.")
    elif prices:
        frame.note("No tariff uses the imported prices yet: `ownplug tariff set hourly` makes one.")
    elif is_hourly:
        frame.note("No prices by the hour are known yet: `ownplug tariff import` takes them over.")


def _words(rate: Document) -> str:
    match rate["kind"]:
        case "flat":
            return _price(rate["price_per_kwh"])
        case "day-night":
            night = f"{rate['night_from']} to {rate['night_to']}"
            return f"{_price(rate['day_price_per_kwh'])} by day, {_price(rate['night_price_per_kwh'])} from {night}"
        case "hourly":
            return "by the hour"
        case kind:  # of a newer hub
            return str(kind)


def _price(price: float) -> str:
    """Write a price with two decimals, or with as many as it has."""
    whole, _, decimals = f"{price:.6f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            table = opened.read(LONGEST_TABLE + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}.") from error
    if len(table) > LONGEST_TABLE:
        raise UsageError(f"{file} has more than {LONGEST_TABLE // 1_000_000} MB.", hint="Import it in parts.")
    return table
