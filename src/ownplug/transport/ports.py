"""Serial ports by name: which is meant, which is there, and why one cannot be opened. Opens none itself."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ownplug.core.errors import NoSuchPort, OwnplugError, PortBusy, PortDenied, Unreachable, UsageError

BY_ID = Path("/dev/serial/by-id")
"""Where Linux has a link to each USB adapter, under a name that stays."""

_BUSY = {errno.EBUSY, errno.EAGAIN}  # taken exclusively; locked by another program
_ABSENT = {errno.ENOENT, errno.ENODEV, errno.ENXIO}  # no such file; no hardware behind it
_NO_TERMINAL = {errno.ENOTTY, errno.EINVAL, errno.EISDIR}
_SCHEMES = ("socket", "rfc2217")
_NONE_HINT = "Is the adapter plugged in? `ownplug console ports` lists what there is."


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """A serial port that this machine has.

    Attributes:
        device: what opens it, `/dev/ttyUSB0` or `COM3`.
        description: what its maker or driver calls it.
        stable_name: its name below `/dev/serial/by-id`, which another adapter never gets; may be empty.
        is_usb: whether it is a USB adapter, which can be plugged onto a board.
    """

    device: str
    description: str
    stable_name: str = ""
    is_usb: bool = False


def choose_port(ports: Sequence[SerialPort]) -> SerialPort:
    """Pick the one that must be meant: the only USB adapter, else the only port.

    Raises:
        NoSuchPort: there is none.
        UsageError: there are several; the sentence lists them.
    """
    candidates = [port for port in ports if port.is_usb] or list(ports)
    if not candidates:
        raise NoSuchPort("This machine has no serial port.", hint="Is the adapter plugged in?")
    if len(candidates) > 1:
        listed = "\n".join(f"  {port.stable_name or port.device}  {port.description}" for port in candidates)
        raise UsageError(f"There are several serial ports:\n{listed}", hint="Say which one is meant.")
    return candidates[0]


def find_device(name: str, *, by_id: Path = BY_ID, devices: Path = Path("/dev")) -> str:
    """Give the device that `name` means: a path, or a bare name here, below `by_id` or below `devices`.

    Raises:
        NoSuchPort: there is none.
    """
    if os.name == "nt":
        return name  # COM3: the system knows
    places = [Path(name).expanduser()]
    if "/" not in name:
        places += [by_id / name, devices / name]
    for place in places:
        if place.exists():
            return str(place)
    raise NoSuchPort(f"There is no serial port {name}.", hint=_NONE_HINT)


def split_url(url: str) -> tuple[str, str, int]:
    """Take the URL of a port apart: scheme, host, port.

    Raises:
        UsageError: it is none that a serial port can have.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    else:
        if parts.scheme in _SCHEMES and host and port and parts.path in {"", "/"} and not parts.query:
            return parts.scheme, host, port
    raise UsageError(
        f"{url} is no serial port.", hint="There are socket://HOST:PORT and rfc2217://HOST:PORT."
    )


def open_failure(device: str, error: OSError) -> OwnplugError:
    """Say why `device` could not be opened."""
    told = str(error)  # on Windows pyserial has only words
    if error.errno in _ABSENT or "FileNotFoundError" in told:
        return NoSuchPort(f"There is no serial port {device}.", hint=_NONE_HINT)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return PortDenied(f"You may not open {device}.", hint=_permission_hint(device))
    if error.errno in _BUSY or "PermissionError" in told:
        return PortBusy(
            f"{device} is open in another program.",
            hint="Close the terminal program that has it; ModemManager may also hold a new adapter for a while.",
        )
    if error.errno in _NO_TERMINAL or "configure port" in told:
        return UsageError(f"{device} is not a serial port.", hint=_NONE_HINT)
    return Unreachable(f"{device} cannot be opened: {error.strerror or error}.")


def _permission_hint(device: str) -> str:
    """Name the group that may open it, where there is one."""
    try:
        found = Path(device).stat()
    except OSError:
        return "Ask the administrator of this machine."
    if not _is_for_group(found.st_mode) or not found.st_gid:
        return "Only its owner may: open it as that user, or let its owner change its rights."
    group = _group_name(found.st_gid)
    return f"Join the group {group}: sudo usermod -aG {group} $USER, then log out and in again."


def _is_for_group(mode: int) -> bool:
    return bool(mode & stat.S_IRGRP and mode & stat.S_IWGRP)


def _group_name(number: int) -> str:
    import grp

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
