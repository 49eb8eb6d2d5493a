"""A plug as a record of the vendor's device list, and as its programs read it."""

from __future__ import annotations

import pytest
from meross_iot.model.enums import OnlineStatus
from meross_iot.model.http.device import HttpDeviceInfo
from tests.unit.bridges.cloud.conftest import HOST, KETTLE, NOON, plug

from ownplug.bridges.cloud.devices import device_record
from ownplug.core.state import Availability


def test_a_record_has_every_field_of_the_published_one() -> None:
    assert device_record(KETTLE, host=HOST) == {
        "uuid": KETTLE.uuid.text,
        "onlineStatus": 1,
        "devName": "kettle",
        "devIconId": "device001",
        "bindTime": int(NOON.timestamp()),
        "deviceType": "mss310",
        "subType": "us",
        "channels": [{}],
        "region": "eu",
        "fmwareVersion": "2.1.7",
        "hdwareVersion": "2.0.0",
        "userDevIcon": "",
        "iconType": 1,
        "skillNumber": "",
        "domain": HOST,
        "reservedDomain": HOST,
        "hardwareCapabilities": [],
    }


@pytest.mark.parametrize(
    ("availability", "status"),
    [(Availability.ONLINE, 1), (Availability.OFFLINE, 2), (Availability.UNKNOWN, 2)],
)
def test_a_plug_that_is_not_known_to_be_there_is_offline(availability: Availability, status: int) -> None:
    assert (
        device_record(plug("a", "8f1a2b3c", availability=availability), host=HOST)["onlineStatus"] == status
    )


@pytest.mark.parametrize(
    ("outlets", "names"), [(0, []), (1, []), (3, ["Switch 1", "Switch 2"])], ids=["none", "one", "three"]
)
def test_the_first_channel_is_the_whole_device(outlets: int, names: list[str]) -> None:
    first, *others = device_record(plug("strip", "8f1a2b3c", outlets=outlets), host=HOST)["channels"]
    assert first == {}
    assert [each["devName"] for each in others] == names
    assert all(each["type"] == "Switch" for each in others)


@pytest.mark.parametrize("host", [HOST, "hub.local"])
def test_meross_iot_reads_it(host: str) -> None:
    read = HttpDeviceInfo.from_dict(device_record(KETTLE, host=host))
    assert (read.uuid, read.dev_name, read.device_type) == (KETTLE.uuid.text, "kettle", "mss310")
    assert read.online_status is OnlineStatus.ONLINE
    assert (read.get_mqtt_host(), read.get_mqtt_port()) == (host, 443)
