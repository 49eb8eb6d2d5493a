from __future__ import annotations

from ownplug.broker.pace import LEAST_SLICE_BYTES, SLICE_BYTES, SLICE_S, next_slice_bytes


def test_whose_messages_are_much_work_gets_smaller_slices_and_larger_ones_again() -> None:
    sizes = [SLICE_BYTES]
    for took_s in (SLICE_S * 10, SLICE_S * 10, SLICE_S * 10, SLICE_S * 10, SLICE_S / 2):
        sizes.append(next_slice_bytes(sizes[-1], took_s))
    assert sizes == [4096, 1024, 256, LEAST_SLICE_BYTES, LEAST_SLICE_BYTES, LEAST_SLICE_BYTES]
    for _ in range(10):
        sizes.append(next_slice_bytes(sizes[-1], 0.0))
    assert sizes[-1] == SLICE_BYTES
