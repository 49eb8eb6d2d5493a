"""Both sides of the comparison read the same: what they are compared by is true of both."""

from __future__ import annotations

from pathlib import Path

import pytest
from devtools.measure_console import (
    WIRE_REPEATS,
    Fields,
    Played,
    Typed,
    console_capture,
    listing,
    read_by_pexpect,
    read_by_us,
)

from ownplug.core.shell import SETTINGS


@pytest.mark.parametrize("understand", [Fields, Typed])
def test_we_and_pexpect_find_the_same_settings_and_log_lines(
    tmp_path: Path, understand: type[Fields | Typed]
) -> None:
    data = listing() * 2 + b"that is all\r\n"
    file = tmp_path / "capture"
    file.write_bytes(data)
    with Played(str(file)) as wire:
        ours = read_by_us(wire, len(data), understand())
    with Played(str(file)) as wire:
        theirs = read_by_pexpect(wire)
    assert ours == theirs
    assert ours[1] == 2 * len(SETTINGS)
    assert ours[0] > 0


def test_a_capture_is_read_whole_by_both() -> None:
    figure = console_capture(size=3 * len(listing()))
    assert figure.size == 3 * len(listing())
    assert figure.ours_s > 0 < figure.peer_s


def test_enough_is_read_to_be_measured() -> None:
    assert len(listing()) * WIRE_REPEATS == pytest.approx(600_000, rel=0.5)
