"""Firmware images: the container in which the chip maker puts the binaries of an image, made and checked.

A header: `MMM`, a version, the number of binaries, four records of eight numbers each, and the SHA-1 of all that. Then
each binary, followed by its own SHA-1, and `EEEE`. Nothing in it names the model that it is for.

Source: protocol notes, section 10 (the form); assumed (that there may be a gap between two binaries, none before
`EEEE`). The form is that of MediaTek's MT7682 and MT7686. How images for other chips are packed is not known.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ownplug.core.errors import Malformed, UsageError

CHIPS = frozenset({"mt7682", "mt7686"})
"""The chips whose images have this form, as plugs name them, in small letters. Source: protocol notes, section 10."""

LONGEST_IMAGE = 4 * 1024 * 1024
"""Bytes of an image at most: more than fits into such a plug. Source: assumed."""

_MAGIC, _VERSION, _END = b"MMM", 1, b"EEEE"
_RECORDS = 4
_HEAD = struct.Struct("<3sBI")
# offset, address, length, room, offset and length of the signature, whether it is packed, reserved
_RECORD = struct.Struct("<8I")
_HEADER_BYTES = _HEAD.size + _RECORDS * _RECORD.size
_SHA1_BYTES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """One of the programs in an image.

    Attributes:
        data: as it lies in the image.
        is_packed: whether that is LZMA.
    """

    data: bytes
    is_packed: bool = False


def render_container(binaries: Sequence[Binary]) -> bytes:
    """Make an image; its addresses are 0.

    Raises:
        UsageError: there are none, or more than four.
    """
    if not 0 < len(binaries) <= _RECORDS:
        raise UsageError(f"An image has 1 to {_RECORDS} binaries, not {len(binaries)}.")
    records, body = b"", b""
    for binary in binaries:
        start, length = _HEADER_BYTES + _SHA1_BYTES + len(body), len(binary.data)
        end = start + length
        records += _RECORD.pack(start, 0, length, length, end, _SHA1_BYTES, int(binary.is_packed), 0)
        body += binary.data + _sha1(binary.data)
    header = _HEAD.pack(_MAGIC, _VERSION, len(binaries)) + records.ljust(_RECORDS * _RECORD.size, b"\0")
    return header + _sha1(header) + body + _END


def parse_container(data: bytes) -> tuple[Binary, ...]:
    """Read an image.

    Raises:
        Malformed: it is cut off, damaged, or none; says where it is wrong.
    """
    if len(data) < _HEADER_BYTES + _SHA1_BYTES or not data.startswith(_MAGIC):
        raise Malformed("That is no firmware image of a kind that is known here.")
    header, found = data[:_HEADER_BYTES], data[_HEADER_BYTES : _HEADER_BYTES + _SHA1_BYTES]
    if _sha1(header) != found:
        raise Malformed("The header of the image is damaged.")
    _, _, count = _HEAD.unpack_from(header)
    if not 0 < count <= _RECORDS:
        raise Malformed(f"The image says that it has {count} binaries; it can have 1 to {_RECORDS}.")
    binaries, end = [], _HEADER_BYTES + _SHA1_BYTES
    for number in range(count):
        binary, end = _binary(data, number, after=end)
        binaries.append(binary)
    if data[end:] != _END:
        raise Malformed("The image is cut off, or something follows its end.")
    return tuple(binaries)


def _binary(data: bytes, number: int, *, after: int) -> tuple[Binary, int]:
    """One binary and where its signature ends; it begins at `after` or later."""
    offset, _, length, _, _, _, packed, _ = _RECORD.unpack_from(data, _HEAD.size + number * _RECORD.size)
    end = offset + length + _SHA1_BYTES
    if offset < after or not length or end > len(data):
        raise Malformed(f"Binary {number + 1} of the image is not where its header says: it is cut off.")
    content = data[offset : offset + length]
    if _sha1(content) != data[offset + length : end]:
        raise Malformed(f"Binary {number + 1} of the image is damaged.")
    return Binary(data=content, is_packed=packed != 0), end


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
