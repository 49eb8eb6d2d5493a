"""Timers that were made by commands and through the API act in the plug while no hub runs, on both days of change.

When they must act is worked out by `zoneinfo` and `astral`; that in the hour that comes twice it is the first time, and
in the one that is left out the moment of the change, is our own rule and written out here.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import urllib.request
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import astral
import astral.sun
import pytest

import ownplug.plug
from ownplug.aio import SystemClock
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.virtual import Timing, VirtualPlug, VirtualPlugSettings, find_profile

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ZONE = ZoneInfo("Europe/Berlin")
BERLIN = astral.Observer(52.52, 13.405)
SETTINGS = '[hub]\ntimezone = "Europe/Berlin"\nposition = "52.52,13.405"\n'
PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
SPEED = 7200.0
STAYS_ON_S = 40 * 60
SUN_TOLERANCE_S = 120  # two almanacs, each with its seconds cut off

Run = Callable[..., Any]
Edge = tuple[int, bool]


class Api:
    """The hub's API, as a program without ownplug sees it."""

    def __init__(self, home: Path) -> None:
        self._url = json.loads((home / "runtime.json").read_text())["web"]
        self._token = (home / "token").read_text().strip()

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self._url}/api/v1/plugs/{path}",
            json.dumps(body).encode() if body else None,
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")


def make_timers(ownplug: Run, api: Api) -> None:
    """Four that act on a Sunday, by both doors, and three that do not."""
    ownplug("off", "kettle")
    ownplug("timer", "add", "kettle", "on", "--at", "02:30", "--days", "weekend", "--name", "night")
    ownplug("timer", "add", "kettle", "on", "--at", "sunset", "--name", "evening")
    ownplug("timer", "change", "kettle", "evening", "--at", "sunset-30m", "--days", "sun")
    ownplug("timer", "add", "kettle", "on", "--at", "20:15", "--days", "weekdays", "--name", "workday")
    ownplug("timer", "auto-off", "kettle", "40m")
    sunrise = {"event": "sunrise", "offset_min": 75}
    api("POST", "kettle/timers", {"at": sunrise, "turns": "on", "name": "morning"})
    noon = api("POST", "kettle/timers", {"at": "14:00", "turns": "off", "repeats": False, "days": ["sunday"]})
    api(
        "PUT",
        f"kettle/timers/{noon['id']}",
        {"at": "12:00", "turns": "on", "repeats": False, "days": ["sunday"], "name": "noon"},
    )
    api("POST", "kettle/timers", {"at": "13:30", "turns": "on", "enabled": False, "name": "never"})
    gone = api("POST", "kettle/timers", {"at": "15:00", "turns": "on"})
    api("DELETE", f"kettle/timers/{gone['id']}")


def check_what_is_shown(ownplug: Run, api: Api) -> None:
    """Both doors show the same, and say when each acts next."""
    told = {timer["name"]: timer for timer in api("GET", "kettle/timers")["timers"]}
    assert told == {timer["name"]: timer for timer in ownplug("timer", "list", "kettle")["timers"]}
    assert {name: timer["summary"] for name, timer in told.items()} == {
        "night": "on the weekend, at 02:30: on",
        "evening": "on Sunday, 30 minutes before sunset: on",
        "workday": "on weekdays, at 20:15: on",
        "morning": "every day, 1 hour 15 minutes after sunrise: on",
        "noon": "once, on the next Sunday, at 12:00: on",
        "never": "every day, at 13:30: on",
    }
    assert {timer["warning"] for timer in told.values()} == {""}
    now = SystemClock().now()
    assert told["never"]["acts_next_at"] is None
    assert moment_of(told["noon"]) == next_sunday(now, noon_of)
    assert abs(moment_of(told["evening"]) - next_sunday(now, evening_of)) <= SUN_TOLERANCE_S
    [auto_off] = api("GET", "kettle/auto-offs")["auto_offs"]
    assert (auto_off["after_s"], len(auto_off["days"])) == (STAYS_ON_S, 7)


def moment_of(timer: dict[str, Any]) -> float:
    return datetime.fromisoformat(timer["acts_next_at"]).timestamp()


def noon_of(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ZONE)


def evening_of(day: date) -> datetime:
    return astral.sun.sunset(BERLIN, date=day, tzinfo=ZONE) - timedelta(minutes=30)


def next_sunday(now: datetime, moment: Callable[[date], datetime]) -> float:
    today = now.astimezone(ZONE).date()
    days = (today + timedelta(days=number) for number in range(-1, 15))
    return min(moment(day).timestamp() for day in days if day.weekday() == 6 and moment(day) > now)


def day_of_change(month: int) -> date:
    """The last Sunday of a month of next year."""
    end = date(SystemClock().now().year + 1, month, 31)
    return end - timedelta(days=(end.weekday() + 1) % 7)


def expected_edges(day: date) -> list[Edge]:
    """When the relay must move, in Unix seconds, and to which side."""
    night = {
        # 02:30 is left out: it acts as the clock is set from 02:00 to 03:00.
        3: datetime.combine(day, time(1), tzinfo=UTC),
        # 02:30 comes twice: it acts the first time, in summer time.
        10: datetime.combine(day, time(0, 30), tzinfo=UTC),
    }[day.month]
    morning = astral.sun.sunrise(BERLIN, date=day, tzinfo=ZONE) + timedelta(minutes=75)
    turned_on = [int(moment.timestamp()) for moment in (night, morning, noon_of(day), evening_of(day))]
    return [edge for on_s in turned_on for edge in ((on_s, True), (on_s + STAYS_ON_S, False))]


async def live_through(day: date, settings: VirtualPlugSettings) -> list[Edge]:
    """Put the plug in ten minutes before that day, where nobody answers it; return how its relay moves."""
    edges: list[Edge] = []
    begin = datetime.combine(day, time(), tzinfo=ZONE) - timedelta(minutes=10)
    end_s = (datetime.combine(day, time(23, 30), tzinfo=ZONE)).timestamp()
    async with VirtualPlug(settings) as plug:
        assert not plug.relay_on
        url = "http://{}:{}".format(*plug.http)
        async with ownplug.plug.connect(url, key=plug.key) as owner:
            now = {"clock": {"timestamp": int(begin.timestamp())}}
            await owner.request(ns.SYSTEM_CLOCK, now, Method.PUSH)

        def is_over() -> bool:
            unix_s = plug.status().unix_s
            if plug.relay_on != (len(edges) % 2 == 1):
                edges.append((int(unix_s), plug.relay_on))
            return unix_s >= end_s

        async with asyncio.timeout(60):
            await plug.until(is_over)
    return edges


@pytest.mark.parametrize("model", ["mss310@2.1.7", "mss310@1.1.18"])
async def test_timers_act_without_a_hub_on_the_days_on_which_clocks_are_changed(
    model: str, launch: Run, ownplug: Run, tmp_path: Path
) -> None:
    home, flash = tmp_path / "home", tmp_path / "flash.json"
    home.mkdir()
    (home / "ownplug.toml").write_text(SETTINGS)
    hub = launch("hub", "run", "--home", str(home), *PLACES)
    hub.ready()
    settings = VirtualPlugSettings(profile=find_profile(model), flash_file=flash)
    async with VirtualPlug(settings) as plug:
        url = "http://{}:{}".format(*plug.http)
        wifi = ("--ssid", "Home", "--password", "secret123")
        await asyncio.to_thread(ownplug, "pair", url, *wifi, "--name", "kettle")
        await asyncio.to_thread(make_timers, ownplug, Api(home))
        await asyncio.to_thread(check_what_is_shown, ownplug, Api(home))
    hub.stop()

    days = [day_of_change(3), day_of_change(10)]
    async with asyncio.TaskGroup() as tasks:
        lives = [tasks.create_task(live_through(day, put_in_again(model, flash, day))) for day in days]
    for day, life in zip(days, lives, strict=True):
        seen, expected = life.result(), expected_edges(day)
        assert [on for _, on in seen] == [on for _, on in expected]
        apart_s = [abs(ours - theirs) for (ours, _), (theirs, _) in zip(seen, expected, strict=True)]
        by_clock, by_sun = (0, 1, 4, 5), (2, 3, 6, 7)
        assert [apart_s[index] for index in by_clock] == [0] * 4
        assert max(apart_s[index] for index in by_sun) <= SUN_TOLERANCE_S


def put_in_again(model: str, flash: Path, day: date) -> VirtualPlugSettings:
    """The same plug with all that it remembers; its time runs fast, and it seldom looks for the hub."""
    copy = flash.with_name(f"{day}.json")
    shutil.copy(flash, copy)
    return VirtualPlugSettings(
        profile=find_profile(model), flash_file=copy, speed=SPEED, timing=Timing(retry_s=600.0)
    )
