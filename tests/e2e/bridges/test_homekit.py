"""`aiohomekit` from PyPI, unmodified, adds the hub to a home as an iPhone would, and moves its plugs."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.bridges.conftest import BridgedHome
from tests.e2e.bridges.phone import AMPERE, IN_USE, KWH, ON, VOLT, WATT, Phone
from tests.e2e.disks import SmallDisk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.judged]

SETTINGS = "[homekit]\nenabled = true\nport = {port}\n"
NOT_REACHED, TIMED_OUT = -70402, -70408


class AppleHome:
    """A hub with HomeKit, which keeps its port when it is started anew."""

    def __init__(self, home: BridgedHome, ownplug: Callable[..., Any]) -> None:
        self.hub = home
        self._ownplug = ownplug
        self._port = "0"

    def start(self) -> dict[str, Any]:
        self.hub.start(SETTINGS.format(port=self._port))
        bridge = self.bridge()
        self._port = bridge["address"].rpartition(":")[2]
        return bridge

    @property
    def port(self) -> int:
        return int(self._port)

    def bridge(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(100):  # the bridge begins after the hub has
            found = dict(self._ownplug("bridge", "homekit"))
            if found["address"]:
                break
        return found

    def kept(self) -> dict[str, Any]:
        return dict(json.loads((self.hub.folder / "homekit.json").read_text("utf-8")))


@pytest.fixture
def apple(home: BridgedHome, ownplug: Callable[..., Any]) -> AppleHome:
    return AppleHome(home, ownplug)


@pytest.fixture
def pick_up(apple: AppleHome) -> Iterator[Callable[[], Phone]]:
    phones: list[Phone] = []

    def start() -> Phone:
        phones.append(Phone(apple.hub.folder))
        return phones[-1]

    yield start
    for phone in phones:
        phone.close()


def heard(phone: Phone, eventually: Any, event: list[Any]) -> None:
    """Wait for an event, whatever else is heard meanwhile."""
    eventually(lambda: event in phone("events"))


@pytest.mark.timeout(300)
def test_a_home_adds_the_bridge_and_keeps_it_until_it_lets_go(
    apple: AppleHome, pick_up: Callable[[], Phone], ownplug: Any, eventually: Any, judged: Any
) -> None:
    told = apple.start()
    kettle, lamp = apple.hub.take_home("kettle", "lamp")
    code = told["setup_code"]
    assert code not in json.dumps(apple.hub.ready)
    assert not told["is_paired"]
    phone = pick_up()
    found = phone("find")
    assert (found["is_unpaired"], found["category"], found["port"]) == (True, "BRIDGE", apple.port)

    wrong = "111-22-333" if code != "111-22-333" else "111-22-334"
    assert phone.try_to("pair", wrong)["failed"].startswith("AuthenticationError")
    assert apple.kept()["pairings"] == []
    pairing = phone("pair", code)
    assert [each["name"] for each in apple.kept()["pairings"]] == [pairing["iOSPairingId"]]
    assert (apple.hub.folder / "homekit.json").stat().st_mode & 0o777 == 0o600
    eventually(lambda: not phone("find")["is_unpaired"])
    assert apple.bridge()["is_paired"]
    assert pick_up().try_to("pair", code)["failed"].startswith("UnavailableError")

    # What is shown.
    shown = phone.plugs()
    assert set(shown) == {"kettle", "lamp"}
    plug = shown["kettle"]
    assert (plug.serial, plug.model, plug.firmware) == (kettle["mac"], "mss310", "2.1.7")
    eventually(lambda: 55 < plug.read(WATT) < 65)
    [told_by_plug] = ownplug("virtual", "status", "--control", kettle["control"])
    assert plug.read(VOLT) == pytest.approx(told_by_plug["voltage_v"], rel=0.05)
    assert plug.read(AMPERE) == pytest.approx(60 / told_by_plug["voltage_v"], rel=0.1)
    assert plug.read(KWH) >= 0
    assert plug.read(IN_USE)

    # Switching, and who is told.
    phone("listen", plug.place(ON), plug.place(IN_USE), plug.place(WATT))
    assert plug.read(ON) is True
    assert plug.switch(on=False) == []
    assert not apple.hub.is_on(kettle)
    assert apple.hub.is_on(lamp)
    heard(phone, eventually, [*plug.place(IN_USE), False])
    phone("events")
    ownplug("virtual", "press", "--control", kettle["control"])
    heard(phone, eventually, [*plug.place(ON), True])
    assert plug.read(ON) is True

    # A restart of the hub.
    apple.hub.stop()
    assert apple.start()["is_paired"]
    eventually(lambda: phone.try_to("read", plug.place(ON)).get("done"))
    eventually(lambda: plug.read(ON) is True)  # the plug, too, has to come back
    assert {name: each.aid for name, each in phone.plugs().items()} == {
        name: each.aid for name, each in shown.items()
    }
    phone("events")
    ownplug("virtual", "press", "--control", kettle["control"])
    heard(phone, eventually, [*plug.place(ON), False])
    assert plug.switch(on=True) == []
    assert apple.hub.is_on(kettle)

    # Another phone of the home, which loses its right at once.
    phone("add", "11111111-2222-3333-4444-555555555555", pairing["iOSDeviceLTPK"])
    assert len(phone("pairings")) == 2
    phone("unpair", "11111111-2222-3333-4444-555555555555")
    assert len(phone("pairings")) == 1

    phone("unpair")
    assert apple.kept()["pairings"] == []
    assert eventually(lambda: phone("find")["is_unpaired"])
    assert not apple.bridge()["is_paired"]
    assert phone("pair", code)["AccessoryPairingID"] == pairing["AccessoryPairingID"]
    assert ownplug("bridge", "homekit", "--unpair", "--yes") == {"unpaired": True}
    assert apple.kept()["pairings"] == []
    assert eventually(lambda: pick_up().try_to("find")["done"]["is_unpaired"])

    works = "paired by code, switched, events, Eve's power and energy, kept over restarts, unpaired"
    judged("HomeKit", works, "aiohomekit", version("aiohomekit"))


@pytest.mark.timeout(300)
def test_a_plug_that_does_not_answer_is_an_error_and_nothing_waits_for_it(
    apple: AppleHome, pick_up: Callable[[], Phone], ownplug: Any, eventually: Any
) -> None:
    code = apple.start()["setup_code"]
    kettle, lamp = apple.hub.take_home("kettle", "lamp")
    phone, other = pick_up(), pick_up()
    other("load", phone("pair", code))
    shown = phone.plugs()
    phone("listen", shown["kettle"].place(ON))
    ownplug("virtual", "fault", "loss=1", "--control", kettle["control"])
    [status] = shown["kettle"].switch(on=False)
    assert status in {NOT_REACHED, TIMED_OUT}
    assert apple.hub.is_on(kettle)
    assert phone("events") == []  # nobody is told what has not happened
    assert shown["kettle"].read(ON) in {True, NOT_REACHED}
    assert shown["lamp"].switch(on=False) == []

    ownplug("virtual", "unplug", "--control", lamp["control"])
    eventually(lambda: other.plugs()["lamp"].read(ON) == NOT_REACHED)
    assert shown["lamp"].switch(on=True) == [NOT_REACHED]
    both = [[*shown["lamp"].place(ON), True], [*shown["kettle"].place(ON), True]]
    assert len(phone("write", *both)) == 2


@pytest.mark.timeout(300)
def test_plugs_are_renamed_forgotten_and_known_again(
    apple: AppleHome, pick_up: Callable[[], Phone], launch: Any, ownplug: Any, eventually: Any
) -> None:
    code = apple.start()["setup_code"]
    kettle, _ = apple.hub.take_home("kettle", "lamp")
    phone = pick_up()
    phone("pair", code)
    before = {name: plug.aid for name, plug in phone.plugs().items()}
    config = phone("find")["config"]

    ownplug("plugs", "rename", "lamp", "_Tee+Küche \N{HOT BEVERAGE}")
    eventually(lambda: phone.plugs().keys() == {"kettle", "Tee Küche"})
    config = eventually(lambda: (now := phone("find")["config"]) > config and now)
    ownplug("plugs", "forget", "kettle", "--yes")
    eventually(lambda: phone.plugs().keys() == {"Tee Küche"})
    eventually(lambda: config < phone("find")["config"])
    ownplug(
        "virtual", "reboot", "--control", kettle["control"]
    )  # it comes by itself, as it has the home's key
    eventually(lambda: len(phone.plugs()) == 2)
    assert {plug.aid for plug in phone.plugs().values()} == set(before.values())

    control = str(apple.hub.folder.parent / "strip")
    model = ("--model", "mss425e", "--seed", "9", "--control", control)
    strip = launch("virtual", "run", *model).ready()
    where = ("--ssid", "Home", "--password", "secret123", "--name", "strip")
    ownplug("pair", f"http://{strip['http']}", *where)
    shown = eventually(lambda: phone.plugs().get("strip"))
    relays = ownplug("virtual", "status", "--control", control)[0]["relays"]
    assert len(shown.outlets) == len(relays) > 1
    assert shown.switch(on=not relays["1"], outlet=1) == []
    after = ownplug("virtual", "status", "--control", control)[0]["relays"]
    assert after["1"] is not relays["1"]


@pytest.mark.timeout(300)
def test_strangers_keep_neither_the_home_nor_the_hub_from_their_work(
    apple: AppleHome, pick_up: Callable[[], Phone], ownplug: Any
) -> None:
    code = apple.start()["setup_code"]
    [kettle] = apple.hub.take_home("kettle")
    phone = pick_up()
    phone("pair", code)
    with ExitStack() as stack:
        for number in range(130):
            stranger = stack.enter_context(socket.create_connection(("127.0.0.1", apple.port), timeout=20))
            stranger.sendall(
                (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"POST /pair-setup ", b"")[number % 4]
            )
        assert phone.plugs()["kettle"].switch(on=False) == []
        assert not apple.hub.is_on(kettle)
    for request in (
        b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /pairings HTTP/1.1\r\nHost: a\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", apple.port), timeout=20) as stranger:
            stranger.sendall(request)
            assert not stranger.recv(1000).startswith(b"HTTP/1.1 2")
    assert apple.hub.hub is not None
    assert "Traceback" not in apple.hub.hub.log.read_text()
    assert ownplug("on", "kettle")["on"] is True


@pytest.mark.timeout(300)
def test_on_a_full_disk_nobody_is_paired_and_the_rest_goes_on(
    small_disk: SmallDisk, launch: Any, ownplug: Any
) -> None:
    apple = AppleHome(BridgedHome(launch, ownplug, small_disk.home.parent), _at(ownplug, small_disk.home))
    code = apple.start()["setup_code"]
    with closing(Phone(small_disk.home)) as phone:
        small_disk.fill()
        assert "failed" in phone.try_to("pair", code)
        assert not apple.bridge()["is_paired"]
        assert phone("find")["is_unpaired"]
        small_disk.free()
        phone("pair", code)
        assert len(apple.kept()["pairings"]) == 1
        small_disk.fill()
        assert "failed" in phone.try_to("unpair")
        assert phone("accessories")
        small_disk.free()
        phone("unpair")
        assert apple.kept()["pairings"] == []


def _at(ownplug: Callable[..., Any], home: Path) -> Callable[..., Any]:
    return lambda *arguments: ownplug(*arguments, home=home)
