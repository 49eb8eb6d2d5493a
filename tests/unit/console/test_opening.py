"""From a port to a console and back: what is opened is closed, also when something fails in between."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.unit.console.scripted import ScriptedPlug

import ownplug
from ownplug.core.errors import LinkBroken, NoSuchPort, UsageError
from ownplug.testing import FakeClock
from ownplug.transport.tap import read_capture

if sys.platform == "win32":
    pytest.skip("PTYs are POSIX", allow_module_level=True)

from ownplug.transport.pty import offer_pty


@asynccontextmanager
async def plug_on_pty(link: Path, answers: Mapping[str, bytes]) -> AsyncIterator[ScriptedPlug]:
    async with offer_pty(link) as offered, asyncio.TaskGroup() as tasks:
        plug = ScriptedPlug(offered, answers)
        running = tasks.create_task(plug.run())
        yield plug
        running.cancel()


def recorded(file: Path) -> bytes:
    return b"".join(record.data for record in read_capture(file.read_bytes()).records)


async def test_the_example_of_the_room_works(tmp_path: Path, answers: Mapping[str, bytes]) -> None:
    async with plug_on_pty(tmp_path / "tty", answers):
        async with ownplug.console.open(str(tmp_path / "tty")) as plug:
            assert (await plug.hardware()).model == "mss310"
        async with ownplug.console.open(str(tmp_path / "tty")) as plug:
            assert (await plug.firmware()).version == "2.1.7"


async def test_a_recording_holds_both_directions(tmp_path: Path, answers: Mapping[str, bytes]) -> None:
    file = tmp_path / "capture"
    async with plug_on_pty(tmp_path / "tty", answers):
        opening = ownplug.console.open(str(tmp_path / "tty"), record=file, clock=FakeClock())
        async with opening as plug:
            await plug.firmware()
    assert b"meross fw" in recorded(file)
    assert b"fw version:2.1.7" in recorded(file)


async def test_a_recording_that_cannot_be_made_frees_the_port(
    tmp_path: Path, answers: Mapping[str, bytes]
) -> None:
    tty = str(tmp_path / "tty")
    async with plug_on_pty(tmp_path / "tty", answers):
        with pytest.raises(UsageError, match="cannot be written"):
            async with ownplug.console.open(tty, record=tmp_path / "no" / "capture"):
                pytest.fail("it was opened")
        async with ownplug.console.open(tty) as plug:
            await plug.firmware()


async def test_a_port_that_is_not_there_is_told_before_a_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPort):
        async with ownplug.console.open(str(tmp_path / "tty"), record=tmp_path / "capture"):
            pytest.fail("it was opened")
    assert [entry.name for entry in _entries(tmp_path)] == []


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_what_fails_inside_comes_out_as_it_is(tmp_path: Path, answers: Mapping[str, bytes]) -> None:
    async with plug_on_pty(tmp_path / "tty", answers):
        with pytest.raises(KeyError, match="mine"):
            async with ownplug.console.open(str(tmp_path / "tty")):
                raise KeyError("mine")


async def ask_for_ever(tty: str) -> None:
    async with ownplug.console.open(tty) as console:
        while True:
            await console.hardware()


@pytest.mark.slow
async def test_cables_are_pulled_and_plugged_again(tmp_path: Path, answers: Mapping[str, bytes]) -> None:
    """Twenty times, at another byte of the answer each time."""
    tty = tmp_path / "tty"
    for pulled_after in range(0, 400, 20):
        async with offer_pty(tty) as offered, asyncio.TaskGroup() as tasks:
            plug = ScriptedPlug(offered, answers)
            plug.breaks_after = pulled_after
            running = tasks.create_task(plug.run())
            with pytest.raises(LinkBroken):
                await ask_for_ever(str(tty))
            running.cancel()
    async with plug_on_pty(tty, answers), ownplug.console.open(str(tty)) as console:
        assert (await console.hardware()).model == "mss310"
