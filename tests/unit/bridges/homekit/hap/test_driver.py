"""What the driver keeps and counts, without a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyhap.loader import Loader
from tests.unit.bridges.homekit.hap.test_accessory import CLIENT, KETTLE, OTHER

from ownplug.bridges.homekit.hap import Controls, Driver
from ownplug.bridges.homekit.hap.connection import Connection
from ownplug.bridges.homekit.state_file import StateFile
from ownplug.core.errors import NotKept
from ownplug.core.identity import Uuid

PHONE = "C69BFB83-C3BE-4772-A0CB-98A125E37E2C"
LAMP = replace(KETTLE, uuid=Uuid("1706223411101036000134298f1a2b3d"), aid=6, name="lamp")


async def switch(uuid: Uuid, feature_id: str, on: bool) -> None:
    raise AssertionError


def open_driver(file: StateFile) -> Driver:
    controls = Controls(switch=switch, identify=lambda uuid: None)
    return Driver(file, controls, address="127.0.0.1", port=0, loader=Loader())


async def state_file(folder: Path) -> StateFile:
    file = StateFile(folder / "homekit.json")
    await file.load()
    return file


async def test_who_it_is_and_who_has_paired_outlasts_it(tmp_path: Path) -> None:
    driver = open_driver(await state_file(tmp_path))
    driver.pair(PHONE.encode(), b"\x01" * 32, b"\x01")
    driver.pair(PHONE.lower().replace("c", "d").encode(), b"\x02" * 32, b"\x00")
    assert driver.has_other_pairings
    await driver.save()
    again = open_driver(await state_file(tmp_path))
    assert again.kept == driver.kept
    assert again.state.paired_clients == driver.state.paired_clients
    assert again.state.uuid_to_bytes == driver.state.uuid_to_bytes
    assert [each.is_admin for each in again.kept.pairings] == [True, False]
    assert (again.state.mac, again.state.pincode) == (driver.state.mac, driver.state.pincode)
    assert (again.state.setup_id, again.is_dirty) == (driver.state.setup_id, False)


async def test_the_last_administrator_takes_everybody_along(tmp_path: Path) -> None:
    driver = open_driver(await state_file(tmp_path))
    driver.pair(PHONE.encode(), b"\x01" * 32, b"\x01")
    driver.pair(PHONE.lower().replace("c", "d").encode(), b"\x02" * 32, b"\x00")
    driver.unpair(next(iter(driver.state.paired_clients)))
    assert driver.kept.pairings == ()


async def test_what_the_disk_does_not_take_has_not_happened(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    driver = open_driver(await state_file(folder))
    driver.pair(PHONE.encode(), b"\x01" * 32, b"\x01")
    await driver.save()
    folder.rename(tmp_path / "gone")
    with pytest.raises(NotKept):
        await driver.unpair_all()
    assert driver.kept.is_paired
    (tmp_path / "gone").rename(folder)
    await driver.unpair_all()
    assert [each.name for each in driver.kept.pairings] == []
    assert b"c69bfb83" not in (folder / "homekit.json").read_bytes().lower()


async def test_the_number_rises_when_homes_have_to_read_anew(tmp_path: Path) -> None:
    driver = open_driver(await state_file(tmp_path))
    numbers = []

    def count() -> None:
        driver.count_layout()
        numbers.append(driver.kept.config_number)

    assert driver.show(KETTLE)
    count()
    assert not driver.show(replace(KETTLE, is_online=False))
    count()
    assert driver.show(replace(KETTLE, name="tea pot"))
    count()
    assert driver.show(LAMP)
    count()
    assert driver.take_away(KETTLE.uuid)
    assert not driver.take_away(KETTLE.uuid)
    count()
    assert numbers == [2, 2, 3, 4, 5]
    assert driver.plugs.keys() == {LAMP.uuid}


async def test_whoever_switches_is_not_told_afterwards_what_was_before(tmp_path: Path) -> None:
    driver = open_driver(await state_file(tmp_path))
    connections = driver.http_server.connections
    sender, other = (Connection(driver.loop, connections, driver) for _ in range(2))
    connections.update({CLIENT: sender, OTHER: other})
    before = {"aid": 5, "iid": 17, "value": False}
    try:
        for each in (sender, other):
            each.queue_event(before, immediate=False)
        driver.publish({**before, "value": True}, CLIENT)
        assert (list(sender._event_queue), list(other._event_queue)) == ([], [(5, 17)])
    finally:
        for each in (sender, other):
            assert each._event_timer is not None
            each._event_timer.cancel()


async def test_a_bridge_has_room_for_so_many_and_for_those_that_it_has(tmp_path: Path) -> None:
    driver = open_driver(await state_file(tmp_path))
    assert driver.has_room_for(KETTLE.uuid, 1)
    driver.show(KETTLE)
    assert driver.has_room_for(KETTLE.uuid, 1)
    assert not driver.has_room_for(LAMP.uuid, 1)
