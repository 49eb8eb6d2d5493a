"""How newer plugs take messages by Bluetooth: the same messages as by HTTP, in frames that are sent in pieces.

Pure, and without a radio: what carries the pieces is not built yet.

Source: a published pairing program (protocol notes, 7.3: service, characteristics, framing, pieces); never heard from a
plug by us.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from ownplug.core.errors import Malformed, UsageError

SERVICE = "0000a00a-0000-1000-8000-00805f9b34fb"
"""The GATT service, which a plug in pairing mode advertises."""
WRITE = "0000b002-0000-1000-8000-00805f9b34fb"
"""The characteristic that takes pieces, without response."""
NOTIFY = "0000b003-0000-1000-8000-00805f9b34fb"
"""The characteristic that notifies pieces of replies."""

LONGEST_MESSAGE = 0xFFFF  # bytes, by the length of two bytes

_HEAD, _TAIL = b"\x55\xaa", b"\xaa\x55"
_LENGTH, _CHECK = struct.Struct(">H"), struct.Struct(">I")
_AROUND = len(_HEAD) + _LENGTH.size + _CHECK.size + len(_TAIL)
_ATT_HEADER = 3  # bytes of each piece that the radio needs for itself
_SMALLEST_MTU = 23


def encode_frame(message: bytes) -> bytes:
    """Frame one message: `55 AA`, its length, itself, its CRC-32, `AA 55`; numbers big endian.

    Raises:
        UsageError: it is longer than a frame can tell.
    """
    if len(message) > LONGEST_MESSAGE:
        raise UsageError(
            f"A message by Bluetooth has at most {LONGEST_MESSAGE} bytes; this one has {len(message)}."
        )
    return b"".join((_HEAD, _LENGTH.pack(len(message)), message, _CHECK.pack(zlib.crc32(message)), _TAIL))


def pieces(frame: bytes, *, mtu: int) -> Iterator[bytes]:
    """Cut a frame into what fits into one write.

    Args:
        frame: what `encode_frame` made.
        mtu: as agreed on with the plug, 23 to 517 bytes; programs ask for 203.

    Raises:
        UsageError: no such MTU exists.
    """
    if mtu < _SMALLEST_MTU:
        raise UsageError(f"Bluetooth has no MTU below {_SMALLEST_MTU}; this one is {mtu}.")
    size = mtu - _ATT_HEADER
    for start in range(0, len(frame), size):
        yield frame[start : start + size]


class FrameReader:
    """Puts pieces together again: `receive` each, take the messages that are whole.

    What is no frame is skipped up to the next beginning of one; never more than one frame is kept.
    """

    def __init__(self) -> None:
        self._data = b""

    def receive(self, piece: bytes) -> list[bytes]:
        """Take a piece; return each message that is whole now, oldest first.

        Raises:
            Malformed: a frame whose check or end is wrong; it is skipped, and the next one is read.
        """
        self._data += piece
        messages = []
        while (frame := self._next()) is not None:
            messages.append(_message_of(frame))
        return messages

    def _next(self) -> bytes | None:
        """The next whole frame, taken out; None while more is needed."""
        start = self._data.find(_HEAD)
        if start < 0:
            self._data = self._data[-1:] if self._data.endswith(_HEAD[:1]) else b""
            return None
        self._data = self._data[start:]
        if len(self._data) < len(_HEAD) + _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._data, len(_HEAD))
        end = length + _AROUND
        if len(self._data) < end:
            return None
        frame, self._data = self._data[:end], self._data[end:]
        return frame


def _message_of(frame: bytes) -> bytes:
    message = frame[len(_HEAD) + _LENGTH.size : -len(_TAIL) - _CHECK.size]
    (check,) = _CHECK.unpack_from(frame, len(frame) - len(_TAIL) - _CHECK.size)
    if frame[-len(_TAIL) :] != _TAIL or check != zlib.crc32(message):
        raise Malformed("A frame by Bluetooth is damaged.")
    return message
