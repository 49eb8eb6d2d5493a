from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ownplug.bridges.homekit.state_file import StateFile
from ownplug.core.errors import NotKept, UsageError


async def test_it_begins_anew_and_goes_on(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "homekit.json")
    await file.load()
    kept = replace(file.kept, config_number=3)
    assert not (tmp_path / "homekit.json").exists()
    await file.save(kept)
    assert (tmp_path / "homekit.json").stat().st_mode & 0o777 == 0o600
    again = StateFile(tmp_path / "homekit.json")
    await again.load()
    assert again.kept == kept


async def test_what_it_began_with_is_written_too(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "homekit.json")
    await file.load()
    await file.save(file.kept)
    again = StateFile(tmp_path / "homekit.json")
    await again.load()
    assert again.kept == file.kept


async def test_a_file_that_is_broken_is_named(tmp_path: Path) -> None:
    path = tmp_path / "homekit.json"
    path.write_text("{")
    with pytest.raises(UsageError, match=r"homekit\.json cannot be used") as refused:
        await StateFile(path).load()
    assert "added to the home app again" in refused.value.hint


async def test_what_cannot_be_written_is_not_kept(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "nowhere" / "homekit.json")
    await file.load()
    before = file.kept
    with pytest.raises(NotKept, match="cannot be written"):
        await file.save(replace(before, config_number=9))
    assert file.kept == before
