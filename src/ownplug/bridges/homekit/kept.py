"""What the bridge keeps of itself: who it is, who has paired it, and which number each plug has there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from ownplug.bridges.homekit.setup_code import new_device_id, new_setup_code, new_setup_id
from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.hub import Device

_FIRST_AID = 2  # 1 is the bridge
_UNLUCKY_AID = 7  # which iOS shows as not supported. Source: HAP-python, pyhap/accessory.py, its issue 61


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Somebody who controls the bridge.

    Attributes:
        name: by which it is known in HAP, as it was written when it paired.
        public_key: hexadecimal.
        is_admin: whether it may add and remove others.
    """

    name: str
    public_key: str
    is_admin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a plug has in the home app.

    It only grows: right after a start a plug has not told yet what it has, and what went missing meanwhile would go
    from the scenes and automations that people made with it.

    Attributes:
        aid: its number, which it keeps for good, also when it is forgotten and comes again.
        channels: its outlets.
        is_metered: whether it says what is used.
    """

    aid: int
    channels: tuple[int, ...]
    is_metered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that the bridge keeps.

    Attributes:
        device_id: its name in HAP, like a MAC.
        setup_code: by which it is paired.
        setup_id: belongs to the link that has the code.
        private_key: hexadecimal; empty: it has none yet.
        config_number: rises when what it shows has changed, so that homes read it anew.
        shown: a digest of what it showed at that number.
        pairings: of those who control it.
        shapes: of the plugs, by uuid.
    """

    device_id: str
    setup_code: Secret
    setup_id: str
    private_key: Secret
    config_number: int = 1
    shown: str = ""
    pairings: tuple[Pairing, ...] = ()
    shapes: dict[str, Shape] = field(default_factory=dict)

    @property
    def is_paired(self) -> bool:
        """Whether anybody controls it."""
        return bool(self.pairings)

    def shape(self, device: Device) -> Shape:
        """Return what a plug has, all that it ever had included; a new one gets a number that none ever had."""
        now = tuple(outlet.channel for outlet in device.outlets if outlet.channel is not None)
        is_metered = device.find("power") is not None
        before = self.shapes.get(device.uuid.text)
        if before is None:
            return Shape(aid=self._next_aid(), channels=now, is_metered=is_metered)
        return Shape(
            aid=before.aid,
            channels=tuple(sorted({*before.channels, *now})),
            is_metered=before.is_metered or is_metered,
        )

    def with_shape(self, uuid: Uuid, shape: Shape) -> Kept:
        """Return the same with what a plug has."""
        return replace(self, shapes={**self.shapes, uuid.text: shape})

    def unpaired(self) -> Kept:
        """Return the same with nobody who controls it."""
        return replace(self, pairings=())

    def _next_aid(self) -> int:
        aid = max((shape.aid for shape in self.shapes.values()), default=_FIRST_AID - 1) + 1
        return aid + 1 if aid == _UNLUCKY_AID else aid


def new_kept() -> Kept:
    """Return what a bridge begins with."""
    return Kept(
        device_id=new_device_id(secrets.randbelow),
        setup_code=Secret(new_setup_code(secrets.randbelow)),
        setup_id=new_setup_id(secrets.randbelow),
        private_key=Secret(""),
    )


def encode_kept(kept: Kept) -> bytes:
    """Write it as JSON, secrets included: the file is for the owner alone."""
    return msgspec.json.format(msgspec.json.encode(kept, enc_hook=_reveal)) + b"\n"


def decode_kept(content: bytes) -> Kept:
    """Read it.

    Raises:
        UsageError: it is something else.
    """
    try:
        return msgspec.json.decode(content, type=Kept, dec_hook=_secret)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"What the HomeKit bridge keeps cannot be read: {error}.") from error


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(type(value))


def _secret(kind: type, value: Any) -> Any:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise NotImplementedError(kind)
