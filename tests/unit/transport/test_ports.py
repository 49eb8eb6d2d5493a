"""Which port is meant, and why it cannot be opened."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ownplug.core.errors import NoSuchPort, OwnplugError, PortBusy, PortDenied, Unreachable, UsageError
from ownplug.transport.ports import SerialPort, choose_port, find_device, open_failure

BUILT_IN = SerialPort(device="/dev/ttyS0", description="ttyS0")
FTDI = SerialPort(device="/dev/ttyUSB0", description="FT232R USB UART", stable_name="usb-FTDI_1", is_usb=True)
CP2102 = SerialPort(device="/dev/ttyUSB1", description="CP2102 USB to UART", is_usb=True)

posix_only = pytest.mark.skipif(os.name != "posix", reason="paths and groups of POSIX")


@pytest.mark.parametrize(
    ("ports", "chosen"), [([BUILT_IN], BUILT_IN), ([FTDI], FTDI), ([BUILT_IN, FTDI], FTDI)]
)
def test_the_only_one_that_can_be_meant_is_chosen(ports: list[SerialPort], chosen: SerialPort) -> None:
    assert choose_port(ports) is chosen


def test_without_a_port_there_is_nothing_to_choose() -> None:
    with pytest.raises(NoSuchPort, match="has no serial port"):
        choose_port([])


def test_several_are_listed_by_the_names_that_open_them() -> None:
    with pytest.raises(UsageError) as caught:
        choose_port([BUILT_IN, FTDI, CP2102])
    assert str(caught.value).splitlines() == [
        "There are several serial ports:",
        "  usb-FTDI_1  FT232R USB UART",
        "  /dev/ttyUSB1  CP2102 USB to UART",
    ]


@posix_only
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ttyUSB0", "dev/ttyUSB0"),
        ("usb-FTDI_1", "by-id/usb-FTDI_1"),
        ("here", "here"),
        ("./here", "here"),
    ],
)
def test_a_bare_name_is_looked_for_here_then_by_id_then_among_the_devices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, found: str
) -> None:
    for path in ("dev/ttyUSB0", "dev/usb-FTDI_1", "by-id/usb-FTDI_1", "here", "dev/here"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path)

    assert Path(find_device(name, by_id=tmp_path / "by-id", devices=tmp_path / "dev")).samefile(
        tmp_path / found
    )


@posix_only
def test_a_name_that_is_nowhere_is_no_port(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPort, match="There is no serial port nothing"):
        find_device("nothing", by_id=tmp_path, devices=tmp_path)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (OSError(errno.ENOENT, "x"), NoSuchPort, "There is no serial port /dev/x."),
        (OSError(errno.ENXIO, "x"), NoSuchPort, "There is no serial port /dev/x."),
        (OSError(errno.EACCES, "x"), PortDenied, "You may not open /dev/x."),
        (OSError(errno.EBUSY, "x"), PortBusy, "/dev/x is open in another program."),
        (OSError(errno.EAGAIN, "x"), PortBusy, "/dev/x is open in another program."),
        (OSError(errno.EISDIR, "x"), UsageError, "/dev/x is not a serial port."),
        (OSError("Could not configure port: (25, '…')"), UsageError, "/dev/x is not a serial port."),
        (
            OSError(errno.EIO, "Input/output error"),
            Unreachable,
            "/dev/x cannot be opened: Input/output error.",
        ),
        # what pyserial says on Windows
        (
            OSError("could not open port 'COM9': FileNotFoundError(2, …)"),
            NoSuchPort,
            "There is no serial port /dev/x.",
        ),
        (
            OSError("could not open port 'COM9': PermissionError(13, 'Access is denied.', None, 5)"),
            PortBusy,
            "/dev/x is open in another program.",
        ),
    ],
)
def test_each_way_to_fail_has_its_own_sentence(
    error: OSError, kind: type[OwnplugError], sentence: str
) -> None:
    failure = open_failure("/dev/x", error)

    assert type(failure) is kind
    assert str(failure) == sentence


@posix_only
@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root gives files away")
def test_without_permission_the_group_to_join_is_named(tmp_path: Path) -> None:
    import grp

    device = tmp_path / "tty"
    device.touch(0o660)
    device.chmod(0o660)
    os.chown(device, 0, grp.getgrnam("dialout").gr_gid)

    failure = open_failure(str(device), PermissionError(errno.EACCES, "Permission denied"))

    assert (
        failure.hint == "Join the group dialout: sudo usermod -aG dialout $USER, then log out and in again."
    )


@posix_only
def test_a_group_that_may_not_either_is_not_named(tmp_path: Path) -> None:
    device = tmp_path / "tty"
    device.touch(0o600)

    failure = open_failure(str(device), PermissionError(errno.EACCES, "Permission denied"))

    assert failure.hint.startswith("Only its owner may")
