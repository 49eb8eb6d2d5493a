"""Of what nobody listened to, the newest is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ownplug.transport.backlog import Backlog


@given(pieces=st.lists(st.binary(max_size=20)), limit=st.integers(1, 30))
def test_the_newest_bytes_are_kept_and_given_once(pieces: list[bytes], limit: int) -> None:
    backlog = Backlog(limit)
    for piece in pieces:
        backlog.put(piece)
        assert len(backlog) <= limit

    assert backlog.take() == b"".join(pieces)[-limit:]
    assert backlog.take() == b""
