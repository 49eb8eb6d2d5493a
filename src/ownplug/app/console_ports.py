"""Which serial ports the hub may open: those of this machine, those that its owner named, those that others offer."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ownplug.transport.ports import SerialPort
from ownplug.transport.serial import list_ports

_NOT_TOLD = "n/a"  # what pyserial says of a port without a description


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPort:
    """A port that somebody else in this program has, such as the PTY of a virtual plug."""

    name: str
    description: str


MorePorts: TypeAlias = Callable[[], Iterable[OfferedPort]]


def no_ports() -> tuple[OfferedPort, ...]:
    """Nobody offers any."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedPort:
    """A port that may be opened.

    Attributes:
        id: for URLs, made of its lasting name.
        name: what opens it.
        description: what it is; may be empty.
        origin: who says that it may be opened.
    """

    id: str
    name: str
    description: str
    origin: Literal["machine", "configured", "virtual"]


def allowed_ports(configured: Sequence[str], offered: Iterable[OfferedPort]) -> list[AllowedPort]:
    """List the ports; one that is known by two names stands there once.

    Blocks for a moment: call it from a thread where an event loop runs.
    """
    found = [
        *map(_of_machine, list_ports()),
        *(_named(name, "", "configured") for name in configured),
        *(_named(port.name, port.description, "virtual") for port in offered),
    ]
    by_place: dict[str, AllowedPort] = {}
    for port in found:
        by_place.setdefault(port.name if "://" in port.name else os.path.realpath(port.name), port)
    return list(by_place.values())


def port_id(lasting_name: str) -> str:
    """Make the id of a port: readable, and another one for each name."""
    word = re.sub("[^A-Za-z0-9]+", "-", lasting_name.rstrip("/").rpartition("/")[2]).strip("-")[:40]
    mark = hashlib.sha256(lasting_name.encode(errors="surrogateescape")).hexdigest()[:6]
    return f"{word}-{mark}".lstrip("-")


def _of_machine(port: SerialPort) -> AllowedPort:
    description = "" if port.description == _NOT_TOLD else port.description
    id_ = port_id(port.stable_name or port.device)
    return AllowedPort(id=id_, name=port.device, description=description, origin="machine")


def _named(name: str, description: str, origin: Literal["configured", "virtual"]) -> AllowedPort:
    return AllowedPort(id=port_id(name), name=name, description=description, origin=origin)
