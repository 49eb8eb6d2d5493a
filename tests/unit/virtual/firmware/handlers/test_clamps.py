from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import Load, find_profile


@pytest.fixture
def meter(make_bench: Callable[..., Any]) -> Any:
    bench = make_bench(find_profile("em06"), load=Load.resistive(1000))
    bench.come_home()
    bench.pass_time(4 * 3600.0)
    return bench


def test_what_flows_is_told_of_the_channels_that_are_asked_for(meter: Any) -> None:
    [first, last] = meter.get(ns.CONTROL_ELECTRICITY_X, {"electricity": [{"channel": 6}, {"channel": 1}]})[
        "electricity"
    ]
    assert (first["channel"], last["channel"]) == (1, 6)
    assert first["power"] == pytest.approx(1_000_000, rel=0.03)
    assert first["voltage"] == pytest.approx(230_000, rel=0.02)
    assert first["current"] * first["voltage"] / 1e6 == pytest.approx(first["power"] / 1e3, rel=0.01)
    assert (last["power"], last["current"], last["factor"]) == (0, 0, 0)
    everything = meter.get(ns.CONTROL_ELECTRICITY_X, {"electricity": [{"channel": 65535}]})["electricity"]
    assert [each["channel"] for each in everything] == [1, 2, 3, 4, 5, 6]


def test_hours_and_total_are_the_energy_of_the_load(meter: Any) -> None:
    told = meter.get(ns.CONTROL_CONSUMPTION_H)["consumptionH"]
    assert [each["channel"] for each in told] == [1, 2, 3]
    values = [entry["value"] for entry in told[0]["data"]]
    assert len(values) == 12
    assert values[-4:] == pytest.approx([1000] * 4, rel=0.03)
    assert values[:7] == [0] * 7
    assert told[0]["total"] == sum(values)
    stamps = [entry["timestamp"] for entry in told[0]["data"]]
    assert {later - earlier for earlier, later in itertools.pairwise(stamps)} <= {3599, 3600, 3601}
    [asked] = meter.get(ns.CONTROL_CONSUMPTION_H, {"consumptionH": [{"channel": 5}]})["consumptionH"]
    assert (asked["channel"], asked["total"]) == (5, 0)


def test_minutes_are_the_power_then(meter: Any) -> None:
    told = meter.get(ns.CONTROL_SENSOR_HISTORY, {"history": []})["history"]
    assert len(told) == 6
    assert {entry["power"] for entry in told[1]["value"]} == {0}
    assert all(entry["power"] == pytest.approx(1_000_000, rel=0.03) for entry in told[0]["value"])


def test_it_has_no_relay_and_a_press_switches_nothing(meter: Any) -> None:
    assert meter.get(ns.SYSTEM_ALL)["all"]["digest"] == {}
    meter.device.switch(on=False)
    assert meter.device.relay.edges == 0
    assert meter.ask("GET", ns.CONTROL_TOGGLE_X) is None
