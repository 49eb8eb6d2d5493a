from __future__ import annotations

from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns

TIMER = {
    "id": "abcdefgh12345678",
    "alias": "Küche",
    "enable": 1,
    "channel": 0,
    "createTime": 1_700_000_000,
    "type": 1,
    "time": 420,
    "week": 193,
    "duration": 0,
    "sunOffset": -15,
    "extend": {"toggle": {"onoff": 0, "lmTime": 0}},
}
TRIGGER = {
    "id": "trigger123456789",
    "type": 0,
    "enable": 1,
    "channel": 0,
    "alias": "off",
    "createTime": 1,
    "rule": {"duration": 900, "week": 193},
}
KINDS = [
    pytest.param(ns.CONTROL_TIMER_X, ns.DIGEST_TIMER_X, "timerx", TIMER, id="timer"),
    pytest.param(ns.CONTROL_TRIGGER_X, ns.DIGEST_TRIGGER_X, "triggerx", TRIGGER, id="trigger"),
]


@pytest.mark.parametrize(("control", "digest", "name", "entry"), KINDS)
def test_an_entry_is_made_told_changed_and_forgotten(
    home_bench: Any, control: str, digest: str, name: str, entry: dict[str, Any]
) -> None:
    empty: dict[str, Any] = {"digest": {}, name: {}}
    assert home_bench.get(control, {name: {"id": entry["id"]}}) == empty
    home_bench.set(control, {name: entry | {"sunriseTime": 0, "unknown": [1]}})
    summary = {"channel": 0, "id": entry["id"], "count": 1}
    assert home_bench.get(digest) == {"digest": [summary]}
    assert home_bench.get(ns.SYSTEM_ALL)["all"]["digest"][name] == [summary]
    assert home_bench.get(control, {name: {"id": entry["id"]}}) == {"digest": summary, name: entry}

    home_bench.set(control, {name: entry | {"enable": 0}})
    told = home_bench.get(control, {name: {"id": entry["id"]}})
    assert (told["digest"]["count"], told[name]["enable"]) == (2, 0)

    assert home_bench.ask("DELETE", control, {name: {"id": entry["id"]}}) == ("DELETEACK", {})
    assert home_bench.get(control, {name: {"id": entry["id"]}}) == empty
    assert home_bench.get(digest) == {"digest": []}
    assert home_bench.ask("DELETE", control, {name: {"id": entry["id"]}}) == ("DELETEACK", {})


@pytest.mark.parametrize(("control", "digest", "name", "entry"), KINDS)
def test_there_are_32_slots(
    home_bench: Any, control: str, digest: str, name: str, entry: dict[str, Any]
) -> None:
    for number in range(32):
        home_bench.set(control, {name: entry | {"id": f"{number}"}})
    assert home_bench.ask("SET", control, {name: entry | {"id": "more"}}) == (
        "ERROR",
        {"error": {"code": 5000}},
    )
    home_bench.set(control, {name: entry | {"id": "31", "enable": 0}})
    assert home_bench.ask("DELETE", control, {name: {"id": "7"}}) == ("DELETEACK", {})
    home_bench.set(control, {name: entry | {"id": "more"}})
    assert [told["id"] for told in home_bench.get(digest)["digest"]][7] == "more"


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": "x" * 33},
        {"id": 1},
        {"channel": 1},
        {"time": 1441},
        {"week": 256},
        {"alias": "x" * 65},
        {"alias": "\u0001" * 64, "id": "\u0001" * 32},
        {"extend": {}},
        {"extend": {"toggle": {"onoff": 2}}},
        {"enable": None},
    ],
)
def test_a_timer_that_makes_no_sense_is_dropped(home_bench: Any, change: dict[str, Any]) -> None:
    assert home_bench.ask("SET", ns.CONTROL_TIMER_X, {"timerx": TIMER | change}) is None
    assert home_bench.get(ns.DIGEST_TIMER_X) == {"digest": []}


def test_entries_of_a_damaged_memory_are_left_out(make_bench: Any) -> None:
    slots = ("meross:dev.tmr.Rule.00", "meross:dev.tmr.Rule.01", "meross:dev.tmr.Rule.02")
    saved = dict(
        zip(slots, ("{", '{"id":1,"channel":0,"count":1}', '{"id":"a","channel":0,"count":1}'), strict=True)
    )
    bench = make_bench(saved=saved)
    assert bench.get(ns.DIGEST_TIMER_X) == {"digest": [{"channel": 0, "id": "a", "count": 1}]}
