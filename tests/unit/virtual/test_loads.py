from __future__ import annotations

import os
from pathlib import Path

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual.loads import LOADS, parse_load
from ownplug.virtual.parts.outlet import Load, fan_heater, fridge, parse_curve, washer


@pytest.mark.parametrize(
    ("text", "load"),
    [
        ("60", Load.resistive(60)),
        ("1.5e3", Load.resistive(1500)),
        ("0", Load.resistive(0)),
        ("motor:800", Load.motor(800)),
        ("standby:0.5", Load.standby(0.5)),
        ("washer", washer()),
        ("fridge", fridge()),
        ("fan-heater", fan_heater()),
    ],
)
def test_a_load_is_watts_or_a_model(text: str, load: Load) -> None:
    assert parse_load(text) == load


@pytest.mark.parametrize("name", LOADS)
def test_what_is_listed_can_be_plugged_in(name: str) -> None:
    assert parse_load(name.replace("WATTS", "800")).segments


def test_a_curve_is_read_from_its_file(tmp_path: Path) -> None:
    lines = "seconds,watts\n0,4.5\n90,1800\n"
    (tmp_path / "kettle.csv").write_text(f"\ufeff{lines}", encoding="utf-8")
    assert parse_load(f"csv:{tmp_path}/kettle.csv") == parse_curve(lines)


@pytest.mark.parametrize(
    "text",
    ["", "sixty", "-1", "nan", "inf", "4001", "motor", "motor:", "motor:fast", "motor:-5", "standby:4001"],
)
def test_watts_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(
        UsageError, match=f"'{text}' is no load: watts are a number from 0 to 4000"
    ) as refused:
        parse_load(text)
    assert "motor:800" in refused.value.hint


@pytest.mark.parametrize("text", ["heater:5", "washer:2", ":", "60:", "CSV:x"])
def test_an_unknown_load_is_refused_and_the_known_are_listed(text: str) -> None:
    with pytest.raises(UsageError, match=f"There is no load '{text}'") as refused:
        parse_load(text)
    assert "washer" in refused.value.hint


@pytest.mark.parametrize("text", ["csv", "csv:"])
def test_a_curve_without_a_file_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="name of a file"):
        parse_load(text)


def test_a_file_that_cannot_be_used_is_refused_with_its_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "image").write_bytes(b"\x89PNG\xff\xfe")
    (tmp_path / "large").write_text("0,1\n" * 2_500_000)
    (tmp_path / "poem").write_text("O Rose,\nthou art sick")
    for name, says in {
        "missing": "missing cannot be read: .*No such file",
        ".": "is no file",
        "pipe": "pipe is no file",
        "image": "image is no text",
        "large": "larger than 8 MB",
        "poem": "Line 1 of the curve",
    }.items():
        with pytest.raises(UsageError, match=says):
            parse_load(f"csv:{tmp_path}/{name}")
    with pytest.raises(UsageError, match="cannot be read"):
        parse_load("csv:~nobody-of-that-name/x")
