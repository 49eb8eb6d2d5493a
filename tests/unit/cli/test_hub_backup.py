from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from ownplug.cli.hub_backup import _check_place
from ownplug.cli.main import run
from ownplug.core.errors import LinkTimeout, UsageError


def test_a_new_name_in_a_folder_that_is_there_is_good(tmp_path: Path) -> None:
    _check_place(tmp_path / "new", force=False)
    (tmp_path / "old").touch()
    _check_place(tmp_path / "old", force=True)


def test_nothing_is_replaced_unless_that_is_wanted_and_never_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    with pytest.raises(UsageError, match="exists") as caught:
        _check_place(tmp_path / "old", force=False)
    assert "--force" in caught.value.hint
    for name in ("folder", "nowhere"):
        for force in (True, False):
            with pytest.raises(UsageError, match="exists") as caught:
                _check_place(tmp_path / name, force=force)
            assert "--force" not in caught.value.hint
    with pytest.raises(UsageError, match="no folder"):
        _check_place(tmp_path / "none" / "new", force=True)
    with pytest.raises(UsageError, match="File name too long"):
        _check_place(tmp_path / ("x" * 300), force=False)


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (["--passphrase-stdin", "--without-secrets"], "", "has no passphrase"),
        (["--passphrase-stdin"], "short\n", "at least 10"),
        (["--passphrase-stdin"], "", "No passphrase came"),
        ([], "", "no terminal"),
        (["--without-secrets"], "", "There is no home"),
    ],
)
def test_what_cannot_work_is_told_and_leaves_no_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    typed: str,
    said: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    place = ["hub", "backup", str(tmp_path / "file"), "--home", str(tmp_path / "none")]
    assert run([*place, *arguments]) != 0
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_hub_that_is_too_slow_is_no_fault_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fetch(*_: object, **__: object) -> None:
        raise LinkTimeout("The hub did not answer.")

    monkeypatch.setattr("ownplug.cli.hub_backup._fetch", fetch)
    assert run(["hub", "backup", str(tmp_path / "file"), "--without-secrets"]) == 4
    assert capsys.readouterr().err == "The hub did not answer.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fetch(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ownplug.cli.hub_backup._fetch", fetch)
    assert run(["hub", "backup", str(tmp_path / "file"), "--without-secrets"]) == 1
    assert "cannot be written: No space left on device." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
