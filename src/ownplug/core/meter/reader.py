"""Frames out of a serial line: wherever one comes in, whatever lies between them."""

from __future__ import annotations

from ownplug.core.meter.frame import FRAME_BYTES, MARK, Frame, is_frame, unpack_frame


class FrameReader:
    """Finds the frames in what comes in; bytes that belong to none are passed over.

    It never holds more than one frame that is not whole.
    """

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes, however they are cut, and return the frames that they complete."""
        held = self._held + data
        frames: list[Frame] = []
        at = 0
        while len(held) - at >= FRAME_BYTES:
            candidate = held[at : at + FRAME_BYTES]
            if is_frame(candidate):
                frames.append(unpack_frame(candidate))
                at += FRAME_BYTES
            else:
                at = _next_start(held, at)
        self._held = held[at:]
        return frames


def _next_start(held: bytes, at: int) -> int:
    """Where the next frame may begin: one byte before a mark."""
    mark = held.find(MARK, at + 2)
    return len(held) - 1 if mark < 0 else mark - 1
