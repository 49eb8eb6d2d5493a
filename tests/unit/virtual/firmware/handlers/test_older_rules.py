"""Rules of the first generation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import find_profile

# Both from a published capture of an mss310 of hardware 1 (protocol notes, 5.7).
TIMER = {
    "id": "abcdefghijklm123",
    "alias": "on 20:52",
    "type": 1,
    "enable": 1,
    "createTime": 1560513180,
    "week": 129,
    "time": 1252,
    "sunOffset": 0,
    "duration": 0,
    "extend": {"toggle": {"onoff": 1, "lmTime": 0}},
}
TRIGGER = {
    "id": "abcdefghijklm123",
    "type": 0,
    "enable": 1,
    "alias": "test auto off",
    "createTime": 1560513139,
    "rule": {
        "_if_": {"toggle": {"onoff": 1, "lmTime": 0}},
        "_then_": {"delay": {"duration": 69300, "week": 129}},
        "_do_": {"toggle": {"onoff": 0, "lmTime": 0}},
    },
}
KINDS = [
    pytest.param(ns.CONTROL_TIMER, "timer", TIMER, id="timer"),
    pytest.param(ns.CONTROL_TRIGGER, "trigger", TRIGGER, id="trigger"),
]


@pytest.fixture
def older(make_bench: Callable[..., Any]) -> Any:
    bench = make_bench(find_profile("mss310@1.1.18"))
    bench.come_home()
    return bench


@pytest.mark.parametrize(("namespace", "name", "entry"), KINDS)
def test_a_list_is_told_and_replaces_what_there_was(
    older: Any, namespace: str, name: str, entry: dict[str, Any]
) -> None:
    assert older.get(namespace, {name: {}}) == {name: []}
    older.set(namespace, {name: [entry, entry | {"id": "b"}]})
    assert older.get(namespace) == {name: [entry, entry | {"id": "b"}]}
    older.take()
    older.set(namespace, {name: [entry | {"id": "c"}]})
    [(_, message)] = older.spoken()
    assert (message["header"]["method"], message["header"]["namespace"]) == ("PUSH", namespace)
    assert message["payload"] == older.get(namespace) == {name: [entry | {"id": "c"}]}
    older.set(namespace, {name: []})
    assert older.get(namespace) == {name: []}


@pytest.mark.parametrize(("namespace", "name", "entry"), KINDS)
def test_one_is_changed_or_forgotten_by_its_id(
    older: Any, namespace: str, name: str, entry: dict[str, Any]
) -> None:
    older.set(namespace, {name: [entry, entry | {"id": "b"}]})
    older.set(namespace, {name: entry | {"alias": "changed"}})
    assert [(told["id"], told["alias"]) for told in older.get(namespace)[name]] == [
        (entry["id"], "changed"),
        ("b", entry["alias"]),
    ]
    assert older.ask("DELETE", namespace, {name: {"id": entry["id"]}}) == ("DELETEACK", {})
    assert [told["id"] for told in older.get(namespace)[name]] == ["b"]


@pytest.mark.parametrize(("namespace", "name", "entry"), KINDS)
def test_a_list_that_does_not_fit_changes_nothing(
    older: Any, namespace: str, name: str, entry: dict[str, Any]
) -> None:
    older.set(namespace, {name: [entry]})
    many = [entry | {"id": f"{number}"} for number in range(33)]
    older.take()
    # By MQTT, which cuts nothing: such a list is longer than what the plug takes by HTTP.
    older.deliver("SET", namespace, {name: many})
    assert older.spoken()[0][1]["payload"] == {"error": {"code": 5000}}
    assert older.ask("SET", namespace, {name: [entry | {"id": "x"}, entry | {"id": ""}]}) is None
    assert older.get(namespace) == {name: [entry]}


def test_rules_that_switch_on_are_no_auto_offs(older: Any) -> None:
    rule = TRIGGER["rule"] | {"_do_": {"toggle": {"onoff": 1}}}  # type: ignore[operator] # a mapping of one's own
    assert older.ask("SET", ns.CONTROL_TRIGGER, {"trigger": [TRIGGER | {"rule": rule}]}) is None


def test_a_timer_that_acts_once_is_pushed_with_all_others(older: Any) -> None:
    older.set(
        ns.CONTROL_TIMER,
        {"timer": [TIMER | {"type": 2, "time": 22 * 60 + 14, "week": 127}, TIMER | {"id": "b"}]},
    )
    older.take()
    older.pass_time(60)  # it was 22:13:20
    [(_, message)] = older.spoken()
    assert message["header"]["namespace"] == ns.CONTROL_TIMER
    assert [(told["id"], told["enable"]) for told in message["payload"]["timer"]] == [
        (TIMER["id"], 0),
        ("b", 1),
    ]
