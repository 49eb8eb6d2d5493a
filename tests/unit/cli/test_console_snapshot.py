"""The words of `ownplug console snapshot`; what it does with a plug is in `tests/e2e/console_tools`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ownplug.cli.main import run


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["no-such-port"], 4, "There is no serial port no-such-port"),
        (["no-such-port", "--out", "there.json"], 2, "there.json exists, and is not replaced"),
        (["no-such-port", "--out", "nowhere/new.json"], 2, "There is no folder"),
        (["no-such-port", "--out", "new.json"], 4, "There is no serial port no-such-port"),
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
    assert run(["console", "snapshot", *words, "--json"]) == status
    assert says in json.loads(capsys.readouterr().out)["message"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["there.json"]
