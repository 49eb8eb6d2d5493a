"""Ten thousand virtual plugs in one process, at home in our hub: memory, messages, processor."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from devtools.measure_servers import GENERATOR_CORE, PATIENCE_S, SERVER_CORE, Home, Server, mosquitto

CLIENTS = 20
_START_RATE = 100
_SETTLE_S = 25.0  # after the last has come, for the first reading of all
_STATUS = re.compile(r"([\d,]+) bound, ([\d,]+) failed, ([\d,]+) messages/s")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFigures:
    """What a fleet has cost.

    Attributes:
        plugs: how many of them came home.
        failed: connections that failed on the way.
        each_kib: memory of one plug, TLS included.
        hub_kib: memory that our hub takes for one plug.
        messages_s: messages a second between all plugs and their hub, which asks each for its power every 10 s.
        plugs_share: share of a core that the plugs use at that pace.
        hub_share: the same of the hub.
        client_kib: memory of its own of one `mosquitto_sub` over TLS; None without that program.
    """

    plugs: int
    failed: int
    each_kib: float
    hub_kib: float
    messages_s: float
    plugs_share: float
    hub_share: float
    client_kib: float | None


def fleet_at_home(plugs: int, seconds: float) -> FleetFigures:
    """Run a hub on the first core and a fleet on the second, and count for so many seconds.

    Raises:
        TimeoutError: they did not come home.
    """
    with tempfile.TemporaryDirectory(prefix="ownplug-measure-") as name, ExitStack() as stack:
        folder = Path(name)
        hub, told = stack.enter_context(_hub(folder / "home", plugs))
        empty_hub_kib = hub.memory_kib()
        log = folder / "fleet.log"
        fleet = stack.enter_context(_fleet(plugs, told, folder / "home", log))
        alone_kib = fleet.memory_kib()
        _wait_until_bound(log, plugs)
        time.sleep(_SETTLE_S)
        before, began_s = (hub.cpu_s(), fleet.cpu_s()), perf_counter()
        time.sleep(seconds)
        taken_s = perf_counter() - began_s
        bound, failed, messages_s = last_status(log)
        return FleetFigures(
            plugs=bound,
            failed=failed,
            each_kib=(fleet.memory_kib() - alone_kib) / (plugs - 1),
            hub_kib=(hub.memory_kib() - empty_hub_kib) / plugs,
            messages_s=messages_s,
            hub_share=(hub.cpu_s() - before[0]) / taken_s,
            plugs_share=(fleet.cpu_s() - before[1]) / taken_s,
            client_kib=_foreign_client_kib(folder / "home"),
        )


def fleet_table(found: FleetFigures) -> list[list[str]]:
    """Return the figures as a table, its head first."""
    client = "-" if found.client_kib is None else f"{found.client_kib:,.0f}"
    return [
        [f"{found.plugs:,} virtual plugs at our hub, {found.failed:,} failures", "found", "aim"],
        ["memory of a plug, TLS included, KiB", f"{found.each_kib:.1f}", "at most 60"],
        ["memory of one mosquitto_sub over TLS, its own pages alone, KiB", client, "-"],
        ["memory of the hub for a plug, KiB", f"{found.hub_kib:.1f}", "-"],
        ["messages a second, each plug asked for its power every 10 s", f"{found.messages_s:,.0f}", "-"],
        ["share of a core, the plugs", f"{found.plugs_share:.2f}", "-"],
        ["share of a core, the hub", f"{found.hub_share:.2f}", "-"],
    ]


@contextmanager
def _hub(home: Path, plugs: int) -> Iterator[tuple[Server, dict[str, str]]]:
    limit = str(plugs + 1000)
    limits = ("OWNPLUG_BROKER_MAX_CONNECTIONS", "OWNPLUG_BROKER_MAX_CONNECTIONS_PER_ADDRESS")
    places = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
    command = ["hub", "run", "--home", str(home), *places]
    with ownplug_on(SERVER_CORE, command, os.devnull, dict.fromkeys(limits, limit)) as (hub, told):
        yield hub, told


@contextmanager
def _fleet(plugs: int, told: dict[str, str], home: Path, log: Path) -> Iterator[Server]:
    at = ("--mqtt", f"mqtts://{told['mqtts']}", "--key", key_of(home), "--user-id", told["user_id"])
    command = ["virtual", "run", "--count", str(plugs), "--start-rate", str(_START_RATE), *at]
    with ownplug_on(GENERATOR_CORE, command, str(log), {}) as (fleet, _):
        yield fleet


@contextmanager
def ownplug_on(
    core: int, arguments: list[str], log: str, variables: dict[str, str]
) -> Iterator[tuple[Server, dict[str, str]]]:
    """Run `ownplug` on one core; its first line tells that it is ready."""
    command = ["taskset", "-c", str(core), sys.executable, "-m", "ownplug", *arguments]
    with Path(log).open("wb") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | variables
        )
    if process.stdout is None:
        raise AssertionError("it was asked for")
    try:
        told = json.loads(process.stdout.readline())
        # the lines of the other plugs need a reader, for a full pipe would hold the program up
        with subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL):
            try:
                yield Server(process, 0), told
            finally:
                process.terminate()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def key_of(home: Path) -> str:
    """The home's key, as the hub keeps it: one process alone may run in a home, so it is read from outside."""
    import sqlite3

    database = sqlite3.connect(f"file:{home / 'hub.sqlite3'}?mode=ro", uri=True)
    try:
        [key] = database.execute("SELECT key FROM home").fetchone()
    finally:
        database.close()
    return str(key)


def _wait_until_bound(log: Path, plugs: int) -> None:
    deadline_s = perf_counter() + PATIENCE_S + plugs / _START_RATE * 4
    while last_status(log)[0] < plugs:
        if perf_counter() > deadline_s:
            raise TimeoutError(f"{plugs:,} plugs did not come home; the last line: {_last_line(log)}")
        time.sleep(1)


def last_status(log: Path) -> tuple[int, int, float]:
    """How many are bound, have failed, and messages a second, by the newest line of the log."""
    found = _STATUS.search(_last_line(log))
    numbers = [int(number.replace(",", "")) for number in found.groups()] if found else [0, 0, 0]
    return numbers[0], numbers[1], numbers[2]


def _last_line(log: Path) -> str:
    return log.read_text().rstrip("\n").rpartition("\n")[2]


def _foreign_client_kib(home: Path) -> float | None:
    """Memory of its own of one mosquitto_sub at mosquitto."""
    program = shutil.which("mosquitto_sub")
    if program is None or not shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return None
    tls = home / "tls"
    files = Home(
        folder=home,
        certificate=str(tls / "server.pem"),
        key_file=str(tls / "server.key"),
        user_id="",
        key="",
    )
    with mosquitto(files) as server:
        command = [program, "-h", "127.0.0.1", "-p", str(server.port), "--cafile", str(tls / "ca.pem")]
        clients = [subprocess.Popen([*command, "-q", "1", "-t", f"topic/{n}"]) for n in range(CLIENTS)]
        try:
            time.sleep(2)
            return sum(_own_kib(client.pid) for client in clients) / CLIENTS
        finally:
            for client in clients:
                client.terminate()
                client.wait()


def _own_kib(pid: int) -> int:
    """Memory that no other process shares."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kib) for kib in re.findall(r"^Private_\w+:\s+(\d+) kB", text, re.MULTILINE))
