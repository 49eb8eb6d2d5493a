from __future__ import annotations

import pytest

from ownplug.core.shell import (
    LIGHTS,
    BootLine,
    BootPhase,
    DriverText,
    Prompt,
    Stage,
    parse_log,
    stage_told,
)


@pytest.mark.parametrize(
    ("line", "stage"),
    [
        (
            "M: mrs_main C: info F: mrs_main_wifi_init_done_handler L: 34]: WiFi Init Done: port = 1",
            Stage.PAIRING,
        ),
        ("M: mrs_main C: info F: mrs_main_proc L: 172]: event factory reset", Stage.STARTING),
        ("M: mrs_main C: info F: mrs_main_proc L: 103]: factory mode", Stage.FACTORY),
        ("M: mrs_main C: info F: mrs_main_proc L: 89]: event system up", None),
        ("M: mrs_iot C: info F: mrs_iot_online L: 305]: online", Stage.HOME),
        ("M: other C: info F: mrs_iot_online L: 305]: online", None),
    ],
)
def test_a_log_line_tells_how_far_the_plug_is(line: str, stage: Stage | None) -> None:
    log = parse_log(f"[T: 1 {line}")
    assert log is not None
    assert stage_told(log) == stage


def test_a_start_is_told_by_its_lines_and_by_nothing_else() -> None:
    assert stage_told(BootLine("normal bootup", BootPhase.STARTUP)) is Stage.STARTING
    assert stage_told(DriverText("pAd2")) is None
    assert stage_told(Prompt()) is None


def test_every_stage_has_its_light() -> None:
    assert set(LIGHTS) == set(Stage)
    assert LIGHTS[Stage.FACTORY] == "red, flashing"
