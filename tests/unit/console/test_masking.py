"""Which lines of the console hold a secret."""

from __future__ import annotations

import pytest

from ownplug.console import masked_echo, masked_line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("[STA]WpaPsk: hunter22", "[STA]WpaPsk: ***"),
        ("[STA]WpaPsk: ", "[STA]WpaPsk: "),
        ("[STA]Ssid: Kitchen", "[STA]Ssid: Kitchen"),
        ("[odd]Thing: hunter22", "[odd]Thing: ***"),
        ("[meross]dev.cfg.Key: 0123", "[meross]dev.cfg.Key: ***"),
        ("WpaPsk = hunter22", "WpaPsk = ***"),
        ("Ssid = a = b", "Ssid = a = b"),
        ("Thing = hunter22", "Thing = ***"),
        ("STA-WpaPsk = hunter22", "STA-WpaPsk = ***"),
        ("STA-Ssid = Kitchen", "STA-Ssid = Kitchen"),
        ("user key      : 0123", "user key      : ***"),
        ("user key      : ", "user key      : "),
        ("bind id       : 0123", "bind id       : 0123"),
        ("write data item ok", "write data item ok"),
    ],
)
def test_a_line_of_an_answer(line: str, shown: str) -> None:
    assert masked_line(line) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("config write STA WpaPsk hunter22", "config write STA WpaPsk ***"),
        ("config write STA WpaPsx\b \bk hunter22", "config write STA WpaPsk ***"),
        ("config write STA Ssid Kitchen", "config write STA Ssid Kitchen"),
        ("frobnicate", "frobnicate"),
        ("", ""),
    ],
)
def test_the_echo_of_a_command(typed: str, shown: str) -> None:
    assert masked_echo(typed) == shown
