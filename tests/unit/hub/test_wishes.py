"""What is wanted of devices: the newest counts, one at a time for each, and no failure ends the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from ownplug.aio import Backoff, beside, supervise
from ownplug.core.errors import Locked, NotFound
from ownplug.core.identity import Uuid
from ownplug.hub import Devices, Wish, Wishes
from ownplug.testing import run_in_loop_time

KETTLE, LAMP = Uuid("1811081234567825182734298f1a2b3c"), Uuid("1811081234567825182734298f1a2b3d")


class SlowDevices:
    """Takes a second for everything; one of its plugs is locked, and others are not known."""

    def __init__(self, *, locked: Uuid | None = None) -> None:
        self.done: list[str] = []
        self._locked = locked
        self._busy: set[Uuid] = set()

    async def set(self, uuid: Uuid, feature_id: str, *, on: bool) -> None:
        await self._do(uuid, f"{uuid.tail} {feature_id} {on}")

    async def toggle(self, uuid: Uuid, feature_id: str) -> None:
        await self._do(uuid, f"{uuid.tail} {feature_id} toggle")

    async def press(self, uuid: Uuid, feature_id: str) -> None:
        await self._do(uuid, f"{uuid.tail} {feature_id} press")

    def name_of(self, uuid: Uuid) -> str:
        return uuid.tail

    async def _do(self, uuid: Uuid, what: str) -> None:
        assert uuid not in self._busy, "two at a time"
        if uuid == self._locked:
            raise Locked("it stays on")
        if uuid not in {KETTLE, LAMP}:
            raise NotFound("no plug is called so")
        self._busy.add(uuid)
        await asyncio.sleep(1)
        self._busy.remove(uuid)
        self.done.append(what)


@asynccontextmanager
async def wishes_for(devices: SlowDevices) -> AsyncIterator[Wishes]:
    wishes = Wishes(cast("Devices", devices))
    async with beside(supervise("wishes", wishes.run, backoff=Backoff()), name="wishes"):
        yield wishes


def test_devices_do_not_wait_for_each_other_and_each_is_told_one_at_a_time() -> None:
    devices = SlowDevices()

    async def story() -> None:
        async with wishes_for(devices) as wishes:
            wishes.wish(KETTLE, "on", Wish.ON)
            wishes.wish(KETTLE, "light", Wish.OFF)
            wishes.wish(LAMP, "identify", Wish.PRESS)
            await asyncio.sleep(1.5)
            assert sorted(devices.done) == [f"{KETTLE.tail} on True", f"{LAMP.tail} identify press"]
            await asyncio.sleep(1)
        assert devices.done[-1] == f"{KETTLE.tail} light False"

    run_in_loop_time(story())


def test_of_wishes_that_wait_the_newest_counts() -> None:
    devices = SlowDevices()

    async def story() -> None:
        async with wishes_for(devices) as wishes:
            wishes.wish(KETTLE, "on", Wish.ON)
            await asyncio.sleep(0.5)  # it is being carried out
            for _ in range(1000):
                wishes.wish(KETTLE, "on", Wish.ON)
                wishes.wish(KETTLE, "on", Wish.OFF)
            await asyncio.sleep(10)
        assert devices.done == [f"{KETTLE.tail} on True", f"{KETTLE.tail} on False"]

    run_in_loop_time(story())


@pytest.mark.parametrize(
    ("wanted", "done"),
    [
        ([Wish.TOGGLE], ["toggle"]),
        ([Wish.TOGGLE, Wish.TOGGLE], []),
        ([Wish.TOGGLE, Wish.TOGGLE, Wish.TOGGLE], ["toggle"]),
        ([Wish.ON, Wish.TOGGLE], ["False"]),
        ([Wish.OFF, Wish.TOGGLE], ["True"]),
        ([Wish.TOGGLE, Wish.ON], ["True"]),
    ],
)
def test_what_several_come_to(wanted: list[Wish], done: list[str]) -> None:
    devices = SlowDevices()

    async def story() -> None:
        async with wishes_for(devices) as wishes:
            for wish in wanted:
                wishes.wish(KETTLE, "on", wish)
            await asyncio.sleep(5)

    run_in_loop_time(story())
    assert devices.done == [f"{KETTLE.tail} on {each}" for each in done]


def test_what_comes_to_nothing_is_told_and_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    devices = SlowDevices(locked=KETTLE)

    async def story() -> None:
        async with wishes_for(devices) as wishes:
            wishes.wish(KETTLE, "on", Wish.OFF)
            wishes.wish(Uuid("0" * 32), "light", Wish.ON)
            await asyncio.sleep(1)
            wishes.wish(LAMP, "on", Wish.OFF)
            await asyncio.sleep(2)

    run_in_loop_time(story())
    assert devices.done == [f"{LAMP.tail} on False"]
    assert f"{KETTLE.tail}: off came to nothing: it stays on" in caplog.text
    assert "light on came to nothing" in caplog.text
