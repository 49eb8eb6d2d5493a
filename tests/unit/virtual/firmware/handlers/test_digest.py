from __future__ import annotations

import json
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware.signals import PowerCycled

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
        {"time": 1440},
        {"time": 1443},
        {"type": 3},
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


@pytest.mark.parametrize(
    "change",
    [
        {"rule": {}},
        {"rule": {"duration": 0, "week": 255}},
        {"rule": {"duration": 86_401, "week": 255}},
        {"type": 5},
        {"createTime": 2**32},
    ],
)
def test_an_auto_off_that_makes_no_sense_is_dropped(home_bench: Any, change: dict[str, Any]) -> None:
    assert home_bench.ask("SET", ns.CONTROL_TRIGGER_X, {"triggerx": TRIGGER | change}) is None
    assert home_bench.get(ns.DIGEST_TRIGGER_X) == {"digest": []}


@pytest.mark.parametrize(("control", "digest", "name", "entry"), KINDS)
def test_of_several_entries_all_are_kept_or_none(
    home_bench: Any, control: str, digest: str, name: str, entry: dict[str, Any]
) -> None:
    assert home_bench.ask("SET", control, {name: [entry, entry | {"id": ""}]}) is None
    assert home_bench.get(digest) == {"digest": []}
    home_bench.set(control, {name: [entry, entry | {"id": "b"}]})
    assert len(home_bench.get(digest)["digest"]) == 2


@pytest.mark.parametrize(("control", "digest", "name", "entry"), KINDS)
def test_the_server_is_told_what_was_made_and_not_what_was_forgotten(
    home_bench: Any, control: str, digest: str, name: str, entry: dict[str, Any]
) -> None:
    home_bench.set(control, {name: entry})
    home_bench.ask("DELETE", control, {name: {"id": entry["id"]}})
    [(topic, message)] = home_bench.spoken()
    assert topic.endswith("/publish")
    assert (message["header"]["method"], message["header"]["namespace"]) == ("PUSH", control)
    assert message["payload"] == {name: [entry]}


def test_entries_of_a_damaged_memory_are_left_out(make_bench: Any) -> None:
    good = json.dumps(TIMER | {"count": 3})
    texts = (
        "{",
        '{"id":"a","count":1}',
        json.dumps(TIMER),
        json.dumps(TIMER | {"channel": 1, "count": 1}),
        good,
    )
    slots = (f"meross:dev.tmr.Rule.{number:02}" for number in range(5))
    bench = make_bench(saved=dict(zip(slots, texts, strict=True)))
    assert bench.get(ns.DIGEST_TIMER_X) == {"digest": [{"channel": 0, "id": TIMER["id"], "count": 3}]}


def test_a_damaged_slot_is_not_used_again(make_bench: Any) -> None:
    bench = make_bench(saved={f"meross:dev.tmr.Rule.{number:02}": "{" for number in range(32)})
    assert bench.ask("SET", ns.CONTROL_TIMER_X, {"timerx": TIMER})[0] == "ERROR"


def test_what_the_console_writes_is_a_rule_at_the_next_start(home_console: Any) -> None:
    text = json.dumps(TIMER | {"alias": "", "count": 3}, separators=(",", ":"))
    home_console.run(f"config write meross dev.tmr.Rule.00 {text}")
    assert home_console.get(ns.DIGEST_TIMER_X) == {"digest": []}
    home_console.tell(PowerCycled())
    home_console.pass_time(2)
    assert home_console.get(ns.DIGEST_TIMER_X)["digest"][0]["count"] == 3
