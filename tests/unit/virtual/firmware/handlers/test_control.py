from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import Load
from ownplug.virtual.firmware.signals import ButtonPressed, PowerCycled
from ownplug.virtual.profiles import find_profile

MakeBench = Callable[..., Any]
MIDNIGHT = 1_700_006_400  # 2023-11-15 00:00:00 UTC


def test_the_relay_is_told_as_an_object_or_to_all_channels_as_a_list(home_bench: Any) -> None:
    state = {"channel": 0, "onoff": 1, "lmTime": 0}
    assert home_bench.get(ns.CONTROL_TOGGLE_X, {"togglex": []}) == {"channel": 0, "togglex": state}
    everything = {"togglex": {"channel": 65535}}
    assert home_bench.get(ns.CONTROL_TOGGLE_X, everything) == {"channel": 65535, "togglex": [state]}


def test_a_touch_renews_the_date_and_moves_nothing(home_bench: Any) -> None:
    home_bench.pass_time(7)
    home_bench.set(ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 0, "touch": 1}})
    assert home_bench.get(ns.CONTROL_TOGGLE_X)["togglex"] == {
        "channel": 0,
        "onoff": 1,
        "lmTime": 1_700_000_007,
    }
    assert home_bench.device.relay.edges == 0


@pytest.mark.parametrize(
    "togglex", [{"onoff": 2}, {"onoff": "yes"}, {"channel": "a", "onoff": 1}, [], "x", None]
)
def test_a_switch_that_makes_no_sense_is_dropped(home_bench: Any, togglex: Any) -> None:
    assert home_bench.ask("SET", ns.CONTROL_TOGGLE_X, {"togglex": togglex}) is None
    assert home_bench.device.relay.edges == 0


def test_other_channels_are_refused(home_bench: Any) -> None:
    refused = home_bench.ask("SET", ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 1, "onoff": 0}})
    assert refused == ("ERROR", {"error": {"code": 5000}})


def test_a_reading_is_in_the_plugs_integers(make_bench: MakeBench) -> None:
    bench = make_bench(load=Load.resistive(60))
    bench.come_home()
    bench.pass_time(1)
    assert bench.get(ns.CONTROL_ELECTRICITY) == {
        "electricity": {"channel": 0, "current": 500, "voltage": 1200, "power": 60_000}
    }
    bench.tell(ButtonPressed(held_s=0.1))
    assert bench.get(ns.CONTROL_ELECTRICITY)["electricity"] == {
        "channel": 0,
        "current": 0,
        "voltage": 1200,
        "power": 0,
    }


def test_nothing_is_metered_before_somebody_tells_the_time(bench: Any) -> None:
    bench.pass_time(3600)
    nothing = {"channel": 0, "current": 0, "voltage": 0, "power": 0}
    assert bench.get(ns.CONTROL_ELECTRICITY)["electricity"] == nothing
    assert bench.get(ns.CONTROL_CONSUMPTION_X) == {"consumptionx": []}
    bench.come_home()
    assert [day["value"] for day in bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]] == [0]
    bench.pass_time(70)
    assert bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"][0]["value"] == 1


def test_calibration_goes_with_readings_where_the_firmware_does_so(make_bench: MakeBench) -> None:
    config = {"voltageRatio": 188, "electricityRatio": 100}
    bench = make_bench(find_profile("mss310r@2.1.4"))
    assert bench.get(ns.CONTROL_ELECTRICITY)["electricity"]["config"] == config
    assert bench.get(ns.CONTROL_CONSUMPTION_CONFIG) == {"config": config}
    assert bench.ask("SET", ns.CONTROL_CONSUMPTION_CONFIG, {"config": config})[0] == "ERROR"


def test_energy_is_that_of_the_power_shown(make_bench: MakeBench) -> None:
    bench = make_bench(load=Load.resistive(3600))
    bench.come_home()
    bench.pass_time(1000)
    [before] = bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]
    power_mw = bench.get(ns.CONTROL_ELECTRICITY)["electricity"]["power"]
    bench.pass_time(1000)
    [after] = bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]
    assert after["value"] - before["value"] == pytest.approx(power_mw / 3600, abs=1)


def test_a_new_day_begins_at_local_midnight(make_bench: MakeBench) -> None:
    bench = make_bench(load=Load.resistive(3600))
    bench.come_home()
    bench.set(
        ns.SYSTEM_TIME, {"time": {"timestamp": MIDNIGHT - 3700, "timezone": "x", "timeRule": [[0, 3600, 0]]}}
    )
    bench.pass_time(100)
    bench.pass_time(50)
    days = bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]
    assert [day["date"] for day in days] == ["2023-11-14", "2023-11-15"]
    assert sum(day["value"] for day in days) == pytest.approx(150, abs=11)
    assert days[1]["value"] == pytest.approx(50, abs=11)


def test_days_survive_a_loss_of_power_in_which_nothing_is_counted(make_bench: MakeBench) -> None:
    bench = make_bench(load=Load.resistive(3600))
    bench.come_home()
    bench.pass_time(25)
    [before] = bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]
    assert before["value"] > 10
    bench.tell(PowerCycled())
    bench.pass_time(3600)
    assert bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"] == []
    bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": 1_700_000_100}})
    [today] = bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]
    assert today["value"] == before["value"]
