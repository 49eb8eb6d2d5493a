"""Every request that was recorded of a real plug, asked again: the same keys and types, in the same order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.testing.recordings import Direction, Row, read_recording
from ownplug.virtual import find_profile
from ownplug.virtual.firmware import flash as items

FILE = "mss310r-hw2.0.0-fw2.1.4.csv"
# Masked in the recording: what the type was cannot be seen there.
MASKED = {"port", "userId"}


@pytest.fixture
def rows(reference: Path) -> list[Row]:
    return read_recording(reference / "traces" / FILE)


@pytest.fixture
def mss310r(make_bench: Callable[..., Any]) -> Any:
    """The virtual sister of the plug that was recorded, at home, with a month behind it."""
    bench = make_bench(find_profile("mss310r@2.1.4"))
    bench.come_home()
    for _ in range(5):
        bench.tell_time(int(bench.device.unix_s) + 86_400)
        bench.pass_time(30)
    bench.flash.write(items.DND_MODE, 1)
    return bench


def shape(value: Any, name: str = "") -> Any:
    """Keys in order, and types; lists by their first item."""
    if isinstance(value, dict):
        return [(key, shape(inner, key)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return "masked" if name in MASKED else type(value).__name__


def test_every_recorded_request_is_answered_in_the_recorded_shape(rows: list[Row], mss310r: Any) -> None:
    waiting: dict[str, list[Row]] = {}
    compared = set()
    for row in rows:
        if row.direction is Direction.ASKED:
            waiting.setdefault(row.namespace, []).append(row)
        elif row.direction is Direction.ANSWERED:
            asked = waiting[row.namespace].pop(0)
            answered = mss310r.ask(asked.method, asked.namespace, asked.payload)
            assert answered is not None, f"row {asked.number}: {asked.method} {asked.namespace} was dropped"
            assert answered[0] == row.method
            assert shape(answered[1]) == shape(row.payload), f"row {row.number}: {row.namespace}"
            compared.add(row.namespace)
    assert len(compared) == 12


def test_the_remembered_abilities_are_the_same(rows: list[Row], mss310r: Any) -> None:
    [recorded] = [row for row in rows if row.namespace == ns.SYSTEM_ABILITY]
    told = mss310r.get(ns.SYSTEM_ABILITY)["ability"]
    assert list(told.items()) == list(recorded.payload["ability"].items())


def test_the_plug_says_of_itself_what_the_recorded_one_said(rows: list[Row], mss310r: Any) -> None:
    [recorded] = [r for r in rows if r.namespace == ns.SYSTEM_ALL and r.direction is Direction.REMEMBERED]
    ours, theirs = mss310r.get(ns.SYSTEM_ALL)["all"]["system"], recorded.payload["all"]["system"]
    for field in ("type", "subType", "version", "chipType"):
        assert ours["hardware"][field] == theirs["hardware"][field]
    for field in ("version", "compileTime"):
        assert ours["firmware"][field] == theirs["firmware"][field]


def test_days_come_in_the_recorded_order(rows: list[Row]) -> None:
    recorded = next(
        r for r in rows if r.namespace == ns.CONTROL_CONSUMPTION_X and r.direction is Direction.ANSWERED
    )
    days = [int(day["date"][-2:]) % 31 for day in recorded.payload["consumptionx"]]
    assert days == sorted(days)
