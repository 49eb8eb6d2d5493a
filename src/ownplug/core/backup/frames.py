"""The content of a backup in slices, so that no more than one of them is ever in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ownplug.core.backup.header import Header
from ownplug.core.backup.seal import TAG_BYTES, Seal
from ownplug.core.errors import Conflict, Malformed

FRAME_BYTES = 256 * 1024
"""Of content in every frame but the last; 32 GiB are 131,072 frames."""


def sealed(header: Header, seal: Seal, content: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a whole backup: the header, then frame after frame.

    Raises:
        Conflict: the content has not the length that the header says.
    """
    yield header.encode()
    source = ByteSource(content)
    for number, length, is_last in _frames(header):
        slice_ = source.take(length)
        if len(slice_) < length:
            raise Conflict("The home changed while it was read.", hint="Try again.")
        yield seal.close(slice_, number=number, is_last=is_last)
    if source.take(1):
        raise Conflict("The home changed while it was read.", hint="Try again.")


def unsealed(header: Header, seal: Seal, data: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of each frame of what follows the header.

    Nothing is yielded of a frame that is not as it was written. Only who comes to the end knows that the file is whole.

    Raises:
        Malformed: it was cut, damaged, or made longer.
    """
    source = ByteSource(data)
    for number, length, is_last in _frames(header):
        frame = source.take(length + TAG_BYTES)
        if len(frame) < length + TAG_BYTES:
            raise Malformed("The backup was cut: its end is missing.", hint="Use another copy.")
        content = seal.open(frame, number=number, is_last=is_last)
        if content is None:
            raise Malformed(f"The backup is damaged, in its frame {number}.", hint="Use another copy.")
        yield content
    if source.take(1):
        raise Malformed("Something was appended to the backup.", hint="Use another copy.")


def _frames(header: Header) -> Iterator[tuple[int, int, bool]]:
    """Number and length of each frame, and whether it is the last; there is always one."""
    last = max(0, header.content_bytes - 1) // FRAME_BYTES
    for number in range(last):
        yield number, FRAME_BYTES, False
    yield last, header.content_bytes - last * FRAME_BYTES, True


class ByteSource:
    """Bytes that come in pieces, taken in other pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._waiting = bytearray()

    def take(self, length: int) -> bytes:
        """Return the next `length` bytes; fewer at the end."""
        while len(self._waiting) < length:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._waiting += piece
        taken = bytes(self._waiting[:length])
        del self._waiting[:length]
        return taken

    def stream(self, length: int) -> Iterator[bytes]:
        """Yield the next `length` bytes as they come; fewer at the end."""
        while length and (piece := self.take(min(length, FRAME_BYTES))):
            length -= len(piece)
            yield piece
