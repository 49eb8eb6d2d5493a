"""Timers and auto-offs of both generations, kept by the firmware of virtual plugs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.plug.features.bench_link import BenchLink
from tests.unit.virtual.conftest import Bench

from ownplug.core.errors import (
    DeviceError,
    LinkBroken,
    LinkTimeout,
    Malformed,
    NotFound,
    Unexpected,
    UsageError,
)
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.schedule import AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday
from ownplug.plug import Plug
from ownplug.plug.features.rules import SLOTS
from ownplug.testing import FakeClock
from ownplug.testing.recorded_plug import RecordedPlug
from ownplug.virtual.profiles import find_profile

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

NEWER, OLDER = "mss310@2.1.7", "mss310@1.1.18"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVENING = Timer(
    id="",
    at=AtSun(event=SunEvent.SUNSET, offset_min=-30),
    turns_on=True,
    days=frozenset({Weekday.MONDAY, Weekday.FRIDAY}),
    name="lamp ä",
)
ONCE = Timer(id="", at=AtClock(minute=1110), turns_on=False, repeats=False, enabled=False)
AN_HOUR = AutoOff(id="", duration_s=3600, days=frozenset({Weekday.SUNDAY}), name="iron")


class Owner:
    """A plug on the bench and its link."""

    def __init__(self, model: str) -> None:
        self.bench = Bench(find_profile(model))
        self.link = BenchLink(self.bench)
        self.plug = Plug(self.link, clock=FakeClock(NOON))


@pytest.fixture(params=[NEWER, OLDER])
def owner(request: pytest.FixtureRequest) -> Owner:
    """The owner of a plug of each generation."""
    return Owner(request.param)


async def test_timers_are_kept_as_they_were_meant(owner: Owner) -> None:
    timers = owner.plug.timers
    assert (await timers.all()).rules == ()
    made = [await timers.add(EVENING), await timers.add(ONCE)]
    assert (await timers.all()).rules == tuple(made)
    for told, kept in zip((EVENING, ONCE), made, strict=True):
        assert kept == replace(told, id=kept.id, made_at=int(NOON.timestamp()))
        assert len(kept.id) == 16
        assert kept.id.isalnum()
        assert await timers.get(kept.id) == kept
    assert made[0].id != made[1].id


async def test_a_timer_is_changed_and_keeps_its_date(owner: Owner) -> None:
    timers = owner.plug.timers
    first, second = await timers.add(EVENING), await timers.add(ONCE)
    changed = await timers.change(replace(first, at=AtClock(minute=5), turns_on=False, made_at=7))
    assert changed == replace(first, at=AtClock(minute=5), turns_on=False)
    assert (await timers.all()).rules == (changed, second)


async def test_a_timer_is_removed_and_the_others_stay(owner: Owner) -> None:
    timers = owner.plug.timers
    first, second = await timers.add(EVENING), await timers.add(ONCE)
    await timers.remove(first.id)
    assert (await timers.all()).rules == (second,)


async def test_auto_offs_are_kept_changed_and_removed(owner: Owner) -> None:
    auto_offs = owner.plug.auto_offs
    made = await auto_offs.add(AN_HOUR)
    assert made == replace(AN_HOUR, id=made.id, made_at=int(NOON.timestamp()))
    changed = await auto_offs.change(replace(made, duration_s=60, enabled=False))
    assert (await auto_offs.all()).rules == (changed,) == (replace(made, duration_s=60, enabled=False),)
    assert await auto_offs.get(made.id) == changed
    await auto_offs.remove(made.id)
    assert (await auto_offs.all()).rules == ()


async def test_what_is_not_there_is_neither_shown_nor_changed_nor_removed(owner: Owner) -> None:
    timers, auto_offs = owner.plug.timers, owner.plug.auto_offs
    for deed in (
        timers.get("none"),
        timers.remove("none"),
        timers.change(replace(EVENING, id="none")),
        auto_offs.get("none"),
        auto_offs.remove("none"),
        auto_offs.change(replace(AN_HOUR, id="none")),
    ):
        with pytest.raises(NotFound, match="'none'"):
            await deed
    assert {method for method, _ in owner.link.heard} == {"GET"}


async def test_a_generation_is_known_by_its_abilities_and_asked_in_its_own_way() -> None:
    for model, asked in (
        (NEWER, {ns.DIGEST_TIMER_X, ns.CONTROL_TIMER_X}),
        (OLDER, {ns.CONTROL_TIMER}),
    ):
        owner = Owner(model)
        await owner.plug.timers.add(EVENING)
        await owner.plug.timers.all()
        assert {namespace for _, namespace in owner.link.heard} == asked | {ns.SYSTEM_ABILITY}


async def test_a_plug_without_a_relay_keeps_no_timers() -> None:
    plug = Owner("em06").plug
    with pytest.raises(DeviceError, match="no timers"):
        await plug.timers.all()
    with pytest.raises(DeviceError, match="no auto-offs"):
        await plug.auto_offs.add(AN_HOUR)


async def test_recorded_plugs_without_rules_say_so(
    mss310r: RecordedPlug, mss210: RecordedPlug, to_plug: ToPlug
) -> None:
    for recorded in (mss310r, mss210):
        plug = to_plug(recorded)
        assert (await plug.timers.all()).rules == ()
        assert (await plug.auto_offs.all()).rules == ()


async def test_the_recorded_answer_for_an_unknown_timer_is_none(
    mss310r: RecordedPlug, to_plug: ToPlug
) -> None:
    with pytest.raises(NotFound):
        await to_plug(mss310r).timers.get("n1jx")


async def test_a_full_plug_says_so_and_is_told_nothing() -> None:
    owner = Owner(NEWER)  # by HTTP the older one cannot even list so many
    for _ in range(SLOTS):
        await owner.plug.timers.add(ONCE)
    owner.link.heard.clear()
    with pytest.raises(DeviceError, match="keeps 32 timers already") as full:
        await owner.plug.timers.add(ONCE)
    assert "Remove one" in full.value.hint
    assert Method.SET not in {method for method, _ in owner.link.heard}
    await owner.plug.auto_offs.add(AN_HOUR)


async def test_a_write_whose_answer_is_lost_is_decided_by_what_the_plug_keeps(owner: Owner) -> None:
    owner.link.loses_answers = {Method.SET, Method.DELETE}
    made = await owner.plug.timers.add(EVENING)
    changed = await owner.plug.timers.change(replace(made, name="other"))
    assert (await owner.plug.timers.all()).rules == (changed,)
    await owner.plug.timers.remove(made.id)
    assert (await owner.plug.timers.all()).rules == ()


async def test_a_write_that_never_came_is_the_error_that_it_was(owner: Owner) -> None:
    made = await owner.plug.timers.add(EVENING)
    with pytest.raises(LinkBroken):  # the plug drops what it cannot keep
        await owner.plug.timers.add(replace(ONCE, name="n" * 65))
    with pytest.raises(LinkBroken):
        await owner.plug.timers.change(replace(made, name="n" * 65))
    assert (await owner.plug.timers.all()).rules == (made,)


async def test_a_plug_that_keeps_something_else_is_told_on(owner: Owner) -> None:
    def spoil(payload: dict[str, Any]) -> dict[str, Any]:
        [(field, entry)] = payload.items()
        return {field: {**entry, "alias": "lamp", "week": 0x81, "time": 60, "sunOffset": 0}}

    owner.link.spoils = spoil
    with pytest.raises(Unexpected) as told:
        await owner.plug.timers.add(EVENING)
    assert str(told.value) == (
        "The plug keeps another timer than it was told: "
        "acts at 01:00 instead of 30 minutes before sunset, "
        "days Monday instead of Monday and Friday, name 'lamp' instead of 'lamp ä'."
    )


async def test_a_plug_that_acknowledges_and_keeps_nothing_is_told_on(owner: Owner) -> None:
    owner.link.spoils = lambda _: None
    with pytest.raises(Unexpected, match="acknowledged the timer and does not keep it"):
        await owner.plug.timers.add(EVENING)


async def test_a_plug_that_acknowledges_a_delete_and_keeps_the_rule_is_told_on(
    script: Script, to_plug: ToPlug
) -> None:
    entry = {"id": "a", "week": 129, "time": 5, "extend": {"toggle": {"onoff": 1}}}
    plug = script(
        ("GETACK", ns.CONTROL_TIMER, {"timer": [entry]}),
        ("DELETEACK", ns.CONTROL_TIMER, {}),
        abilities=(ns.CONTROL_TIMER,),
    )
    with pytest.raises(Unexpected, match="keeps it"):
        await to_plug(plug).timers.remove("a")
    assert plug.heard[-2].data() == {"timer": {"id": "a"}}


async def test_a_plug_that_is_gone_when_it_is_read_back_is_not_believed_to_have_kept_it(owner: Owner) -> None:
    made = await owner.plug.timers.add(EVENING)
    owner.link.loses_answers = {Method.GET}
    with pytest.raises(LinkTimeout):
        await owner.plug.timers.change(made)


async def test_a_rule_that_means_nothing_here_is_listed_and_can_be_removed(
    script: Script, to_plug: ToPlug
) -> None:
    door = {
        "id": "garage",
        "alias": "\x1bdoor",
        "type": 4,
        "week": 1,
        "time": 5,
        "extend": {"toggle": {"onoff": 1}},
    }
    good = {"id": "a", "week": 129, "time": 5, "extend": {"toggle": {"onoff": 1}}}
    plug = script(
        ("GETACK", ns.CONTROL_TIMER, {"timer": [door, good]}),
        ("GETACK", ns.CONTROL_TIMER, {"timer": [door, good]}),
        ("GETACK", ns.CONTROL_TIMER, {"timer": [door, good]}),
        ("GETACK", ns.CONTROL_TIMER, {"timer": [good]}),
        ("DELETEACK", ns.CONTROL_TIMER, {}),
        abilities=(ns.CONTROL_TIMER,),
    )
    timers = to_plug(plug).timers
    kept = await timers.all()
    assert [rule.id for rule in kept.rules] == ["a"]
    assert [(each.id, each.name, each.reason) for each in kept.unread] == [
        ("garage", "\x1bdoor", "Timers of type 4 are not known.")
    ]
    with pytest.raises(Malformed, match="type 4"):
        await timers.get("garage")
    await timers.remove("garage")


async def test_an_outlet_that_the_first_generation_cannot_name_is_not_another_one() -> None:
    owner = Owner(OLDER)
    with pytest.raises(UsageError, match="no outlet 1"):
        await owner.plug.timers.add(replace(EVENING, channel=1))
    assert (await owner.plug.timers.all()).rules == ()


@pytest.mark.parametrize(
    "told", [{"timer": {}}, {"timer": [7]}, {"timer": None}, {}, {"timer": [{"id": ["a"]}]}]
)
async def test_nonsense_is_an_error_or_a_rule_that_means_nothing(
    script: Script, to_plug: ToPlug, told: dict[str, Any]
) -> None:
    plug = to_plug(script(("GETACK", ns.CONTROL_TIMER, told), abilities=(ns.CONTROL_TIMER,)))
    try:
        assert (await plug.timers.all()).rules == ()
    except Malformed:
        return
    assert len((await plug.timers.all()).unread) == 1


async def test_a_plug_that_tells_of_more_rules_than_any_keeps_is_not_asked_for_them(
    script: Script, to_plug: ToPlug
) -> None:
    digest = [{"id": str(number)} for number in range(2 * SLOTS + 1)]
    plug = script(
        ("GETACK", ns.DIGEST_TIMER_X, {"digest": digest}),
        abilities=(ns.CONTROL_TIMER_X, ns.DIGEST_TIMER_X),
    )
    with pytest.raises(Malformed, match="65 timers"):
        await to_plug(plug).timers.all()
    assert plug.heard[-1].namespace == ns.DIGEST_TIMER_X
