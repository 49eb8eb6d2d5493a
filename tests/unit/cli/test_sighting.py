"""What the console prints, as lines for people and for programs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from ownplug.cli.sighting import event_line, sighting_text
from ownplug.console import Sighting
from ownplug.core.shell import (
    BootLine,
    BootPhase,
    BootReport,
    DamagedLog,
    DriverText,
    Echo,
    Event,
    Level,
    LogLine,
    Prompt,
    ResetReason,
    TextLine,
)
from ownplug.core.shell.stage import Stage

AT = datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)
LOG = LogLine(time_ms=7, module="m", level=Level.INFO, function="f", line=9, message="hello")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@pytest.mark.parametrize(
    ("event", "kind", "text", "colour"),
    [
        (LOG, "log", "[T: 7 M: m C: info F: f L: 9]: hello", "cyan"),
        (
            LogLine(time_ms=7, module="m", level=Level.ERROR, function="f", line=9),
            "log",
            "[T: 7 M: m C: error F: f L: 9]: ",
            "red",
        ),
        (
            LogLine(time_ms=7, module="m", level="odd", function="f", line=9),
            "log",
            "[T: 7 M: m C: odd F: f L: 9]: ",
            "cyan",
        ),
        (DamagedLog(text="[T wifi"), "damaged-log", "[T wifi", "cyan"),
        (DriverText("pAd2"), "driver", "pAd2", "bright_black"),
        (BootLine("NOR_init", BootPhase.BOOTLOADER), "boot", "NOR_init", "blue"),
        (TextLine("x"), "text", "x", ""),
        (Echo("ip"), "typed", "ip", ""),
        (Prompt(), "prompt", "$ ", ""),
    ],
)
def test_each_kind_of_event_has_its_look(event: Event, kind: str, text: str, colour: str) -> None:
    assert event_line(event) == (kind, text, colour)


def test_a_person_reads_the_line_and_below_it_what_it_means() -> None:
    sighting = Sighting(
        event=LOG,
        phase=BootPhase.FIRMWARE,
        reset_reason=ResetReason.WATCHDOG,
        stage=Stage.PAIRING,
        start=BootReport(),
    )
    lines = plain(sighting_text(sighting, AT)).splitlines()
    assert lines[0].endswith(".250  [T: 7 M: m C: info F: f L: 9]: hello")
    assert [line.strip() for line in lines[1:]] == [
        "-- phase: firmware",
        "-- why it started: the firmware hung, and the watchdog restarted it",
        "-- pairing: the light shows green and orange in turn",
        "-- the start is over",
    ]


def test_what_the_plug_prints_does_not_command_the_terminal() -> None:
    assert r"\x1b[2J" in plain(sighting_text(Sighting(event=TextLine("\x1b[2J\t")), AT))
