from __future__ import annotations

import asyncio
from pathlib import Path

import click
import pytest
from tests.unit.cli.memory_wire import MemoryWire

from ownplug.cli.frame import Frame
from ownplug.cli.wire import chosen_port, port_and_file
from ownplug.core.errors import NoSuchPort


@pytest.mark.parametrize(
    ("words", "port"), [(("kettle.json",), None), (("/dev/ttyUSB0", "kettle.json"), "/dev/ttyUSB0")]
)
def test_the_port_may_be_left_out(words: tuple[str, ...], port: str | None) -> None:
    assert port_and_file(words) == (port, Path("kettle.json"))


def test_more_words_than_a_port_and_a_file_are_none() -> None:
    with pytest.raises(click.UsageError, match="not 3 words"):
        port_and_file(("a", "b", "c"))


def test_a_port_that_was_named_is_the_one() -> None:
    assert chosen_port(Frame(), "/dev/ttyUSB7") == "/dev/ttyUSB7"


def test_a_job_goes_on_after_a_break_which_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    wire = MemoryWire(Frame())
    wire.plug.cuts = iter([20])
    versions = asyncio.run(wire.do(lambda console: console.versions()))
    assert versions.sdk == "SDK_V4.6.2"
    said = capsys.readouterr()
    assert "Going on when the plug answers again" in said.err
    assert said.out == ""


def test_a_plug_that_was_there_is_waited_for_and_one_that_was_not_is_not() -> None:
    wire = MemoryWire(Frame())
    wire.plug._missing = 1
    with pytest.raises(NoSuchPort):
        asyncio.run(wire.do(lambda console: console.versions()))
    asyncio.run(wire.do(lambda console: console.versions()))
    wire.plug._missing = 1
    asyncio.run(wire.do(lambda console: console.versions()))
