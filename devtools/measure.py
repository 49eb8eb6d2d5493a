"""Figures as ratios, measured in one run: `python -m devtools.measure`.

A number of seconds says as much about the machine as about the program, so each figure stands beside a peer's that
was taken in turns with it. Medians; nothing here is a test.
"""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

STARTS = 21
ROUNDS = 15
MESSAGES_A_ROUND = 2_000

_LIBRARIES = ("click", "msgspec", "aiohttp", "meross-iot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One comparison: medians of the same run, in seconds."""

    what: str
    ours_s: float
    peer: str
    peer_s: float
    aim: str = ""

    @property
    def ratio(self) -> float:
        """Ours divided by the peer's: below 1 is faster."""
        return self.ours_s / self.peer_s


def in_turns(ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Call both by turns and return the median of each, in seconds; a first call of each does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    ours(), peer()
    for _ in range(rounds):
        for taken, call in zip(times, (ours, peer), strict=True):
            began = perf_counter()
            call()
            taken.append(perf_counter() - began)
    return median(times[0]), median(times[1])


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


def render(figures: list[Figure]) -> str:
    """Return the figures as a table, and below it what they were measured on."""
    lines = [("", "ours", "peer", "ratio", "aim", "peer is")]
    lines += [
        (f.what, _time(f.ours_s), _time(f.peer_s), f"{f.ratio:.2f}", f.aim or "-", f.peer) for f in figures
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([*(line.rstrip() for line in table), "", _machine()])


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {libraries}\n{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"


def main() -> None:
    """Measure everything and print it."""
    print(render([start_of_the_command_line(), reading_of_a_message(), *asking_a_plug()]))


if __name__ == "__main__":
    main()
