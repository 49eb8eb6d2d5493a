"""Relay, meter and start-up talk, in the words of recorded plugs."""

from __future__ import annotations

import msgspec
import pytest

from ownplug.core.errors import Malformed
from ownplug.core.meross import as_data
from ownplug.core.meross.payloads import (
    BindPayload,
    ConsumptionPayload,
    ElectricityPayload,
    MeterConfigPayload,
    Relay,
    TogglePayload,
    ToggleXPayload,
    Upgrade,
    UpgradeInfo,
    UpgradeInfoPayload,
    UpgradePayload,
    relays_of,
)


@pytest.mark.parametrize(
    ("text", "relays"),
    [
        (
            '{"channel":0,"togglex":{"channel":0,"onoff":1,"lmTime":1676020428}}',
            [Relay(channel=0, onoff=1, changed_at=1676020428)],
        ),
        (
            '{"channel":4294967295,"togglex":[{"channel":0,"onoff":0,"lmTime":7},{"channel":1,"onoff":1,"lmTime":8}]}',
            [Relay(channel=0, onoff=0, changed_at=7), Relay(channel=1, onoff=1, changed_at=8)],
        ),
        ('{"togglex":[]}', []),
    ],
    ids=["object", "list", "none"],
)
def test_relays_come_as_an_object_or_as_a_list(text: str, relays: list[Relay]) -> None:
    assert relays_of(msgspec.json.decode(text, type=ToggleXPayload)) == relays


def test_the_first_generation_names_no_channel() -> None:
    """Source: capture:mss210-hw1-fw1.1.12."""
    payload = msgspec.json.decode('{"toggle":{"onoff":0,"lmTime":1645391086}}', type=TogglePayload)
    assert payload.toggle == Relay(channel=0, onoff=0, changed_at=1645391086)


@pytest.mark.parametrize(("onoff", "is_on"), [(0, False), (1, True), (2, False)])
def test_current_flows_at_one_only(onoff: int, is_on: bool) -> None:
    assert Relay(onoff=onoff).is_on is is_on


@pytest.mark.parametrize("onoff", [0, 1])
def test_a_command_says_channel_and_state_even_if_both_are_nought_and_no_time(onoff: int) -> None:
    """Source: capture:mss310r-hw2.0.0-fw2.1.4 (SET that the plug acknowledged)."""
    command = ToggleXPayload(togglex=Relay(channel=0, onoff=onoff))
    assert as_data(command) == {"togglex": {"channel": 0, "onoff": onoff}}


@pytest.mark.parametrize(
    "text", ['{"togglex":{}}', '{"togglex":[{"channel":0}]}', '{"togglex":{"lmTime":1}}']
)
def test_a_relay_that_does_not_say_its_state_is_not_taken_as_off(text: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="onoff"):
        msgspec.json.decode(text, type=ToggleXPayload)


def test_a_reading_in_the_plugs_integers() -> None:
    text = (
        '{"electricity":{"channel":0,"current":56,"voltage":2180,"power":714,'
        '"config":{"voltageRatio":188,"electricityRatio":100}}}'
    )
    reading = msgspec.json.decode(text, type=ElectricityPayload).electricity
    assert (reading.channel, reading.current, reading.voltage, reading.power) == (0, 56, 2180, 714)


def test_a_meter_without_its_largest_current_does_not_invent_one() -> None:
    text = '{"config":{"voltageRatio":186,"electricityRatio":121}}'
    config = msgspec.json.decode(text, type=MeterConfigPayload).config
    assert (config.voltage_ratio, config.current_ratio, config.max_current) == (186, 121, msgspec.UNSET)
    assert as_data(config) == {"voltageRatio": 186, "electricityRatio": 121}


def test_a_day_of_energy() -> None:
    text = '{"consumptionx":[{"date":"2023-01-12","time":1673567883,"value":41}]}'
    [day] = msgspec.json.decode(text, type=ConsumptionPayload).days
    assert (day.date, day.updated_at, day.energy_wh) == ("2023-01-12", 1673567883, 41)


def test_a_newer_plugs_introduction_keeps_what_we_do_not_know() -> None:
    """Source: capture of an MSS315 (protocol notes, 4.5)."""
    text = (
        '{"bind":{"bindTime":1702763742,"time":{"timestamp":1702763742,"timezone":"","timeRule":[]},'
        '"hardware":{"type":"mss315"},"firmware":{"version":"9.5.33","encrypt":1},"matter":{"uniqueId":"x"}}}'
    )
    bind = msgspec.json.decode(text, type=BindPayload).bind
    assert (bind.bind_time, bind.hardware["type"], bind.firmware["encrypt"]) == (1702763742, "mss315", 1)


@pytest.mark.parametrize("day", ["", "2023-1-12", "12.01.2023", "2023-01-12T00:00", "2023-01-12\n", "=1+1"])
def test_what_is_no_day_is_malformed(day: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="date"):
        msgspec.convert({"consumptionx": [{"date": day, "time": 1, "value": 1}]}, ConsumptionPayload)


def test_readings_may_come_as_a_list() -> None:
    one, other = ({"channel": channel, "current": 1, "voltage": 2, "power": 3} for channel in (1, 2))
    payload = msgspec.convert({"electricity": [one, other]}, ElectricityPayload)
    assert payload.electricity.channel == 1


def test_an_empty_list_of_readings_is_malformed_when_one_is_wanted() -> None:
    payload = msgspec.convert({"electricity": []}, ElectricityPayload)
    with pytest.raises(Malformed, match="nothing in it"):
        _ = payload.electricity


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 10**400])
def test_a_value_that_no_meter_can_mean_is_malformed(value: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"electricity": {"current": 0, "voltage": 0, "power": value}}, ElectricityPayload)


def test_an_upgrade_is_ordered_and_reported_as_the_notes_have_it() -> None:
    """Source: protocol notes, 5.11."""
    order = UpgradePayload(upgrade=Upgrade(md5="09ad", url="http://192.168.1.10/x.bin"))
    assert as_data(order) == {"upgrade": {"md5": "09ad", "url": "http://192.168.1.10/x.bin"}}
    told = msgspec.json.decode('{"upgradeInfo":{"status":1,"percent":40}}', type=UpgradeInfoPayload)
    assert told.info == UpgradeInfo(status=1, percent=40)
