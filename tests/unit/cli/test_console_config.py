"""The words of `ownplug console config`; what it does with a plug is in `tests/e2e/console_tools`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ownplug.cli.main import run
from ownplug.console import Backup, Origin, PlugFacts, save_backup
from ownplug.core.secret import Secret


def save(file: Path, **settings: str) -> str:
    values = {f"STA:{name}": Secret(value) for name, value in settings.items()}
    save_backup(file, Backup(provenance=Origin().of(PlugFacts()), settings=values))
    return str(file)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["backup", "no-such-port", "new.json"], 4, "There is no serial port no-such-port"),
        (["backup", "no-such-port", "there.json"], 2, "there.json exists, and is not replaced"),
        (["backup", "no-such-port", "nowhere/new.json"], 2, "There is no folder"),
        (["backup", "a", "b", "c"], 2, "One port and one file, not 3 words"),
        (["backup"], 2, "Missing argument"),
        (["diff", "no-such-port", "nowhere.json"], 2, "nowhere.json cannot be read"),
        (["diff", "no-such-port", "there.json"], 2, "there.json is no backup of a plug"),
        (["diff", "no-such-port", "good.json"], 4, "There is no serial port no-such-port"),
        (["diff", "there.json", "good.json"], 2, "there.json is no backup of a plug"),
        (["restore", "no-such-port", "nowhere.json"], 2, "nowhere.json cannot be read"),
        (["restore", "no-such-port", "good.json"], 2, "--dry-run shows which"),
        (["restore", "no-such-port", "good.json", "--yes"], 4, "There is no serial port no-such-port"),
        (["restore", "no-such-port", "good.json", "--dry-run"], 4, "There is no serial port no-such-port"),
    ],
)
def test_each_failure_has_its_sentence_and_status(
    words: list[str],
    status: int,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.json").touch()
    save(tmp_path / "good.json")
    assert run(["console", "config", *words, "--json"]) == status
    assert says in json.loads(capsys.readouterr().out)["message"]
    assert not (tmp_path / "new.json").exists()


def test_two_files_are_compared_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = save(tmp_path / "one.json", Ssid="Home", WpaPsk="hunter22", BW="0")
    other = save(tmp_path / "other.json", Ssid="Kitchen", WpaPsk="hunter23", BW="0")
    assert run(["console", "config", "diff", one, other]) == 0
    out = capsys.readouterr().out
    assert [line.split() for line in out.splitlines()] == [
        ["setting", one, other],
        ["STA:Ssid", "Home", "Kitchen"],
        ["STA:WpaPsk", "***", "***"],
    ]
    assert run(["console", "config", "diff", one, other, "--show-secrets", "--exit-code"]) == 1
    assert "hunter22" in capsys.readouterr().out


def test_equal_files_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = save(tmp_path / "one.json", Ssid="Home"), save(tmp_path / "other.json", Ssid="Home")
    assert run(["console", "config", "diff", one, other, "--exit-code"]) == 0
    assert capsys.readouterr().out == "No setting differs.\n"
    assert run(["console", "config", "diff", one, other, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "one": one,
        "other": other,
        "equal": True,
        "differences": [],
    }
