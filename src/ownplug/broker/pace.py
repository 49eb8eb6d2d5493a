"""How much of what one client sent is looked at before others have their turn."""

from __future__ import annotations

SLICE_BYTES = 4096
"""Bytes that are looked at in one go: at most some hundred messages. Fewer for whose messages are much work."""

LEAST_SLICE_BYTES = 64

SLICE_S = 0.005
"""Seconds after which a connection with more to do lets others have their turn."""


def next_slice_bytes(slice_bytes: int, took_s: float) -> int:
    """How much to look at next, when so much took so long: what one client can make us do is not all alike."""
    if took_s > SLICE_S:
        return max(slice_bytes // 4, LEAST_SLICE_BYTES)
    return min(slice_bytes * 2, SLICE_BYTES) if took_s < SLICE_S / 4 else slice_bytes
