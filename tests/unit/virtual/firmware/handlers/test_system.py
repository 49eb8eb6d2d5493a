from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware.signals import BrokerLost, BrokerReady
from ownplug.virtual.profiles import find_profile

MakeBench = Callable[..., Any]
RULES = [[1698541200, 3600, 0], [1711846800, 7200, 1]]


def test_all_has_the_shape_of_a_captured_mss310(home_bench: Any) -> None:
    found = home_bench.get(ns.SYSTEM_ALL)["all"]
    mac = home_bench.device.uuid.mac.text
    assert found["system"]["hardware"] == {
        "type": "mss310",
        "subType": "us",
        "version": "2.0.0",
        "chipType": "mt7682",
        "uuid": home_bench.device.uuid.text,
        "macAddress": mac,
    }
    assert found["system"]["firmware"] == {
        "version": "2.1.7",
        "compileTime": "2018/11/08 09:58:45 GMT +08:00",
        "wifiMac": "02:00:5e:00:53:01",
        "innerIp": "127.0.0.1",
        "server": "hub.example",
        "port": 8883,
        "userId": 10001,
    }
    assert found["system"]["time"] == {"timestamp": 1_700_000_000, "timezone": "", "timeRule": []}
    assert found["system"]["online"] == {"status": 1}
    assert found["digest"] == {
        "togglex": [{"channel": 0, "onoff": 1, "lmTime": 0}],
        "triggerx": [],
        "timerx": [],
    }
    for namespace, part in ((ns.SYSTEM_HARDWARE, "hardware"), (ns.SYSTEM_FIRMWARE, "firmware")):
        assert home_bench.get(namespace) == {part: found["system"][part]}


def test_unpaired_it_names_itself_as_its_access_point(bench: Any) -> None:
    told = bench.get(ns.SYSTEM_FIRMWARE)["firmware"]
    assert told["wifiMac"] == bench.device.uuid.mac.text
    assert (told["innerIp"], told["server"], told["port"], told["userId"]) == ("", "", 0, 0)


def test_online_tells_connecting_at_home_and_lost(bench: Any, home_bench: Any) -> None:
    def status(of: Any) -> Any:
        return of.get(ns.SYSTEM_ONLINE)["online"]["status"]

    assert status(bench) == 0
    bench.pair()
    assert status(bench) == 0
    bench.tell(BrokerReady())
    assert status(bench) == 0  # nobody has told it the time
    assert status(home_bench) == 1
    home_bench.tell(BrokerLost())
    assert status(home_bench) == 2


def test_time_zone_and_rules_are_kept_through_a_loss_of_power(make_bench: MakeBench, home_bench: Any) -> None:
    home_bench.set(
        ns.SYSTEM_TIME, {"time": {"timestamp": 1_800_000_000, "timezone": "Europe/Madrid", "timeRule": RULES}}
    )
    told = {"timestamp": 1_800_000_000, "timezone": "Europe/Madrid", "timeRule": RULES}
    assert home_bench.get(ns.SYSTEM_TIME) == {"time": told}
    again = make_bench(saved=home_bench.flash.saved())
    assert again.device.time_rules == [tuple(rule) for rule in RULES]


def test_each_part_of_the_time_can_be_set_alone(home_bench: Any) -> None:
    home_bench.set(ns.SYSTEM_TIME, {"time": {"timezone": "Europe/Madrid", "timeRule": RULES}})
    home_bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": 1_800_000_000}})
    assert home_bench.get(ns.SYSTEM_TIME)["time"]["timezone"] == "Europe/Madrid"
    home_bench.set(ns.SYSTEM_TIME, {"time": {"timeRule": []}})
    told = {"timestamp": 1_800_000_000, "timezone": "Europe/Madrid", "timeRule": []}
    assert home_bench.get(ns.SYSTEM_TIME) == {"time": told}


def test_twenty_rules_fit_into_a_request_and_into_the_plug(home_bench: Any) -> None:
    rules = [[1_700_000_000 + n, -18000, n % 2] for n in range(25)]
    home_bench.deliver("SET", ns.SYSTEM_TIME, {"time": {"timezone": "America/New_York", "timeRule": rules}})
    assert len(home_bench.device.time_rules) == 20
    body = home_bench.message(
        "SET",
        ns.SYSTEM_TIME,
        {"time": {"timestamp": 1, "timezone": "America/Argentina/ComodRivadavia", "timeRule": rules[:20]}},
    )
    assert len(body) < home_bench.device.profile.http_request_limit


@pytest.mark.parametrize(
    "time",
    [
        {"timestamp": -1},
        {"timestamp": 2**32},
        {"timestamp": "soon"},
        {"timezone": 1},
        {"timezone": "x" * 65},
        {"timeRule": [[1, 2]]},
        {"timeRule": [[1, 100_000, 0]]},
        {"timeRule": [[1, 0, 2]]},
        {"timeRule": "x"},
        [],
    ],
)
def test_a_time_that_makes_no_sense_changes_nothing(home_bench: Any, time: Any) -> None:
    before = home_bench.get(ns.SYSTEM_TIME)
    assert home_bench.ask("SET", ns.SYSTEM_TIME, {"time": time}) is None
    assert home_bench.get(ns.SYSTEM_TIME) == before


def test_by_http_the_clock_can_be_told_and_asked(home_bench: Any) -> None:
    told = {"clock": {"timestamp": 1_800_000_000}}
    assert home_bench.ask("PUSH", ns.SYSTEM_CLOCK, told) == ("PUSH", told)
    home_bench.pass_time(3)
    assert home_bench.ask("PUSH", ns.SYSTEM_CLOCK) == ("PUSH", {"clock": {"timestamp": 1_800_000_003}})


def test_position_and_dnd_mode_are_kept(home_bench: Any) -> None:
    assert home_bench.get(ns.SYSTEM_POSITION) == {"position": {"longitude": 0, "latitude": 0}}
    position = {"position": {"longitude": -3_700_000, "latitude": 40_400_000}}
    home_bench.set(ns.SYSTEM_POSITION, position)
    assert home_bench.get(ns.SYSTEM_POSITION) == position
    home_bench.set(ns.SYSTEM_DND_MODE, {"DNDMode": {"mode": 1}})
    assert home_bench.get(ns.SYSTEM_DND_MODE) == {"DNDMode": {"mode": 1}}
    assert home_bench.said() == []
    assert (
        home_bench.ask("SET", ns.SYSTEM_POSITION, {"position": {"longitude": 181_000_000, "latitude": 0}})
        is None
    )


def test_runtime_tells_how_well_it_hears_its_access_point(bench: Any) -> None:
    assert bench.get(ns.SYSTEM_RUNTIME) == {"runtime": {"signal": 0}}
    bench.come_home()
    assert bench.get(ns.SYSTEM_RUNTIME) == {"runtime": {"signal": 76}}


def test_debug_before_pairing_is_that_of_the_teardown_page(bench: Any) -> None:
    bench.pass_time(6 * 60 + 59)
    debug = bench.get(ns.SYSTEM_DEBUG)["debug"]
    assert debug["system"] == {
        "version": "2.1.7",
        "sysUpTime": "0h6m59s",
        "localTimeOffset": 0,
        "localTime": "Thu Jan  1 00:06:59 1970",
        "suncalc": debug["system"]["suncalc"],
    }
    assert debug["network"] == {
        "linkStatus": "disconnect",
        "ssid": "",
        "gatewayMac": bench.device.uuid.mac.text,
        "innerIp": "",
        "wifiDisconnectCount": 0,
    }
    assert debug["cloud"] == {
        "activeServer": "",
        "mainServer": "",
        "mainPort": 0,
        "secondServer": "",
        "secondPort": 0,
        "userId": 0,
        "sysConnectTime": "N/A",
        "sysOnlineTime": "N/A",
        "sysDisconnectCount": 0,
        "pingTrace": [],
    }


def test_debug_at_home_counts_connections(home_bench: Any) -> None:
    home_bench.set(
        ns.SYSTEM_TIME, {"time": {"timestamp": 1710076749, "timezone": "Europe/Madrid", "timeRule": RULES}}
    )
    home_bench.pass_time(60)
    home_bench.tell(BrokerLost())
    home_bench.pass_time(5)
    home_bench.tell(BrokerReady())
    home_bench.pass_time(65.5)
    debug = home_bench.get(ns.SYSTEM_DEBUG)["debug"]
    assert debug["system"]["localTimeOffset"] == 3600
    assert debug["system"]["localTime"] == "Sun Mar 10 14:21:19 2024"
    assert debug["network"]["linkStatus"] == "connected"
    assert (debug["network"]["signal"], debug["network"]["ssid"]) == (76, "Home")
    cloud = debug["cloud"]
    assert (cloud["mainServer"], cloud["secondServer"]) == ("hub.example", "spare.example")
    assert cloud["sysOnlineTime"] == "0h2m5s"
    assert cloud["sysDisconnectCount"] == 1
    assert cloud["sysConnectTime"] == "Sun Mar 10 13:20:14 2024"


def test_ping_trace_is_a_matter_of_the_firmware(make_bench: MakeBench) -> None:
    assert "pingTrace" not in make_bench(find_profile("mss310r@2.1.4")).get(ns.SYSTEM_DEBUG)["debug"]["cloud"]
