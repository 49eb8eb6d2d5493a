from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ownplug.aio import SystemClock
from ownplug.app import HomeFolder, RestoredHome
from ownplug.cli.hub_restore import _document, _report
from ownplug.cli.main import run
from ownplug.core.backup import Manifest, Part, PartFacts

MADE_AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def restored(
    *, has_secrets: bool = True, has_key: bool = True, advertised: str = "127.0.0.1"
) -> RestoredHome:
    parts = (Part.DATABASE, Part.CA_KEY) if has_secrets else (Part.DATABASE,)
    manifest = Manifest(
        ownplug="1",
        schema=1,
        made_at=MADE_AT,
        user_id="1",
        advertised="elsewhere.invalid",  # what a backup says of itself is not what counts
        plugs=3,
        parts=tuple(PartFacts(part=part, size_bytes=1, sha256="0" * 64) for part in parts),
    )
    return RestoredHome(
        folder=HomeFolder(Path()),
        clock=SystemClock(),
        manifest=manifest,
        has_key=has_key,
        advertised=advertised,
    )


def told(home: RestoredHome, kept: Path | None = None) -> str:
    return "\n".join(_report(home, _document(home, kept)))


def test_the_owner_is_told_where_the_plugs_will_come() -> None:
    assert "come to 127.0.0.1, which this machine has" in told(restored())
    away = told(restored(advertised="old-hub.invalid"))
    assert "come to old-hub.invalid, which this machine does not have" in away
    assert "never given an address" in told(restored(advertised=""))


def test_the_owner_is_told_what_has_become_of_the_keys() -> None:
    assert "paired again" not in told(restored())
    assert "each plug has to be paired again" in told(
        restored(has_secrets=False, has_key=False, advertised="")
    )
    assert "are those that this home had" in told(restored(has_secrets=False))


def test_the_owner_is_told_where_the_old_home_is() -> None:
    assert "kept in" not in told(restored())
    assert "is kept in /home/backup/before, keys and all" in told(restored(), Path("/home/backup/before"))


def test_a_program_is_told_the_same() -> None:
    assert _document(restored(), Path("/kept")) == {
        "made_at": MADE_AT,
        "plugs": 3,
        "has_secrets": True,
        "has_key": True,
        "advertised": "127.0.0.1",
        "is_own_address": True,
        "kept": "/kept",
    }


def test_a_home_is_not_replaced_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hub.sqlite3").write_bytes(b"a home")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run(["hub", "restore", str(tmp_path / "file"), "--home", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "would be replaced" in said
    assert "--yes" in said
    assert [path.name for path in tmp_path.iterdir()] == ["hub.sqlite3"]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (None, 2, "cannot be read: No such file"),
        (b"", 1, "no backup of ownplug"),
        (b"\x89OWNPLUG\x00\x02" + bytes(54), 1, "newer ownplug"),
    ],
)
def test_no_passphrase_is_asked_for_what_is_no_backup(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    status: int,
    said: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    assert run(["hub", "restore", str(file), "--home", str(tmp_path / "home")]) == status
    assert said in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
