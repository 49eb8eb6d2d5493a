from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual.flash_file import FlashWriter, load_flash


def test_what_was_saved_is_loaded_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "virtual" / "plug.json"
    writer = FlashWriter(file)
    writer.save({"meross:dev.cfg.Key": "secret"}, revision=0)
    writer.save({"meross:dev.cfg.Key": "other"}, revision=1)
    assert load_flash(file) == {"meross:dev.cfg.Key": "other"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [found.name for found in file.parent.iterdir()] == ["plug.json"]


def test_without_a_file_nothing_was_saved(tmp_path: Path) -> None:
    assert load_flash(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format":1,"settings":{"a":1}}',
        b'{"format":2,"settings":{}}',
        b'{"format":1}',
    ],
)
def test_another_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "plug.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"plug\.json"):
        load_flash(file)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"plug\.json"):
        FlashWriter(tmp_path / "file" / "plug.json").save({}, revision=0)


def test_a_late_writer_does_not_bring_back_the_past(tmp_path: Path) -> None:
    writer = FlashWriter(tmp_path / "plug.json")
    writer.save({"now": "1"}, revision=5)
    writer.save({"then": "1"}, revision=4)
    assert load_flash(tmp_path / "plug.json") == {"now": "1"}
