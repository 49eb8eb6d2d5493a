from __future__ import annotations

import asyncio

import pytest

from ownplug.broker.feed import Feed
from ownplug.broker.outgoing import PACE_S, Outgoing
from ownplug.testing import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def feed(clock: FakeClock) -> Feed:
    return Feed(clock)


async def passes(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_those_that_have_something_to_send_are_called_once_and_in_order(
    clock: FakeClock, feed: Feed
) -> None:
    outgoing, called = Outgoing(feed, clock), list[str]()
    outgoing.soon(lambda: called.append("a"))
    outgoing.soon(lambda: called.append("b"))
    assert called == []
    await passes(4)
    assert called == ["a", "b"]


async def test_who_waited_for_what_the_hub_was_told_is_served_first(clock: FakeClock, feed: Feed) -> None:
    outgoing, done = Outgoing(feed, clock), list[str]()
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def person() -> None:
        await answer
        done.append("the person has the answer")

    async with asyncio.TaskGroup() as tasks:
        feeding = tasks.create_task(feed.run())
        tasks.create_task(person())
        await passes(2)
        feed.put(lambda: answer.set_result(None))
        outgoing.soon(lambda: done.append("the plug has its acknowledgement"))
        await passes(6)
        feeding.cancel()
    assert done == ["the person has the answer", "the plug has its acknowledgement"]


async def test_a_message_for_a_client_that_got_none_lately_does_not_wait(
    clock: FakeClock, feed: Feed
) -> None:
    outgoing, called = Outgoing(feed, clock), list[str]()
    outgoing.paced(lambda: called.append("calm"), clock.monotonic() - PACE_S)
    await passes(4)
    assert called == ["calm"]


async def test_messages_for_a_busy_client_go_together_when_the_pace_allows(
    clock: FakeClock, feed: Feed
) -> None:
    outgoing, called = Outgoing(feed, clock), asyncio.Queue[str]()
    for name in ("a", "b"):
        outgoing.paced(lambda name=name: called.put_nowait(name), clock.monotonic())  # type: ignore[misc] # mypy cannot infer a lambda with a default
    await passes(4)
    assert called.empty()
    assert [await called.get(), await called.get()] == ["a", "b"]
