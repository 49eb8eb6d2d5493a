from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ownplug.virtual import AccessPoint, Air

MakeBench = Callable[..., Any]


def test_a_scan_takes_its_time_and_lists_what_is_in_the_air(make_bench: MakeBench) -> None:
    networks = (
        AccessPoint(ssid="Caf\u00e9", channel=11, signal=100, encryption=8, cipher=4),
        AccessPoint(ssid="Open", channel=1, signal=0, encryption=0, cipher=0),
    )
    bench = make_bench(console=True, air=Air(networks=networks))
    bench.printed()
    assert bench.type("meross scan\r") == b"meross scan\r\n"
    bench.pass_time(bench.timing.scan_s - 0.01)
    assert bench.printed() == b""
    bench.pass_time(0.02)
    lines = bench.printed().decode().split("\r\n")
    assert [line.split() for line in lines[1:3]] == [
        ["11", "Caf\u00e9", "02:00:5e:00:53:01", "9", "8", "-50", "1", "0", "0", "0"],
        ["1", "Open", "02:00:5e:00:53:01", "0", "1", "-100", "0", "0", "0", "0"],
    ]
    assert lines[3] == "[MRS Scan Event Callback]: Scan Done!"
    assert lines[4].startswith("cmd id 0xd8 -- 0x0 seq ")
    assert lines[5] == "$ "


def test_an_empty_air_is_an_empty_table(make_bench: MakeBench) -> None:
    bench = make_bench(console=True, air=Air(networks=()))
    assert len(bench.run("meross scan")) == 3


@pytest.mark.parametrize("host", ["8.8.8.8", "hub.example", "1.2.3", "::1"])
def test_a_ping_to_nowhere_times_out_in_the_log(console: Any, host: str) -> None:
    assert console.run(f"meross ping {host}") == []
    console.pass_time(2)
    sent, lost = console.printed().decode().split("\r\n")[:2]
    assert sent.endswith(f"send seq(0x0001) {host}")
    assert "C: warning F: ping_recv" in lost


def test_a_ping_at_home_is_answered(home_console: Any) -> None:
    home_console.run("meross ping 192.168.1.1")
    home_console.pass_time(1)
    assert re.search(rb"recv seq\(0x0001\) 192\.168\.1\.1, \d+ ms\r\n$", home_console.printed())
