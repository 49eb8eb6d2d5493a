from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import Load

MakeBench = Callable[..., Any]


def test_the_clock_with_its_zone(home_console: Any) -> None:
    rules = [[1_600_000_000, 3600, 0], [1_711_846_800, 7200, 1]]
    home_console.set(ns.SYSTEM_TIME, {"time": {"timezone": "Europe/Berlin", "timeRule": rules}})
    told = home_console.run("meross time")
    assert told[1] == "local time   :Tue Nov 14 23:13:20 2023 ,local offset:3600"
    assert told[2] == "utc timestamp:1700000000"
    assert told[3].startswith("system uptime:0h0m")


def test_the_sun_elsewhere(home_console: Any) -> None:
    home_console.set(ns.SYSTEM_POSITION, {"position": {"longitude": 13_405_000, "latitude": 52_520_000}})
    home_console.set(ns.SYSTEM_TIME, {"time": {"timeRule": [[0, 3600, 0]]}})
    told = home_console.run("meross sun")
    assert told[0] == "latitude:52.52,longitude:13.405,tz:3600/3600.0"
    rise, set_ = home_console.get(ns.SYSTEM_DEBUG)["debug"]["system"]["suncalc"].split(";")
    assert told[1:] == [f"sunrise {int(rise[0]):02}:{rise[2:]:>02}", f"sunset  {set_[:2]}:{set_[3:]:>02}"]
    home_console.set(ns.SYSTEM_POSITION, {"position": {"longitude": 0, "latitude": 89_000_000}})
    assert home_console.run("meross sun")[1:] == ["sunrise 00:00", "sunset  00:00"]


def test_the_meter_tells_what_the_messages_tell(make_bench: MakeBench) -> None:
    bench = make_bench(console=True, load=Load.resistive(1000))
    bench.come_home()
    bench.pass_time(3600)
    told = bench.run("meross power")
    reading = bench.get(ns.CONTROL_ELECTRICITY)["electricity"]
    [day] = bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]
    assert day["value"] == pytest.approx(1000, abs=2)
    assert told[1] == f"energy:cur:{day['value']},last:0,now:{day['value']}"
    assert told[2:5] == [
        f"p:{reading['power']}",
        f"v:{reading['voltage']} (ratio:188)",
        f"i:{reading['current']} (ratio:100)",
    ]
    assert told[5:7] == [
        "pulse unit:9597",
        "max current:8333",
    ]  # by hand: millijoules, and 1000 W at 120 V in mA
    assert told[-1] == f"data[0] {day['date']} {day['value']}"
    bench.pass_time(86_400)
    assert bench.run("meross power")[1].endswith(
        f"now:{bench.get(ns.CONTROL_CONSUMPTION_X)['consumptionx'][-1]['value']}"
    )


def test_at_home_it_tells_where_that_is(home_console: Any) -> None:
    assert home_console.run("meross iot status") == [
        "wifi status:connected",
        "iot status:online",
        "iot info:",
        "primary   host: hub.example:8883",
        "secondary host: spare.example:8884",
        "user id       : 10001",
        "user key      : 0123456789abcdef0123456789abcdef",
        "bind id       : ",
    ]


def test_the_debug_information_is_that_of_the_messages(home_console: Any) -> None:
    told = home_console.run("meross iot dbg")
    assert told[0].startswith("cmd id 0xd5")
    assert json.loads("\n".join(told[2:])) == home_console.get(ns.SYSTEM_DEBUG)["debug"]


def test_rules_are_listed_by_their_slots(home_console: Any) -> None:
    timer = {
        "id": "a" * 16,
        "type": 1,
        "time": 360,
        "week": 129,
        "extend": {"toggle": {"onoff": 1}},
    }
    home_console.set(ns.CONTROL_TIMER_X, {"timerx": timer})
    trigger = {"id": "b" * 16, "rule": {"duration": 60, "week": 129}}
    home_console.set(ns.CONTROL_TRIGGER_X, {"triggerx": trigger})
    told = home_console.run("meross iot rule")
    assert told[0] == "timer rules info:"
    assert told[1].startswith('[00] {"channel":0,"id":"aaaa')
    assert told[2] == "autooff rules info:"
    assert told[3].startswith('[00] {"channel":0,"id":"bbbb')
