"""A plug gets its settings back, whatever happens to the wire meanwhile."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from tests.unit.console.wired import WiredPlug, play, wired
from tests.unit.virtual.conftest import Bench

from ownplug.console import (
    Backup,
    Origin,
    PlugFacts,
    Progress,
    Restore,
    Restored,
    RestoreOptions,
    insist,
)
from ownplug.core.errors import DeviceError, OwnplugError, UsageError
from ownplug.core.secret import Secret
from ownplug.testing import run_in_loop_time
from ownplug.virtual import Faults

CHANGES = {
    "common:CountryCode": "DE",
    "STA:Ssid": "Kitchen",
    "STA:SsidLen": "7",
    "STA:WpaPsk": "hunter22",
    "AP:Channel": "6",
    "network:IpMode": "static",
    "meross:dev.cfg.Server": "hub.example",
    "meross:dev.cfg.Port": "8883",
    "meross:dev.cfg.Key": "0123456789abcdef",
    "meross:dev.ctl.timeZone": "Europe/Berlin",
}
UUID = "factory:dev.fac.uuid"


def saved(settings: Mapping[str, str]) -> Backup:
    return Backup(
        provenance=Origin().of(PlugFacts()),
        settings={key: Secret(value) for key, value in settings.items()},
    )


def changed(plug: WiredPlug, changes: Mapping[str, str] = CHANGES) -> Backup:
    """A backup of the plug, of which these settings were changed after."""
    kept = saved(plug.settings)
    for key, value in changes.items():
        plug.bench.flash.write(key, value)
    return kept


def restore(plug: WiredPlug, job: Restore) -> Restored:
    return play(plug, job.run)


def test_ten_settings_come_back_by_a_reset_and_writing() -> None:
    plug = wired()
    before = plug.settings
    kept = changed(plug)
    done = restore(plug, Restore(kept, RestoreOptions(reset=True)))
    assert plug.settings == before
    assert done.resets == ("meross",)
    assert set(done.written) == {key for key in CHANGES if before[key]}
    assert (done.plan.changes, done.plan.left) == ((), ())


def test_what_a_reset_loses_is_written_back() -> None:
    plug = wired()
    plug.bench.flash.write("meross:dev.cfg.userId", "10001")
    plug.bench.flash.write("meross:dev.enr.VRatio", "191")
    before = plug.settings
    done = restore(plug, Restore(changed(plug), RestoreOptions(reset=True)))
    assert plug.settings == before
    assert {"meross:dev.cfg.userId", "meross:dev.enr.VRatio"} <= set(done.written)


def test_equal_settings_are_read_and_nothing_is_typed() -> None:
    plug = wired()
    revision = plug.bench.flash.revision
    done = restore(plug, Restore(saved(plug.settings)))
    assert done.written == ()
    assert plug.bench.flash.revision == revision


def test_a_plan_changes_nothing() -> None:
    plug = wired()
    kept, options = changed(plug), RestoreOptions(reset=True)
    before = plug.settings
    plan = play(plug, Restore(kept, options).plan)
    assert plan.resets == ("meross",)
    assert plug.settings == before


def test_a_backup_of_another_plug_is_refused_unless_it_is_wanted() -> None:
    plug = wired()
    other = saved(
        {**plug.settings, UUID: "1811081234567890123448e1e9000001", "factory:dev.fac.mac": "", "AP:BW": "1"}
    )
    with pytest.raises(UsageError, match="of another plug"):
        restore(plug, Restore(other))
    assert plug.settings["AP:BW"] == "0"
    uuid = plug.settings[UUID]
    restore(plug, Restore(other, any_plug=True))
    assert (plug.settings["AP:BW"], plug.settings[UUID]) == ("1", uuid)


def test_identity_comes_back_where_it_is_asked_for() -> None:
    plug = wired()
    kept = changed(plug, {UUID: "1811081234567890123448e1e9000001"})
    assert kept.settings[UUID].reveal() != plug.settings[UUID]
    restore(plug, Restore(kept, RestoreOptions(identity=True)))
    assert plug.settings[UUID] == kept.settings[UUID].reveal()


def test_a_value_that_the_plug_refuses_ends_it_before_what_comes_after() -> None:
    plug = wired()
    long = "x" * 220

    def refuse(item: str, value: object) -> None:
        if str(value) == long:
            raise UsageError("too long")
        write(item, value)

    write = plug.bench.flash.write
    plug.bench.flash.write = refuse  # type: ignore[method-assign]  # a firmware with less room
    wanted = {**plug.settings, "STA:Ssid": "Home", "meross:dev.cfg.Key": long, "meross:dev.cfg.State": "1"}
    with pytest.raises(DeviceError, match=r"did not do `config write meross dev\.cfg\.Key \*\*\*`"):
        restore(plug, Restore(saved(wanted)))
    assert (plug.settings["STA:Ssid"], plug.settings["meross:dev.cfg.State"]) == ("Home", "0")


def test_a_value_that_the_plug_does_not_keep_is_told_without_it() -> None:
    plug = wired()
    write = plug.bench.flash.write

    def forget(item: str, value: object) -> None:
        write(item, "other" if item == "STA:WpaPsk" else value)

    plug.bench.flash.write = forget  # type: ignore[method-assign]  # a firmware that knows better
    with pytest.raises(DeviceError, match="does not keep what is written to STA:WpaPsk") as caught:
        restore(plug, Restore(saved({**plug.settings, "STA:WpaPsk": "hunter22"})))
    assert "hunter22" not in f"{caught.value} {caught.value.hint}"


def test_what_the_plug_itself_writes_anew_is_told_and_is_no_failure() -> None:
    plug = wired()
    moving = "meross:dev.enr.data01"
    write = plug.bench.flash.write

    def move(item: str, value: object) -> None:
        write(item, value)
        write(moving, f"{len(plug.settings[moving])}x{plug.settings[moving]}"[:40])

    kept = saved({**plug.settings, "STA:Ssid": "Home", "STA:SsidLen": "4"})
    plug.bench.flash.write = move  # type: ignore[method-assign]  # a firmware that counts
    done = restore(plug, Restore(kept))
    assert set(done.written) == {"STA:Ssid", "STA:SsidLen"}
    assert [left.key for left in done.plan.left] == [moving]


def test_progress_is_told_step_by_step() -> None:
    plug = wired()
    kept = changed(plug, {"AP:BW": "1", "AP:Channel": "6"})
    told: list[Progress] = []
    play(plug, lambda console: Restore(kept).run(console, told.append))
    assert [(step.done, step.of, step.what) for step in told if step.what.startswith("write")] == [
        (0, 2, "write AP:Channel"),
        (1, 2, "write AP:BW"),
    ]


def insisted(plug: WiredPlug, job: Restore) -> tuple[Restored, list[OwnplugError]]:
    """Restore on as many cables as it takes; also what was told of the breaks."""
    broke: list[OwnplugError] = []
    return run_in_loop_time(insist(plug.open, job.run, was_there=True, told=broke.append)), broke


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("faults", [Faults(), Faults(chatter=20), Faults(chatter=20, garble=0.1)], ids=str)
def test_a_cable_that_is_pulled_twenty_times_costs_nothing(seed: int, faults: Faults) -> None:
    plug = wired(Bench(console=True, faults=faults))
    before = plug.settings
    kept = changed(plug)
    chance = random.Random(seed)
    plug.cuts = iter(lambda: chance.randrange(1, 25_000), 0)
    plug.away = 3
    while plug.pulled < 20:
        done, _ = insisted(plug, Restore(kept, RestoreOptions(reset=True)))
        assert plug.settings == before
        assert not done.plan.left
        changed(plug)
    assert plug.cables > plug.pulled


@pytest.mark.parametrize("seed", range(2))
def test_a_plug_that_restarts_again_and_again_gets_its_settings(seed: int) -> None:
    plug = wired(Bench(console=True, faults=Faults(chatter=10)))
    before = plug.settings
    kept = changed(plug)
    chance = random.Random(seed)
    plug.restarts = iter([chance.randrange(1, 25_000) for _ in range(20)])
    insisted(plug, Restore(kept, RestoreOptions(reset=True)))
    assert plug.settings == before


RESET = b"config reset meross"


def bytes_until_reset() -> int:
    plug = wired()
    restore(plug, Restore(changed(plug), RestoreOptions(reset=True)))
    return plug.said.index(RESET)


@pytest.mark.parametrize("later", range(-5, 65, 5))
def test_a_cable_that_is_pulled_around_a_reset_costs_nothing(later: int) -> None:
    plug = wired()
    plug.bench.flash.write("meross:dev.enr.VRatio", "191")
    before = plug.settings
    kept = changed(plug)
    plug.cuts = iter([bytes_until_reset() + later])
    done, _ = insisted(plug, Restore(kept, RestoreOptions(reset=True)))
    assert plug.settings == before
    assert (plug.pulled, done.plan.left, done.plan.changes) == (1, (), ())


def test_a_restore_that_was_given_up_goes_on_where_it_stood() -> None:
    plug = wired()
    before = plug.settings
    kept = changed(plug)
    plug.cuts = iter([18_500])
    with pytest.raises(OwnplugError):
        restore(plug, Restore(kept, RestoreOptions(reset=True)))
    assert plug.settings not in (before, {**before, **CHANGES})  # the cut fell between two writes
    done = restore(plug, Restore(kept, RestoreOptions(reset=True)))
    assert plug.settings == before
    assert len(done.written) < len(CHANGES)


def test_another_plug_at_the_end_of_the_wire_that_came_back_is_left_alone() -> None:
    plug = wired()
    kept = changed(plug)
    stranger = wired()
    stranger.bench.flash.write(UUID, "1811081234567890123448e1e9000001")
    stranger.bench.flash.write("factory:dev.fac.mac", "48:e1:e9:00:00:01")
    before = stranger.settings

    def swap() -> None:
        plug.bench = stranger.bench

    plug.cuts, plug.on_cut = iter([18_500]), swap
    for any_plug in (False, True):
        with pytest.raises(UsageError, match="nother plug"):
            insisted(plug, Restore(kept, RestoreOptions(reset=True), any_plug=any_plug))
        assert stranger.settings == before
        plug = wired()
        changed(plug)
        plug.cuts, plug.on_cut = iter([18_500]), swap
