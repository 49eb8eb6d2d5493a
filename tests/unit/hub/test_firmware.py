"""Upgrades of a home's plugs in loop time: whatever a plug does or leaves, each one ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.core.errors import Conflict, DeviceError, LinkError, LinkTimeout, NotFound, Unreachable
from ownplug.core.identity import Uuid
from ownplug.core.image import Binary, render_container
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.hub import FirmwareOffer, FirmwareProgress, UpgradeState
from ownplug.hub.upgrade import UpgradeJob

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, PlayedPlug, Run

IMAGE = render_container([Binary(data=b"machine code")])
OTHERS = [Uuid(f"1909182170548290802048e1e95229{number:02}") for number in range(46, 51)]


class Shelf:
    """Fits the port `FileHandout`: nobody fetches from it unless `fetch` is called."""

    def __init__(self) -> None:
        self.to: list[str] = []
        self.sent: Callable[[int], None] | None = None
        self.broken: Exception | None = None

    @asynccontextmanager
    async def offer(self, data: bytes, /, *, to: str, sent: Callable[[int], None]) -> AsyncIterator[str]:
        if self.broken is not None:
            raise self.broken
        assert data == IMAGE
        self.to.append(to)
        self.sent = sent
        try:
            yield "http://192.168.1.10:41000/ab.bin"
        finally:
            self.sent = None

    def fetch(self, share: float = 1.0) -> None:
        assert self.sent is not None
        self.sent(int(len(IMAGE) * share))


def offer_for(name: str) -> FirmwareOffer:
    return FirmwareOffer(image=IMAGE, model="mss310", hardware="2.0.0", confirmed_name=name)


class Scene:
    """A home with a shelf and a plug that can be upgraded."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.shelf = Shelf()
        self.plug = home.plug()
        self.version = "2.1.7"
        home.api.firmware.hand_out_through(self.shelf)

    async def come(self, plug: PlayedPlug | None = None) -> str:
        """A plug comes home; its name."""
        plug = plug or self.plug
        plug.answers["SET", ns.CONTROL_UPGRADE] = lambda _: {}
        plug.answers["GET", ns.SYSTEM_ALL] = lambda _: self.all(plug)
        plug.connect()
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await self.home.settle()
        return self.home.api.plug(plug.uuid.text).name

    def all(self, plug: PlayedPlug) -> dict[str, Any]:
        told = plug.all()
        told["all"]["system"]["firmware"]["version"] = self.version
        return told

    async def begin(self) -> None:
        await self.home.api.firmware.begin("2b3c", offer_for("plug-2b3c"))
        await self.home.settle()

    def report(self, status: int, percent: int) -> None:
        self.plug.say(
            Method.PUSH, ns.CONTROL_UPGRADE, {"upgradeInfo": {"status": status, "percent": percent}}
        )

    async def restart(self, version: str) -> None:
        self.version = version
        self.plug.connect("2")
        self.plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await self.home.settle()

    def job(self) -> UpgradeJob:
        job = self.home.api.firmware.view("2b3c").upgrade
        assert job is not None
        return job

    def told(self) -> list[str]:
        """The states that were told, each once."""
        events = [event for event in self.home.events if isinstance(event, FirmwareProgress)]
        return list(dict.fromkeys(event.state for event in events))


@pytest.fixture
def play(run: Run) -> Callable[..., None]:
    """Run a story with a scene whose upgrades are running and whose plug is at home."""

    def start(story: Callable[[Scene], Any], **settings: Any) -> None:
        async def stage(home: Home) -> None:
            scene = Scene(home)
            async with home.api.firmware:
                await scene.come()
                await story(scene)
                await home.settle()

        run(stage, **settings)

    return start


Play = Callable[..., None]


def test_the_whole_way(play: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.begin()
        assert scene.shelf.to == ["192.168.1.50"]
        [order] = scene.plug.asked(ns.CONTROL_UPGRADE, "SET")
        md5 = scene.job().md5
        assert order.data() == {"upgrade": {"url": "http://192.168.1.10:41000/ab.bin", "md5": md5}}
        scene.shelf.fetch(0.5)
        assert 40 < scene.job().percent < 60
        scene.report(1, 100)
        scene.report(2, 100)
        await scene.home.settle()
        await scene.restart("2.1.17")
        assert scene.told() == ["checking", "offered", "downloading", "writing", "restarting", "done"]
        assert (scene.job().after, scene.job().failure) == ("2.1.17", None)
        assert scene.home.api.plug("2b3c").firmware == "2.1.17"
        assert scene.shelf.sent is None  # taken off the shelf

    play(story)


@pytest.mark.parametrize(
    ("reports", "within_s", "says"),
    [
        ([], 61, "did not fetch it"),
        ([(1, 40)], 181, "40 % of the image"),
        ([(1, 100)], 301, "did not come back"),
        ([(2, 100)], 301, "did not come back"),
    ],
)
def test_a_plug_that_goes_silent_is_given_up(
    play: Play, reports: list[tuple[int, int]], within_s: float, says: str
) -> None:
    async def story(scene: Scene) -> None:
        await scene.begin()
        for report in reports:
            scene.report(*report)
        await scene.home.settle()
        scene.plug.leave()
        await asyncio.sleep(within_s - 2)
        assert not scene.job().is_over
        await asyncio.sleep(2)
        assert isinstance(scene.job().failure, LinkTimeout)
        assert says in str(scene.job().failure)
        assert scene.shelf.sent is None

    play(story)


def test_as_long_as_it_comes_further_there_is_time(play: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.begin()
        for percent in range(10, 90, 10):
            await asyncio.sleep(50 if percent == 10 else 170)
            scene.report(1, percent)
            scene.report(1, 5)  # no news
            await scene.home.settle()
        assert scene.job().percent == 80
        await asyncio.sleep(181)
        assert scene.job().state is UpgradeState.FAILED

    play(story)


def test_a_report_that_cannot_be_read_tells_nothing(play: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.begin()
        unreadable: list[dict[str, Any]] = [{}, {"upgradeInfo": "x"}, {"upgradeInfo": {"status": []}}]
        for payload in unreadable:
            scene.plug.say(Method.PUSH, ns.CONTROL_UPGRADE, payload)
        await scene.home.settle()
        assert scene.job().state is UpgradeState.OFFERED
        scene.report(1, 10)
        await scene.home.settle()
        assert scene.job().state is UpgradeState.DOWNLOADING

    play(story)


def test_what_it_tells_on_the_old_connection_is_no_return(play: Play) -> None:
    async def story(scene: Scene) -> None:
        await scene.begin()
        scene.report(2, 100)
        scene.version = "2.1.17"
        await scene.home.api.request("2b3c", method="GET", namespace=ns.SYSTEM_ALL, payload={})
        await scene.home.settle()
        assert scene.job().state is UpgradeState.RESTARTING

    play(story)


def test_a_plug_that_refuses_the_order_has_failed(play: Play) -> None:
    async def story(scene: Scene) -> None:
        del scene.plug.answers["SET", ns.CONTROL_UPGRADE]
        await scene.begin()
        await asyncio.sleep(6)  # it says nothing to the order
        assert isinstance(scene.job().failure, LinkTimeout)

    play(story)


def test_a_plug_that_does_not_list_it_is_not_asked(play: Play) -> None:
    async def story(scene: Scene) -> None:
        session = scene.home.hub.session(scene.plug.uuid)
        scene.plug.answers.pop(("SET", ns.CONTROL_UPGRADE))
        await session.request(Method.GET, ns.SYSTEM_ABILITY, {})
        with pytest.raises(DeviceError, match="no way"):
            await scene.begin()
        assert scene.plug.asked(ns.CONTROL_UPGRADE, "SET") == []
        assert scene.job().state is UpgradeState.FAILED

    play(story)


def test_a_port_that_is_taken_is_told(play: Play) -> None:
    async def story(scene: Scene) -> None:
        scene.shelf.broken = Conflict("Port 41000 is taken.")
        await scene.begin()
        assert scene.job().failure is scene.shelf.broken
        assert scene.plug.asked(ns.CONTROL_UPGRADE, "SET") == []

    play(story)


def test_before_the_plug_was_told_it_can_be_given_up(play: Play) -> None:
    async def story(scene: Scene) -> None:
        firmware = scene.home.api.firmware
        with pytest.raises(NotFound):
            firmware.give_up("2b3c")
        scene.plug.mute = True  # so that the check takes its time
        async with asyncio.TaskGroup() as tasks:
            beginning = tasks.create_task(refused(scene))
            await asyncio.sleep(1)
            assert scene.job().state is UpgradeState.CHECKING
            with pytest.raises(Conflict, match="is being upgraded"):
                await scene.begin()
            firmware.give_up("2b3c")
            scene.plug.mute = False
            scene.plug.answers["GET", ns.SYSTEM_ALL] = lambda _: scene.all(scene.plug)
        assert isinstance(beginning.result(), LinkError)  # the plug said nothing
        assert firmware.view("2b3c").upgrade is None

    async def refused(scene: Scene) -> Exception:
        with pytest.raises((Conflict, LinkError)) as caught:
            await scene.begin()
        return caught.value

    play(story)


def test_one_that_was_given_up_in_time_is_never_told_to_the_plug(play: Play) -> None:
    async def story(scene: Scene) -> None:
        def answer(_: object) -> dict[str, Any]:
            scene.home.api.firmware.give_up("2b3c")
            return scene.all(scene.plug)

        scene.plug.answers["GET", ns.SYSTEM_ALL] = answer
        with pytest.raises(Conflict, match="given up"):
            await scene.begin()
        assert scene.plug.asked(ns.CONTROL_UPGRADE, "SET") == []
        assert scene.home.api.firmware.view("2b3c").upgrade is None

    play(story)


def test_a_caller_who_goes_away_during_the_check_leaves_nothing(play: Play) -> None:
    async def story(scene: Scene) -> None:
        scene.plug.mute = True
        async with asyncio.TaskGroup() as tasks:
            beginning = tasks.create_task(scene.begin())
            await asyncio.sleep(1)
            beginning.cancel()
        assert scene.home.api.firmware.view("2b3c").upgrade is None

    play(story)


def test_four_at_once_are_enough(play: Play) -> None:
    async def story(scene: Scene) -> None:
        plugs = [scene.home.plug(uuid) for uuid in OTHERS]
        names = [await scene.come(plug) for plug in plugs]
        for plug, name in list(zip(plugs, names, strict=True))[:4]:
            await scene.home.api.firmware.begin(plug.uuid.text, offer_for(name))
        with pytest.raises(Conflict, match="4 plugs"):
            await scene.home.api.firmware.begin(plugs[4].uuid.text, offer_for(names[4]))

    play(story)


def test_without_a_way_to_hand_it_out_nothing_begins(run: Run) -> None:
    async def story(home: Home) -> None:
        home.plug().connect()
        await home.settle()
        with pytest.raises(Unreachable, match="not ready"):
            await home.api.firmware.begin("2b3c", offer_for("plug-2b3c"))

    run(story)


def test_a_plug_that_is_away_is_not_upgraded(play: Play) -> None:
    async def story(scene: Scene) -> None:
        scene.plug.leave()
        with pytest.raises(Unreachable, match="offline"):
            await scene.begin()

    play(story)
