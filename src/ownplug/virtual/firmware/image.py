"""Firmware images of virtual plugs: in the chip maker's container, what a virtual plug understands.

Source: assumed (what is inside of a binary: real ones are machine code, ours names the plug and the firmware that it
stands for).
"""

from __future__ import annotations

import msgspec

from ownplug.core.errors import Malformed
from ownplug.core.image import Binary, parse_container, render_container

IMAGE_LIMIT = 1024 * 1024
"""Bytes that fit into the plug's memory for a new image. Source: assumed."""


class Image(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an image turns a plug into."""

    type: str
    """The model that it is for, such as `mss310`."""
    hardware: str
    """The hardware that it is for, such as `2.0.0`."""
    version: str
    compiled: str


def render_image(image: Image) -> bytes:
    """Make an image."""
    return render_container([Binary(data=msgspec.json.encode(image))])


def parse_image(data: bytes) -> Image:
    """Read an image.

    Raises:
        Malformed: it is cut off, damaged, or none.
    """
    binary, *more = parse_container(data)
    try:
        image = msgspec.json.decode(binary.data, type=Image)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The image is none for a virtual plug.") from error
    if more:
        raise Malformed("The image is none for a virtual plug.")
    return image
