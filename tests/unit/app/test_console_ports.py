"""Which serial ports may be opened, and what they are called in URLs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ownplug.app import OfferedPort
from ownplug.app import console_ports as ports
from ownplug.transport.ports import SerialPort


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with one adapter, that has a stable name and a link to it."""
    device = tmp_path / "ttyUSB0"
    device.touch()
    (tmp_path / "usb-CP2102-if00").symlink_to(device)
    listed = [
        SerialPort(device=str(device), description="CP2102", stable_name="usb-CP2102-if00", is_usb=True),
        SerialPort(device="/dev/ttyS0", description="n/a"),
    ]
    monkeypatch.setattr(ports, "list_ports", lambda: listed)
    return tmp_path


def test_all_who_have_a_port_are_asked(machine: Path) -> None:
    offered = OfferedPort(name="/run/kettle.tty", description="a virtual kettle")
    found = ports.allowed_ports(["rfc2217://shed:2217"], [offered])
    assert [(port.name, port.description, port.origin) for port in found] == [
        (str(machine / "ttyUSB0"), "CP2102", "machine"),
        ("/dev/ttyS0", "", "machine"),
        ("rfc2217://shed:2217", "", "configured"),
        ("/run/kettle.tty", "a virtual kettle", "virtual"),
    ]


def test_one_port_by_two_names_is_one_port(machine: Path) -> None:
    found = ports.allowed_ports([str(machine / "usb-CP2102-if00")], [])
    assert [port.origin for port in found] == ["machine", "machine"]


def test_an_adapter_keeps_its_id_in_another_socket(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [before, _] = ports.allowed_ports([], [])
    moved = SerialPort(device="/dev/ttyUSB7", description="CP2102", stable_name="usb-CP2102-if00")
    monkeypatch.setattr(ports, "list_ports", lambda: [moved])
    [after] = ports.allowed_ports([], [])
    assert (before.id, before.name != after.name) == (after.id, True)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("/dev/ttyUSB0", "ttyUSB0"),
        ("rfc2217://shed:2217", "shed-2217"),
        ("/", ""),
        ("/dev/" + "x" * 99, "x" * 40),
        ("/dev/\udcff!", ""),
    ],
)
def test_an_id_fits_into_a_url_and_can_be_read(name: str, word: str) -> None:
    found = ports.port_id(name)
    assert found.rpartition("-")[0] == word
    assert all(letter.isalnum() or letter == "-" for letter in found)


def test_names_that_look_alike_have_ids_of_their_own() -> None:
    assert ports.port_id("/dev/a/tty") != ports.port_id("/dev/b/tty")
