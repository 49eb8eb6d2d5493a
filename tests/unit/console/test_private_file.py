from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ownplug.console.private_file import check_new, read_whole, write_new
from ownplug.core.errors import UsageError


def test_a_new_file_is_whole_and_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_new(tmp_path / "f", b"secret")
    finally:
        os.umask(before)
    assert (tmp_path / "f").read_bytes() == b"secret"
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["f"]


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("f", "dangling", "."):
        with pytest.raises(UsageError, match="is not replaced"):
            write_new(tmp_path / name, b"new")
    assert (tmp_path / "f").read_bytes() == b"old"


def test_a_folder_that_is_missing_is_named_before_there_is_anything_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no folder .*/nowhere"):
        check_new(tmp_path / "nowhere" / "f")


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be"):
        write_new(tmp_path / ("x" * 300), b"")


def test_a_name_without_a_folder_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_new(Path("f"), b"x")
    assert read_whole(Path("f"), limit=1) == b"x"


def test_a_file_of_too_many_bytes_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"xx")
    with pytest.raises(UsageError, match="more than 1 bytes"):
        read_whole(tmp_path / "f", limit=1)
    with pytest.raises(UsageError, match="cannot be read"):
        read_whole(tmp_path, limit=1)
