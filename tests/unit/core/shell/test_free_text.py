from __future__ import annotations

import pytest

from ownplug.core.shell import BootLine, BootPhase, DriverText
from ownplug.core.shell.boot_listing import BOOT, Origin
from ownplug.core.shell.free_text import FIXED_TEXTS, FREE_LENGTH, FREE_STARTS, find_command_id, free_text


@pytest.mark.parametrize(
    ("origin", "text"),
    [row for row in BOOT if row[0] not in {Origin.LOG, Origin.BLANK, Origin.NOISE}],
)
def test_every_line_of_a_start_is_known(origin: BootPhase | Origin, text: str) -> None:
    expected = BootLine(text, origin) if isinstance(origin, BootPhase) else DriverText(text)
    assert free_text(text) == expected
    assert text[:FREE_LENGTH] in FREE_STARTS


@pytest.mark.parametrize(
    "text",
    [
        "F3: 102B 00AF",
        "G0: 0190 0000",
        "cmd id 0xd8 -- 0x0 seq 0x3b",
        "TxPower = 17",
        "Event 0x1 not handled",
        "ap up34:29:8f:1a:2b:3c",
        "Last reset reason:HAL_WDT_TIMEOUT_RESET",
        "\tRMAC_RFCR = 0x1",
    ],
)
def test_another_number_may_stand(text: str) -> None:
    assert free_text(text) is not None
    assert text not in FIXED_TEXTS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "free: 83536",
        "TxPower = ",
        "F1: 0000",
        "cmd id 0xd8",
        "normal bootup!",
        "auth:0",
        "01: zz",
        "NOR_init",
    ],
)
def test_other_lines_are_not(text: str) -> None:
    assert free_text(text) is None


def test_the_call_of_a_driver_is_found_at_the_end_of_a_line() -> None:
    assert find_command_id("abccmd id 0xd8 -- 0x0 seq 0x3b") == 3
    assert find_command_id("cmd id 0xd8 -- 0x0 seq 0x3b and more") == -1
    assert find_command_id("none") == -1
