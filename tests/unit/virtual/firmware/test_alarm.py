from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ownplug.core.meross import as_data
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.rules import auto_off_entry, timer_entry
from ownplug.core.meross.timerule import time_rules
from ownplug.core.schedule import AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday
from ownplug.virtual.firmware.signals import BrokerLost, BrokerReady, ButtonPressed, PowerCycled

DAY_S = 86_400
MINUTE = 60
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    """Unix seconds of a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


class Owner:
    """Who sets a plug's clock and rules, by HTTP, and sees when its relay moves."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self._made = 0

    def tell_time(self, text: str, zone: str = "") -> None:
        rules = time_rules(ZoneInfo(zone), datetime.fromtimestamp(at(text), UTC)) if zone else []
        time = {"timestamp": at(text), "timezone": zone, "timeRule": rules}
        self.bench.set(ns.SYSTEM_TIME, {"time": time})

    def correct(self, text: str) -> None:
        self.bench.set(ns.SYSTEM_TIME, {"time": {"timestamp": at(text)}})

    def add(self, when: AtClock | AtSun | str, *, on: bool, **more: Any) -> str:
        self._made += 1
        if isinstance(when, str):
            hour, minute = when.split(":")
            when = AtClock(minute=int(hour) * 60 + int(minute))
        timer = Timer(id=f"timer{self._made}", at=when, turns_on=on, **more)
        self.bench.set(ns.CONTROL_TIMER_X, {"timerx": as_data(timer_entry(timer))})
        return timer.id

    def add_auto_off(self, duration_s: int, **more: Any) -> str:
        self._made += 1
        auto_off = AutoOff(id=f"off{self._made}", duration_s=duration_s, **more)
        self.bench.set(ns.CONTROL_TRIGGER_X, {"triggerx": as_data(auto_off_entry(auto_off))})
        return auto_off.id

    def switch(self, *, on: bool) -> None:
        self.bench.set(ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 0, "onoff": int(on)}})

    @property
    def is_on(self) -> bool:
        return bool(self.bench.device.relay.is_on)

    @property
    def changed_at(self) -> str:
        """When the relay last moved, by the plug's clock, in UTC."""
        told = self.bench.get(ns.CONTROL_TOGGLE_X)["togglex"]["lmTime"]
        return f"{datetime.fromtimestamp(told, UTC):%m-%d %H:%M:%S}"

    def watch(self, seconds: float) -> list[str]:
        """Let time pass; return each movement of the relay, by the plug's clock in UTC.

        The plug is woken for its rules and not for its meter, or each day would take a second.
        """
        bench = self.bench
        end_s, seen, edges = bench.now_s + seconds, [], bench.device.relay.edges
        while bench.now_s < end_s:
            bench.now_s = min(bench.firmware._alarm.due_s, end_s)
            bench.tell()
            if bench.device.relay.edges != edges:
                edges = bench.device.relay.edges
                moment = datetime.fromtimestamp(bench.device.unix_s, UTC)
                seen.append(f"{moment:%m-%d %H:%M:%S} {'on' if self.is_on else 'off'}")
        return seen


@pytest.fixture
def owner(bench: Any) -> Owner:
    """Of a plug that belongs to no network: nobody else can be behind what it does."""
    return Owner(bench)


def test_a_timer_acts_at_its_minute_each_day_with_no_network_at_all(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:00:13")
    owner.add("07:00", on=False)
    owner.add("07:01", on=True)
    assert owner.watch(2 * DAY_S) == [
        "05-01 07:00:00 off",
        "05-01 07:01:00 on",
        "05-02 07:00:00 off",
        "05-02 07:01:00 on",
    ]
    assert owner.changed_at == "05-02 07:01:00"


def test_each_change_is_kept_and_pushed_as_every_other(home_bench: Any) -> None:
    owner = Owner(home_bench)
    owner.tell_time("2024-05-01 06:59:50")
    owner.add("07:00", on=False)
    home_bench.take()
    home_bench.pass_time(20)
    [(_, message)] = home_bench.spoken()
    assert message["header"]["namespace"] == ns.CONTROL_TOGGLE_X
    assert message["payload"] == {
        "togglex": [{"channel": 0, "onoff": 0, "lmTime": at("2024-05-01 07:00:00")}]
    }
    home_bench.tell(PowerCycled())
    home_bench.pass_time(10)
    assert not owner.is_on


def test_a_timer_that_changes_nothing_says_nothing(home_bench: Any) -> None:
    owner = Owner(home_bench)
    owner.tell_time("2024-05-01 06:59:50")
    owner.add("07:00", on=True)
    home_bench.take()
    home_bench.pass_time(20)
    assert home_bench.spoken() == []


def test_timers_act_while_the_server_is_away(home_bench: Any) -> None:
    owner = Owner(home_bench)
    owner.tell_time("2024-05-01 06:59:50")
    owner.add("07:00", on=False)
    home_bench.tell(BrokerLost())
    home_bench.take()
    home_bench.pass_time(20)
    assert not owner.is_on
    assert home_bench.spoken() == []


def test_without_a_clock_no_timer_acts_and_nothing_is_made_up_for(owner: Owner) -> None:
    owner.add("07:00", on=False)
    assert owner.watch(DAY_S) == []
    owner.tell_time("2024-05-01 07:01:00")
    assert owner.watch(DAY_S) == ["05-02 07:00:00 off"]


def test_a_plug_that_learns_the_time_within_the_minute_still_acts(owner: Owner) -> None:
    owner.add("07:00", on=False)
    owner.tell_time("2024-05-01 07:00:59")
    assert not owner.is_on


def test_rules_are_there_after_a_restart(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:00:00")
    owner.add("07:00", on=False)
    owner.bench.tell(PowerCycled())
    owner.bench.pass_time(10)
    owner.correct("2024-05-01 06:59:00")
    assert owner.watch(90) == ["05-01 07:00:00 off"]


def test_a_timer_that_acts_once_disables_itself_and_tells_the_server(home_bench: Any) -> None:
    owner = Owner(home_bench)
    owner.tell_time("2024-05-01 06:59:50")
    timer_id = owner.add("07:00", on=False, repeats=False)
    home_bench.take()
    home_bench.pass_time(20)
    pushed = [(message["header"]["namespace"], message["payload"]) for _, message in home_bench.spoken()]
    assert [namespace for namespace, _ in pushed] == [ns.CONTROL_TOGGLE_X, ns.CONTROL_TIMER_X]
    assert pushed[1][1]["timerx"][0]["enable"] == 0
    told = home_bench.get(ns.CONTROL_TIMER_X, {"timerx": {"id": timer_id}})
    assert (told["digest"]["count"], told["timerx"]["enable"]) == (2, 0)
    owner.switch(on=True)
    assert owner.watch(2 * DAY_S) == []


def test_a_timer_that_acts_once_waits_for_its_day(owner: Owner) -> None:
    owner.tell_time("2024-05-01 12:00:00")  # a Wednesday
    owner.add("07:00", on=False, repeats=False, days=frozenset({Weekday.FRIDAY}))
    assert owner.watch(3 * DAY_S) == ["05-03 07:00:00 off"]


def test_a_changed_timer_acts_as_it_is_now_and_a_forgotten_one_not_at_all(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:00:00")
    changed = Timer(id=owner.add("07:00", on=False), at=AtClock(minute=8 * 60), turns_on=False)
    owner.bench.set(ns.CONTROL_TIMER_X, {"timerx": as_data(timer_entry(changed))})
    forgotten = owner.add("07:30", on=False)
    owner.bench.ask("DELETE", ns.CONTROL_TIMER_X, {"timerx": {"id": forgotten}})
    owner.add("07:45", on=False, enabled=False)
    assert owner.watch(DAY_S / 2) == ["05-01 08:00:00 off"]


def test_a_timer_for_the_minute_that_it_is_waits_for_the_next_day(owner: Owner) -> None:
    owner.tell_time("2024-05-01 07:00:10")
    owner.bench.pass_time(5)
    owner.add("07:00", on=False)
    assert owner.watch(DAY_S + MINUTE) == ["05-02 07:00:00 off"]


def test_timers_of_one_minute_act_in_the_order_of_their_slots(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:59:00")
    owner.add("07:00", on=False)
    owner.add("07:00", on=True, repeats=False)
    edges = owner.bench.device.relay.edges
    owner.bench.pass_time(90)
    assert owner.is_on
    assert owner.bench.device.relay.edges == edges + 2


def test_a_busy_plug_makes_up_for_its_own_delay_in_order(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:59:00")
    owner.add("07:02", on=True)
    owner.add("07:01", on=False)
    owner.add("07:00", on=False, repeats=False)
    edges = owner.bench.device.relay.edges
    owner.bench.now_s += 300
    owner.bench.tell(ButtonPressed(held_s=0.1))
    assert owner.bench.device.relay.edges == edges + 3  # off, on, and what the person did
    assert not owner.is_on


@pytest.mark.parametrize("correction", ["06:59:57", "06:56:00"])
def test_a_clock_that_is_set_back_a_little_repeats_nothing(owner: Owner, correction: str) -> None:
    owner.tell_time("2024-05-01 06:59:55")
    owner.add("07:00", on=False)
    assert owner.watch(6) == ["05-01 07:00:00 off"]
    owner.switch(on=True)
    owner.correct(f"2024-05-01 {correction}")
    assert owner.watch(3600) == []


def test_a_clock_that_is_set_forward_a_little_leaves_nothing_out(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:58:00")
    owner.add("07:00", on=False)
    owner.correct("2024-05-01 07:02:30")
    assert not owner.is_on
    assert owner.changed_at == "05-01 07:02:30"


def test_a_clock_that_was_wrong_by_hours_begins_anew(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:00:00")
    owner.add("07:00", on=False)
    owner.correct("2024-05-01 09:00:00")
    assert owner.is_on
    owner.correct("2024-05-01 06:59:00")
    assert owner.watch(3600) == ["05-01 07:00:00 off"]
    owner.switch(on=True)
    owner.correct("2024-05-01 06:59:00")
    assert owner.watch(3600) == ["05-01 07:00:00 off"]


def test_a_new_zone_moves_the_timers(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:30:00")
    owner.add("09:00", on=False)
    owner.tell_time("2024-05-01 06:30:30", "Europe/Berlin")
    assert owner.watch(3600) == ["05-01 07:00:00 off"]


@pytest.mark.parametrize(
    ("begin", "moves"),
    [
        # 02:15 and 02:45 are left out, 03:00 is at once: off last, as on any other day
        ("2024-03-30 23:00", ["03-31 01:00:00 off"]),
        # 02:15 and 02:45 come twice and act once
        ("2024-10-26 22:30", ["10-27 00:15:00 off", "10-27 00:45:00 on", "10-27 02:00:00 off"]),
    ],
)
def test_both_changes_of_summer_time(owner: Owner, begin: str, moves: list[str]) -> None:
    owner.tell_time(f"{begin}:00", "Europe/Berlin")
    owner.add("03:00", on=False)
    owner.add("02:45", on=True)
    owner.add("02:15", on=False)
    edges = owner.bench.device.relay.edges
    assert owner.watch(4 * 3600) == moves
    assert owner.bench.device.relay.edges == edges + 3


def test_the_sun_is_followed_where_the_plug_is(owner: Owner) -> None:
    owner.tell_time("2024-06-20 22:30:00", "Europe/Berlin")
    owner.bench.set(ns.SYSTEM_POSITION, {"position": {"longitude": 13_405_000, "latitude": 52_520_000}})
    owner.add(AtSun(event=SunEvent.SUNRISE, offset_min=15), on=False)
    owner.add(AtSun(event=SunEvent.SUNSET, offset_min=-30), on=True)
    told = owner.bench.get(ns.SYSTEM_DEBUG)["debug"]["system"]["suncalc"]
    assert told == "4:43;21:33"
    assert owner.watch(DAY_S) == ["06-21 02:58:00 off", "06-21 19:03:00 on"]


def test_a_position_that_is_none_is_taken_for_none(make_bench: Callable[..., Any]) -> None:
    nowhere = {"meross:dev.ctl.longitude": "9" * 18, "meross:dev.ctl.latitude": "-" + "9" * 18}
    owner = Owner(make_bench(saved=nowhere))
    owner.tell_time("2024-03-20 00:00:00")
    owner.add(AtSun(event=SunEvent.SUNRISE), on=False)
    assert owner.watch(DAY_S) == ["03-20 06:03:00 off"]


def test_a_plug_that_restarts_does_nothing_meanwhile(owner: Owner) -> None:
    owner.tell_time("2024-05-01 06:59:59")
    owner.add("07:00", on=False)
    owner.bench.now_s += 0.9
    owner.bench.tell(PowerCycled())
    owner.bench.pass_time(60)
    assert owner.is_on


def test_it_is_logged_on_the_console(console: Any) -> None:
    owner = Owner(console)
    owner.tell_time("2024-05-01 06:59:50")
    owner.add("07:00", on=True)
    owner.add_auto_off(15)
    console.printed()
    console.pass_time(20)
    log = console.printed().decode()
    assert "M: mrs_timer C: info F: mrs_timer_proc L: 402]: rule[0] on" in log
    assert "M: mrs_atf C: info F: mrs_autooff_proc L: 518]: off" in log


def test_auto_off_counts_from_turning_on_whoever_did_it(home_bench: Any) -> None:
    owner = Owner(home_bench)
    owner.tell_time("2024-05-01 06:00:00")
    owner.switch(on=False)
    owner.add_auto_off(900)
    owner.add("07:00", on=True)
    home_bench.tell(ButtonPressed(held_s=0.1))
    assert owner.watch(1000) == ["05-01 06:15:00 off"]
    home_bench.deliver("SET", ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 0, "onoff": 1}})
    assert owner.watch(1000) == ["05-01 06:31:40 off"]
    home_bench.take()
    assert owner.watch(3600) == ["05-01 07:00:00 on", "05-01 07:15:00 off"]
    pushed = [message["payload"]["togglex"][0]["onoff"] for _, message in home_bench.spoken()]
    assert pushed == [1, 0]


def test_turning_on_again_does_not_begin_anew_and_turning_off_ends_it(owner: Owner) -> None:
    owner.switch(on=False)
    owner.add_auto_off(900)
    owner.switch(on=True)
    owner.bench.pass_time(600)
    owner.switch(on=True)
    owner.bench.pass_time(299)
    assert owner.is_on
    owner.switch(on=False)
    owner.switch(on=True)
    owner.bench.pass_time(899)
    assert owner.is_on
    owner.bench.pass_time(1)
    assert not owner.is_on


def test_of_several_auto_offs_the_shortest_that_is_enabled_acts(owner: Owner) -> None:
    owner.switch(on=False)
    for duration_s, enabled in ((900, True), (300, True), (60, False)):
        owner.add_auto_off(duration_s, enabled=enabled)
    owner.switch(on=True)
    owner.bench.pass_time(299)
    assert owner.is_on
    owner.bench.pass_time(1)
    assert not owner.is_on


def test_an_auto_off_holds_on_the_days_of_turning_on(owner: Owner) -> None:
    owner.tell_time("2024-05-01 12:00:00", "Europe/Berlin")  # a Wednesday
    owner.switch(on=False)
    owner.add_auto_off(15 * 3600, days=frozenset({Weekday.WEDNESDAY}))
    owner.switch(on=True)
    assert owner.watch(DAY_S) == ["05-02 03:00:00 off"]
    owner.switch(on=True)
    assert owner.watch(DAY_S) == []


def test_an_auto_off_without_a_clock_counts_on_every_day(owner: Owner) -> None:
    owner.switch(on=False)
    owner.add_auto_off(900, days=frozenset({Weekday.SUNDAY}))
    owner.switch(on=True)
    owner.bench.pass_time(900)
    assert not owner.is_on


def test_an_auto_off_that_is_made_later_counts_from_then(owner: Owner) -> None:
    owner.switch(on=True)
    owner.bench.pass_time(3600)
    auto_off_id = owner.add_auto_off(900)
    owner.bench.pass_time(899)
    assert owner.is_on
    owner.bench.ask("DELETE", ns.CONTROL_TRIGGER_X, {"triggerx": {"id": auto_off_id}})
    owner.bench.pass_time(3600)
    assert owner.is_on


def test_an_auto_off_counts_from_a_restart_that_found_the_relay_on(owner: Owner) -> None:
    owner.switch(on=True)
    owner.add_auto_off(900)
    owner.bench.pass_time(600)
    owner.bench.tell(PowerCycled())
    owner.bench.pass_time(owner.bench.timing.reboot_s + 899)
    assert owner.is_on
    owner.bench.pass_time(1)
    assert not owner.is_on


def test_a_change_of_the_clock_does_not_touch_an_auto_off(owner: Owner) -> None:
    owner.tell_time("2024-05-01 12:00:00")
    owner.switch(on=False)
    owner.add_auto_off(900)
    owner.switch(on=True)
    owner.correct("2024-05-01 18:00:00")
    owner.bench.pass_time(899)
    assert owner.is_on
    owner.bench.pass_time(1)
    assert not owner.is_on


def test_an_auto_off_in_the_middle_of_a_relay_test_is_over_once(home_console: Any) -> None:
    owner = Owner(home_console)
    owner.switch(on=True)
    owner.add_auto_off(5)
    home_console.run("meross test relay 1 20")
    assert not home_console.device.relay.is_on
    owner.bench.pass_time(29)  # the test is over and has left the relay as it found it
    assert owner.is_on
    owner.switch(on=True)
    home_console.pass_time(5)
    assert not owner.is_on


def test_a_reset_forgets_the_rules(home_bench: Any) -> None:
    owner = Owner(home_bench)
    owner.tell_time("2024-05-01 06:59:50")
    owner.add("07:00", on=False)
    home_bench.tell(ButtonPressed(held_s=6))
    home_bench.pass_time(1)
    owner.correct("2024-05-01 06:59:50")
    home_bench.pass_time(20)
    assert owner.is_on
    assert home_bench.get(ns.DIGEST_TIMER_X) == {"digest": []}


def test_a_plug_at_home_comes_back_with_its_rules(home_bench: Any) -> None:
    owner = Owner(home_bench)
    owner.add("22:30", on=False)
    home_bench.tell(PowerCycled())
    home_bench.pass_time(2)
    home_bench.tell(BrokerReady())
    home_bench.tell_time(at("2024-05-01 22:29:30"))
    home_bench.deliver("SETACK", ns.CONTROL_BIND)
    assert home_bench.get(ns.SYSTEM_ALL)["all"]["digest"]["timerx"][0]["count"] == 1
    home_bench.pass_time(31)
    assert not owner.is_on
