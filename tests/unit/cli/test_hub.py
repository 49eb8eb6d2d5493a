"""What `ownplug hub run` says of HomeKit: to a person at a terminal, never to a log."""

from __future__ import annotations

import pytest

from ownplug.app import Ready
from ownplug.cli.hub import _for_programs, _show_homekit

READY = Ready(
    mqtts="",
    mqtts_also=(),
    mqtts_legacy="",
    mqtt="",
    web="",
    cloud="",
    ca="",
    user_id="1",
    ntp="",
    setup="link",
    homekit="031-45-154",
    homekit_uri="X-HM://0023ISYWYACMN",
)


def test_a_person_sees_the_code_and_what_a_camera_reads(capsys: pytest.CaptureFixture[str]) -> None:
    _show_homekit(READY)
    shown = capsys.readouterr().out
    assert "031-45-154" in shown
    assert "█▀▀▀▀▀█" in shown.translate(str.maketrans("█▀▄ ", " ▄▀█"))


def test_a_program_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    told = _for_programs(READY)
    assert told["setup"] == "link"
    assert not [value for value in told.values() if "031-45-154" in str(value) or "X-HM" in str(value)]
