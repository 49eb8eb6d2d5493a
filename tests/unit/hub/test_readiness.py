"""Whether the hub can do its work, and how often the disk is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import OwnplugError
from ownplug.hub.readiness import PROOF_S, Obstacle, Readiness
from ownplug.testing import LoopClock, run_in_loop_time

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, Run


class Server:
    """Fits the port `MqttServer`."""

    is_listening = True
    is_stuck = False

    def figures(self) -> dict[str, int]:
        return {}


class Disk:
    """Fits the port `Disk`."""

    failed_writes = 0

    def __init__(self) -> None:
        self.proofs = 0
        self.takes_s = 0.0
        self.is_full = False

    async def prove_writable(self, at: datetime) -> None:
        self.proofs += 1
        await asyncio.sleep(self.takes_s)
        if self.is_full:
            raise OwnplugError("full")


Story = Callable[[Readiness, Server, Disk, LoopClock], Awaitable[None]]


def play(story: Story) -> None:
    async def stage() -> None:
        server, disk, clock = Server(), Disk(), LoopClock()
        await story(Readiness(server, disk, clock), server, disk, clock)

    run_in_loop_time(stage())


def test_nothing_keeps_a_healthy_hub_from_its_work() -> None:
    async def story(readiness: Readiness, server: Server, disk: Disk, clock: LoopClock) -> None:
        assert await readiness.obstacle() is None

    play(story)


@pytest.mark.parametrize(
    ("name", "value", "obstacle"),
    [("is_listening", False, Obstacle.MQTT), ("is_stuck", True, Obstacle.DATABASE)],
)
def test_what_the_server_lacks_is_told_and_passes(name: str, value: object, obstacle: Obstacle) -> None:
    async def story(readiness: Readiness, server: Server, disk: Disk, clock: LoopClock) -> None:
        setattr(server, name, value)
        assert await readiness.obstacle() is obstacle
        setattr(server, name, not value)
        assert await readiness.obstacle() is None

    play(story)


def test_a_full_disk_is_told_and_so_is_that_it_has_room_again() -> None:
    async def story(readiness: Readiness, server: Server, disk: Disk, clock: LoopClock) -> None:
        disk.is_full = True
        assert await readiness.obstacle() is Obstacle.DATABASE
        disk.is_full = False
        await clock.sleep(PROOF_S)
        assert await readiness.obstacle() is None

    play(story)


def test_however_many_ask_the_disk_is_asked_once_a_second() -> None:
    async def story(readiness: Readiness, server: Server, disk: Disk, clock: LoopClock) -> None:
        disk.takes_s = 0.1
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(readiness.obstacle()) for _ in range(50)]
        assert {task.result() for task in asked} == {None}
        assert disk.proofs == 1
        await clock.sleep(PROOF_S)
        await readiness.obstacle()
        assert disk.proofs == 2

    play(story)


def test_a_disk_that_does_not_answer_takes_no_writes() -> None:
    async def story(readiness: Readiness, server: Server, disk: Disk, clock: LoopClock) -> None:
        disk.takes_s = 60
        assert await readiness.obstacle() is Obstacle.DATABASE

    play(story)


def test_a_hub_that_was_not_joined_to_anything_is_not_ready(run: Run) -> None:
    async def story(home: Home) -> None:
        assert await home.api.observing.obstacle() is Obstacle.STARTING

    run(story)
