from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.flash_file import FlashWriter, load_flash
from ownplug.virtual.memory import Memory


@pytest.fixture
def flash() -> Flash:
    return Flash()


async def test_a_change_is_in_the_file_before_whoever_waits_for_it_goes_on(
    flash: Flash, tmp_path: Path
) -> None:
    file = tmp_path / "plug.json"
    memory = Memory(flash, FlashWriter(file))
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        running = group.create_task(memory.run())
        for value in ("one", "two", "three"):
            flash.write(items.KEY, value)
            memory.look()
            await memory.keep(flash.revision)
            assert load_flash(file)[items.KEY] == value
        running.cancel()


async def test_what_is_not_yet_written_is_written_at_the_end(flash: Flash, tmp_path: Path) -> None:
    file = tmp_path / "plug.json"
    memory = Memory(flash, FlashWriter(file))
    flash.write(items.KEY, "k")
    memory.close()
    assert load_flash(file) == {items.KEY: "k"}


async def test_a_file_that_cannot_be_written_is_told_of(flash: Flash, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = Memory(flash, FlashWriter(tmp_path / "file" / "plug.json"))
    memory.look()
    async with asyncio.timeout(10):
        with pytest.raises(UsageError, match=r"plug\.json"):
            await memory.run()
