"""What the API needs of a laboratory of virtual plugs, and what it tells of one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from ownplug.aio import Subscription

MOST_LAB_PLUGS = 20
"""Virtual plugs in one laboratory."""

LabState = Literal["off", "rebooting", "factory", "pairing", "joining", "connecting", "starting", "online"]
TakingHome = Literal["no", "waiting", "running", "done", "failed", "refused"]
"""How far the hub is with a plug that it was asked to take home; once it runs, a pairing tells more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabModel:
    """A model with a firmware."""

    name: str  # MODEL@FIRMWARE
    about: str
    hardware: str
    channels: list[int]  # those that switch


@dataclass(frozen=True, slots=True, kw_only=True)
class LabFault:
    """Something that can be made to go wrong."""

    name: str
    about: str
    takes_value: bool  # else it is there or not
    lowest: float
    highest: float
    usual: float  # what it is when no value is named


@dataclass(frozen=True, slots=True, kw_only=True)
class LabLoad:
    """Something that can be plugged in; where it stands for a number, its name says WATTS."""

    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabLamp:
    """What the light of a plug does."""

    words: str
    colours: list[Literal["green", "amber", "red"]]
    manner: Literal["off", "steady", "blinking", "flickering", "alternating"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRelay:
    """One outlet, as it really is."""

    channel: int
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPlugView:
    """A virtual plug as it is now."""

    id: str  # the end of its uuid: its MAC
    number: int
    uuid: str
    mac: str
    name: str
    model: str  # MODEL@FIRMWARE
    state: LabState
    plugged_in: bool
    lamp: LabLamp
    relays: list[LabRelay]
    power_w: float | None  # what its meter shows; None: it has no current, or nobody has told it the time
    voltage_v: float | None
    current_a: float | None
    load: str
    faults: list[str]  # as `loss=0.2`
    url: str  # where it answers HTTP
    tty: str  # where its serial console is; empty: nowhere
    server: str  # host:port of the MQTT server that it uses or looks for; empty: none
    has_home: bool  # whether it was taken home by somebody
    taking_home: TakingHome
    pairing: str  # the id of the pairing by which the hub takes it home; empty: none has begun


@dataclass(frozen=True, slots=True, kw_only=True)
class LabMessage:
    """One message, or one line, that went over a wire of a plug; its secrets are masked."""

    at: datetime
    wire: Literal["mqtt", "http", "serial"]
    direction: Literal["to-plug", "from-plug"]
    method: str
    namespace: str
    payload: dict[str, Any] | None  # of a message
    line: str  # of what is no message


@dataclass(frozen=True, slots=True, kw_only=True)
class LabWish:
    """Which virtual plugs shall be started."""

    model: str
    load: str
    name: str
    count: int
    take_home: bool


class LabDoor(Protocol):
    """What the API needs of a laboratory. Errors are `ownplug.core.errors`.

    A plug is named by its number, its uuid, or the last digits of that.
    """

    def models(self) -> list[LabModel]:
        """Return what can be pretended."""

    def faults(self) -> list[LabFault]:
        """Return what can go wrong."""

    def loads(self) -> list[LabLoad]:
        """Return what can be plugged in."""

    async def start(self, wish: LabWish, /) -> list[LabPlugView]:
        """Start plugs; they are in pairing mode when this returns."""

    def all(self) -> list[LabPlugView]:
        """Return all, in the order in which they were started."""

    def get(self, id_: str, /) -> LabPlugView:
        """Return one."""

    def take_home(self, id_: str, /) -> LabPlugView:
        """Have the hub take one home that waits for that."""

    async def throw_away(self, id_: str, /) -> None:
        """End one for good."""

    def press(self, id_: str, held_s: float, /) -> LabPlugView:
        """Hold its button."""

    async def set_load(self, id_: str, load: str, /) -> LabPlugView:
        """Plug something else in."""

    def set_faults(self, id_: str, faults: list[str], /) -> LabPlugView:
        """Let this go wrong, and nothing else."""

    def unplug(self, id_: str, /) -> LabPlugView:
        """Pull it out."""

    async def plug_in(self, id_: str, /) -> LabPlugView:
        """Put it back in."""

    async def reboot(self, id_: str, /) -> LabPlugView:
        """Pull it out and put it back in."""

    def wires(self, id_: str, /) -> AbstractContextManager[Subscription[LabMessage]]:
        """Listen to what goes over its wires from now on."""
