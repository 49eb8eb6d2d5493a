from __future__ import annotations

import asyncio
import functools

import pytest

from ownplug.broker.feed import SHARE, Feed, Share
from ownplug.testing import FakeClock


async def run_until_told(feed: Feed) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(feed.run())
        await feed.all_told.wait()
        running.cancel()


def fail() -> None:
    raise ZeroDivisionError


async def test_calls_are_made_in_order() -> None:
    feed, told = Feed(FakeClock()), list[int]()
    for number in range(100):
        feed.put(functools.partial(told.append, number))
    await run_until_told(feed)
    assert told == list(range(100))


async def test_a_call_that_fails_comes_out_and_the_next_run_goes_on_after_it() -> None:
    feed, told = Feed(FakeClock()), list[str]()
    feed.put(lambda: told.append("before"))
    feed.put(fail)
    feed.put(lambda: told.append("after"))
    with pytest.raises(ZeroDivisionError):
        await feed.run()
    await run_until_told(feed)
    assert told == ["before", "after"]


async def test_whoever_was_held_back_goes_on_when_half_is_free() -> None:
    feed, told = Feed(FakeClock(), limit=4), list[int]()
    for number in range(5):
        feed.put(functools.partial(told.append, number))
    was_full = feed.is_full
    feed.when_room(lambda: told.append(-1))
    await run_until_told(feed)
    assert (was_full, feed.is_full) == (True, False)
    assert sorted(told) == [-1, 0, 1, 2, 3, 4]


async def test_what_a_call_causes_is_told_after_what_was_there() -> None:
    feed, told = Feed(FakeClock()), list[str]()

    def first() -> None:
        told.append("first")
        feed.put(lambda: told.append("caused"))

    feed.put(first)
    feed.put(lambda: told.append("second"))
    await run_until_told(feed)
    assert told == ["first", "second", "caused"]


def nothing() -> None:
    pass


async def test_who_causes_much_is_held_back_and_others_are_not() -> None:
    feed, resumed = Feed(FakeClock()), list[str]()
    loud, quiet = Share(feed), Share(feed)
    for share, count in ((loud, SHARE), (quiet, 1)):
        assert not share.holds_back(nothing)
        for _ in range(count):
            feed.put(nothing)
        share.count()
    assert loud.holds_back(lambda: resumed.append("loud"))
    assert not quiet.holds_back(lambda: resumed.append("quiet"))
    await run_until_told(feed)
    assert resumed == ["loud"]
    assert not loud.holds_back(nothing)


async def test_who_causes_much_slowly_is_never_held_back() -> None:
    feed = Feed(FakeClock())
    share = Share(feed)
    for _ in range(SHARE * 2):
        assert not share.holds_back(nothing)
        feed.put(nothing)
        share.count()
        await run_until_told(feed)


async def test_a_full_feed_holds_everybody_back() -> None:
    feed = Feed(FakeClock(), limit=1)
    feed.put(nothing)
    assert Share(feed).holds_back(nothing)
    await run_until_told(feed)
    assert not Share(feed).holds_back(nothing)
