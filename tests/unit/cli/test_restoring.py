"""A restore as a person and a script see it, on a virtual plug in memory."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.cli.memory_wire import MemoryWire

from ownplug.cli.frame import Frame
from ownplug.cli.restoring import Restoring
from ownplug.console import Backup, Origin, PlugFacts, Restore, RestoreOptions
from ownplug.core.errors import DeviceError, UsageError
from ownplug.core.secret import Secret

SSID, PSK, KEY, VRATIO = "STA:Ssid", "STA:WpaPsk", "meross:dev.cfg.Key", "meross:dev.enr.VRatio"


class Person(io.StringIO):
    """Somebody at a terminal who types this."""

    def isatty(self) -> bool:
        return True


class Stage:
    """A plug in memory, and a restore of what it was with these settings changed."""

    def __init__(
        self,
        wanted: Mapping[str, str],
        *,
        json: bool = False,
        options: RestoreOptions | None = None,
        **how: bool,
    ) -> None:
        self.frame = Frame()
        self.frame.json = json
        self.wire = MemoryWire(self.frame)
        self.plug = self.wire.plug
        settings = {key: Secret(value) for key, value in {**self.plug.settings, **wanted}.items()}
        saved = Backup(provenance=Origin().of(PlugFacts()), settings=settings)
        self.restoring = Restoring(
            self.frame,
            Restore(saved, options),
            **{"partial": False, "show_secrets": False, "yes": True, **how},
        )

    def do(self) -> None:
        self.restoring.do(self.wire)

    def show(self) -> None:
        self.restoring.show(self.wire)


def test_it_is_shown_then_done_then_told(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage({SSID: "Kitchen", PSK: "hunter22", VRATIO: "190"})
    stage.do()
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "setting     now          backup",
        "STA:Ssid    MTK_SOFT_AP  Kitchen",
        "STA:WpaPsk  ***          ***",
        "",
        "Left as they are:",
        "setting                now  backup  why it stays",
        "meross:dev.enr.VRatio  188  190     calibration of its meter: --calibration",
    ]
    assert said.out.splitlines() == [
        "2 settings written, and read back. Most count from the next start on.",
        "Left as it is. meross:dev.enr.VRatio: calibration of its meter: --calibration.",
    ]
    assert (stage.plug.settings[SSID], stage.plug.settings[VRATIO]) == ("Kitchen", "188")


def test_a_script_reads_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage({SSID: "Kitchen"}, json=True)
    stage.do()
    assert json.loads(capsys.readouterr().out) == {"resets": [], "written": [SSID], "left": [], "moved": []}


def test_a_dry_run_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage({SSID: "Kitchen"}, options=RestoreOptions(reset=True))
    stage.plug.bench.flash.write(KEY, "k")
    before = stage.plug.settings
    stage.show()
    assert stage.plug.settings == before
    assert capsys.readouterr().out.splitlines() == [
        "The group meross is reset to its defaults.",
        "",
        "setting   now          backup",
        "STA:Ssid  MTK_SOFT_AP  Kitchen",
    ]


@pytest.mark.parametrize("act", ["do", "show"])
def test_equal_settings_are_told_and_need_no_word(act: str, capsys: pytest.CaptureFixture[str]) -> None:
    getattr(Stage({}, yes=False), act)()
    assert "The plug has these settings" in capsys.readouterr().out


@pytest.mark.parametrize(("typed", "is_right"), [("restore", True), ("yes", False), ("", False)])
def test_a_person_is_asked_for_a_word(
    typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_right: bool
) -> None:
    stage = Stage({SSID: "Kitchen"}, yes=False)
    monkeypatch.setattr(sys, "stdin", Person(f"{typed}\n"))
    stage.restoring.check_can_ask()
    if is_right:
        stage.do()
    else:
        with pytest.raises(UsageError, match="nothing was sent"):
            stage.do()
    assert (stage.plug.settings[SSID] == "Kitchen") is is_right
    assert "This writes 1 setting of the plug." in capsys.readouterr().err


def test_a_script_without_yes_is_refused_before_anything_is_read() -> None:
    stage = Stage({SSID: "Kitchen"}, yes=False)
    with pytest.raises(UsageError, match="--dry-run shows which") as caught:
        stage.restoring.check_can_ask()
    assert "--yes" in caught.value.hint
    assert stage.plug.cables == 0


def test_what_cannot_be_written_is_named_by_its_reason_and_nothing_is_written() -> None:
    empty = {f"meross:dev.tmr.Rule.{n:02}": "x" for n in range(5)}
    stage = Stage({SSID: "My Home"})
    for key, value in empty.items():
        stage.plug.bench.flash.write(key, value)
    before = stage.plug.settings
    with pytest.raises(UsageError) as caught:
        stage.do()
    assert str(caught.value) == (
        "Not everything can be written, so nothing was. "
        "STA:Ssid: the console cannot be sent such a value. "
        "meross:dev.tmr.Rule.00, meross:dev.tmr.Rule.01, meross:dev.tmr.Rule.02 and 2 more: "
        "only a reset of the whole group empties it: --reset."
    )
    assert caught.value.hint.startswith("--reset empties")
    assert stage.plug.settings == before


def test_partial_leaves_it_out(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage({SSID: "My Home", PSK: "hunter22"}, partial=True)
    stage.do()
    assert stage.plug.settings[PSK] == "hunter22"
    assert "Left as it is. STA:Ssid: the console cannot be sent such a value." in capsys.readouterr().out


def test_a_reset_that_would_lose_something_says_what() -> None:
    zone = "meross:dev.ctl.timeZone"
    stage = Stage({zone: "Here and There"}, options=RestoreOptions(reset=True))
    stage.plug.bench.flash.write(zone, "Here and There")
    stage.plug.bench.flash.write(KEY, "k")
    with pytest.raises(UsageError, match=rf"that would lose {zone}"):
        stage.do()


def test_a_plug_whose_reset_empties_nothing_is_told() -> None:
    stage = Stage({}, options=RestoreOptions(reset=True))
    stage.plug.bench.flash.write(KEY, "k")
    flash: Any = stage.plug.bench.flash
    flash.reset = lambda keys: None
    with pytest.raises(DeviceError, match=r"did not become what the backup says\. meross:dev\.cfg\.Key"):
        stage.do()


def test_secrets_are_shown_where_that_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    Stage({PSK: "hunter22"}, show_secrets=True).show()
    assert "STA:WpaPsk  12345678  hunter22" in capsys.readouterr().out
