"""Figures as ratios, measured in one run: `python -m devtools.measure`, about ten minutes.

A number of seconds says as much about the machine as about the program, so each figure stands beside a peer's that
was taken in turns with it. Medians; nothing here is a test. `--rounds` and `--seconds` make it longer and surer,
`--write docs/measurements.md` puts the tables into that page, between its two marks.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from devtools.measure_api import BARE, compare_api
from devtools.measure_console import Fields, Typed, console_capture, console_over_a_pty
from devtools.measure_energy import BARE as BARE_SQLITE
from devtools.measure_energy import compare_energy
from devtools.measure_figure import Figure, figure_lines, in_turns
from devtools.measure_fleet import FleetFigures, fleet_at_home, fleet_table
from devtools.measure_load import CannotBuild
from devtools.measure_mqtt import PEER, Comparison, Effort, compare
from devtools.measure_pairing import PairingFigures, pairing_line, share_of_the_tool
from devtools.measure_table import MOST_BUSY, cells, markdown_table, plain_table

STARTS = 21
ROUNDS = 15
MESSAGES_A_ROUND = 2_000
FLEET_S = 20.0

MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")
API_MARKS = ("<!-- measured, API: begin -->", "<!-- measured, API: end -->")
ENERGY_MARKS = ("<!-- measured, energy: begin -->", "<!-- measured, energy: end -->")

Table = Callable[[Sequence[Sequence[str]]], str]

_LIBRARIES = ("click", "msgspec", "aiohttp", "fastapi", "uvicorn", "meross-iot", "pexpect")


def start_of_the_command_line() -> Figure:
    """Whole processes: `ownplug --help`, and a Python that imports click and ends."""
    program = Path(sys.executable).with_name("ownplug")
    ours = [str(program)] if os.access(program, os.X_OK) else [sys.executable, "-m", "ownplug"]

    # Installed programs run from compiled files: both shall have them, whatever this shell says.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run(command: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)

    ours_s, peer_s = in_turns(run([*ours, "--help"]), run([sys.executable, "-c", "import click"]), STARTS)
    return Figure(
        what="ownplug --help",
        ours_s=ours_s,
        peer="python -c 'import click'",
        peer_s=peer_s,
        aim="at most 1.5",
    )


def reading_of_a_message() -> Figure:
    """System.All: decoded, verified and typed by us; parsed to dicts and verified by meross-iot."""
    import json

    from meross_iot.utilities.mqtt import verify_message_signature

    from devtools.sample import KEY, system_all
    from ownplug.core.meross import decode_message
    from ownplug.core.meross.payloads import AllPayload

    data, plain_key = system_all(), KEY.reveal()

    def ours() -> None:
        for _ in range(MESSAGES_A_ROUND):
            message = decode_message(data)
            if not message.is_signed(KEY):
                raise AssertionError("the sample is signed")
            message.read(AllPayload)

    def theirs() -> None:
        for _ in range(MESSAGES_A_ROUND):
            if not verify_message_signature(json.loads(data)["header"], plain_key):
                raise AssertionError("the sample is signed")

    ours_s, peer_s = in_turns(ours, theirs, ROUNDS)
    return Figure(
        what="read one System.All",
        ours_s=ours_s / MESSAGES_A_ROUND,
        peer="json and meross-iot's check, untyped",
        peer_s=peer_s / MESSAGES_A_ROUND,
        aim="at most 0.5",
    )


def asking_a_plug() -> list[Figure]:
    """One question to a virtual plug, p50: through hub and broker, through the broker, and by its own HTTP."""
    from devtools.roundtrip import ask_by_three_ways

    found = asyncio.run(ask_by_three_ways())
    peer = "the plug's own HTTP, without a server"
    return [
        Figure(what="ask through the hub's API", ours_s=found.hub_s, peer=peer, peer_s=found.direct_s),
        Figure(what="ask through the MQTT server", ours_s=found.mqtt_s, peer=peer, peer_s=found.direct_s),
    ]


def load_lines(found: Comparison) -> list[list[str]]:
    """Return how busy the load generator's core was for each figure."""
    rows = found.rows.values()
    lines = (
        [row.aim.what, *(f"{row.busy(name):.0%}" if row.busy(name) else "-" for name in found.candidates)]
        for row in rows
    )
    return [["generator's core busy", *found.candidates], *lines]


def replace_between_marks(page: str, tables: str, marks: tuple[str, str] = MARKS) -> str:
    """Return the page with `tables` between two marks of it.

    Raises:
        ValueError: the page has no marks.
    """
    begin, end = marks
    pattern = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"The page lacks the marks {begin} and {end}.")
    return pattern.sub(lambda _: f"{begin}\n\n{tables}\n\n{end}", page)


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"{python}, {libraries}, {ssl.OPENSSL_VERSION}; {system}, {os.cpu_count()} CPUs ({_processor()})"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def _tables(
    figures: list[Figure],
    found: Comparison | None,
    fleet: FleetFigures | None,
    pairing: PairingFigures | None,
    table: Table,
) -> str:
    parts = [table(figure_lines(figures))] if figures else []
    if pairing is not None:
        parts.append(pairing_line(pairing))
    if fleet is not None:
        parts.append(table(fleet_table(fleet)))
    if found is not None:
        parts.append(_compared(found, PEER, table))
    return "\n\n".join([*parts, f"Measured on: {_machine()}."])


def _api_tables(api: Comparison, table: Table) -> str:
    return f"{_compared(api, BARE, table)}\n\nMeasured on: {_machine()}."


def energy_tables(energy: Comparison, table: Table) -> str:
    """Return the figures of the energy ledger; no load generator takes part in them."""
    rows = table(cells(energy.rows.values(), energy.candidates, BARE_SQLITE))
    notes = "\n".join(f"- {note}" for note in energy.notes)
    return "\n\n".join([rows, notes, f"Measured on: SQLite {sqlite3.sqlite_version}, {_machine()}."])


def _compared(found: Comparison, peer: str, table: Table) -> str:
    notes = "\n".join(f"- {note}" for note in found.notes if note)
    rows = table(cells(found.rows.values(), found.candidates, peer))
    return "\n\n".join([rows, table(load_lines(found)), notes])


def _measured_servers(effort: Effort) -> Comparison | None:
    try:
        return compare(effort)
    except CannotBuild as missing:
        print(f"Not measured beside mosquitto: {missing}", file=sys.stderr)
        return None


def _single_figures() -> list[Figure]:
    return [
        start_of_the_command_line(),
        reading_of_a_message(),
        console_over_a_pty("as fields", Fields, "at most 0.2"),
        console_over_a_pty("as typed replies", Typed),
        console_capture(),
        *asking_a_plug(),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Figures as ratios to peers of the same run.")
    usual = Effort()
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="turns of every server")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="of each counting")
    parser.add_argument("--crowd", type=int, default=usual.crowd, help="plugs that are connected at once")
    parser.add_argument(
        "--fleet", type=int, default=usual.crowd, help="virtual plugs in one process; 0: none"
    )
    alone = parser.add_mutually_exclusive_group()
    for part, what in (("servers", "the MQTT servers"), ("api", "the API"), ("energy", "the energy ledger")):
        alone.add_argument(
            f"--{part}-only", dest="only", action="store_const", const=part, help=f"only {what}"
        )
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables between the page's marks")
    return parser.parse_args()


def _sections(options: argparse.Namespace) -> Iterator[tuple[tuple[str, str], Callable[[Table], str]]]:
    """Measure what is wished; yield each section's marks in the page, and what shows it."""
    effort = Effort(rounds=options.rounds, seconds=options.seconds, crowd=options.crowd)
    is_all = options.only is None
    if options.only in {None, "servers"}:
        figures = _single_figures() if is_all else []
        pairing = asyncio.run(share_of_the_tool()) if is_all else None
        found = _measured_servers(effort)
        fleet = fleet_at_home(options.fleet, FLEET_S) if options.fleet and is_all else None
        yield MARKS, lambda table: _tables(figures, found, fleet, pairing, table)
    if options.only in {None, "api"}:
        api = compare_api(effort)
        yield API_MARKS, lambda table: _api_tables(api, table)
    if options.only in {None, "energy"}:
        energy = compare_energy(effort)
        yield ENERGY_MARKS, lambda table: energy_tables(energy, table)


def main() -> None:
    """Measure everything, print it, and write it into a page if that is wished."""
    options = _options()
    page = options.write.read_text("utf-8") if options.write else ""
    for marks, shown in _sections(options):
        print(shown(plain_table))
        page = page and replace_between_marks(page, shown(markdown_table), marks)
    print(f"A figure counts only where the generator's core is less than {MOST_BUSY:.0%} busy.")
    if options.write:
        options.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
