"""Safeguards at work: a hub in loop time, and a plug that is played."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.core.errors import Expired, Locked, OwnplugError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.records import AfterPowerLoss, PowerLimit, Safeguards
from ownplug.hub import CommandRefused, LimitBroken, PlugChange

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, PlayedPlug, Run

LIMIT = Safeguards(limit=PowerLimit(power_w=2000, for_s=10))
LOCK = Safeguards(never_off=True)
NAME = "plug-2b3c"


class Restarting:
    """Tells how long the plug has been up: since `restart`."""

    def __init__(self, home: Home, plug: PlayedPlug) -> None:
        self._home = home
        self._started = home.clock.monotonic()
        plug.answers["GET", ns.SYSTEM_DEBUG] = lambda _: self.debug()

    def restart(self) -> None:
        self._started = self._home.clock.monotonic()

    def debug(self) -> dict[str, Any]:
        up_s = int(self._home.clock.monotonic() - self._started)
        return {"debug": {"system": {"sysUpTime": f"{up_s // 3600}h{up_s // 60 % 60}m{up_s % 60}s"}}}


async def at_home(home: Home) -> PlayedPlug:
    plug = home.plug()
    Restarting(home, plug)
    plug.connect()
    plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
    await home.settle()
    return plug


async def power_cut(home: Home, plug: PlayedPlug, restarting: Restarting, number: int) -> None:
    """Power goes for a minute; the plug comes back with its relay as it was."""
    plug.leave(str(number))
    await asyncio.sleep(60)
    restarting.restart()
    plug.connect(str(number + 1))
    plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
    await asyncio.sleep(5)


def test_a_locked_plug_is_switched_off_by_nobody(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=LOCK))
        ann = home.api.acting_for("ann")
        off = {"togglex": {"channel": 0, "onoff": 0}}
        for attempt in (
            ann.switch(NAME, on=False),
            ann.toggle(NAME),
            ann.request(NAME, method="SET", namespace=ns.CONTROL_TOGGLE_X, payload=off),
        ):
            with pytest.raises(Locked, match="locked"):
                await attempt
        await home.api.switch(NAME, on=True)
        await home.settle()
        assert plug.relay == 1
        refused = [event for event in home.events if isinstance(event, CommandRefused)]
        assert [event.by for event in refused] == ["ann"] * 3
        assert caplog.text.count("asked by ann") == 3
        await home.api.change(NAME, PlugChange(safeguards=Safeguards()))
        await ann.switch(NAME, on=False)
        assert plug.relay == 0

    run(story)


def test_a_limit_switches_off_and_stays_until_somebody_allows_it(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=LIMIT))
        plug.power_mw = 2_400_000
        await asyncio.sleep(5)
        assert plug.relay == 1
        await asyncio.sleep(20)
        assert plug.relay == 0
        assert [event.power_w for event in home.events if isinstance(event, LimitBroken)] == [2400]
        kept = home.store.plug_records[plug.uuid].trip
        assert kept is not None
        assert kept.power_w == 2400
        with pytest.raises(Locked, match="limit"):
            await home.api.switch(NAME, on=True)
        plug.power_mw = 60_000
        assert (await home.api.allow_again(NAME)).trip is None
        await home.api.switch(NAME, on=True)
        await asyncio.sleep(60)
        assert plug.relay == 1
        assert "2400 W, more than its limit" in caplog.text

    run(story, reading_interval_s=60)  # a limit of ten seconds is looked at more often than that


def test_a_plug_that_its_limit_switched_off_is_not_turned_on_by_its_button(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=LIMIT))
        plug.power_mw = 2_400_000
        await asyncio.sleep(30)
        plug.relay = 1
        plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": 1, "lmTime": 1}]})
        await asyncio.sleep(1)
        assert plug.relay == 0

    run(story)


def test_a_plug_that_does_not_obey_its_limit_is_told_again(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=LIMIT))
        switch = plug.answers.pop(("SET", ns.CONTROL_TOGGLE_X))
        plug.power_mw = 2_400_000
        await asyncio.sleep(60)
        assert plug.relay == 1
        plug.answers["SET", ns.CONTROL_TOGGLE_X] = switch
        await asyncio.sleep(20)
        assert plug.relay == 0
        assert sum(isinstance(event, LimitBroken) for event in home.events) == 1

    run(story)


def test_a_limit_holds_also_where_the_disk_is_full(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=LIMIT))
        home.store.broken = OwnplugError("the disk is full")
        plug.power_mw = 2_400_000
        await asyncio.sleep(30)
        assert plug.relay == 0
        with pytest.raises(Locked, match="limit"):
            await home.api.switch(NAME, on=True)
        with pytest.raises(
            OwnplugError, match="the disk is full"
        ):  # allowed and not kept, it would be off again
            await home.api.allow_again(NAME)
        assert home.api.plug(NAME).trip is not None
        assert caplog.text.count("cannot be written now: the disk is full") == 1
        home.store.broken = None
        await asyncio.sleep(5)
        assert home.store.plug_records[plug.uuid].trip == home.api.plug(NAME).trip

    run(story)


def test_after_a_power_loss_with_a_full_disk_a_plug_is_restored_once_and_its_limit_holds(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        restarting = Restarting(home, plug)
        plug.connect("1")
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await asyncio.sleep(100)
        wanted = Safeguards(after_power_loss=AfterPowerLoss.ON, limit=LIMIT.limit)
        await home.api.change(NAME, PlugChange(safeguards=wanted))
        plug.relay = 0
        home.store.broken = OwnplugError("the disk is full")
        await power_cut(home, plug, restarting, 1)
        assert plug.relay == 1
        await home.api.switch(NAME, on=False)
        plug.connect("3")  # the same life, over another connection
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await asyncio.sleep(60)
        assert plug.relay == 0
        await home.api.switch(NAME, on=True)
        plug.power_mw = 2_400_000
        await asyncio.sleep(30)
        assert plug.relay == 0

    run(story)


def test_a_power_loss_is_mended_and_the_meter_read_also_where_the_disk_is_full(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        restarting = Restarting(home, plug)
        plug.connect("1")
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await asyncio.sleep(100)
        off = Safeguards(after_power_loss=AfterPowerLoss.OFF)
        await home.api.change(NAME, PlugChange(safeguards=off))
        home.store.broken = OwnplugError("the disk is full")
        await power_cut(home, plug, restarting, 1)
        assert plug.relay == 0
        plug.power_mw = 4321
        await asyncio.sleep(30)
        reading = home.api.plug(NAME).state.reading
        assert reading is not None
        assert reading.power_w == 4.321

    run(story)


def test_a_limit_that_was_broken_holds_after_the_hub_was_away(run: Run) -> None:
    async def before(home: Home) -> None:
        plug = await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=LIMIT))
        plug.power_mw = 2_400_000
        await asyncio.sleep(30)

    async def after(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await asyncio.sleep(30)
        assert plug.relay == 0
        assert home.api.plug(NAME).trip is not None

    run(before)
    run(after)


@pytest.mark.parametrize(("wanted", "relay"), [(AfterPowerLoss.ON, 1), (AfterPowerLoss.OFF, 0)])
def test_after_a_power_loss_a_plug_is_what_its_owner_wants(
    run: Run, wanted: AfterPowerLoss, relay: int
) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        restarting = Restarting(home, plug)
        plug.connect("1")
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await asyncio.sleep(100)
        await home.api.change(NAME, PlugChange(safeguards=Safeguards(after_power_loss=wanted)))
        plug.relay = 1 - relay
        await power_cut(home, plug, restarting, 1)
        assert plug.relay == relay
        plug.relay = 1 - relay
        await power_cut(home, plug, restarting, 2)
        assert plug.relay == relay

    run(story)


def test_a_plug_that_only_lost_its_network_is_left_as_it_is(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        off = Safeguards(after_power_loss=AfterPowerLoss.OFF)
        await home.api.change(NAME, PlugChange(safeguards=off))
        await asyncio.sleep(3600)
        for connection in ("2", "3"):
            plug.connect(connection)
            plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
            await asyncio.sleep(600)
        assert plug.relay == 1
        assert plug.asked(ns.CONTROL_TOGGLE_X, "SET") == []

    run(story)


@pytest.mark.parametrize(("up_s", "relay"), [(30, 0), (90_000, 1)])
def test_a_power_loss_while_the_hub_was_away_is_seen_when_both_are_back(
    run: Run, up_s: float, relay: int
) -> None:
    """Where the plug says that it is up for longer than before, it was not without power."""

    async def before(home: Home) -> None:
        await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=Safeguards(after_power_loss=AfterPowerLoss.OFF)))
        await asyncio.sleep(7200)

    async def after(home: Home) -> None:
        plug = home.plug()
        restarting = Restarting(home, plug)
        await asyncio.sleep(up_s)
        plug.connect()
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await asyncio.sleep(5)
        assert plug.relay == relay
        assert restarting.debug()

    run(before)
    run(after)


def test_the_time_of_the_day_may_jump(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small computer wakes up in the past, and is told the time later: no plug is switched for that."""

    async def story(home: Home) -> None:
        plug = await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=Safeguards(after_power_loss=AfterPowerLoss.OFF)))
        real = home.clock.now
        monkeypatch.setattr(home.clock, "now", lambda: real() + timedelta(days=400))
        await asyncio.sleep(60)
        plug.connect("2")
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await asyncio.sleep(5)
        assert plug.relay == 1

    run(story)


def test_a_command_that_waited_too_long_is_dropped(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        plug.mute = True
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_fails(home.api.switch(NAME, on=False)))
            await asyncio.sleep(1)
            with pytest.raises(Expired, match="too late"):
                await home.api.acting_for("ann").switch(NAME, on=False)
        assert [event.by for event in home.events if isinstance(event, CommandRefused)] == ["ann"]
        assert len(plug.asked(ns.CONTROL_TOGGLE_X, "SET")) == 1

    run(story, command_ttl_s=2)


def test_a_command_says_itself_how_long_it_is_worth_something(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        now = home.clock.now()
        for expired in (now, now - timedelta(minutes=5)):
            for attempt in (
                home.api.switch(NAME, on=False, expires_at=expired),
                home.api.toggle(NAME, expires_at=expired),
            ):
                with pytest.raises(Expired):
                    await attempt
        assert plug.relay == 1
        await home.api.switch(NAME, on=False, expires_at=now + timedelta(seconds=5))
        assert plug.relay == 0

    run(story)


def test_the_log_says_what_was_refused_and_to_whom(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def story(home: Home) -> None:
        await at_home(home)
        await home.api.change(NAME, PlugChange(safeguards=LOCK))
        with pytest.raises(Locked):
            await home.api.acting_for("grafana").switch(NAME, on=False)
        (told,) = [record.getMessage() for record in caplog.records if record.name == "ownplug.hub.keeper"]
        assert told == f"Refused: {NAME} is locked: nothing may switch it off (asked by grafana)"

    caplog.set_level(logging.WARNING)
    run(story)


async def _fails(attempt: Any) -> None:
    with pytest.raises(OwnplugError):
        await attempt
