"""What a plug is and how it is, in the words of recorded plugs."""

from __future__ import annotations

import msgspec
import pytest

from ownplug.core.meross import as_data
from ownplug.core.meross.payloads import (
    Ability,
    AllPayload,
    Clock,
    ClockPayload,
    DndMode,
    DndModePayload,
    ErrorPayload,
    FirmwareInfo,
    OnlinePayload,
    PlugTime,
    Relay,
    RuntimePayload,
    TimePayload,
)

HARDWARE = (
    '"hardware":{"type":"mss310","subType":"us","version":"2.0.0","chipType":"mt7682",'
    '"uuid":"1811081234567825182734298f1a2b3c","macAddress":"34:29:8f:1a:2b:3c"}'
)
FIRMWARE = (
    '"firmware":{"version":"2.1.7","compileTime":"2018/11/08 09:58:45 GMT +08:00",'
    '"wifiMac":"aa:bb:cc:dd:ee:ff","innerIp":"192.168.1.50","server":"192.168.1.10","port":8883,"userId":10001}'
)
SYSTEM = (
    f'"system":{{{HARDWARE},{FIRMWARE},"time":{{"timestamp":1552217703,"timezone":"Europe/Madrid",'
    '"timeRule":[[1540688400,3600,0],[1553994000,7200,1]]},"online":{"status":1}}'
)


def all_of(rest: str) -> AllPayload:
    return msgspec.json.decode(f'{{"all":{{{SYSTEM}{rest}}}}}', type=AllPayload, strict=False)


def test_everything_of_a_second_generation_plug() -> None:
    everything = all_of(
        ',"digest":{"togglex":[{"channel":0,"onoff":0,"lmTime":1552176889}],"triggerx":[],"timerx":[]}'
    ).all
    hardware, firmware = everything.system.hardware, everything.system.firmware
    assert (hardware.type, hardware.sub_type, hardware.version, hardware.chip_type) == (
        "mss310",
        "us",
        "2.0.0",
        "mt7682",
    )
    assert (hardware.uuid, hardware.mac_address) == ("1811081234567825182734298f1a2b3c", "34:29:8f:1a:2b:3c")
    assert (firmware.version, firmware.compile_time) == ("2.1.7", "2018/11/08 09:58:45 GMT +08:00")
    assert (firmware.wifi_mac, firmware.inner_ip) == ("aa:bb:cc:dd:ee:ff", "192.168.1.50")
    assert (firmware.server, firmware.port, firmware.user_id) == ("192.168.1.10", 8883, 10001)
    assert everything.system.time == PlugTime(
        timestamp=1552217703,
        zone="Europe/Madrid",
        rules=[(1540688400, 3600, 0), (1553994000, 7200, 1)],
    )
    assert everything.system.online is not None
    assert everything.system.online.status == 1
    assert everything.relays == [Relay(channel=0, onoff=0, changed_at=1552176889)]


def test_the_relay_of_the_first_generation_stands_elsewhere() -> None:
    everything = all_of(',"control":{"toggle":{"onoff":1,"lmTime":5},"trigger":[],"timer":[]}').all
    assert everything.relays == [Relay(onoff=1, changed_at=5)]


@pytest.mark.parametrize("rest", ["", ',"digest":{}', ',"control":{"trigger":[]}'])
def test_a_device_without_relays_has_none(rest: str) -> None:
    assert all_of(rest).all.relays == []


def test_a_plug_that_was_never_given_a_zone_says_so_with_empty_text() -> None:
    text = '{"time":{"timestamp":1676020450,"timezone":"","timeRule":[]}}'
    assert msgspec.json.decode(text, type=TimePayload).time == PlugTime(timestamp=1676020450)


def test_a_time_is_told_in_the_wires_words() -> None:
    time = PlugTime(timestamp=1, zone="Asia/Qatar", rules=[(76190400, 10800, 0)])
    assert as_data(TimePayload(time=time)) == {
        "time": {"timestamp": 1, "timezone": "Asia/Qatar", "timeRule": [[76190400, 10800, 0]]}
    }


def test_abilities_carry_their_parameters() -> None:
    text = (
        '{"payloadVersion":1,"ability":{"Appliance.Config.Key":{},'
        '"Appliance.Control.Multiple":{"maxCmdNum":5}}}'
    )
    ability = msgspec.json.decode(text, type=Ability).ability
    assert ability == {"Appliance.Config.Key": {}, "Appliance.Control.Multiple": {"maxCmdNum": 5}}


def test_a_hub_may_ask_for_the_clock_question_with_nothing() -> None:
    assert msgspec.json.decode("{}", type=ClockPayload).clock is None
    assert msgspec.json.decode('{"clock":{"timestamp":4}}', type=ClockPayload).clock == Clock(timestamp=4)


@pytest.mark.parametrize("extra", ["", ',"ssid":"x","netType":2,"iotStatus":2'])
def test_the_signal_of_old_and_new_plugs(extra: str) -> None:
    text = f'{{"runtime":{{"signal":86{extra}}}}}'
    assert msgspec.json.decode(text, type=RuntimePayload).runtime.signal == 86


def test_do_not_disturb_is_spelt_as_the_plug_spells_it() -> None:
    assert as_data(DndModePayload(dnd_mode=DndMode(mode=1))) == {"DNDMode": {"mode": 1}}


@pytest.mark.parametrize("status", [-1, 0, 1, 2, 3])
def test_every_connection_status_is_kept_as_it_is(status: int) -> None:
    text = f'{{"online":{{"status":{status},"bindId":"0sImwZY8DdGukrQh","who":1}}}}'
    assert msgspec.json.decode(text, type=OnlinePayload).online.status == status


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ('{"error":{"code":5001,"detail":"sign error"}}', 5001, "sign error"),
        ('{"error":{"code":5000}}', 5000, ""),
    ],
)
def test_a_refusal_has_a_code_and_sometimes_a_text(text: str, code: int, detail: str) -> None:
    error = msgspec.json.decode(text, type=ErrorPayload).error
    assert (error.code, error.detail) == (code, detail)


@pytest.mark.parametrize("server", ['"port":"8883","userId":"10001"', '"port":"","userId":""', ""])
def test_a_plug_is_readable_whatever_it_says_of_its_server(server: str) -> None:
    """Source: capture:mss210-hw1-fw1.1.12 (`"userId":""`)."""
    text = f'{{"version":"1.1.12"{"," if server else ""}{server}}}'
    assert msgspec.json.decode(text, type=FirmwareInfo, strict=False).version == "1.1.12"
