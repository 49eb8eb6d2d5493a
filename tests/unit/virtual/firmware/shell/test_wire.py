from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware.shell.wire import BYTES_PER_S, Wire

LINE = "[T: 1 M: a C: info F: b L: 2]: c"
WHOLE = f"{LINE}\r\n".encode()
REPLY = b"uuid      :0123456789abcdef\r\n" * 400


def make_wire(faults: Faults, below: Callable[[int], int] | None = None) -> Wire:
    wire = Wire(faults=faults, below=below or random.Random(1).randrange, line=lambda _at_s: LINE)
    wire.start(0.0)
    return wire


def test_without_chatter_everything_passes_as_it_is() -> None:
    wire = make_wire(Faults(garble=1))
    wire.send(REPLY, 5.0)
    wire.tick(1e9)
    assert wire.take() == REPLY
    assert wire.take() == b""
    assert wire.due_s == math.inf


def test_chatter_falls_into_the_middle_of_a_reply() -> None:
    wire = make_wire(Faults(chatter=20))
    wire.send(REPLY, 0.0)
    printed = wire.take()
    assert printed.replace(WHOLE, b"") == REPLY
    pieces = printed.split(WHOLE)
    assert any(not piece.endswith(b"\n") for piece in pieces[:-1]), "it fell between lines only"
    expected = 20 * len(REPLY) / BYTES_PER_S
    assert expected / 2 < len(pieces) - 1 < expected * 2


def test_a_garbled_line_takes_the_rest_of_the_line_with_it_in_which_it_fell() -> None:
    wire = make_wire(Faults(chatter=20, garble=1))
    wire.send(REPLY, 0.0)
    lines = wire.take().split(b"\r\n")
    whole = REPLY.split(b"\r\n")[0]
    assert lines.pop() == b""
    assert len(lines) == 400, "a line end was lost, or there is one too many"
    destroyed = [line for line in lines if line != whole]
    assert destroyed
    for line in destroyed:
        beginning, mark, cut = line.decode().partition("[")
        assert whole.decode().startswith(beginning)
        assert LINE.startswith(mark + cut)


def test_the_same_chance_is_the_same_chatter() -> None:
    said = []
    for _ in range(2):
        wire = make_wire(Faults(chatter=50, garble=0.5))
        wire.send(REPLY, 1.0)
        said.append(wire.take())
    assert said[0] == said[1]


@pytest.mark.parametrize("garble", [0, 1])
def test_while_nobody_prints_it_comes_by_itself(garble: float) -> None:
    wire = make_wire(Faults(chatter=10, garble=garble))
    lines = 0
    while wire.due_s <= 100:
        now_s = wire.due_s
        wire.tick(now_s)
        assert wire.due_s > now_s
        said = wire.take()
        assert said.endswith(b"\r\n")
        assert LINE.startswith(said.decode().removesuffix("\r\n"))
        lines += 1
    assert 700 < lines < 1100


def test_a_tick_too_early_says_nothing() -> None:
    wire = make_wire(Faults(chatter=1))
    wire.tick(wire.due_s - 0.001)
    assert wire.take() == b""


@pytest.mark.parametrize("draw", [lambda n: 0, lambda n: n - 1])
@given(data=st.binary(max_size=500), rate=st.floats(0, 100))
def test_no_chance_however_strange_holds_a_reply_up(
    draw: Callable[[int], int], data: bytes, rate: float
) -> None:
    wire = make_wire(Faults(chatter=rate), draw)
    wire.send(data, 0.0)
    printed = wire.take()
    assert len(printed) <= len(data) * (1 + len(WHOLE))
    assert printed.replace(WHOLE, b"") == data
