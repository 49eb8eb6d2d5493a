from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path

import pytest
from tests.unit.cli.memory_wire import MemoryWire

from ownplug.cli.frame import Frame
from ownplug.cli.identifying import change_identity, show_identity
from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac, Uuid

UUID, MAC = Uuid("1811081234567890123448e1e9000001"), Mac("48:e1:e9:00:00:01")


class Person(io.StringIO):
    """Somebody at a terminal who types this."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def frame(tmp_path: Path) -> Frame:
    made = Frame()
    made.chosen_home = str(tmp_path / "home")
    return made


def who(wire: MemoryWire) -> tuple[str, str]:
    settings = wire.plug.settings
    return settings["factory:dev.fac.uuid"], settings["factory:dev.fac.mac"]


def test_it_is_shown(frame: Frame, capsys: pytest.CaptureFixture[str]) -> None:
    wire = MemoryWire(frame)
    show_identity(frame, wire)
    uuid, mac = who(wire)
    assert capsys.readouterr().out == f"uuid: {uuid}\nmac:  {mac}\n"


def test_it_is_changed_after_a_word_and_a_backup(
    frame: Frame, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wire = MemoryWire(frame)
    was = who(wire)
    monkeypatch.setattr(sys, "stdin", Person("identity\n"))
    change_identity(frame, wire, uuid=UUID, mac=MAC, file=None, yes=False)
    assert who(wire) == (UUID.text, MAC.text)
    said = capsys.readouterr()
    assert f"This makes the plug {was[0]}, MAC {was[1]}," in said.err
    assert f"to {UUID}, MAC {MAC}" in said.err
    assert "ownplug console run wire reboot" in said.out
    [kept] = (frame.home / "backup").iterdir()
    assert kept.name.startswith(f"console-{was[0]}-")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert json.loads(kept.read_text())["settings"]["factory"]["dev.fac.uuid"] == was[0]


def test_without_the_word_nothing_is_kept_or_written(frame: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = MemoryWire(frame)
    was = who(wire)
    monkeypatch.setattr(sys, "stdin", Person("yes\n"))
    with pytest.raises(UsageError, match="nothing was sent"):
        change_identity(frame, wire, uuid=UUID, mac=MAC, file=None, yes=False)
    assert who(wire) == was
    assert not frame.home.exists()


def test_an_identity_that_the_plug_has_is_not_written_again(
    frame: Frame, capsys: pytest.CaptureFixture[str]
) -> None:
    wire = MemoryWire(frame)
    revision = wire.plug.bench.flash.revision
    change_identity(frame, wire, uuid=Uuid(who(wire)[0]), mac=None, file=None, yes=True)
    assert wire.plug.bench.flash.revision == revision
    assert f"The plug is {who(wire)[0]} already." in capsys.readouterr().out
    assert not frame.home.exists()


def test_a_backup_that_cannot_be_kept_ends_it_before_the_plug_is_asked(frame: Frame, tmp_path: Path) -> None:
    wire = MemoryWire(frame)
    (tmp_path / "x.json").touch()
    with pytest.raises(UsageError, match="is not replaced"):
        change_identity(frame, wire, uuid=UUID, mac=MAC, file=tmp_path / "x.json", yes=True)
    assert wire.plug.cables == 0


def test_a_home_that_cannot_be_made_is_told(frame: Frame, tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    wire = MemoryWire(frame)
    was = who(wire)
    with pytest.raises(UsageError, match="cannot be made") as caught:
        change_identity(frame, wire, uuid=UUID, mac=MAC, file=None, yes=True)
    assert "--backup" in caught.value.hint
    assert who(wire) == was
