"""The listing of the teardown page, without what its author says between the console's lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PAGE = "000_bc6d02b9f91e531b.txt"

_BEGIN, _END = "R⸮", "LED status"  # before and after there is no console

# Lines between these two that no console printed: the author's remarks, and headings that name a command.
_PROSE = (
    "Commands",
    "UUID seems to be the same one",
    "In an unpared state, the route mac",
    "Is a list of currently running processes.",
    "Amount of memory used from the 180K",
    "Shows the currently set time information.",
    "Current location of the device in the world",
    "Get and Set the UUID and MAC of the device.",
    "Pings the specified host.",
    "Current energy data from the HLW8032 chip.",
    "Performs a WIFI scan.",
    "meross switch <uuid> on/off",
    "External power is required to run the relay",
    "Change the LED states.",
    "Runs some form of crash test.",
    "Get and Set if the device is on factory mode.",
    "Tests the the relay is activated",
    "Shows the status of the device and the MQTT details.",
    "Unpairs the device then reboots.",
    "meross iot upgrade <url>",
    "Downloads and installs new firmware.",
    "Displays information about currently set schedules.",
    "Need to test further.",
    "Dumps a bunch of debug information",
    "Sections in brackets are the group names",
    "Not sure what this information relates to.",
)
# The first menu stands under the heading `Commands`, without the line that was typed to get it.
_TYPED = {"Commands": ["$ ?"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page, taken apart."""

    console: list[str]
    prose: list[str]
    blank: int
    """Blank lines around prose; they belong to it."""
    data: bytes
    """The console as it was on the wire."""


def read_page(reference: Path) -> Page:
    lines = (reference / PAGE).read_text("utf-8").split("\n")
    lines = lines[lines.index(_BEGIN) : lines.index(_END)]
    said = [line.startswith(_PROSE) for line in lines]
    beside = [not line and _next_to_prose(lines, said, at) for at, line in enumerate(lines)]
    console: list[str] = []
    for at, line in enumerate(lines):
        console += _TYPED.get(line, []) if said[at] or beside[at] else [line]
    return Page(
        console=console,
        prose=[line for line, is_prose in zip(lines, said, strict=True) if is_prose],
        blank=sum(beside),
        data="".join(f"{line}\r\n" for line in console).encode(),
    )


def _next_to_prose(lines: list[str], said: list[bool], at: int) -> bool:
    """Whether only blank lines are between this one and prose, above or below, or the end of the listing."""
    for step in (-1, 1):
        other = at
        while 0 <= other < len(lines) and not lines[other]:
            other += step
        if not 0 <= other < len(lines) or said[other]:
            return True
    return False
