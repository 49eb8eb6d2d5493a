"""Firmware images: the chip maker's container, and in it what a virtual plug understands.

A header: `MMM`, a version, the number of binaries, four records of eight numbers each, and the SHA-1 of all that. Then
each binary, followed by its own SHA-1, and `EEEE`.

Source: protocol notes, section 10 (the container); assumed (the order of the numbers that are not used here, and what
is inside of a binary: real ones are machine code, ours names the plug and the firmware that it stands for).
"""

from __future__ import annotations

import hashlib
import struct

import msgspec

from ownplug.core.errors import Malformed

IMAGE_LIMIT = 1024 * 1024
"""Bytes that fit into the plug's memory for a new image. Source: assumed."""

_MAGIC, _VERSION, _END = b"MMM", 1, b"EEEE"
_RECORDS = 4
_HEAD = struct.Struct("<3sBI")
_RECORD = struct.Struct(
    "<8I"
)  # offset, address, length, room, signature's offset and length, packed, reserved
_HEADER = _HEAD.size + _RECORDS * _RECORD.size
_SHA1 = 20


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
    binary = msgspec.json.encode(image)
    start = _HEADER + _SHA1
    record = _RECORD.pack(start, 0, len(binary), len(binary), start + len(binary), _SHA1, 0, 0)
    header = _HEAD.pack(_MAGIC, _VERSION, 1) + record + bytes(_RECORD.size * (_RECORDS - 1))
    return header + _sha1(header) + binary + _sha1(binary) + _END


def parse_image(data: bytes) -> Image:
    """Read an image.

    Raises:
        Malformed: it is cut off, damaged, or none.
    """
    if len(data) < _HEADER + _SHA1 or not data.startswith(_MAGIC):
        raise Malformed("That is no firmware image.")
    header, found = data[:_HEADER], data[_HEADER : _HEADER + _SHA1]
    if _sha1(header) != found:
        raise Malformed("The header of the image is damaged.")
    offset, _, length, *_ = _RECORD.unpack_from(header, _HEAD.size)
    binary, end = data[offset : offset + length], offset + length
    if _sha1(binary) != data[end : end + _SHA1] or data[end + _SHA1 :] != _END:
        raise Malformed("The image is cut off or damaged.")
    try:
        return msgspec.json.decode(binary, type=Image)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The image is none for a virtual plug.") from error


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
