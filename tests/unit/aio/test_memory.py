"""What `memory_pair` promises beyond `tests/contract/test_byte_stream.py`: its limit is exact."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from ownplug.aio import memory_pair


async def test_a_writer_waits_exactly_while_the_limit_is_reached() -> None:
    near, far = memory_pair(limit=4)
    async with asyncio.TaskGroup() as group:
        await near.write(b"1234")
        fifth = group.create_task(near.write(b"5"))
        await asyncio.sleep(0)
        assert not fifth.done()
        assert await far.read(1) == b"1"

    assert await far.read() == b"2345"


async def test_the_directions_have_limits_of_their_own() -> None:
    near, far = memory_pair(limit=1)

    await near.write(b"a")
    await far.write(b"b")

    assert await near.read() == b"b"
    assert await far.read() == b"a"


@given(
    pieces=st.lists(st.binary(max_size=50), max_size=10), limit=st.integers(1, 20), size=st.integers(1, 30)
)
async def test_any_pieces_through_any_limit_arrive_as_one_stream(
    pieces: list[bytes], limit: int, size: int
) -> None:
    near, far = memory_pair(limit)

    async def write() -> None:
        for piece in pieces:
            await near.write(piece)
        await near.close()

    received = b""
    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        while chunk := await far.read(size):
            assert len(chunk) <= size
            received += chunk

    assert received == b"".join(pieces)
