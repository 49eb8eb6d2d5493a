"""What goes wrong in the firmware itself."""

from __future__ import annotations

from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import find_profile
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.signals import BrokerReady, FaultsChosen, PowerCycled, PowerLost

NOW = 1_700_000_000
DAY_S = 86_400


def suffer(bench: Any, **faults: float) -> None:
    bench.tell(FaultsChosen(faults=Faults(**faults)))


def consumption(bench: Any) -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]
    return days


def test_a_wrong_clock_is_wrong_by_so_much_from_the_next_time_on(home_bench: Any) -> None:
    suffer(home_bench, clock=-7200)
    assert home_bench.get(ns.SYSTEM_TIME)["time"]["timestamp"] == pytest.approx(NOW, abs=60)
    home_bench.deliver("PUSH", ns.SYSTEM_CLOCK, {"clock": {"timestamp": NOW}})
    assert home_bench.get(ns.SYSTEM_TIME)["time"]["timestamp"] == NOW - 7200


@pytest.mark.parametrize(
    ("faults", "ends"), [({}, "online"), ({"no_clock": 1}, "pairing"), ({"no_bind": 1}, "pairing")]
)
def test_a_new_plug_falls_back_where_an_answer_does_not_get_through(
    make_bench: Any, faults: dict[str, float], ends: str
) -> None:
    bench = make_bench(find_profile("mss310r@2.1.4"))
    suffer(bench, **faults)
    bench.pair()
    bench.pass_time(2)
    bench.tell(BrokerReady())
    for _ in range(60):
        if bench.state != "starting":
            break
        bench.pass_time(1)
        bench.tell_time()
        bench.deliver("SETACK", ns.CONTROL_BIND)
    bench.pass_time(5)
    assert bench.state == ends


def test_it_starts_again_every_so_often_until_it_is_mended(home_bench: Any) -> None:
    suffer(home_bench, reboot=100)
    edges, states = home_bench.device.relay.edges, []
    for _ in range(30):
        home_bench.pass_time(10)
        states.append(home_bench.device.clock.uptime(home_bench.now_s))
    assert max(states) < 101
    assert sum(uptime < 10 for uptime in states) >= 2
    suffer(home_bench)
    home_bench.pass_time(200)
    assert home_bench.device.clock.uptime(home_bench.now_s) > 199
    assert home_bench.device.relay.edges == edges


def test_a_power_cut_tears_what_was_written_last_and_nothing_else(home_bench: Any) -> None:
    suffer(home_bench, torn_write=1)
    home_bench.flash.write(items.LATITUDE, 1)
    home_bench.flash.write(items.LONGITUDE, 2)
    home_bench.tell(PowerLost())
    assert home_bench.flash.read(items.LATITUDE) == "1"
    assert home_bench.flash.read(items.LONGITUDE) == "0"
    home_bench.tell(PowerCycled())
    home_bench.pass_time(5)
    assert home_bench.state == "connecting"
    assert home_bench.ask("GET", ns.SYSTEM_ALL) is not None


def test_a_new_day_still_has_yesterdays_energy_for_a_while(home_bench: Any) -> None:
    home_bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": NOW // DAY_S * DAY_S + DAY_S - 3600}})
    home_bench.pass_time(3600 + 60)
    true = {day["date"]: day["value"] for day in consumption(home_bench)}
    yesterday, today = sorted(true)[-2:]
    suffer(home_bench, late_day=300)
    told = {day["date"]: day["value"] for day in consumption(home_bench)}
    assert true[yesterday] >= 59
    assert told == true | {today: true[today] + true[yesterday]}
    home_bench.pass_time(300)
    assert {day["date"]: day["value"] for day in consumption(home_bench)}[today] < 10


def test_shuffled_days_are_the_same_days(home_bench: Any) -> None:
    for day in range(20):
        home_bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": NOW + day * DAY_S}})
        home_bench.pass_time(600)
    usual = consumption(home_bench)
    suffer(home_bench, shuffle=1)
    shuffled = consumption(home_bench)
    assert shuffled != usual
    assert sorted(day["date"] for day in shuffled) == sorted(day["date"] for day in usual)
    assert shuffled == consumption(home_bench)


def test_chatter_begins_and_ends_when_it_is_chosen(home_console: Any) -> None:
    home_console.printed()
    suffer(home_console, chatter=20)
    home_console.pass_time(5)
    assert home_console.printed().count(b"\r\n") > 50
    suffer(home_console)
    home_console.pass_time(5)
    assert home_console.printed() == b""
