"""Each recording asked again of the virtual plug of its model: it answers the same, in the same keys and types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.virtual.conftest import Bench

from ownplug.core.meross import namespaces as ns
from ownplug.testing.recordings import Direction, Row, read_recording
from ownplug.virtual import find_profile

PROFILES = {
    "mss310r-hw2.0.0-fw2.1.4.csv": "mss310r@2.1.4",
    "mss210-hw1-fw1.1.12.json": "mss210@1.1.12",
    "em06-fw2.3.8.json": "em06@2.3.8",
}
DAYS_S = 2 * 86_400.0

# What differs, and why: by recording, namespace and path.
EXPLAINED: dict[tuple[str, str, str, str], str] = {
    ("mss210@1.1.12", ns.SYSTEM_ALL, "all.system.firmware.userId", "str"): "the recorder left it empty",
    ("mss210@1.1.12", ns.SYSTEM_ALL, "all.system.firmware.userId", "int"): "what any other plug tells there",
}


def shapes(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every path of a payload with the type at its end; elements of a list share one."""
    match value:
        case dict():
            yield path, "object"
            for key, inner in value.items():
                yield from shapes(inner, f"{path}.{key}" if path else key)
        case list():
            yield path, "list"
            for inner in value:
                yield from shapes(inner, f"{path}[]")
        case _:
            yield path, type(value).__name__


@pytest.fixture(scope="module", params=PROFILES)
def recording(request: pytest.FixtureRequest, reference: Path) -> tuple[str, list[Row]]:
    return PROFILES[request.param], read_recording(reference / "traces" / request.param)


@pytest.fixture(scope="module")
def plug(recording: tuple[str, list[Row]]) -> Bench:
    """Paired, at home, with the recorded zone and a position, and in use for two days."""
    name, rows = recording
    bench = Bench(find_profile(name))
    bench.come_home()
    [recorded, *_] = [row.payload["all"] for row in rows if row.is_told and row.namespace == ns.SYSTEM_ALL]
    bench.set(ns.SYSTEM_TIME, {"time": recorded["system"]["time"]})
    bench.set(ns.SYSTEM_POSITION, {"position": {"longitude": 13_400_000, "latitude": 52_500_000}})
    bench.pass_time(DAYS_S)
    return bench


def exchanges(rows: list[Row]) -> Iterator[tuple[Row, Row | None]]:
    """Each recorded question with its answer; None where the device dropped the connection."""
    waiting: list[Row] = []
    for row in rows:
        if row.direction is Direction.ASKED:
            waiting.append(row)
        elif row.direction is Direction.ANSWERED:
            asked = next(each for each in waiting if each.namespace == row.namespace)
            waiting.remove(asked)
            yield asked, row
        elif row.is_log and "ServerDisconnectedError" in str(row.payload):
            yield waiting.pop(), None


def test_every_question_is_answered_as_it_was(recording: tuple[str, list[Row]], plug: Bench) -> None:
    name, rows = recording
    asked = [row for row in rows if row.direction is Direction.ASKED]
    replayed = list(exchanges(rows))
    assert len(replayed) == len(asked), "a question without an outcome"
    differences = set()
    for question, answer in replayed:
        ours = plug.ask(question.method, question.namespace, question.payload)
        if answer is None:
            assert ours is None, f"{question.method} {question.namespace} was dropped, and ours is {ours}"
            continue
        assert ours is not None, f"{question.method} {question.namespace} is not answered"
        method, payload = ours
        assert method == answer.method
        different = set(shapes(payload)) ^ set(shapes(answer.payload))
        differences |= {(name, question.namespace, path, kind) for path, kind in different}
    assert differences == {key for key in EXPLAINED if key[0] == name}


def test_what_was_recorded_apart_from_the_questions_is_told_alike(
    recording: tuple[str, list[Row]], plug: Bench
) -> None:
    name, rows = recording
    for row in rows:
        if row.direction is Direction.REMEMBERED and not row.is_log:
            payload = plug.get(row.namespace)
            recorded = (
                {"payloadVersion": 1, **row.payload} if row.namespace == ns.SYSTEM_ABILITY else row.payload
            )
            different = set(shapes(payload)) ^ set(shapes(recorded))
            assert {(name, row.namespace, *each) for each in different} <= EXPLAINED.keys()


def test_it_lists_what_the_recorded_device_lists(recording: tuple[str, list[Row]], plug: Bench) -> None:
    _, rows = recording
    [listed] = [row.payload["ability"] for row in rows if row.is_told and row.namespace == ns.SYSTEM_ABILITY][
        -1:
    ]
    ours = plug.get(ns.SYSTEM_ABILITY)["ability"]
    assert (list(ours), ours) == (list(listed), listed)
