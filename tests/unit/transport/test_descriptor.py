"""Waiting for a descriptor, and being sent away."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest

from ownplug.transport.descriptor import Watched

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors are watched on POSIX")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


async def test_what_arrives_wakes_the_reader(pipe: tuple[int, int]) -> None:
    watched = Watched(pipe[0])
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(watched.readable())
        await asyncio.sleep(0)
        assert not waiting.done()
        os.write(pipe[1], b"x")
    watched.release()


async def test_room_wakes_the_writer(pipe: tuple[int, int]) -> None:
    watched = Watched(pipe[1])
    await watched.writable()
    watched.release()


async def test_being_released_wakes_everybody(pipe: tuple[int, int]) -> None:
    watched = Watched(pipe[0])
    async with asyncio.TaskGroup() as tasks:
        for waiting in (watched.readable(), watched.pause(1000)):
            tasks.create_task(waiting)
        await asyncio.sleep(0)
        watched.release()
        watched.release()


async def test_a_reader_that_was_released_leaves_the_next_owner_of_the_number_alone(
    pipe: tuple[int, int],
) -> None:
    watched = Watched(pipe[0])
    heir = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(watched.readable())
        await asyncio.sleep(0)
        watched.release()
        asyncio.get_running_loop().add_reader(pipe[0], heir.set)  # before the released one has run
    os.write(pipe[1], b"x")
    await heir.wait()
    asyncio.get_running_loop().remove_reader(pipe[0])


async def test_a_pause_ends_by_itself(pipe: tuple[int, int]) -> None:
    watched = Watched(pipe[0])
    await watched.pause(0)
    watched.release()
