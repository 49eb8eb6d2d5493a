"""Programs written for the vendor's cloud, unmodified, with ours as their cloud: all that they do to a plug."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.judges.cloud_house import (
    EARLIER_DAY_WH,
    EMAIL,
    PASSWORD,
    CloudHouse,
    earlier_day,
)
from tests.e2e.judges.foreign import NODE_MODULES, require_meross_cloud, require_older_meross_iot

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.judged]

HERE = Path(__file__).parent
ECOSYSTEM = "Programs of the vendor's cloud"
WORKS = "signed in, found, switched, readings, days, light, pushes, gone and back; by MQTT and LAN"


@pytest.fixture
def house(launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path) -> CloudHouse:
    house = CloudHouse(launch, ownplug, tmp_path)
    house.start()
    house.take_home("kettle")
    house.add_account()
    return house


def test_meross_iot(house: CloudHouse, judged: Callable[..., None]) -> None:
    # From 0.4.7 on its LAN mode speaks to plugs that want their bodies encrypted, and to no others.
    house.take_home("lamp", model="mss110")
    check_meross_iot(house, sys.executable, lan_plug="lamp")
    judged(ECOSYSTEM, WORKS, "meross-iot", version("meross_iot"))


def test_an_older_meross_iot(house: CloudHouse, judged: Callable[..., None]) -> None:
    """The last one whose LAN mode speaks to plugs of the first generations."""
    check_meross_iot(house, require_older_meross_iot(), lan_plug="kettle")
    judged(ECOSYSTEM, WORKS, "meross-iot", "0.4.6.2")


def check_meross_iot(house: CloudHouse, python: str, *, lan_plug: str) -> None:
    found = house.run(
        python,
        str(HERE / "cloud_meross_iot_program.py"),
        orders={"url": house.ready["cloud"], "email": EMAIL, "password": PASSWORD, "by_lan": lan_plug},
        SSL_CERT_FILE=house.ready["ca"],
    )
    assert found["wrong_password"] == found["unknown_account"] == "Invalid username/Password combination"
    assert found["creds"]["domain"] == house.ready["cloud"]
    assert found["creds"]["mqtt_domain"] in (house.host, [house.host])  # the older one keeps a list
    assert found["creds"]["user_id"] == house.ready["user_id"]
    listed = [[name, plug["uuid"], "ONLINE"] for name, plug in house.plugs.items()]
    assert sorted(found["listed"]) == listed
    assert (found["off"], found["on"], found["dnd"]) == (False, True, "DND_ENABLED")
    assert found["power_w"] > 1900
    assert 100 < found["voltage_v"] < 260
    today = max(found["days"])
    assert 0 < found["days"][today] < 1
    assert found["days"] == {earlier_day(): EARLIER_DAY_WH / 1000, today: found["days"][today]}
    assert (found["pushed"], found["went"], found["came"]) == (True, True, True)
    assert found["lan_ip"] == house.plugs[lan_plug]["lan_ip"]
    assert len(found["ways"]) >= 3  # off, on, and how it is; now and then the library asks by itself, too
    assert all(way.endswith(" HTTP") for way in found["ways"]), found[
        "ways"
    ]  # a failure would be followed by MQTT
    assert found["listed_again"] == len(house.plugs)
    assert found["after_logout"] == "TokenExpiredException"


def test_meross_cloud(
    house: CloudHouse, require_program: Callable[[str, str], str], judged: Callable[..., None]
) -> None:
    node = require_meross_cloud(require_program)
    kettle = house.plugs["kettle"]
    orders = {"email": EMAIL, "password": PASSWORD, "uuid": kettle["uuid"], "http": kettle["http"]}
    found = house.run(
        node,
        str(HERE / "cloud_meross_cloud_program.js"),
        orders={**orders, "domain": house.ready["cloud"].removeprefix("https://")},
        NODE_PATH=str(NODE_MODULES),
        NODE_NO_WARNINGS="1",
        NODE_EXTRA_CA_CERTS=house.ready["ca"],
    )
    wrong = "1004 (Wrong email or password) - Wrong email or password"
    assert found["wrongPassword"] == found["unknownAccount"] == wrong
    assert (found["count"], found["listed"]) == (1, [["kettle", kettle["uuid"], 1]])
    assert (found["off"], found["on"], found["dnd"]) == (0, 1, 1)
    assert found["electricity"]["power"] > 1_900_000
    assert 1000 < found["electricity"]["voltage"] < 2600
    today = max(found["days"])
    assert 0 < found["days"][today] < 1000
    assert found["days"] == {earlier_day(): EARLIER_DAY_WH, today: found["days"][today]}
    assert (found["pushed"], found["went"], found["came"]) == (True, True, True)
    assert found["byLan"] == 1
    assert (found["lanAnswers"], found["mqttCalls"]) == (2, 0)
    assert (found["countAgain"], found["signedInAgain"]) == (1, False)
    assert found["afterLogout"] == "1200 (Token has expired) - Token has expired"
    package = json.loads((NODE_MODULES / "meross-cloud" / "package.json").read_text("utf-8"))
    judged(ECOSYSTEM, WORKS, "meross-cloud", package["version"])
