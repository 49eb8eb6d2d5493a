"""`ownplug energy`: what plugs use now and have used, drawn by day, week or month."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.bars import Bar, draw_bars
from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import print_table, to_the_second
from ownplug.cli.running import run_async
from ownplug.cli.target import Controls, key_options, open_hub_client, open_plug
from ownplug.core.errors import LinkError, UsageError

if TYPE_CHECKING:
    from ownplug.client import HubClient

_EVERY_S = 1.0  # the plug's meter does not measure faster
_BACK_DAYS = {"hour": 0, "day": 13, "week": 12 * 7, "month": 365}
_HOME_COLUMNS = ("PLUG", "TODAY kWh", "YESTERDAY*", "MONTH kWh", "MONTH BEFORE*")
_EXAMPLES = [
    "ownplug energy",
    "ownplug energy kettle --by week",
    "ownplug energy kettle --watch --json",
    "ownplug energy --save energy.csv --by hour --from 2026-01-01",
]


@command("energy", examples=_EXAMPLES)
@click.argument("plug", required=False)
@key_options
@click.option(
    "--channel", type=click.IntRange(0, 255), default=0, show_default=True, help="Which outlet, with --watch."
)
@click.option("--watch", is_flag=True, help="Read the meter every second until Ctrl-C.")
@click.option(
    "--by", type=click.Choice(list(_BACK_DAYS)), default="day", show_default=True, help="The stretches."
)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="The first day.")
@click.option(
    "--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="The last day, included.  [default: today]"
)
@click.option("--corrections", is_flag=True, help="What was put right, and why.")
@click.option("--told", is_flag=True, help="The days that the plug itself remembers, by its own clock.")
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Write a table: FILE.csv or FILE.json."
)
@pass_frame
def energy(
    frame: Frame,
    *,
    plug: str | None,
    hub_url: str | None,
    key: str | None,
    channel: int,
    watch: bool,
    by: str,
    first: datetime | None,
    last: datetime | None,
    corrections: bool,
    told: bool,
    save: Path | None,
) -> None:
    """Show what PLUG uses now and has used; without PLUG, what all have used today and this month."""
    days = _days(by, first, last)

    async def work() -> None:
        if save is not None:
            async with open_hub_client(frame, hub_url) as hub:
                await _save(frame, hub, save, plug, by, days)
        elif plug is None:
            if watch or told or corrections:
                raise UsageError("Of which plug?", hint="ownplug energy kettle --watch")
            async with open_hub_client(frame, hub_url) as hub:
                await _show_home(frame, hub)
        elif watch or told or plug.lower().startswith("http://"):
            async with open_plug(frame, plug, hub_url=hub_url, key=key) as found:
                await (_watch(frame, found, channel) if watch else _show_told(frame, found, channel))
        else:
            async with open_hub_client(frame, hub_url) as hub:
                await (
                    _show_corrections(frame, hub, plug) if corrections else _show(frame, hub, plug, by, days)
                )

    run_async(work())


def _days(by: str, first: datetime | None, last: datetime | None) -> tuple[str, str]:
    end = last.date() if last else date.today()  # noqa: DTZ011 - the day of whoever asks
    begin = first.date() if first else end - timedelta(days=_BACK_DAYS[by])
    if begin > end:
        raise UsageError("--from comes after --to.")
    return begin.isoformat(), end.isoformat()


async def _show(frame: Frame, hub: HubClient, plug: str, by: str, days: tuple[str, str]) -> None:
    first, last = days
    try:
        reading: dict[str, Any] | None = await hub.electricity(plug)
    except LinkError:  # what it has used is known all the same
        reading = None
    counter_wh = await hub.energy.counter_wh(plug)
    if by == "hour":
        series = await hub.energy.series(plug, grain=by, first=first, last=last)
        used, currency = _of_series(series), None
    else:
        told = await hub.energy.totals(by="plug", grain=by, first=first, last=last, plug=plug)
        used, currency = told["totals"], told["currency"]
    if frame.json:
        frame.print_line(
            {"reading": reading, "counter_wh": counter_wh, "by": by, "currency": currency, "energy": used}
        )
        return
    frame.print_text(f"now: {_sentence(reading) if reading else 'not reached'}")
    frame.print_text(f"in all: {counter_wh / 1000:.3f} kWh")
    if used:
        frame.print_text("")
    bars = [
        Bar(label=_label(each["begin"], by), value=each["energy_wh"], note=_cost(each, currency))
        for each in used
    ]
    for line in draw_bars(bars):
        frame.print_text(line)


async def _show_home(frame: Frame, hub: HubClient) -> None:
    today = {each["uuid"]: each for each in await hub.energy.compare("day")}
    month = await hub.energy.compare("month")
    told = await hub.energy.totals()
    costs = {each["key"]: each for each in told["totals"]}
    if frame.json:
        frame.print_line({"today": list(today.values()), "month": month, **told})
        return
    if not month:
        frame.print_text("Nothing has been measured yet.")
        return
    rows = [_row_of_home(each, today.get(each["uuid"]), costs.get(each["uuid"])) for each in month]
    if len(rows) > 1:
        rows.append(("all", *(_sum(column) for column in list(zip(*rows, strict=True))[1:])))
    columns = (*_HOME_COLUMNS, f"COST OF MONTH {told['currency'] or ''}".rstrip())
    print_table(columns, [(row[0], *(_number(cell) for cell in row[1:])) for row in rows])
    frame.print_text("* until the same time")


def _row_of_home(month: Any, today: Any, cost: Any) -> tuple[Any, ...]:
    """The cells of a plug: kilowatt-hours, and money with two digits."""
    used = [
        period[name] / 1000 if period else 0.0
        for period in (today, month)
        for name in ("used_wh", "before_wh")
    ]
    return month["name"], *used, cost["cost"] if cost else None


def _sum(column: tuple[Any, ...]) -> float | None:
    known = [cell for cell in column if cell is not None]
    return sum(known) if known else None


def _number(cell: float | None) -> str:
    return "" if cell is None else f"{cell:.3f}"


async def _show_corrections(frame: Frame, hub: HubClient, plug: str) -> None:
    corrections = await hub.energy.corrections(plug)
    if frame.json:
        frame.print_line(corrections)
        return
    if not corrections:
        frame.print_text("Nothing was put right.")
        return
    rows = [
        (
            each["day"],
            each["reason"],
            f"{each['before_wh']:.1f}",
            f"{each['after_wh']:.1f}",
            "" if each["told_wh"] is None else str(each["told_wh"]),
            to_the_second(each["at"]),
        )
        for each in corrections
    ]
    print_table(("DAY", "REASON", "BEFORE Wh", "AFTER Wh", "PLUG TOLD Wh", "WHEN"), rows)


async def _save(
    frame: Frame, hub: HubClient, file: Path, plug: str | None, by: str, days: tuple[str, str]
) -> None:
    if file.suffix.lower() not in {".csv", ".json"}:
        raise UsageError(f"{file} is neither .csv nor .json.", hint="Choose one: --save energy.csv")
    partial = file.with_name(f".{file.name}.part")
    try:
        with partial.open("wb") as writing:

            async def take(piece: bytes) -> None:
                await asyncio.to_thread(writing.write, piece)

            kind = file.suffix.lower().removeprefix(".")
            await hub.energy.save_table(take, grain=by, kind=kind, first=days[0], last=days[1], plug=plug)
        partial.replace(file)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}.", hint="Choose another file."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    frame.print_result({"file": str(file)}, f"Wrote {file}.")


async def _show_told(frame: Frame, plug: Controls, channel: int) -> None:
    reading = await plug.electricity(channel=channel)
    days = await plug.consumption()
    if frame.json:
        frame.print_line({"reading": reading, "days": days})
        return
    frame.print_text(f"now: {_sentence(reading)}")
    if days:
        frame.print_text("")
        print_table(("DAY", "kWh"), [(str(day["day"]), _kwh(day["energy_wh"])) for day in days])


async def _watch(frame: Frame, plug: Controls, channel: int) -> None:
    while True:
        reading = await plug.electricity(channel=channel)
        frame.print_result(reading, f"{reading['at']}  {_sentence(reading)}")
        await asyncio.sleep(_EVERY_S)


def _of_series(series: dict[str, Any]) -> list[dict[str, Any]]:
    """A chart's columns as rows."""
    columns = (series["start_s"], series["energy_wh"], series["covered_s"])
    return [
        {
            "begin": datetime.fromtimestamp(start_s).astimezone().isoformat(),
            "energy_wh": wh,
            "covered_s": covered_s,
        }
        for start_s, wh, covered_s in zip(*columns, strict=True)
    ]


def _label(begin: str, by: str) -> str:
    match by:
        case "hour":
            return begin[5:16].replace("T", " ")
        case "month":
            return begin[:7]
        case "week":
            return f"week of {begin}"
    return f"{date.fromisoformat(begin):%a} {begin}"


def _cost(total: dict[str, Any], currency: str | None) -> str:
    return "" if total.get("cost") is None else f"{total['cost']:.2f} {currency or ''}".rstrip()


def _kwh(energy_wh: float) -> str:
    return f"{energy_wh / 1000:.3f}"


def _sentence(reading: dict[str, Any]) -> str:
    return f"{reading['power_w']:.1f} W, {reading['voltage_v']:.1f} V, {reading['current_a']:.3f} A"
