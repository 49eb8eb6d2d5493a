"""Accessories without a network: which numbers they have, and who is told what."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pyhap.accessory_driver import AccessoryDriver

from ownplug.bridges.homekit.description import Meter, Outlet, Shown
from ownplug.bridges.homekit.hap.accessory import PlugAccessory, Write
from ownplug.core.identity import Uuid

CLIENT, OTHER = ("10.0.0.1", 1), ("10.0.0.2", 2)
METER = Meter(power_w=60.0, energy_kwh=1.5, voltage_v=230.0, current_a=0.26)
OUTLET = Outlet(channel=0, name="kettle", feature_id="on", is_on=True, is_in_use=True, meter=METER)
KETTLE = Shown(
    uuid=Uuid("1706223411101036000134298f1a2b3c"),
    aid=5,
    name="kettle",
    model="mss310",
    serial="34:29:8f:1a:2b:3c",
    firmware="2.1.7",
    hardware="2.0.0",
    is_online=True,
    can_identify=True,
    outlets=(OUTLET,),
)


class Listening(AccessoryDriver):
    """A driver that tells nobody but us."""

    def __init__(self) -> None:
        super().__init__(
            address="127.0.0.1",
            port=1,
            loop=asyncio.get_running_loop(),
            pincode=b"031-45-154",
            advertise=False,
        )
        self.told: list[tuple[int, Any, Any]] = []
        self.wanted: list[Write] = []
        self.identified: list[Uuid] = []

    def publish(self, data: dict[str, Any], sender_client_addr: Any = None, immediate: bool = False) -> None:
        self.told.append((data["iid"], data["value"], sender_client_addr))

    def plug(self, shown: Shown = KETTLE) -> PlugAccessory:
        plug = PlugAccessory(self, shown, self.wanted.append, self.identified.append)
        self.told.clear()
        return plug


def iids(plug: PlugAccessory) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for number, service in enumerate(plug.services):
        for each in service.characteristics:
            iid = plug.iid_manager.get_iid(each)
            assert iid is not None
            found[f"{service.display_name} {number}", str(each.display_name)] = iid
    return found


def with_outlets(*outlets: Outlet) -> Shown:
    return replace(KETTLE, outlets=outlets)


async def test_numbers_stay_whatever_else_the_plug_has() -> None:
    driver = Listening()
    bare = iids(driver.plug(with_outlets(replace(OUTLET, meter=None))))
    second = replace(OUTLET, channel=1, meter=None)
    whole = iids(driver.plug(with_outlets(OUTLET, second)))
    assert bare.items() <= whole.items()
    assert len(set(whole.values())) == len(whole)
    assert whole["Outlet 1", "On"] == 17
    assert whole["Outlet 2", "On"] == 33


async def test_news_is_told_once() -> None:
    driver = Listening()
    plug = driver.plug()
    at = iids(plug)
    off = replace(OUTLET, is_on=False, is_in_use=False, meter=replace(METER, power_w=0.0))
    for _ in range(2):
        plug.show(with_outlets(off))
    assert driver.told == [
        (at["Outlet 1", "On"], False, None),
        (at["Outlet 1", "OutletInUse"], False, None),
        (at["Outlet 1", "Power"], 0.0, None),
    ]


async def test_nobody_is_told_what_has_only_been_wanted() -> None:
    driver = Listening()
    plug = driver.plug()
    switch = plug.get_characteristic(5, 17)
    assert switch is not None
    switch.client_update_value(False, CLIENT)
    assert (switch.value, driver.told) == (True, [])
    [write] = driver.wanted
    assert (write.plug, write.outlet.outlet.feature_id, write.on) == (plug, "on", False)


@pytest.mark.parametrize("news_first", [True, False])
async def test_whoever_switches_knows_and_all_others_are_told(news_first: bool) -> None:
    driver = Listening()
    plug = driver.plug()
    write = Write(plug=plug, outlet=plug._outlets[0], on=False)
    news = with_outlets(replace(OUTLET, is_on=False))
    with write.outlet.writing(write, CLIENT):
        if news_first:
            plug.show(news)
    plug.show(news)
    assert driver.told == [(17, False, CLIENT)]


async def test_a_button_that_is_pressed_meanwhile_has_the_last_word() -> None:
    driver = Listening()
    plug = driver.plug()
    write = Write(plug=plug, outlet=plug._outlets[0], on=False)
    with write.outlet.writing(write, CLIENT):
        plug.show(with_outlets(replace(OUTLET, is_on=False)))
        plug.show(KETTLE)
    assert driver.told == [(17, False, CLIENT), (17, True, None)]


async def test_what_did_not_work_is_told_to_nobody() -> None:
    driver = Listening()
    plug = driver.plug()
    write = Write(plug=plug, outlet=plug._outlets[0], on=False)
    with pytest.raises(TimeoutError), write.outlet.writing(write, CLIENT):
        raise TimeoutError
    assert driver.told == []


async def test_a_plug_that_is_gone_is_not_available_and_can_be_told_which_it_is() -> None:
    driver = Listening()
    plug = driver.plug()
    seen = [plug.available]
    plug.show(replace(KETTLE, is_online=False))
    assert [*seen, plug.available] == [True, False]
    identify = plug.get_characteristic(5, 2)
    assert identify is not None
    identify.client_update_value(True, OTHER)
    assert driver.identified == [KETTLE.uuid]
