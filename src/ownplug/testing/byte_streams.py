"""The contract of `ByteStream`, as checks that any implementation can be put through.

Write `async with` a maker of connected pairs, then `await check_byte_stream(maker)`; or run the members of
`BYTE_STREAM_CHECKS` one by one, as a parametrized test does. Nothing here measures time.

Some wires cannot keep every promise: a serial cable has no end. An implementation declares its `Quirk`s, and
`EXCUSED_BY` says which checks each of them excuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from enum import Enum
from typing import TypeAlias

from ownplug.aio import ByteStream
from ownplug.core.errors import LinkBroken, LinkClosed

Pair: TypeAlias = tuple[ByteStream, ByteStream]
MakePair: TypeAlias = Callable[[], AbstractAsyncContextManager[Pair]]
Check: TypeAlias = Callable[[ByteStream, ByteStream], Awaitable[None]]

_CHUNK = bytes(range(256)) * 256  # 64 KiB
_FLOOD = 512  # chunks; 32 MiB, more than any system buffers for one connection
_QUIET_PASSES = 100  # of the event loop without progress: nobody moves any more


class Quirk(Enum):
    """What a wire cannot do between the first end of a pair and the second."""

    ENDLESS = "endless"  # when the first closes, the second sees no end: its wire breaks, or goes on
    UNBROKEN = "unbroken"  # when the second leaves, the first goes on: what it writes then is lost
    UNMEASURED = "unmeasured"  # what stands between takes all that the first writes: it never waits


async def check_byte_stream(make_pair: MakePair, quirks: frozenset[Quirk] = frozenset()) -> None:
    """Hold one implementation to the contract; a pair of its own for each check.

    Raises:
        AssertionError: a promise of `ByteStream` is broken; the traceback names the check.
    """
    for name, check in BYTE_STREAM_CHECKS.items():
        if is_excused(name, quirks):
            continue
        async with make_pair() as (near, far):
            await check(near, far)


async def _bytes_arrive_in_order_both_ways(near: ByteStream, far: ByteStream) -> None:
    await near.write(b"ping ")
    await near.write(b"")
    await near.write(b"pong")
    _expect(await _read_exactly(far, 9), b"ping pong")
    await far.write(b"answer")
    _expect(await _read_exactly(near, 6), b"answer")


async def _a_read_brings_at_most_what_was_asked(near: ByteStream, far: ByteStream) -> None:
    await near.write(b"abc")
    _expect(await far.read(1), b"a")
    _expect(await _read_exactly(far, 2), b"bc")


async def _a_long_write_arrives_whole(near: ByteStream, far: ByteStream) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(near.write(_CHUNK * 16))
        received = group.create_task(_read_exactly(far, len(_CHUNK) * 16))
    _expect(received.result(), _CHUNK * 16)


async def _both_directions_flow_at_once(near: ByteStream, far: ByteStream) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(near.write(_CHUNK * 16))
        group.create_task(far.write(_CHUNK * 16))
        there = group.create_task(_read_exactly(far, len(_CHUNK) * 16))
        back = group.create_task(_read_exactly(near, len(_CHUNK) * 16))
    _expect(there.result(), _CHUNK * 16)
    _expect(back.result(), _CHUNK * 16)


async def _a_writer_waits_for_a_slow_reader(near: ByteStream, far: ByteStream) -> None:
    async with asyncio.TaskGroup() as group:
        flood = _Flood(near)
        group.create_task(flood.run())
        await flood.stuck()
        if flood.chunks_done == _FLOOD:
            raise AssertionError("Nobody read, and still the writer never waited.")
        received = await _read_exactly(far, len(_CHUNK) * _FLOOD)
    _expect(received, _CHUNK * _FLOOD)


async def _close_delivers_what_was_written_then_ends(near: ByteStream, far: ByteStream) -> None:
    await near.write(b"last words")
    await near.close()
    _expect(await _read_to_end(far), b"last words")
    _expect(await far.read(), b"")


async def _close_and_abort_may_be_repeated(near: ByteStream, far: ByteStream) -> None:
    await near.close()
    await near.close()
    near.abort()
    far.abort()
    far.abort()
    await far.close()


async def _nothing_works_after_our_own_close(near: ByteStream, far: ByteStream) -> None:
    await near.close()
    await _fails_with(LinkClosed, near.read())
    await _fails_with(LinkClosed, near.write(b"x"))
    far.abort()
    await _fails_with(LinkClosed, far.read())
    await _fails_with(LinkClosed, far.write(b"x"))


async def _our_own_close_ends_a_waiting_read(near: ByteStream, far: ByteStream) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_fails_with(LinkClosed, near.read()))
        await _pass_the_loop()
        await near.close()


async def _our_own_abort_ends_a_waiting_write(near: ByteStream, far: ByteStream) -> None:
    async with asyncio.TaskGroup() as group:
        flood = _Flood(near)
        group.create_task(_fails_with(LinkClosed, flood.run()))
        await flood.stuck()
        near.abort()


async def _an_abort_breaks_the_far_side(near: ByteStream, far: ByteStream) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_fails_with(LinkBroken, near.read()))
        await _pass_the_loop()
        far.abort()
    await _fails_with(LinkBroken, near.write(b"x"))


async def _an_abort_breaks_a_waiting_write_of_the_far_side(near: ByteStream, far: ByteStream) -> None:
    async with asyncio.TaskGroup() as group:
        flood = _Flood(near)
        group.create_task(_fails_with(LinkBroken, flood.run()))
        await flood.stuck()
        far.abort()


async def _writing_to_one_who_closed_breaks_soon(near: ByteStream, far: ByteStream) -> None:
    await far.close()
    await _fails_with(LinkBroken, _Flood(near).run())


async def _a_cancelled_read_loses_nothing(near: ByteStream, far: ByteStream) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(far.read())
        await _pass_the_loop()
        waiting.cancel()
    await near.write(b"still here")
    _expect(await _read_exactly(far, 10), b"still here")


BYTE_STREAM_CHECKS: dict[str, Check] = {
    check.__name__.strip("_"): check
    for check in (
        _bytes_arrive_in_order_both_ways,
        _a_read_brings_at_most_what_was_asked,
        _a_long_write_arrives_whole,
        _both_directions_flow_at_once,
        _a_writer_waits_for_a_slow_reader,
        _close_delivers_what_was_written_then_ends,
        _close_and_abort_may_be_repeated,
        _nothing_works_after_our_own_close,
        _our_own_close_ends_a_waiting_read,
        _our_own_abort_ends_a_waiting_write,
        _an_abort_breaks_the_far_side,
        _an_abort_breaks_a_waiting_write_of_the_far_side,
        _writing_to_one_who_closed_breaks_soon,
        _a_cancelled_read_loses_nothing,
    )
}
"""Each promise of `ByteStream` by the name of its check."""

EXCUSED_BY: dict[Quirk, frozenset[str]] = {
    Quirk.ENDLESS: frozenset({"close_delivers_what_was_written_then_ends"}),
    Quirk.UNBROKEN: frozenset(
        {
            "an_abort_breaks_the_far_side",
            "an_abort_breaks_a_waiting_write_of_the_far_side",
            "writing_to_one_who_closed_breaks_soon",
        }
    ),
    Quirk.UNMEASURED: frozenset({"a_writer_waits_for_a_slow_reader"}),
}
"""The checks that an implementation with a quirk need not pass."""


def is_excused(check: str, quirks: frozenset[Quirk]) -> bool:
    """Tell whether one of `quirks` excuses an implementation from the check of that name."""
    return any(check in EXCUSED_BY[quirk] for quirk in quirks)


class _Flood:
    """Writes more than any system buffers, and knows how far it came."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.chunks_done = 0

    async def run(self) -> None:
        while self.chunks_done < _FLOOD:
            await self._stream.write(_CHUNK)
            self.chunks_done += 1

    async def stuck(self) -> None:
        """Wait until it makes no more progress."""
        seen = -1
        while seen != self.chunks_done:
            seen = self.chunks_done
            await _pass_the_loop()


async def _read_exactly(stream: ByteStream, count: int) -> bytes:
    received = bytearray()
    while len(received) < count:
        chunk = await stream.read(min(len(_CHUNK), count - len(received)))
        if not chunk:
            raise AssertionError(f"The stream ended after {len(received)} of {count} bytes.")
        received += chunk
    return bytes(received)


async def _read_to_end(stream: ByteStream) -> bytes:
    received = b""
    while chunk := await stream.read():
        received += chunk
    return received


async def _fails_with(kind: type[Exception], work: Awaitable[object]) -> None:
    try:
        result = await work
    except kind:
        return
    raise AssertionError(f"Expected {kind.__name__}, but it went well: {result!r}")


async def _pass_the_loop() -> None:
    for _ in range(_QUIET_PASSES):
        await asyncio.sleep(0)


def _expect(found: bytes, wanted: bytes) -> None:
    if found != wanted:
        raise AssertionError(
            f"Expected {len(wanted)} bytes {wanted[:20]!r} ..., found {len(found)} bytes {found[:20]!r} ..."
        )
