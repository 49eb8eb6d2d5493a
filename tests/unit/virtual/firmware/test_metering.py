from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.timerule import time_rules
from ownplug.core.meter import decode_frame, encode_frame
from ownplug.core.schedule import Zone
from ownplug.virtual import Load, Pace, washer
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.days import EnergyDays
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.firmware.metering import Metering
from ownplug.virtual.firmware.signals import ButtonPressed, PowerCycled, PowerLost
from ownplug.virtual.parts.clock import DeviceClock
from ownplug.virtual.parts.hlw8032 import Sent

MakeBench = Callable[..., Any]
# A frame of a real chip (see the tests of `core.meter`): 381.5 W, 229.8 V; each pulse is worth 9.5974 J.
FRAME = decode_frame(bytes.fromhex("555A 02DCD0 0005FF 003CD7 002051 4DE568 006243 71 023C 24"))
PULSE_WH = 9.5974 / 3600
NOON = 1_700_049_600  # 2023-11-15 12:00:00 UTC
MIDNIGHT = NOON + 12 * 3600
DAY = date(2023, 11, 15)


class Chip:
    """Sends frames to one plug's metering."""

    def __init__(self, *, flash: Flash | None = None, zone: Zone | None = None) -> None:
        self.flash = flash or Flash()
        self.metering = Metering(self.flash)
        self.clock = DeviceClock(0)
        self.zone = zone or Zone()

    def send(self, at_s: float, pulses: int, **more: Any) -> None:
        frame = replace(FRAME, pulses=pulses, **more)
        self.send_bytes(at_s, encode_frame(frame))

    def send_bytes(self, at_s: float, data: bytes) -> None:
        self.metering.hear(Sent(at_s=at_s, data=data), self.clock, self.zone)

    def days(self) -> dict[str, float]:
        self.metering.save()
        listed = EnergyDays(self.flash).listing(DAY + timedelta(days=2))
        return {record.day.isoformat(): record.energy_wh for record in listed}


def test_a_frame_is_what_flows_now() -> None:
    chip = Chip()
    chip.send(1, 0)
    assert chip.metering.flow.power_w == pytest.approx(381.5, abs=0.1)
    chip.send(2, 0, state=0xF6)
    assert chip.metering.flow.power_w == 0
    assert chip.metering.flow.voltage_v == pytest.approx(229.8, abs=0.1)


def test_pulses_before_the_clock_was_set_belong_to_no_day() -> None:
    chip = Chip()
    chip.send(1, 100)
    chip.send(2, 500)
    assert (chip.metering.pulses, chip.days()) == (0, {})
    chip.clock.set(NOON, 2)
    chip.send(3, 507)
    assert chip.metering.pulses == 7
    assert chip.days() == {"2023-11-15": pytest.approx(7 * PULSE_WH, abs=1e-6)}


def test_what_was_counted_before_the_first_frame_of_a_life_is_not_counted_again() -> None:
    chip = Chip()
    chip.clock.set(NOON, 0)
    chip.send(1, 40_000)
    assert chip.metering.pulses == 0


def test_a_record_is_written_every_ten_seconds_of_local_time() -> None:
    chip = Chip()
    chip.clock.set(NOON, 0)
    written = []
    for tenth in range(300):
        revision = chip.flash.revision
        chip.send(tenth / 10, tenth)
        if chip.flash.revision != revision:
            written.append((tenth / 10, chip.flash.read(items.ENERGY_DAYS[0]).split(",")[1]))
    assert written == [(10, str(NOON)), (20, str(NOON + 10))]


def test_pulses_belong_to_the_day_in_which_they_came() -> None:
    chip = Chip()
    chip.clock.set(MIDNIGHT - 60, 0)
    chip.send(0, 0)
    chip.send(60, 10)  # at midnight
    chip.send(61, 13)
    assert chip.days() == {
        "2023-11-15": pytest.approx(10 * PULSE_WH, abs=1e-6),
        "2023-11-16": pytest.approx(3 * PULSE_WH, abs=1e-6),
    }


def test_a_day_has_a_record_before_its_first_pulse() -> None:
    chip = Chip()
    chip.metering.open_day(DAY, unix_s=NOON)
    assert chip.days() == {"2023-11-15": 0}
    revision = chip.flash.revision
    chip.metering.open_day(DAY, unix_s=NOON + 1)
    assert chip.flash.revision == revision


def test_the_settings_say_how_the_chip_is_wired_in() -> None:
    chip = Chip(flash=Flash({items.VOLTAGE_RATIO: "376", items.CURRENT_RATIO: "50"}))
    chip.clock.set(NOON, 0)
    chip.send(1, 0)
    assert chip.metering.flow.voltage_v == pytest.approx(2 * 229.764, abs=0.01)
    assert chip.metering.flow.current_a == pytest.approx(1.8826 / 2, abs=0.001)
    assert chip.metering.pulse_j == pytest.approx(9.5974)
    chip.flash.write(items.VOLTAGE_RATIO, "nonsense")
    chip.send(2, 5)
    assert (chip.metering.flow.voltage_v, chip.metering.flow.power_w, chip.metering.pulse_j) == (0, 0, 0)


def test_a_chip_that_cannot_be_used_is_not_listened_to() -> None:
    chip = Chip()
    chip.clock.set(NOON, 0)
    chip.send(1, 5)
    before = chip.metering.flow
    chip.send(2, 60_000, state=0xAA)
    assert chip.metering.flow == before
    chip.send(3, 8)
    assert chip.metering.pulses == 3


def test_noise_on_the_line_costs_nothing_but_the_frame_it_falls_in() -> None:
    chip = Chip()
    chip.clock.set(NOON, 0)
    chip.send(1, 5)
    chip.send_bytes(2, b"\x00\xff\x55\x5a")
    chip.send_bytes(3, encode_frame(replace(FRAME, pulses=6))[:10])
    chip.send(4, 9)
    assert chip.metering.pulses == 4


def test_the_highest_current_is_remembered() -> None:
    chip = Chip()
    chip.clock.set(NOON, 0)
    for register in (8273, 1000, 8273):
        chip.send(1, 0, current_register=register)
    assert chip.metering.highest_current_a == pytest.approx(15.575)


def at_home(make_bench: MakeBench, zone: str, unix_s: int, **more: Any) -> Any:
    """A plug at home in a zone, whose clock was set at `unix_s`."""
    bench = make_bench(**more)
    bench.come_home()
    rules = time_rules(ZoneInfo(zone), datetime.fromtimestamp(unix_s, UTC))
    bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": unix_s, "timezone": zone, "timeRule": rules}})
    return bench


def listed(bench: Any) -> dict[str, int]:
    return {
        day["date"]: day["value"]
        for day in bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"]
        if day["value"]
    }


# One day with each of its two changes of summer time; in Chile and Lebanon they come at midnight.
CHANGES = [
    ("Europe/Berlin", date(2024, 3, 31), 23),
    ("Europe/Berlin", date(2024, 10, 27), 25),
    ("America/Santiago", date(2024, 9, 8), 23),
    ("America/Santiago", date(2024, 4, 6), 25),
    ("Asia/Beirut", date(2024, 3, 31), 23),
    ("Asia/Kathmandu", date(2024, 3, 31), 24),
    ("Pacific/Kiritimati", date(2024, 3, 31), 24),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_day_lasts_from_local_midnight_to_local_midnight(
    make_bench: MakeBench, zone: str, day: date, hours: int
) -> None:
    begins = datetime(day.year, day.month, day.day, 1, tzinfo=ZoneInfo(zone)) - timedelta(hours=2)
    bench = at_home(make_bench, zone, int(begins.timestamp()), load=Load.resistive(1000))
    told, lasted_h = listed(bench), 0.0
    while lasted_h < hours + 3:
        bench.pass_time(1234.5)  # somebody looks, now and then
        lasted_h += 1234.5 / 3600
        told = listed(bench)
    assert told[day.isoformat()] == pytest.approx(hours * 1000, abs=1)
    assert sum(told.values()) == pytest.approx(lasted_h * 1000, abs=15)


def test_at_the_chips_own_pace_midnight_is_right_to_a_frame(make_bench: MakeBench) -> None:
    bench = at_home(make_bench, "UTC", MIDNIGHT - 100, load=Load.resistive(3600), pace=Pace.CHIP)
    bench.pass_time(300)
    assert listed(bench) == {"2023-11-15": 100, "2023-11-16": pytest.approx(200, abs=10)}


@pytest.mark.parametrize("pace", Pace)
def test_what_a_real_plugs_day_tells_moves_in_steps_of_ten_seconds(make_bench: MakeBench, pace: Pace) -> None:
    bench = at_home(make_bench, "UTC", NOON, load=Load.resistive(3600), pace=pace)
    seen = []
    for _ in range(120):
        bench.pass_time(0.5)
        told = bench.get(ns.CONTROL_CONSUMPTION_X)["consumptionx"][-1]
        seen.append((told["time"], told["value"]))
    assert sorted({time % 10 for time, _ in seen}) == [0]
    assert len(set(seen)) in {6, 7}
    assert seen == sorted(seen)
    assert seen[-1][1] - seen[0][1] in {50, 60}


def test_a_restart_loses_no_pulse_that_was_counted(make_bench: MakeBench) -> None:
    bench = at_home(make_bench, "UTC", NOON, load=Load.resistive(3600))
    bench.pass_time(3605)
    bench.tell(PowerCycled())
    bench.pass_time(600)
    bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": NOON + 4300}})
    assert listed(bench) == {"2023-11-15": 3605}


def test_while_it_is_unplugged_nothing_is_metered(make_bench: MakeBench) -> None:
    bench = at_home(make_bench, "UTC", NOON, load=Load.resistive(3600))
    bench.pass_time(100)
    bench.tell(PowerLost())
    assert (bench.state, bench.next_s) == ("off", math.inf)
    bench.tell(ButtonPressed(held_s=0.1))
    assert bench.ask("GET", ns.SYSTEM_ALL) is None
    bench.now_s += 3 * 86_400
    bench.tell(PowerCycled())
    assert bench.device.relay.edges == 0
    bench.pass_time(10)
    bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": NOON + 3 * 86_400 + 110}})
    bench.pass_time(100)
    assert listed(bench) == {"2023-11-15": 100, "2023-11-18": 100}


def test_a_washing_machine_goes_on_through_a_restart_and_begins_anew_after_a_power_cut(
    make_bench: MakeBench,
) -> None:
    bench = make_bench(load=washer(), console=True)
    bench.come_home()
    bench.pass_time(600)
    assert bench.device.measure().power_w > 1900
    bench.type("reboot\r")
    bench.pass_time(60)
    bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": NOON}})
    bench.pass_time(1)
    assert bench.device.measure().power_w > 1900
    bench.tell(PowerCycled())
    bench.pass_time(60)
    bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": NOON}})
    bench.pass_time(1)
    assert bench.device.measure().power_w == pytest.approx(12, rel=0.03)  # it fills


def test_forgetting_the_owner_forgets_what_was_metered(make_bench: MakeBench) -> None:
    bench = at_home(make_bench, "UTC", NOON, load=Load.resistive(3600))
    bench.pass_time(65)
    assert listed(bench)
    bench.tell(ButtonPressed(held_s=6))
    assert not any(bench.flash.read(item) for item in items.ENERGY_DAYS)
    bench.pass_time(5)
    assert not any(bench.flash.read(item) for item in items.ENERGY_DAYS)


def test_after_the_relay_has_moved_the_old_reading_is_forgotten_at_once(make_bench: MakeBench) -> None:
    bench = at_home(make_bench, "UTC", NOON, pace=Pace.CHIP)
    bench.pass_time(1)
    assert bench.device.measure().power_w == pytest.approx(60, rel=0.001)
    bench.tell(ButtonPressed(held_s=0.1))
    flow = bench.device.measure()
    assert (flow.power_w, flow.current_a) == (0, 0)
    assert flow.voltage_v == pytest.approx(120, rel=0.001)
    bench.tell(ButtonPressed(held_s=0.1))
    bench.pass_time(0.2)
    assert bench.device.measure().power_w == pytest.approx(60, rel=0.001)
