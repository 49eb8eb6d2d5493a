"""Figures in the text format of Prometheus, read back by its own parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from ownplug import __version__
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.core.state import Availability, PlugState, Reading, RelayState
from ownplug.hub import Figures
from ownplug.web.metrics import METRICS, MQTT_FIGURES, Kind, render_metrics

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
UUID = "1811081234567825182734298f1a2b3c"
NAME = 'ket"tle\\ \n☕'
STATE = PlugState(
    availability=Availability.ONLINE,
    relays=(RelayState(channel=0, on=True), RelayState(channel=1, on=False)),
    reading=Reading(at=NOON, power_w=41.5, voltage_v=229.8, current_a=0.181),
    signal=87,
)
OF_PLUG = (("name", NAME), ("uuid", UUID))

Samples = dict[str, dict[tuple[tuple[str, str], ...], float]]


def figures(*states: PlugState) -> Figures:
    record = PlugRecord(uuid=Uuid(UUID), name=NAME, registered_at=NOON)
    return Figures(
        uptime_s=12.5,
        plugs=tuple((record, state) for state in states),
        refusals={"tls": 1, "login": 2},
        events_missed=3,
        database_writes_failed=4,
        mqtt={name: number for number, name in enumerate(sorted(MQTT_FIGURES), start=10)},
    )


def scraped(told: Figures) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(render_metrics(told).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def test_a_plug_is_told_with_its_names_whatever_is_in_them() -> None:
    told = scraped(replace(figures(STATE), energy_j={Uuid(UUID): 4_444_200}))
    assert told["ownplug_plug_energy_joules_total"] == {OF_PLUG: 4_444_200}
    assert told["ownplug_plug_online"] == {OF_PLUG: 1}
    assert told["ownplug_plug_relay_on"] == {
        (("channel", "0"), *OF_PLUG): 1,
        (("channel", "1"), *OF_PLUG): 0,
    }
    assert told["ownplug_plug_power_watts"] == {OF_PLUG: 41.5}
    assert told["ownplug_plug_voltage_volts"] == {OF_PLUG: 229.8}
    assert told["ownplug_plug_current_amperes"] == {OF_PLUG: 0.181}
    assert told["ownplug_plug_reading_timestamp_seconds"] == {OF_PLUG: NOON.timestamp()}
    assert told["ownplug_plug_signal_percent"] == {OF_PLUG: 87}


@pytest.mark.parametrize("availability", [Availability.OFFLINE, Availability.UNKNOWN])
def test_of_a_plug_that_is_gone_no_power_is_told(availability: Availability) -> None:
    gone = PlugState(availability=availability, reading=STATE.reading)
    told = scraped(figures(gone))
    assert told["ownplug_plug_online"] == {OF_PLUG: 0}
    assert "ownplug_plug_reading_timestamp_seconds" in told
    assert not told.keys() & {
        "ownplug_plug_power_watts",
        "ownplug_plug_voltage_volts",
        "ownplug_plug_current_amperes",
    }


def test_what_a_plug_has_not_told_is_missing_and_not_zero() -> None:
    assert [name for name in scraped(figures(PlugState())) if name.startswith("ownplug_plug_")] == [
        "ownplug_plug_online"
    ]


def test_the_hub_is_told() -> None:
    told = scraped(figures())
    assert told["ownplug_info"] == {(("version", __version__),): 1}
    assert told["ownplug_uptime_seconds"] == {(): 12.5}
    assert told["ownplug_plugs"] == {(): 0}
    assert told["ownplug_refusals_total"] == {(("cause", "tls"),): 1, (("cause", "login"),): 2}
    assert told["ownplug_events_missed_total"] == {(): 3}
    assert told["ownplug_database_writes_failed_total"] == {(): 4}


def test_each_figure_of_the_mqtt_server_is_told_once() -> None:
    told = figures()
    seen = [value for name, found in scraped(told).items() if "_mqtt_" in name for value in found.values()]
    assert sorted(seen) == sorted(told.mqtt.values())


def test_names_say_what_they_count() -> None:
    assert [m.name for m in METRICS if (m.kind is Kind.COUNTER) is not m.name.endswith("_total")] == []
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.name.startswith("ownplug_") and metric.meaning.endswith(".") for metric in METRICS)


def test_the_process_has_nothing_of_ours_in_its_own_registry() -> None:
    render_metrics(figures(STATE))
    assert [family.name for family in REGISTRY.collect() if family.name.startswith("ownplug")] == []
