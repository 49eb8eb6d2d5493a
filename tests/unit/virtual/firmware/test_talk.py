from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.signals import BrokerReady, PowerCycled
from ownplug.virtual.profiles import DEFAULT

MakeBench = Callable[..., Any]

SETTER = replace(DEFAULT, bind_method=Method.SET, pushes_meter_config=True)


def connected(bench: Any) -> Any:
    bench.pair()
    bench.take()
    bench.tell(BrokerReady())
    return bench


def test_asks_for_the_time_every_two_seconds_with_the_seconds_since_boot(bench: Any) -> None:
    connected(bench)
    bench.pass_time(4)
    spoken = bench.spoken()
    assert {topic for topic, _ in spoken} == {f"/appliance/{bench.device.uuid}/publish"}
    assert [(m["header"]["method"], m["header"]["namespace"]) for _, m in spoken] == [
        ("PUSH", ns.SYSTEM_CLOCK)
    ] * 3
    asked = [message["payload"]["clock"]["timestamp"] for _, message in spoken]
    booted = asked[0]
    assert booted < 10
    assert asked == [booted, booted + 2, booted + 4]


def test_tells_what_it_is_once_it_knows_the_time(bench: Any) -> None:
    connected(bench)
    bench.take()
    bench.tell_time()
    spoken = bench.spoken()
    assert [m["header"]["namespace"] for _, m in spoken] == [ns.SYSTEM_REPORT, ns.CONTROL_BIND]
    [_, (_, bind)] = spoken
    assert bind["header"]["method"] == "PUSH"
    assert bind["header"]["from"] == f"/appliance/{bench.device.uuid}/subscribe"
    told = bind["payload"]["bind"]
    assert set(told) == {"bindTime", "time", "hardware", "firmware"}
    assert told["bindTime"] == 1_700_000_000
    assert told["hardware"]["uuid"] == bench.device.uuid.text
    assert told["firmware"]["server"] == "hub.example"
    assert bench.state == "online"
    assert (bench.flash.read(items.BIND), bench.flash.read(items.BIND_TIME)) == ("1", "1700000000")


def test_falls_back_to_pairing_after_ten_unanswered_questions(bench: Any) -> None:
    connected(bench)
    bench.pass_time(19.9)
    assert bench.state == "starting"
    assert bench.said().count(f"PUSH {ns.SYSTEM_CLOCK}") == 10
    bench.pass_time(1)
    assert bench.state == "pairing"
    assert bench.key == ""


def test_an_answer_that_is_not_signed_with_its_key_does_not_count(bench: Any) -> None:
    connected(bench)
    bench.deliver("PUSH", ns.SYSTEM_CLOCK, {"clock": {"timestamp": 1_700_000_000}}, key="wrong")
    assert bench.state == "starting"
    assert not bench.device.clock.is_set


def test_its_own_question_sent_back_with_the_time_is_an_answer(bench: Any) -> None:
    connected(bench)
    [(_, question)] = bench.spoken()
    bench.deliver(
        "PUSH", ns.SYSTEM_CLOCK, {"clock": {"timestamp": 1_700_000_000}}, sender=question["header"]["from"]
    )
    assert bench.state == "online"


def test_newer_firmware_repeats_its_bind_until_it_is_acknowledged(make_bench: MakeBench) -> None:
    bench = connected(make_bench(SETTER))
    bench.take()
    bench.tell_time()
    assert bench.said() == [
        f"PUSH {ns.SYSTEM_REPORT}",
        f"SET {ns.CONTROL_BIND}",
        f"PUSH {ns.CONTROL_CONSUMPTION_CONFIG}",
    ]
    assert bench.state == "starting"
    bench.pass_time(30)
    assert bench.said() == [f"SET {ns.CONTROL_BIND}", f"PUSH {ns.SYSTEM_REPORT}"]
    bench.deliver("SETACK", ns.CONTROL_BIND)
    assert bench.state == "online"
    assert bench.said() == [f"PUSH {ns.SYSTEM_TIME}"]


def test_a_first_bind_that_nobody_acknowledges_ends_in_pairing(make_bench: MakeBench) -> None:
    bench = connected(make_bench(SETTER))
    bench.tell_time()
    bench.pass_time(44.9)
    assert bench.state == "starting"
    bench.pass_time(1)
    assert bench.state == "pairing"


@pytest.mark.parametrize("profile", [DEFAULT, SETTER], ids=["push", "set"])
def test_a_plug_that_was_home_once_asks_for_ever(make_bench: MakeBench, profile: Any) -> None:
    bench = make_bench(profile)
    bench.come_home()
    bench.tell(PowerCycled())
    bench.pass_time(2)
    bench.tell(BrokerReady())
    bench.take()
    bench.pass_time(600)
    assert bench.state == "starting"
    assert bench.said().count(f"PUSH {ns.SYSTEM_CLOCK}") == 300
    bench.tell_time()
    bench.pass_time(600)
    if profile is SETTER:
        assert bench.state == "starting"
        bench.deliver("SETACK", ns.CONTROL_BIND)
    assert bench.state == "online"


def test_the_server_can_make_it_ask_for_the_time_again(home_bench: Any) -> None:
    home_bench.deliver("PUSH", ns.SYSTEM_CLOCK)
    home_bench.pass_time(2)
    assert home_bench.said() == [f"PUSH {ns.SYSTEM_CLOCK}"] * 2
    home_bench.tell_time(1_800_000_000)
    home_bench.pass_time(60)
    assert home_bench.said() == []
    assert int(home_bench.device.unix_s) == 1_800_000_060


def test_unanswered_it_stops_asking_and_stays_at_home(home_bench: Any) -> None:
    home_bench.deliver("PUSH", ns.SYSTEM_CLOCK)
    home_bench.pass_time(600)
    assert len(home_bench.said()) == 10
    assert home_bench.state == "online"
