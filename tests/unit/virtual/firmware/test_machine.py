from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware.httpd import Request
from ownplug.virtual.firmware.signals import (
    BrokerLost,
    BrokerReady,
    ButtonPressed,
    HttpAnswer,
    HttpAsked,
    LeaveBroker,
    PowerCycled,
)
from ownplug.virtual.parts.light import Light

MakeBench = Callable[..., Any]


def test_whoever_switches_the_server_is_told(home_bench: Any) -> None:
    home_bench.tell(ButtonPressed(held_s=0.2))
    [(topic, by_button)] = home_bench.spoken()
    assert topic == f"/appliance/{home_bench.device.uuid}/publish"
    assert by_button["header"]["method"] == "PUSH"
    [told] = by_button["payload"]["togglex"]
    assert (told["channel"], told["onoff"]) == (0, 0)
    assert told["lmTime"] >= 1_700_000_000

    assert home_bench.ask("SET", ns.CONTROL_TOGGLE_X, {"togglex": {"onoff": 1}}) == ("SETACK", {})
    assert home_bench.said() == [f"PUSH {ns.CONTROL_TOGGLE_X}"]

    home_bench.deliver("SET", ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 0, "onoff": 0}})
    [(reply_topic, reply), (_, push)] = home_bench.spoken()
    assert (reply_topic, reply["header"]["method"]) == ("/app/10001-test/subscribe", "SETACK")
    assert reply["header"]["from"] == topic
    assert push["payload"]["togglex"][0]["onoff"] == 0
    assert home_bench.device.relay.edges == 3


def test_switching_to_where_it_is_changes_nothing_and_tells_nobody(home_bench: Any) -> None:
    before = home_bench.get(ns.CONTROL_TOGGLE_X)
    home_bench.pass_time(5)
    home_bench.set(ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 0, "onoff": 1}})
    assert home_bench.said() == []
    assert home_bench.get(ns.CONTROL_TOGGLE_X) == before


def test_away_from_home_switching_works_and_nobody_is_told(home_bench: Any) -> None:
    home_bench.tell(BrokerLost())
    home_bench.tell(ButtonPressed(held_s=0.2))
    home_bench.set(ns.CONTROL_TOGGLE_X, {"togglex": {"onoff": 1}})
    assert home_bench.device.relay.edges == 2
    assert home_bench.said() == []


def test_the_relay_stays_as_it_was_through_a_loss_of_power(home_bench: Any) -> None:
    home_bench.tell(ButtonPressed(held_s=0.2))
    home_bench.tell(PowerCycled())
    home_bench.pass_time(1)
    assert not home_bench.device.relay.is_on
    assert home_bench.device.relay.edges == 1


def test_a_reset_brings_the_relay_back_to_on(home_bench: Any) -> None:
    home_bench.tell(ButtonPressed(held_s=0.2))
    home_bench.tell(ButtonPressed(held_s=6))
    home_bench.pass_time(1)
    assert home_bench.device.relay.is_on


def test_the_light_tells_how_far_it_has_come(bench: Any) -> None:
    seen = [bench.firmware.led]
    bench.pair()
    seen.append(bench.firmware.led)
    bench.tell(BrokerReady())
    seen.append(bench.firmware.led)
    bench.tell_time()
    seen.append(bench.firmware.led)
    bench.set(ns.SYSTEM_DND_MODE, {"DNDMode": {"mode": 1}})
    seen.append(bench.firmware.led)
    assert seen == [Light.GREEN_ORANGE, Light.GREEN_FLASHING, Light.GREEN_FLASHING, Light.GREEN, Light.OFF]


def test_while_it_restarts_it_is_dark_deaf_and_drops_everything(home_bench: Any) -> None:
    home_bench.tell(PowerCycled())
    assert home_bench.firmware.led is Light.OFF
    asked = Request(method="POST", path="/config", body=home_bench.message("GET", ns.SYSTEM_ALL))
    home_bench.take()
    home_bench.tell(HttpAsked(number=99, request=asked), ButtonPressed(held_s=0.2))
    assert home_bench.take() == [HttpAnswer(number=99)]
    assert home_bench.device.relay.edges == 0


def answer_to(bench: Any, method: str, path: str) -> bytes:
    bench.tell(HttpAsked(number=7, request=Request(method=method, path=path)))
    [answer] = [effect for effect in bench.take() if isinstance(effect, HttpAnswer)]
    assert isinstance(answer.data, bytes)
    return answer.data


def test_its_front_page_is_there_while_it_waits_to_be_paired(bench: Any) -> None:
    assert answer_to(bench, "GET", "/").startswith(b"HTTP/1.1 401 ")
    bench.come_home()
    assert answer_to(bench, "GET", "/") == b""


@pytest.mark.parametrize(("method", "path"), [("GET", "/config"), ("POST", "/"), ("POST", "/public")])
def test_other_paths_and_methods_are_dropped(bench: Any, method: str, path: str) -> None:
    assert answer_to(bench, method, path) == b""


def test_a_scan_takes_its_time_and_other_requests_do_not_wait_for_it(bench: Any) -> None:
    scan = Request(method="POST", path="/config", body=bench.message("GET", ns.CONFIG_WIFI_LIST))
    bench.tell(HttpAsked(number=50, request=scan))
    assert bench.take() == []
    assert bench.get(ns.SYSTEM_RUNTIME)
    bench.take()
    bench.pass_time(bench.timing.scan_s)
    [answer] = bench.take()
    assert answer.number == 50
    assert b"wifiList" in answer.data


@pytest.mark.parametrize("sender", ["", "a/+/b", "#", "x\x00", "x" * 70_000])
def test_a_reply_goes_where_it_can_or_nowhere(home_bench: Any, sender: str) -> None:
    home_bench.deliver("GET", ns.SYSTEM_RUNTIME, sender=sender)
    outbox = f"/appliance/{home_bench.device.uuid}/publish"
    assert [topic for topic, _ in home_bench.spoken()] == ([outbox] if not sender else [])


def test_a_request_with_a_foreign_signature_is_told_so_by_mqtt_too(home_bench: Any) -> None:
    home_bench.deliver("GET", ns.SYSTEM_ALL, key="wrong")
    [(topic, reply)] = home_bench.spoken()
    assert topic == "/app/10001-test/subscribe"
    assert reply["payload"] == {"error": {"code": 5001, "detail": "sign error"}}


def test_replies_of_others_are_not_answered(home_bench: Any) -> None:
    for method in ("GETACK", "SETACK", "ERROR"):
        home_bench.deliver(method, ns.SYSTEM_ALL)
        home_bench.deliver(method, ns.SYSTEM_ALL, key="wrong", sender="")
    assert all(message["header"]["method"] == "ERROR" for _, message in home_bench.spoken())


INPUTS = st.one_of(
    st.builds(BrokerReady),
    st.builds(BrokerLost),
    st.builds(PowerCycled),
    st.builds(ButtonPressed, held_s=st.floats(0, 10)),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 60), INPUTS), max_size=30))
def test_whatever_happens_a_plug_that_was_home_keeps_its_home_unless_reset(
    make_bench: MakeBench, story: list[tuple[float, Any]]
) -> None:
    bench = make_bench()
    bench.come_home()
    was_reset = False
    for wait_s, happened in story:
        bench.pass_time(wait_s)
        was_reset |= (
            isinstance(happened, ButtonPressed) and happened.held_s >= 5 and bench.state != "rebooting"
        )
        bench.tell(happened)
    bench.pass_time(10)
    assert (bench.state == "pairing") is was_reset
    assert bool(bench.key) is not was_reset


def test_leaving_is_told_once(home_bench: Any) -> None:
    home_bench.tell(ButtonPressed(held_s=9))
    home_bench.pass_time(100)
    assert [effect for effect in home_bench.take() if isinstance(effect, LeaveBroker)] == [LeaveBroker()]
