from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ownplug.aio import beside


async def test_it_runs_beside_the_body_and_ends_with_it() -> None:
    log: list[str] = []

    async def work() -> None:
        try:
            log.append("begun")
            await asyncio.Event().wait()
        finally:
            log.append("ended")

    async with beside(work(), name="work"):
        await asyncio.sleep(0)
        log.append("body")
    assert log == ["begun", "body", "ended"]


async def test_what_the_body_raises_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with beside(asyncio.sleep(60), name="work"):
            raise KeyError


async def test_a_failure_of_the_work_ends_the_body() -> None:
    async def work() -> None:
        raise KeyError

    with pytest.raises(BaseExceptionGroup) as caught:
        async with beside(work(), name="work"):
            await asyncio.sleep(60)
    assert caught.value.subgroup(KeyError) is not None


async def test_a_generator_around_it_may_be_closed() -> None:
    async def numbers() -> AsyncIterator[int]:
        async with beside(asyncio.sleep(60), name="work"):
            yield 1
            yield 2

    coming = numbers()
    assert await anext(coming) == 1
    await coming.aclose()  # type: ignore[attr-defined]  # it is a generator


async def test_cancelling_the_body_ends_both() -> None:
    async def both() -> None:
        async with beside(asyncio.sleep(60), name="work"):
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(both())
        await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()
