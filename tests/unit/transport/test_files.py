from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ownplug.transport.files import write_whole


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
