from __future__ import annotations

from pathlib import Path

import pytest
from devtools.measure_fleet import FleetFigures, fleet_table, last_status

from ownplug.cli.fleet import render_status
from ownplug.virtual import FleetStatus


@pytest.mark.parametrize("text", ["", "a warning of something\n"])
def test_a_log_without_a_line_of_the_fleet_tells_nothing(tmp_path: Path, text: str) -> None:
    log = tmp_path / "log"
    log.write_text(text)
    assert last_status(log) == (0, 0, 0)


def test_the_newest_line_of_the_fleet_counts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines = [
        render_status(FleetStatus(plugs=n, connected=n, bound=n, failed=3, messages=0), of=9000, rate=1234.0)
        for n in (1, 1500)
    ]
    log.write_text("".join(f"{line}\n" for line in lines))
    assert last_status(log) == (1500, 3, 1234)


def test_the_table_has_the_aim_beside_the_figure() -> None:
    found = FleetFigures(
        plugs=10_000,
        failed=0,
        each_kib=48.04,
        hub_kib=36.7,
        messages_s=2000,
        plugs_share=0.5,
        hub_share=0.6,
        client_kib=None,
    )
    table = fleet_table(found)
    assert ["memory of a plug, TLS included, KiB", "48.0", "at most 60"] in table
    assert ["messages a second, each plug asked for its power every 10 s", "2,000", "-"] in table
    assert table[2][1] == "-"
