from __future__ import annotations

from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.signals import BrokerReady, ButtonPressed, LeaveBroker, PowerCycled
from ownplug.virtual.parts.light import Light


def reboot(bench: Any) -> None:
    bench.type("reboot\r")
    bench.pass_time(5)
    bench.printed()


def test_switching_moves_the_relay_and_tells_the_server(home_console: Any) -> None:
    uuid = home_console.device.uuid
    assert home_console.run(f"meross switch {uuid} off") == []
    assert not home_console.device.relay.is_on
    [(_, push)] = home_console.spoken()
    assert push["payload"]["togglex"][0]["onoff"] == 0
    assert home_console.run(f"meross switch {uuid.text.upper()} on") == []
    assert home_console.said() == [f"PUSH {ns.CONTROL_TOGGLE_X}"]
    assert home_console.device.relay.edges == 2


def test_another_plugs_uuid_switches_nothing(home_console: Any) -> None:
    assert home_console.run(f"meross switch {'0' * 32} off") == ["switch error:uuid"]
    assert home_console.device.relay.edges == 0


def test_factory_mode_is_red_at_once_lasts_over_restarts_and_only_the_console_leads_out(console: Any) -> None:
    assert console.run("meross fac 1") == ["In fac mode:YES"]
    assert console.firmware.led is Light.RED_FLASHING
    reboot(console)
    assert console.state == "factory"
    console.tell(ButtonPressed(held_s=9))
    console.tell(PowerCycled())
    console.pass_time(5)
    assert (console.state, console.firmware.led) == ("factory", Light.RED_FLASHING)
    assert console.ask("GET", ns.SYSTEM_ALL) is None
    assert console.run("meross fac") == ["In fac mode:YES"]
    assert console.run("meross fac 0") == ["In fac mode:NO"]
    assert console.firmware.led is Light.RED_FLASHING
    reboot(console)
    assert (console.state, console.firmware.led) == ("pairing", Light.GREEN_ORANGE)


def test_factory_mode_does_not_forget_the_home(home_console: Any) -> None:
    home_console.run("config write factory dev.fac.mode 1")
    assert home_console.firmware.led is Light.GREEN
    reboot(home_console)
    assert home_console.state == "factory"
    home_console.run("meross fac 0")
    reboot(home_console)
    assert home_console.state == "connecting"


def test_the_button_still_switches_in_factory_mode(console: Any) -> None:
    console.run("meross fac 1")
    reboot(console)
    console.tell(ButtonPressed(held_s=0.2))
    assert not console.device.relay.is_on


@pytest.mark.parametrize(
    ("words", "light"),
    [
        ("red on", Light.RED),
        ("red slow", Light.RED_FLASHING),
        ("red quick", Light.RED_FLICKERING),
        ("green on", Light.GREEN),
        ("green slow", Light.GREEN_FLASHING),
        ("green quick", Light.GREEN_FLICKERING),
        ("red off", Light.OFF),
        ("green off", Light.OFF),
    ],
)
def test_the_light_obeys_until_the_firmware_has_something_to_show(
    home_console: Any, words: str, light: Light
) -> None:
    assert home_console.run(f"meross led {words}") == []
    home_console.pass_time(100)
    assert home_console.firmware.led is light
    shown = []
    for _ in range(2):
        home_console.tell(ButtonPressed(held_s=0.2))
        shown.append(home_console.firmware.led)
    assert shown == [Light.OFF, Light.GREEN]


def test_a_restart_takes_the_light_out_of_ones_hand(console: Any) -> None:
    console.run("meross led red quick")
    reboot(console)
    assert console.firmware.led is Light.GREEN_ORANGE


def test_the_relay_is_tested_by_over_and_back(home_console: Any) -> None:
    assert home_console.run("meross test relay 3 2") == []
    moments = []
    for second in range(20):
        moments.append((second, home_console.device.relay.edges))
        home_console.pass_time(1)
    assert [edges for _, edges in moments[:12:2]] == [1, 2, 3, 4, 5, 6]
    assert moments[-1] == (19, 6)
    assert home_console.device.relay.is_on
    assert home_console.said() == []
    assert home_console.flash.read(items.RELAY) == "1"


@pytest.mark.parametrize("words", ["0 1", "1 0", "-1 1", "x 1", "1 x", "100000 1", "1 1.5", "\u0663 1"])
def test_a_test_of_the_relay_that_makes_no_sense_brings_the_usage(console: Any, words: str) -> None:
    assert console.run(f"meross test relay {words}") == ["meross test relay count interval"]
    assert console.device.relay.edges == 0


def test_a_test_ends_with_the_plugs_life(console: Any) -> None:
    console.run("meross test relay 100 1")
    console.tell(PowerCycled())
    console.pass_time(1)
    before = console.device.relay.edges
    console.pass_time(50)
    assert console.device.relay.edges == before
    assert console.device.relay.is_on


def test_many_tests_at_a_time_are_bounded(console: Any) -> None:
    for _ in range(1000):
        console.type("meross test relay 10000 1\r")
    console.device.relay.edges = 0
    console.pass_time(10)
    assert 0 < console.device.relay.edges <= 10 * 32


def test_unbinding_tells_the_server_forgets_the_home_and_keeps_who_it_is(home_console: Any) -> None:
    uuid = home_console.device.uuid
    printed = home_console.type("meross iot unbind\r").decode()
    assert "device unbind via cli [Online]\r\n[T: " in printed
    assert "event factory reset" in printed
    assert "event not init" not in printed
    assert home_console.said() == [f"PUSH {ns.CONTROL_UNBIND}"]
    home_console.pass_time(1)
    assert (home_console.state, home_console.device.uuid) == ("pairing", uuid)
    assert home_console.owned() == {}


def test_unbinding_ends_the_connection(home_console: Any) -> None:
    home_console.type("meross iot unbind\r")
    assert LeaveBroker() in home_console.take()


@pytest.mark.parametrize(
    ("writes", "state"),
    [
        (["STA Ssid Other", "meross dev.cfg.State 1"], "connecting"),
        (["meross dev.cfg.State 0"], "pairing"),
        (["factory dev.fac.mode 1"], "factory"),
    ],
)
def test_what_is_written_into_the_settings_decides_the_next_start(
    home_console: Any, writes: list[str], state: str
) -> None:
    for write in writes:
        assert home_console.run(f"config write {write}")[1] == "write data item ok"
    reboot(home_console)
    assert home_console.state == state


def test_the_server_written_into_the_settings_is_the_one_it_connects_to(home_console: Any) -> None:
    home_console.run("config write meross dev.cfg.Server mine.example")
    home_console.run("config write meross dev.cfg.Port 1883")
    reboot(home_console)
    order = home_console.connection()
    assert (order.host, order.port) == ("mine.example", 1883)
    home_console.tell(BrokerReady())
    assert home_console.state == "starting"


def test_the_relay_starts_where_the_settings_say(home_console: Any) -> None:
    home_console.run("config write meross dev.ctl.switchStatus.00 0")
    assert home_console.device.relay.is_on
    reboot(home_console)
    assert not home_console.device.relay.is_on
