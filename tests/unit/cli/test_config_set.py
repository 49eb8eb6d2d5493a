from __future__ import annotations

import json
from pathlib import Path

import pytest

from ownplug.cli.main import run


def test_without_a_hub_the_file_is_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "home" / "ownplug.toml"
    home = ["--home", str(file.parent)]
    assert run(["config", "set", "hub.position", "-33.86,151.2", *home]) == 0
    assert capsys.readouterr().out == "hub.position is -33.86,151.2.\n"
    assert file.read_text() == '[hub]\nposition = "-33.86,151.2"\n'
    assert run(["config", "set", "hub.position", "-33.87,151.2", "--json", *home]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == "***"
    assert run(["config", "set", "hub.position", "-33.86,151.2", *home]) == 0
    capsys.readouterr()
    assert run(["config", "set", "broker.sys_interval_s", "0", "--json", *home]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["needs_restart"], told["waiting"]) == (True, 0.0)
    assert run(["config", "unset", "hub.position", *home]) == 0
    assert capsys.readouterr().out == "hub.position is empty.\n"
    assert file.read_text() == "[hub]\n\n[broker]\nsys_interval_s = 0.0\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["set", "web.host", "0.0.0.0"], 1, "web.host is changed by whoever can write ownplug.toml."),
        (["set", "hub.position", "far away"], 2, "far away"),
        (["unset", "hub.nothing"], 2, "There is no setting 'hub.nothing'."),
        (["unset", "hub.timezone"], 1, "hub.timezone was given as $OWNPLUG_HUB_TIMEZONE"),
    ],
)
def test_what_cannot_be_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    status: int,
    said: str,
) -> None:
    monkeypatch.setenv("OWNPLUG_HUB_TIMEZONE", "UTC")
    assert run(["config", *words, "--home", str(tmp_path)]) == status
    assert said in capsys.readouterr().err
    assert not (tmp_path / "ownplug.toml").exists()
