from __future__ import annotations

import asyncio

import pytest

from ownplug.aio import Broadcast, Overflow, Subscription
from ownplug.core.errors import UsageError


async def rest(subscription: Subscription[str]) -> list[str]:
    """What an ended subscription still holds."""
    return [item async for item in subscription]


async def test_each_subscriber_receives_each_item_in_order() -> None:
    news: Broadcast[str] = Broadcast()
    with news.subscribe() as first, news.subscribe() as second:
        news.publish("on")
        news.publish("off")
        news.close()

        assert await rest(first) == ["on", "off"]
        assert await rest(second) == ["on", "off"]


async def test_a_waiting_subscriber_wakes_when_something_is_published() -> None:
    news: Broadcast[str] = Broadcast()
    with news.subscribe() as subscription:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(anext(subscription))
            await asyncio.sleep(0)
            news.publish("on")

    assert waiting.result() == "on"


async def test_only_what_is_published_during_the_with_is_received() -> None:
    news: Broadcast[str] = Broadcast()
    news.publish("too early")
    with news.subscribe() as subscription:
        news.publish("in time")
    news.publish("too late")

    assert await rest(subscription) == ["in time"]


async def test_who_falls_behind_loses_the_oldest_and_is_told_how_many() -> None:
    news: Broadcast[str] = Broadcast()
    with news.subscribe(limit=2, policy=Overflow.DROP_OLDEST) as slow, news.subscribe() as quick:
        for item in "abcde":
            news.publish(item)
        news.close()

        assert slow.missed == 3
        assert await rest(slow) == ["d", "e"]
        assert quick.missed == 0
        assert await rest(quick) == list("abcde")


async def test_equal_items_each_count_when_the_oldest_are_dropped() -> None:
    news: Broadcast[str] = Broadcast()
    with news.subscribe(policy=Overflow.DROP_OLDEST) as subscription:
        news.publish("same")
        news.publish("same")
        news.close()

        assert await rest(subscription) == ["same", "same"]


async def test_coalescing_keeps_the_latest_of_each_key_in_its_predecessors_place() -> None:
    news: Broadcast[str] = Broadcast()
    with news.subscribe(policy=Overflow.COALESCE_LATEST, key=lambda item: item[0]) as subscription:
        for item in ("a1", "b1", "a2", "a3"):
            news.publish(item)
        news.close()

        assert await rest(subscription) == ["a3", "b1"]
        assert subscription.missed == 0


async def test_coalescing_without_a_key_keeps_the_very_latest() -> None:
    news: Broadcast[str] = Broadcast()
    with news.subscribe(policy=Overflow.COALESCE_LATEST) as subscription:
        news.publish("old")
        news.publish("new")
        news.close()

        assert await rest(subscription) == ["new"]


async def test_more_keys_than_room_drop_the_oldest_key_and_count_it() -> None:
    news: Broadcast[str] = Broadcast()
    with news.subscribe(limit=2, policy=Overflow.COALESCE_LATEST, key=str) as subscription:
        for item in ("a", "b", "c"):
            news.publish(item)
        news.close()

        assert subscription.missed == 1
        assert await rest(subscription) == ["b", "c"]


async def test_subscribing_to_what_is_closed_ends_at_once() -> None:
    news: Broadcast[str] = Broadcast()
    news.close()
    with news.subscribe() as subscription:
        assert await rest(subscription) == []


def test_a_subscriber_without_room_is_a_mistake() -> None:
    news: Broadcast[str] = Broadcast()
    with pytest.raises(UsageError, match="at least one"), news.subscribe(limit=0):
        pass


def test_what_was_missed_is_counted_over_all_who_listened() -> None:
    broadcast: Broadcast[int] = Broadcast()
    with broadcast.subscribe(limit=1), broadcast.subscribe(limit=10):
        for number in range(3):
            broadcast.publish(number)
        assert broadcast.missed == 2
    with broadcast.subscribe(limit=1):
        broadcast.publish(1)
        broadcast.publish(2)
        assert broadcast.missed == 3
    assert broadcast.missed == 3
