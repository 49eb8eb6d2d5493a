from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import find_profile
from ownplug.virtual.firmware import flash as items

MakeBench = Callable[..., Any]
OTHER_UUID = "1803267197124784101534298f1f49cb"


def test_a_plug_of_another_make_tells_its_own(make_bench: MakeBench) -> None:
    bench = make_bench(find_profile("mss310r@2.1.4"), console=True)
    assert bench.run("meross hw")[1:4] == ["model     :mss310r", "local     :un", "hw version:2.0.0"]
    assert bench.run("meross fw")[1] == "fw version:2.1.4"


def test_at_home_the_station_has_the_address_and_the_router_is_another(home_console: Any) -> None:
    told = home_console.run("ip")
    assert told[told.index("interface: st2") :] == [
        "interface: st2",
        "mode:      dhcp",
        "dhcp:",
        "  ip      127.0.0.1",
        "  netmask 255.255.255.0",
        "  gateway 127.0.0.1",
    ]
    told = home_console.run("meross net")
    assert told[1] == "ip:       :127.0.0.1"
    assert told[-1] == "router mac:02:00:5e:00:53:01"


def test_a_paired_plug_without_a_network_has_no_address(home_console: Any) -> None:
    home_console.type("reboot\r")
    home_console.pass_time(home_console.timing.farewell_s + home_console.timing.reboot_s + 0.01)
    assert home_console.state == "joining"
    assert home_console.run("ip")[-3:] == ["  ip      0.0.0.0", "  netmask 0.0.0.0", "  gateway 0.0.0.0"]


def test_the_own_network_goes_by_the_settings(console: Any) -> None:
    assert "[AP]Ssid: Meross_SW_" + console.device.mac.digits[-4:] in console.run("config show AP")
    console.run("config write network IpAddr 10.11.12.1")
    assert "  ip      10.11.12.1" in console.run("ip")


def test_each_call_of_the_driver_has_the_next_number(console: Any) -> None:
    numbers = [line.split()[-1] for _ in range(130) for line in console.run("meross net")[2:4]]
    assert numbers[:3] == ["0x5", "0x6", "0x7"]
    assert numbers[250:253] == ["0xff", "0x0", "0x1"]


def test_a_connection_takes_memory_and_the_lowest_is_remembered(home_console: Any) -> None:
    def memory(bench: Any) -> list[int]:
        return [int(line.split(":")[1]) for line in bench.run("meross mem")[1:]]

    total, free, low = memory(home_console)
    assert total > free > low
    home_console.type("reboot\r")
    home_console.pass_time(0.8)
    assert memory(home_console) == [184320, 83536, 80496]


def test_the_dhcp_server_runs_while_the_plug_has_its_own_network(console: Any, home_console: Any) -> None:
    assert len(console.run("meross task")) == 2 + 14
    assert not any("dhcpd" in line for line in home_console.run("meross task"))


def test_statistics_count_what_crosses_the_network(console: Any) -> None:
    console.get(ns.SYSTEM_ALL)
    console.run("meross ping 127.0.0.1")
    console.pass_time(1)
    told = console.run("stat")
    assert told[told.index("TCP") + 1 :][:2] == ["\txmit: 1", "\trecv: 1"]
    assert told[told.index("ICMP") + 1 :][:2] == ["\txmit: 1", "\trecv: 1"]
    assert told[told.index("IP") + 1 :][:2] == ["\txmit: 2", "\trecv: 2"]


def test_another_uuid_shows_among_the_settings_and_holds_from_the_next_start_on(console: Any) -> None:
    before = console.device.uuid.text
    assert console.run("meross e2p uuid") == [f"uuid:{before}"]
    assert console.run(f"meross e2p uuid {OTHER_UUID}") == [f"uuid:{OTHER_UUID}", "write ok"]
    assert f"[factory]dev.fac.uuid: {OTHER_UUID}" in console.run("config show factory")
    assert console.run("meross hw")[5] == f"uuid      :{before}"
    console.type("reboot\r")
    console.pass_time(1)
    assert console.run("meross hw")[5] == f"uuid      :{OTHER_UUID}"
    assert console.get(ns.SYSTEM_HARDWARE)["hardware"]["uuid"] == OTHER_UUID


def test_another_mac_changes_login_and_own_network_from_the_next_start_on(console: Any) -> None:
    assert console.run("meross e2p mac 34:29:8f:00:AB:CD") == ["mac:34:29:8f:00:AB:CD", "write ok"]
    console.type("reboot\r")
    console.pass_time(1)
    assert b"ap up34:29:8f:00:ab:cd\r\n" in console.printed()
    assert console.run("config read AP Ssid") == ["Ssid = Meross_SW_abcd"]
    assert console.run("config read STA MacAddr") == ["MacAddr = 34:29:8f:00:ab:cd"]
    assert console.pair().login.username == "34:29:8f:00:ab:cd"


@pytest.mark.parametrize("line", ["uuid x", "uuid " + "z" * 32, "mac 1", "mac zz:zz:zz:zz:zz:zz"])
def test_what_is_no_identity_is_refused(console: Any, line: str) -> None:
    before = console.flash.saved()
    assert console.run(f"meross e2p {line}")[1] == "write error"
    assert console.flash.saved() == before


def test_an_identity_that_was_ruined_otherwise_is_not_believed(console: Any) -> None:
    uuid = console.device.uuid
    console.run("config write factory dev.fac.uuid nobody")
    console.run("config write factory dev.fac.mac nobody")
    console.type("reboot\r")
    console.pass_time(1)
    assert console.device.uuid == uuid
    assert console.run("config read factory dev.fac.uuid") == ["dev.fac.uuid = nobody"]
    console.run("config reset factory")
    assert console.flash.read(items.FACTORY_UUID) == uuid.text
