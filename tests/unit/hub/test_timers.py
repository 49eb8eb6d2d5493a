"""Timers and auto-offs through the hub's door: kept by a played plug, and when they act next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import astral
import astral.sun
import pytest

from ownplug.core.errors import DeviceError, NotFound, UsageError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.timerule import time_rules
from ownplug.core.schedule import AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday
from ownplug.hub import TimersChanged

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, PlayedPlug, Run

ZONE = ZoneInfo("Europe/Madrid")
BREAKFAST = Timer(id="", at=AtClock(minute=7 * 60 + 30), turns_on=True, days=frozenset({Weekday.TUESDAY}))
EVENING = Timer(id="", at=AtSun(event=SunEvent.SUNSET, offset_min=-30), turns_on=True)
AN_HOUR = AutoOff(id="", duration_s=3600)
MADRID = {"longitude": -3_700_000, "latitude": 40_400_000}


class Memory:
    """What a played plug of the first generation keeps."""

    def __init__(self, plug: PlayedPlug) -> None:
        self.entries: dict[str, dict[str, Any]] = {"timer": {}, "trigger": {}}
        self.position = {"longitude": 0, "latitude": 0}
        self._rules = time_rules(ZONE, datetime(2026, 1, 5, tzinfo=UTC))
        plug.answers |= {
            ("GET", ns.CONTROL_TIMER): lambda _: {"timer": [*self.entries["timer"].values()]},
            ("SET", ns.CONTROL_TIMER): self._keep,
            ("DELETE", ns.CONTROL_TIMER): self._forget,
            ("GET", ns.CONTROL_TRIGGER): lambda _: {"trigger": [*self.entries["trigger"].values()]},
            ("SET", ns.CONTROL_TRIGGER): self._keep,
            ("DELETE", ns.CONTROL_TRIGGER): self._forget,
            ("GET", ns.SYSTEM_POSITION): lambda _: {"position": self.position},
            ("GET", ns.SYSTEM_TIME): lambda _: {
                "time": {"timestamp": 1, "timezone": "Europe/Madrid", "timeRule": self._rules}
            },
        }

    def _keep(self, told: dict[str, Any]) -> object:
        for field, entry in told.items():
            self.entries[field][entry["id"]] = entry
        return {}

    def _forget(self, told: dict[str, Any]) -> object:
        for field, entry in told.items():
            del self.entries[field][entry["id"]]
        return {}


async def at_home(home: Home) -> tuple[PlayedPlug, Memory]:
    plug = home.plug()
    plug.zone = "Europe/Madrid"
    memory = Memory(plug)
    plug.connect()
    plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
    await home.settle()
    home.events.clear()
    return plug, memory


def changes(home: Home) -> list[str]:
    return [event.name for event in home.events if isinstance(event, TimersChanged)]


def test_a_timer_is_made_shown_changed_and_removed_and_each_is_told(run: Run) -> None:
    async def story(home: Home) -> None:
        _, memory = await at_home(home)
        made = await home.api.timers.add("2b3c", BREAKFAST)
        assert made.timer == replace(BREAKFAST, id=made.timer.id, made_at=int(home.clock.now().timestamp()))
        assert await home.api.timers.get("2b3c", made.timer.id) == made
        changed = await home.api.timers.change("2b3c", replace(made.timer, turns_on=False))
        assert (await home.api.timers.all("2b3c")).rules == (changed,)
        await home.api.timers.remove("2b3c", made.timer.id)
        assert memory.entries["timer"] == {}
        assert (await home.api.timers.all("2b3c")).rules == ()
        await home.settle()
        assert changes(home) == ["plug-2b3c"] * 3

    run(story)


def test_an_auto_off_is_made_shown_changed_and_removed_and_each_is_told(run: Run) -> None:
    async def story(home: Home) -> None:
        await at_home(home)
        made = await home.api.auto_offs.add("2b3c", AN_HOUR)
        changed = await home.api.auto_offs.change("2b3c", replace(made, duration_s=60))
        assert (await home.api.auto_offs.all("2b3c")).rules == (changed,)
        assert await home.api.auto_offs.get("2b3c", made.id) == changed
        await home.api.auto_offs.remove("2b3c", made.id)
        await home.settle()
        assert changes(home) == ["plug-2b3c"] * 3

    run(story)


def test_what_fails_is_told_nobody(run: Run) -> None:
    async def story(home: Home) -> None:
        await at_home(home)
        with pytest.raises(NotFound, match="keeps no timer"):
            await home.api.timers.remove("2b3c", "none")
        with pytest.raises(NotFound, match="nobody"):
            await home.api.timers.add("nobody", BREAKFAST)
        with pytest.raises(UsageError, match="no outlet 3"):
            await home.api.timers.add("2b3c", replace(BREAKFAST, channel=3))
        await home.settle()
        assert changes(home) == []

    run(story)


def test_a_plug_without_timers_says_so(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await home.settle()
        with pytest.raises(DeviceError, match="no timers"):
            await home.api.timers.all("2b3c")
        with pytest.raises(DeviceError, match="no light"):
            await home.api.lights.is_on("2b3c")

    run(story)


def test_a_timer_acts_next_by_the_clock_that_the_plug_has(run: Run) -> None:
    async def story(home: Home) -> None:
        await at_home(home)  # on a Monday
        made = await home.api.timers.add("2b3c", BREAKFAST)
        assert made.acts_next_at == datetime(2026, 1, 6, 7, 30, tzinfo=ZONE)
        assert made.warning == ""
        off = await home.api.timers.change("2b3c", replace(made.timer, enabled=False))
        assert off.acts_next_at is None

    run(story)


def test_a_timer_by_the_sun_acts_next_where_the_plug_is(run: Run) -> None:
    async def story(home: Home) -> None:
        _, memory = await at_home(home)
        memory.position.update(MADRID)
        made = await home.api.timers.add("2b3c", EVENING)
        assert made.acts_next_at is not None
        sunset = astral.sun.sunset(astral.Observer(40.4, -3.7), date=home.clock.now().date())
        assert abs((sunset - made.acts_next_at).total_seconds() - 1800) < 150
        assert made.warning == ""

    run(story)


def test_a_timer_by_the_sun_warns_where_the_plug_was_never_told_its_position(run: Run) -> None:
    async def story(home: Home) -> None:
        await at_home(home)
        made = await home.api.timers.add("2b3c", EVENING)
        assert "hub.position" in made.warning
        assert (await home.api.timers.add("2b3c", BREAKFAST)).warning == ""
        [by_sun, by_clock] = (await home.api.timers.all("2b3c")).rules
        assert (by_sun.warning, by_clock.warning) == (made.warning, "")

    run(story)


def test_a_plug_that_changed_its_timers_is_told_of(run: Run) -> None:
    async def story(home: Home) -> None:
        plug, _ = await at_home(home)
        for namespace in (ns.CONTROL_TIMER_X, ns.CONTROL_TRIGGER_X, ns.CONTROL_TIMER, ns.CONTROL_TRIGGER):
            plug.say(Method.PUSH, namespace, {})
        plug.say(Method.GETACK, ns.CONTROL_TIMER_X, {})
        await home.settle()
        assert changes(home) == ["plug-2b3c"] * 4

    run(story)


def test_the_light_is_shown_as_the_plug_says_it_is(run: Run) -> None:
    async def story(home: Home) -> None:
        plug, _ = await at_home(home)
        mode = {"mode": 1}

        def set_mode(told: dict[str, Any]) -> object:
            mode.update(told["DNDMode"])
            return {}

        plug.answers["GET", ns.SYSTEM_DND_MODE] = lambda _: {"DNDMode": mode}
        plug.answers["SET", ns.SYSTEM_DND_MODE] = set_mode
        plug.say(Method.GETACK, ns.SYSTEM_ABILITY, plug.ability())
        await home.settle()
        assert await home.api.lights.is_on("2b3c") is False
        assert await home.api.lights.set("2b3c", on=True) is True
        assert mode == {"mode": 0}
        plug.answers["SET", ns.SYSTEM_DND_MODE] = lambda _: {}
        assert await home.api.lights.set("2b3c", on=False) is True

    run(story)
