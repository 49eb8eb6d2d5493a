from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ownplug.transport.files import sync_folder, write_whole, writing_whole


def test_the_file_holds_the_content_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "token"
    write_whole(file, b"secret")
    assert file.read_bytes() == b"secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_public_file_is_public(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    write_whole(file, b"public", mode=0o644)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state.json"
    write_whole(file, b"old")

    def full(_descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="disk full"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_is_written_in_pieces_and_read_back_before_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    with writing_whole(file) as opened:
        opened.write(b"one ")
        opened.write(b"two")
        opened.seek(0)
        assert opened.read() == b"one two"
        assert not file.exists()
    assert file.read_bytes() == b"one two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_body_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def write() -> None:
        with writing_whole(tmp_path / "backup") as opened:
            opened.write(b"half")
            raise ValueError("it is not right")

    with pytest.raises(ValueError, match="not right"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_written_down_and_left_as_it_is(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"")
    sync_folder(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "none")
