from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.sign import md5_hex
from ownplug.virtual import AccessPoint, Air
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.signals import (
    BrokerLost,
    BrokerReady,
    ButtonPressed,
    ConnectBroker,
    Delivered,
    LeaveBroker,
    PowerCycled,
    PowerLost,
)

MakeBench = Callable[..., Any]


def connections(bench: Any) -> list[str]:
    return [effect.host for effect in bench.take() if isinstance(effect, ConnectBroker)]


def test_paired_it_restarts_joins_and_connects_as_its_owner_said(bench: Any) -> None:
    assert bench.state == "pairing"
    order = bench.pair()
    assert bench.state == "connecting"
    assert (order.host, order.port) == ("hub.example", 8883)
    assert order.inbox == f"/appliance/{bench.device.uuid}/subscribe"
    assert order.login.username == bench.device.uuid.mac.text
    assert order.login.password.reveal() == f"10001_{md5_hex(order.login.username + bench.key)}"
    assert re.fullmatch(f"fmware:{bench.device.uuid}_[A-Za-z0-9]{{16}}", order.client_id)
    assert len(order.client_id) == 56


def test_every_start_has_a_new_client_id(home_bench: Any) -> None:
    home_bench.tell(PowerCycled())
    home_bench.pass_time(2)
    first = home_bench.connection().client_id
    home_bench.tell(PowerCycled())
    home_bench.pass_time(2)
    assert home_bench.connection().client_id != first


def test_servers_alternate_until_one_answers(bench: Any) -> None:
    bench.pair()
    for _ in range(3):
        bench.tell(BrokerLost())
        bench.pass_time(3)
    assert connections(bench) == ["hub.example", "spare.example", "hub.example", "spare.example"]
    assert bench.get(ns.SYSTEM_ALL)["all"]["system"]["firmware"]["server"] == "spare.example"


def test_a_missing_second_server_is_not_tried(bench: Any) -> None:
    bench.pair(second=False)
    bench.tell(BrokerLost())
    bench.pass_time(3)
    assert connections(bench) == ["hub.example", "hub.example"]


def test_a_new_plug_that_reaches_no_server_falls_back_to_pairing(bench: Any) -> None:
    bench.pair()
    for _ in range(14):
        bench.tell(BrokerLost())
        bench.pass_time(3)
    assert bench.state == "connecting"
    bench.tell(BrokerLost())
    bench.pass_time(4)
    assert bench.state == "pairing"
    assert bench.flash.read(items.SERVER) == ""


def test_a_plug_that_was_home_never_gives_up(home_bench: Any) -> None:
    for _ in range(1000):
        home_bench.tell(BrokerLost())
        home_bench.pass_time(3)
    assert home_bench.state == "connecting"
    home_bench.tell(BrokerReady())
    home_bench.tell_time()
    assert home_bench.state == "online"
    assert home_bench.key


def test_a_network_that_cannot_be_joined_ends_in_pairing_and_says_why(make_bench: MakeBench) -> None:
    bench = make_bench(air=Air(networks=(AccessPoint(ssid="Home", password="other"),), is_generous=False))
    bench.set(ns.CONFIG_WIFI, {"wifi": {"ssid": "SG9tZQ==", "password": "c2VjcmV0MTIz"}})
    bench.pass_time(10)
    assert bench.state == "pairing"
    trace = bench.get(ns.CONFIG_TRACE)["trace"]
    assert trace["ssid"] == "SG9tZQ=="
    assert trace["code"] != 0


def test_a_plug_at_home_waits_for_its_network_to_come_back(home_bench: Any) -> None:
    home_bench.device.air = Air(networks=(), is_generous=False)
    home_bench.tell(PowerCycled())
    home_bench.pass_time(3600)
    assert home_bench.state == "joining"
    home_bench.device.air = Air()
    home_bench.pass_time(4)
    assert home_bench.state == "connecting"


def test_without_a_server_it_falls_back_too(bench: Any) -> None:
    bench.set(ns.CONFIG_WIFI, {"wifi": {"ssid": "SG9tZQ=="}})
    bench.pass_time(40)
    assert bench.state == "connecting"
    bench.pass_time(10)
    assert bench.state == "pairing"


def test_unbinding_forgets_the_owner_and_not_who_it_is(home_bench: Any) -> None:
    uuid = home_bench.device.uuid
    home_bench.deliver("PUSH", ns.CONTROL_UNBIND)
    assert [type(effect) for effect in home_bench.take()] == [LeaveBroker]
    home_bench.pass_time(1)
    assert home_bench.state == "pairing"
    assert home_bench.owned() == {}
    assert home_bench.get(ns.SYSTEM_HARDWARE)["hardware"]["uuid"] == uuid.text


def test_unbinding_by_http_drops_the_connection(home_bench: Any) -> None:
    assert home_bench.ask("PUSH", ns.CONTROL_UNBIND) is None
    assert home_bench.state == "rebooting"


def test_a_long_press_tells_the_server_goodbye_and_enters_pairing(home_bench: Any) -> None:
    home_bench.tell(ButtonPressed(held_s=5))
    assert home_bench.said() == [f"PUSH {ns.CONTROL_UNBIND}"]
    home_bench.pass_time(1)
    assert home_bench.state == "pairing"
    assert home_bench.owned() == {}


def test_given_other_servers_it_moves_at_once_with_the_new_key(home_bench: Any) -> None:
    key = {"userId": 7, "key": "new", "gateway": {"host": "b.example", "port": "2001", "redirect": 2}}
    home_bench.deliver("SET", ns.CONFIG_KEY, {"key": key})
    [reply, leave] = home_bench.take()
    assert b"SETACK" in reply.payload
    assert isinstance(leave, LeaveBroker)
    home_bench.pass_time(1)
    order = home_bench.connection()
    assert (order.host, order.port) == ("b.example", 2001)
    assert order.login.password.reveal() == f"7_{md5_hex(order.login.username + 'new')}"


def test_the_time_of_earlier_lives_is_forgotten(home_bench: Any) -> None:
    assert home_bench.device.unix_s > 1e9
    home_bench.tell(PowerCycled())
    home_bench.pass_time(1)
    assert home_bench.device.unix_s < 10


@pytest.mark.parametrize("told", [BrokerReady(), BrokerLost(), Delivered(payload=b"{}")])
def test_news_of_a_broker_mean_nothing_to_a_plug_that_is_not_looking_for_one(bench: Any, told: Any) -> None:
    bench.tell(told)
    assert bench.state == "pairing"


def test_unplugged_it_is_off_until_it_is_put_in_again(home_bench: Any) -> None:
    home_bench.tell(PowerLost())
    assert [type(effect) for effect in home_bench.take()] == [LeaveBroker]
    home_bench.tell(BrokerReady(), PowerLost())
    assert (home_bench.state, home_bench.firmware.led) == ("off", "off")
    assert home_bench.take() == []
    home_bench.now_s += 1000
    home_bench.tell(PowerCycled())
    home_bench.pass_time(2)
    assert home_bench.state == "connecting"
