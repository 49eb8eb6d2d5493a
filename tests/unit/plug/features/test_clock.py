"""The plug's clock and zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ownplug.core.errors import UsageError
from ownplug.plug import Plug, PlugClock
from ownplug.testing import FakeClock
from ownplug.testing.recorded_plug import RecordedPlug

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

TIME = "Appliance.System.Time"


async def test_a_plug_is_given_this_machines_time_and_the_zones_next_changes(
    script: Script, to_plug: ToPlug, clock: FakeClock
) -> None:
    clock.set_now(datetime(2019, 3, 10, 9, 30, 0, 900_000, tzinfo=UTC))
    plug = script(("SETACK", TIME, {}))
    await to_plug(plug).time.set("Europe/Madrid")
    told = plug.heard[-1].data()["time"]
    assert plug.heard[-1].method == "SET"
    assert (told["timestamp"], told["timezone"]) == (1552210200, "Europe/Madrid")
    assert told["timeRule"][:2] == [[1540688400, 3600, 0], [1553994000, 7200, 1]]
    assert len(told["timeRule"]) == 20


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "\0", "é" * 300]
)
async def test_what_is_no_zone_is_not_sent(script: Script, to_plug: ToPlug, name: str) -> None:
    plug = script(("SETACK", TIME, {}))
    with pytest.raises(UsageError, match="not a time zone"):
        await to_plug(plug).time.set(name)
    assert plug.heard == []


@pytest.mark.parametrize(
    ("told", "clock_of_plug"),
    [
        (
            {"timestamp": 1710076747, "timezone": "Europe/London", "timeRule": [[1698541200, 0, 0]]},
            PlugClock(at=datetime(2024, 3, 10, 13, 19, 7, tzinfo=UTC), timezone="Europe/London"),
        ),
        ({"timestamp": 448, "timezone": "", "timeRule": []}, PlugClock(at=None, timezone="")),
    ],
    ids=["set", "never set"],
)
async def test_a_plug_says_what_time_it_believes_it_is(
    script: Script, to_plug: ToPlug, told: object, clock_of_plug: PlugClock
) -> None:
    assert await to_plug(script(("GETACK", TIME, {"time": told}))).time.read() == clock_of_plug
