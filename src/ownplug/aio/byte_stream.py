"""Bytes both ways, whatever carries them: the port that TCP, TLS, serial lines and memory all fit.

`tests/contract/test_byte_stream.py` holds every implementation to this contract.
"""

from __future__ import annotations

from typing import Protocol

READ_SIZE = 65536  # bytes; what one read brings at most unless the caller says otherwise


class ByteStream(Protocol):
    """An ordered, reliable pipe with one reader and one writer.

    One task may read while another writes; two readers or two writers at a time are a mistake of the caller.
    """

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """Wait for at least one byte and return at most `max_bytes`; `b""` is the end, now and ever after.

        Raises:
            LinkBroken: the far side or the network ended it without a proper end.
            LinkClosed: this side closed or aborted it.
        """

    async def write(self, data: bytes) -> None:
        """Send all of `data`, waiting while the far side takes no more (back-pressure).

        Raises:
            LinkBroken: the far side or the network ended it.
            LinkClosed: this side closed or aborted it.
        """

    async def close(self) -> None:
        """Deliver what was written, then end it; may be repeated, and never fails.

        An implementation gives up waiting for a far side that does not take the rest.
        """

    def abort(self) -> None:
        """End it at once; what the far side has not yet taken is lost. May be repeated, and never fails."""
