"""Whether an image may be offered to a plug: what can be known of both is compared, before the plug is told anything.

An image of the chip maker's form says nothing of the model that it is for, so its owner does, and what the owner says
is compared with what the plug says of itself. An image for virtual plugs does say it; the same container with that
inside might be taken by a real plug, which it would end, so it is offered to nobody who does not ask for just that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from ownplug.core.errors import Conflict, Malformed, UsageError
from ownplug.core.identity import Firmware, Model
from ownplug.core.image import CHIPS, LONGEST_IMAGE, parse_container


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareOffer:
    """An image, and what its owner says of it.

    Attributes:
        image: the whole file.
        model, hardware: what it is for, such as `mss310` and `2.0.0`.
        confirmed_name: the name of the plug, typed again.
        md5: what the file's MD5 has to be; empty where nobody said.
        is_virtual: whether it is meant for a virtual plug.
    """

    image: bytes
    model: str
    hardware: str
    confirmed_name: str
    md5: str = ""
    is_virtual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedImage:
    """An image that is whole: its MD5, and the version that it says it is, where it does."""

    md5: str
    version: str = ""


class _Label(msgspec.Struct, frozen=True, kw_only=True):
    """What an image for virtual plugs says of itself."""

    type: str
    hardware: str
    version: str


def check_image(offer: FirmwareOffer) -> CheckedImage:
    """Make sure that an image is whole, and what its owner takes it for.

    Raises:
        UsageError: it is not; says what is wrong.
    """
    if len(offer.image) > LONGEST_IMAGE:
        raise UsageError(f"The image has more than {LONGEST_IMAGE} bytes.")
    md5 = hashlib.md5(offer.image, usedforsecurity=False).hexdigest()
    if offer.md5 and offer.md5.lower() != md5:
        raise UsageError(
            f"The image's MD5 is {md5}, not {offer.md5.lower()}.",
            hint="Fetch the file anew, and compare again.",
        )
    try:
        first, *_ = parse_container(offer.image)
    except Malformed as error:
        raise UsageError(
            f"{error} Nothing was told to the plug.", hint="docs/firmware.md says which images are known."
        ) from error
    label = _label(first.data)
    if offer.is_virtual is not (label is not None):
        raise UsageError(_WRONG_WORLD[offer.is_virtual], hint=_WRONG_WORLD_HINT)
    if label is not None:
        _compare(offer, label.type, label.hardware, whose="The image says that it is for")
    return CheckedImage(md5=md5, version=label.version if label else "")


def check_plug(
    offer: FirmwareOffer, image: CheckedImage, name: str, model: Model, firmware: Firmware
) -> None:
    """Make sure that an image is for a plug, by what that says of itself.

    Raises:
        UsageError: it is for another model or hardware, or there are no images of this form for the plug's chip.
        Conflict: the plug has that firmware already.
    """
    _compare(offer, model.type, model.hardware, whose=f"{name} is")
    if model.chip.lower() not in CHIPS:
        chip = model.chip or "not named"
        raise UsageError(
            f"The chip of {name} is {chip}; images of this form are known for {' and '.join(sorted(CHIPS))} only.",
            hint="docs/firmware.md says what is known of other chips.",
        )
    if image.version and image.version == firmware.version:
        raise Conflict(f"{name} has that firmware already: {firmware.version}.")


def check_name(offer: FirmwareOffer, name: str) -> None:
    """Make sure that the owner means this plug.

    Raises:
        UsageError: the name that was typed is another.
    """
    if offer.confirmed_name != name:
        raise UsageError(
            "The name that was typed is not the plug's.", hint=f"Type the name of the plug again: {name}."
        )


_WRONG_WORLD = {
    True: "The image is none for a virtual plug.",
    False: "The image is one for virtual plugs: a real plug could take it, and would be dead afterwards.",
}
_WRONG_WORLD_HINT = (
    "`--virtual` is for an image that `ownplug virtual image` has made, and for a virtual plug."
)


def _compare(offer: FirmwareOffer, type_: str, hardware: str, *, whose: str) -> None:
    if (offer.model.lower(), offer.hardware) != (type_.lower(), hardware):
        raise UsageError(
            f"{whose} {type_} with hardware {hardware}, not {offer.model} with hardware {offer.hardware}.",
            hint="An image for another model or hardware can leave a plug dead.",
        )


def _label(binary: bytes) -> _Label | None:
    try:
        return msgspec.json.decode(binary, type=_Label)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
