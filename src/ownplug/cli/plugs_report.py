"""`ownplug plugs report`: every plug of the home in one table, for a person, a program or a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import OwnplugError

if TYPE_CHECKING:
    from ownplug.client import HubClient

COLUMNS = (
    "name",
    "mac",
    "model",
    "hardware",
    "firmware",
    "key",
    "availability",
    "last_seen",
    "address",
    "signal",
    "power_w",
    "energy_today_wh",
    "uuid",
)
_FINGERPRINT = 8  # hexadecimal digits: enough to see which plugs share a key, too few to guess it by
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Document = dict[str, Any]


@command(
    "report",
    examples=["ownplug plugs report", "ownplug plugs report --csv"],
)
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values with a header.")
@hub_option
@pass_frame
def report(frame: Frame, *, as_csv: bool, hub_url: str | None) -> None:
    """Tell of every plug: firmware, key, signal, when it was seen, its energy today.

    Of a key only a fingerprint is shown, the beginning of its SHA-256: plugs with the same one share a key.
    Energy today is asked of each plug that is online.
    """

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            rows = [await _row(hub, plug["uuid"]) for plug in await hub.plugs()]
        if frame.json:
            frame.print_line(rows)
        elif as_csv:
            click.echo(render_csv(rows), nl=False)
        else:
            print_table(
                [column.upper().replace("_", " ") for column in COLUMNS],
                [[_text(row[column]) for column in COLUMNS] for row in rows],
            )

    run_async(work())


async def _row(hub: HubClient, uuid: str) -> Document:
    plug = await hub.plug(uuid, show_secrets=True)
    reading = plug["reading"]
    is_online = plug["availability"] == "online"
    return {
        **{column: plug[column] for column in COLUMNS if column in plug},
        "key": fingerprint(plug["key"]),
        "last_seen": reading["at"] if is_online and reading else plug["since"],
        "power_w": reading["power_w"] if is_online and reading else None,
        "energy_today_wh": await _energy_today(hub, uuid) if is_online else None,
    }


async def _energy_today(hub: HubClient, uuid: str) -> int | None:
    """Of the plug's own newest day; None where it has no meter, or does not say."""
    try:
        days = await hub.consumption(uuid)
    except OwnplugError:
        return None
    return days[-1]["energy_wh"] if days else 0


def fingerprint(key: str) -> str:
    """Tell keys apart without telling them."""
    return hashlib.sha256(key.encode()).hexdigest()[:_FINGERPRINT] if key else "none"


def render_csv(rows: list[Document]) -> str:
    """Write rows for a spreadsheet, which must take no name for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in COLUMNS])
    return out.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return "" if value is None else value
    text = escape_controls(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(value: object) -> str:
    return "-" if value is None or value == "" else str(value)
