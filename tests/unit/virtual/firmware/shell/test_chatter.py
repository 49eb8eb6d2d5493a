from __future__ import annotations

import random
from typing import Any

from ownplug.core.shell import DriverText, LogLine, ShellReader, encode_text
from ownplug.virtual.firmware.shell.chatter import Chatter


def test_every_line_is_one_that_can_be_told_from_a_reply(console: Any) -> None:
    chatter = Chatter(console.device, random.Random(1).randrange)
    lines = [chatter.line(console.now_s) for _ in range(200)]
    kinds = set()
    for line in lines:
        [event] = ShellReader().feed(encode_text(f"{line}\r\n"))
        assert isinstance(event, LogLine | DriverText)
        kinds.add(type(event))
    assert kinds == {LogLine, DriverText}
    assert len({line.rpartition("]: ")[0].split(" M: ")[-1] for line in lines}) > 4


def test_a_line_has_the_time_at_which_it_is_said(console: Any) -> None:
    chatter = Chatter(console.device, lambda _below: 0)
    [event] = ShellReader().feed(encode_text(f"{chatter.line(console.now_s + 2.5)}\r\n"))
    assert isinstance(event, LogLine)
    assert event.time_ms == console.device.uptime_ms + 2500
