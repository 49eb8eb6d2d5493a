"""Strips, and the first generation: the same relays, told in other words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import find_profile
from ownplug.virtual.firmware.signals import BrokerReady, TimeTold

MakeBench = Callable[..., Any]


@pytest.fixture
def strip(make_bench: MakeBench) -> Any:
    bench = strip_at_home(make_bench)
    bench.take()
    return bench


def strip_at_home(make_bench: MakeBench) -> Any:
    """A strip of 2018 wants the time of the internet, and asks its server for none."""
    bench = make_bench(find_profile("mss425e"))
    gateway = {"host": "hub.example", "port": 8883, "redirect": 1}
    bench.set(ns.CONFIG_KEY, {"key": {"userId": "10001", "key": "k" * 32, "gateway": gateway}})
    bench.set(ns.CONFIG_WIFI, {"wifi": {"ssid": "SG9tZQ==", "password": "c2VjcmV0MTIz"}})
    bench.pass_time(2)
    bench.tell(TimeTold(unix_s=1_700_000_000))
    bench.tell(BrokerReady())
    return bench


@pytest.fixture
def older(make_bench: MakeBench) -> Any:
    bench = make_bench(find_profile("mss310@1.1.18"))
    bench.come_home()
    bench.take()
    return bench


def switch(bench: Any, channel: int, *, on: bool) -> list[Any]:
    """Switch one channel; return the payloads that were pushed."""
    bench.set(ns.CONTROL_TOGGLE_X, {"togglex": {"channel": channel, "onoff": int(on)}})
    return [message["payload"] for _, message in bench.spoken() if message["header"]["method"] == "PUSH"]


def states(bench: Any) -> list[int]:
    return [relay["onoff"] for relay in bench.get(ns.SYSTEM_ALL)["all"]["digest"]["togglex"]]


def test_one_outlet_of_a_strip_moves_alone_and_is_told_as_an_object(strip: Any) -> None:
    [pushed] = switch(strip, 3, on=False)
    assert (pushed["togglex"]["channel"], pushed["togglex"]["onoff"]) == (3, 0)
    assert states(strip) == [1, 1, 1, 0, 1]
    assert strip.get(ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 3}})["togglex"]["onoff"] == 0


def test_the_master_moves_all_and_is_told_as_a_list(strip: Any) -> None:
    [pushed] = switch(strip, 0, on=False)
    assert [relay["onoff"] for relay in pushed["togglex"]] == [0] * 5
    assert states(strip) == [0] * 5
    assert strip.get(ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 65535}})["channel"] == 65535


def test_the_master_is_on_while_any_outlet_is(strip: Any) -> None:
    for channel in (1, 2, 3, 4):
        switch(strip, channel, on=False)
    assert states(strip) == [0] * 5
    switch(strip, 2, on=True)
    assert states(strip) == [1, 0, 1, 0, 0]


def test_each_outlet_is_where_it_was_after_a_restart(strip: Any) -> None:
    switch(strip, 2, on=False)
    strip.device.boot()
    assert states(strip) == [1, 1, 0, 1, 1]


def test_a_channel_that_a_plug_has_not_is_refused(strip: Any) -> None:
    asked = {"togglex": {"channel": 5, "onoff": 0}}
    assert strip.ask("SET", ns.CONTROL_TOGGLE_X, asked) == ("ERROR", {"error": {"code": 5000}})
    assert states(strip) == [1] * 5


def test_a_timer_and_an_auto_off_act_on_their_own_outlet(strip: Any) -> None:
    rule = {"duration": 60, "week": 255}
    auto_off = {"id": "a" * 16, "type": 0, "enable": 1, "channel": 4, "createTime": 1, "rule": rule}
    strip.set(ns.CONTROL_TRIGGER_X, {"triggerx": auto_off})
    switch(strip, 4, on=False)
    switch(strip, 4, on=True)
    strip.pass_time(61)
    assert states(strip) == [1, 1, 1, 1, 0]


def test_a_strip_of_2018_asks_nobody_for_the_time(make_bench: MakeBench) -> None:
    bench = strip_at_home(make_bench)
    assert "PUSH Appliance.System.Clock" not in bench.said()
    assert bench.state == "online"


def test_the_first_generation_tells_its_relay_without_a_channel(older: Any) -> None:
    older.set(ns.CONTROL_TOGGLE, {"toggle": {"onoff": 0}, "channel": 0})
    [(_, pushed)] = [each for each in older.spoken() if each[1]["header"]["method"] == "PUSH"]
    assert pushed["header"]["namespace"] == ns.CONTROL_TOGGLE
    assert pushed["payload"]["toggle"].keys() == {"onoff", "lmTime"}
    assert older.get(ns.CONTROL_TOGGLE)["toggle"]["onoff"] == 0
    told = older.get(ns.SYSTEM_ALL)["all"]
    assert "digest" not in told
    assert (told["control"]["toggle"]["onoff"], told["control"]["timer"], told["control"]["trigger"]) == (
        0,
        [],
        [],
    )
    assert older.ask("SET", ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 0, "onoff": 1}}) is None


def test_the_first_generation_lists_its_days_as_they_were_written(older: Any) -> None:
    for day in range(40):
        older.set(ns.SYSTEM_TIME, {"time": {"timestamp": 1_700_000_000 + day * 86_400}})
        older.pass_time(600)
    days = [day["date"] for day in older.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]]
    newest = days.index(max(days))
    assert days[newest + 1 :] + days[: newest + 1] == sorted(days)
    assert len(days) == 30


def test_its_debug_information_is_that_of_its_generation(older: Any) -> None:
    told = older.get(ns.SYSTEM_DEBUG)["debug"]
    assert told["system"]["compileTime"] == "2018-12-03 11:15:36"
    assert told["network"]["linkStatus"] == 0
    assert told["cloud"]["pingTrace"] == []
