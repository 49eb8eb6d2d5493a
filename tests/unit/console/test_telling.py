"""What the console prints, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ownplug.console import Sighting, event_kind, event_text, sighting_document
from ownplug.core.shell import (
    BootLine,
    BootPhase,
    DamagedLog,
    DriverText,
    Echo,
    Event,
    Level,
    LogLine,
    Prompt,
    Stage,
    TextLine,
)

AT = datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)
LOG = LogLine(time_ms=7, module="m", level=Level.INFO, function="f", line=9, message="hello")


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (LOG, "log", "[T: 7 M: m C: info F: f L: 9]: hello"),
        (DamagedLog(text="[T wifi"), "damaged-log", "[T wifi"),
        (DriverText("pAd2"), "driver", "pAd2"),
        (BootLine("NOR_init", BootPhase.BOOTLOADER), "boot", "NOR_init"),
        (TextLine("x"), "text", "x"),
        (Echo("ip"), "typed", "ip"),
        (Prompt(), "prompt", "$ "),
    ],
)
def test_each_event_is_a_line_of_its_kind(event: Event, kind: str, text: str) -> None:
    assert (event_kind(event), event_text(event)) == (kind, text)


def test_a_program_reads_what_is_new() -> None:
    sighting = Sighting(event=LOG, stage=Stage.HOME, reset_reason="ODD_RESET")
    assert sighting_document(sighting, AT) == {
        "at": "2026-01-31T12:00:00.250000+00:00",
        "kind": "log",
        "text": "[T: 7 M: m C: info F: f L: 9]: hello",
        "time_ms": 7,
        "module": "m",
        "level": "info",
        "message": "hello",
        "reset_reason": "ODD_RESET",
        "stage": "home",
        "light": "green while the relay is on, else off",
    }
