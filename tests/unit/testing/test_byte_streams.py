"""The contract suite is no formality: a stream that breaks a promise does not pass."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ownplug.aio import READ_SIZE, ByteStream, memory_pair
from ownplug.core.errors import LinkBroken
from ownplug.testing import BYTE_STREAM_CHECKS, check_byte_stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Faithful:
    """Passes everything on; the faulty ones below change one thing each."""

    def __init__(self, inner: ByteStream) -> None:
        self.inner = inner

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        return await self.inner.read(max_bytes)

    async def write(self, data: bytes) -> None:
        await self.inner.write(data)

    async def close(self) -> None:
        await self.inner.close()

    def abort(self) -> None:
        self.inner.abort()


class Scrambling(Faithful):
    async def write(self, data: bytes) -> None:
        await self.inner.write(data[::-1])


class Greedy(Faithful):
    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        return await self.inner.read(max_bytes + 1)


class Careless(Faithful):
    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        try:
            return await self.inner.read(max_bytes)
        except LinkBroken:
            return b""


async def run(check: str, kind: type[Faithful]) -> None:
    near, far = memory_pair()
    await BYTE_STREAM_CHECKS[check](kind(near), kind(far))


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (Scrambling, "bytes_arrive_in_order_both_ways"),
        (Greedy, "a_read_brings_at_most_what_was_asked"),
        (Careless, "an_abort_breaks_the_far_side"),
    ],
)
async def test_a_broken_promise_is_found(kind: type[Faithful], check: str) -> None:
    with pytest.raises((AssertionError, ExceptionGroup)) as caught:
        await run(check, kind)

    found = caught.value.exceptions[0] if isinstance(caught.value, ExceptionGroup) else caught.value
    assert isinstance(found, AssertionError)


async def test_a_faithful_stream_passes_all_checks() -> None:
    @asynccontextmanager
    async def make_pair() -> AsyncIterator[tuple[ByteStream, ByteStream]]:
        near, far = memory_pair()
        yield Faithful(near), Faithful(far)

    await check_byte_stream(make_pair)
