from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ownplug.broker.inbox import Inbox


@given(st.lists(st.binary(max_size=20)), st.integers(1, 25))
def test_what_goes_in_comes_out_in_slices_of_at_most_that_size(chunks: list[bytes], size: int) -> None:
    inbox = Inbox()
    for chunk in chunks:
        inbox.put(chunk)
    assert inbox.size == sum(map(len, chunks))
    slices = []
    while piece := inbox.take(size):
        slices.append(piece)
    assert b"".join(slices) == b"".join(chunks)
    assert all(len(piece) <= size for piece in slices)
    assert inbox.size == 0


def test_a_cleared_inbox_starts_anew() -> None:
    inbox = Inbox()
    inbox.put(b"abcdef")
    inbox.take(2)
    inbox.clear()
    assert (inbox.size, inbox.take(9)) == (0, b"")
    inbox.put(b"xyz")
    assert inbox.take(9) == b"xyz"
