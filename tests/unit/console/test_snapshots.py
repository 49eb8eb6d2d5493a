from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import pytest
from tests.unit.console import scripted
from tests.unit.console.scripted import ScriptedPlug
from tests.unit.console.wired import QUICK, WiredPlug, play, wired
from tests.unit.virtual.conftest import Bench

from ownplug.console import (
    Console,
    Found,
    Origin,
    Progress,
    Session,
    fail_rest,
    insist,
    make_snapshot,
    snapshot,
)
from ownplug.console.snapshots import _READINGS
from ownplug.core.errors import LinkBroken, LinkTimeout, OwnplugError
from ownplug.core.shell import COMMANDS
from ownplug.core.shell.replies import Hardware
from ownplug.testing import FakeClock, run_in_loop_time
from ownplug.virtual import Faults

PARTS = [*_READINGS, "settings"]
LEFT_OUT = {  # most change the plug, use its radio, or take it away
    "meross ping", "meross scan", "meross switch", "meross led", "meross crash", "meross test",
    "meross iot unbind", "meross iot upgrade", "meross iot log", "config write", "config reset", "reboot",
    "config read",  # `config show` tells all
}  # fmt: skip


def paired() -> WiredPlug:
    plug = wired()
    for key, value in {"meross:dev.cfg.Key": "0123456789abcdef", "STA:WpaPsk": "hunter22"}.items():
        plug.bench.flash.write(key, value)
    return plug


def test_every_command_that_only_tells_is_asked(answers: Mapping[str, bytes]) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        await snapshot(Console(session))
        asked = {name for name in COMMANDS for line in plug.executed if f"{line} ".startswith(f"{name} ")}
        menus = {name for name, spec in COMMANDS.items() if spec.is_menu}
        assert set(COMMANDS) - menus - asked == LEFT_OUT

    scripted.play(story, {"stat": b"\r\nTCP\r\n\txmit: 7\r\n", **answers})


def test_everything_is_found_with_where_it_comes_from() -> None:
    plug, clock = paired(), FakeClock()
    origin = Origin(port="/dev/ttyUSB0", tool="ownplug 0", clock=clock)
    found = play(plug, lambda console: snapshot(console, origin=origin))
    assert (list(found.parts), dict(found.failures)) == (PARTS, {})
    document = json.loads(json.dumps(found.document()))
    assert document["snapshot"] == 1
    assert (document["tool"], document["port"]) == ("ownplug 0", "/dev/ttyUSB0")
    assert document["taken_at"] == clock.now().isoformat(timespec="seconds")
    assert document["plug"]["uuid"] == plug.settings["factory:dev.fac.uuid"]
    assert document["parts"]["memory"]["total_bytes"] == 184_320
    assert sum(len(group) for group in document["parts"]["settings"].values()) == 234


def test_secrets_are_masked_unless_they_are_asked_for() -> None:
    found = play(paired(), snapshot)
    masked, shown = (json.dumps(found.document(show_secrets=shown)) for shown in (False, True))
    for secret in ("0123456789abcdef", "hunter22"):
        assert secret not in masked
        assert secret in shown
    parts = found.document()["parts"]
    assert parts["settings"]["STA"]["WpaPsk"] == "***"
    assert parts["iot_status"]["user_key"] == "***"
    assert (found.document()["secrets"], found.document(show_secrets=True)["secrets"]) == ("masked", "shown")


@pytest.mark.parametrize("faults", [Faults(chatter=50), Faults(chatter=30, garble=0.1)], ids=str)
def test_what_other_tasks_print_into_it_costs_nothing(faults: Faults) -> None:
    found = play(wired(Bench(console=True, faults=faults)), snapshot)
    assert not found.failures
    hardware = found.parts["hardware"]
    assert isinstance(hardware, Hardware)
    assert hardware.model == "mss310"


def test_what_fails_is_noted_with_its_reason_and_ends_nothing(answers: Mapping[str, bytes]) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        await session.find_prompt()
        plug.stalls = {"ver", ""}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(come_back(plug, after_s=4))
            found = await snapshot(Console(session))
        assert {name: failure.code for name, failure in found.failures.items()} == {
            "versions": "timeout",
            "identity": "unexpected",
            "rules": "unexpected",
            "statistics": "unexpected",
        }
        assert set(found.parts) | set(found.failures) == set(PARTS)
        told = found.document()["failures"]
        assert "did not answer" in told["versions"]["message"]
        assert "does not know `meross iot rule`" in told["rules"]["message"]

    said = {**answers, "meross iot rule": b"rule unknown command\r\n"}
    said.pop("stat", None)
    scripted.play(story, said, QUICK)


async def come_back(plug: ScriptedPlug, *, after_s: float) -> None:
    await asyncio.sleep(after_s)
    plug.stalls = set()


def test_a_plug_that_goes_silent_is_not_asked_for_the_rest(answers: Mapping[str, bytes]) -> None:
    found: dict[str, Found] = {}

    async def story(session: Session, plug: ScriptedPlug) -> None:
        await session.find_prompt()
        plug.stalls = {"ver", ""}
        with pytest.raises(LinkTimeout):
            await snapshot(Console(session), found=found)

    scripted.play(story, answers, QUICK)
    assert list(found) == ["hardware", "firmware"]


@pytest.mark.parametrize("cut", [300, 2_000, 4_000, 12_000])
def test_a_broken_wire_leaves_what_was_found_and_another_one_brings_the_rest(cut: int) -> None:
    plug = wired()
    plug.cuts = iter([cut])
    found: dict[str, Found] = {}
    with pytest.raises(LinkBroken):
        play(plug, lambda console: snapshot(console, found=found))
    before = dict(found)
    assert len(before) < len(PARTS)
    whole = play(plug, lambda console: snapshot(console, found=found))
    assert list(whole.parts) == PARTS
    assert all(whole.parts[name] is part for name, part in before.items())


def test_it_can_be_insisted_on() -> None:
    plug = wired()
    plug.cuts = iter([300, 2_000, 900])
    found: dict[str, Found] = {}
    broke: list[OwnplugError] = []
    whole = run_in_loop_time(
        insist(plug.open, lambda console: snapshot(console, found=found), told=broke.append)
    )
    assert (list(whole.parts), len(broke)) == (PARTS, 3)


def test_what_will_not_be_found_any_more_has_the_reason_of_the_end() -> None:
    found: dict[str, Found] = {"menu": LinkTimeout("x")}
    fail_rest(found, LinkBroken("gone"))
    failures = make_snapshot(found).failures
    assert set(failures) == set(PARTS)
    assert (failures["menu"].code, failures["hardware"].code) == ("timeout", "broken")


def test_a_reply_of_which_something_is_lost_is_asked_for_again(answers: Mapping[str, bytes]) -> None:
    class Damaged(dict[str, bytes]):
        """The first answer to `meross hw` lacks a line."""

        times = 0

        def get(self, line: str, default: object = None) -> bytes:
            whole = super().get(line, b"")
            if line == "meross hw":
                self.times += 1
            return whole.replace(b"chipset   :mt7682\r\n", b"") if self.times == 1 else whole

    async def story(session: Session, _: ScriptedPlug) -> None:
        hardware = (await snapshot(Console(session))).parts["hardware"]
        assert isinstance(hardware, Hardware)
        assert hardware.chip == "mt7682"

    scripted.play(story, Damaged(answers))


def test_progress_is_told_part_by_part() -> None:
    told: list[Progress] = []
    play(wired(), lambda console: snapshot(console, told=told.append))
    assert [step.done for step in told] == list(range(len(PARTS)))
    assert told[4].what == "ask for factory mode"
