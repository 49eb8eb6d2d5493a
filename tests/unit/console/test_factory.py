from __future__ import annotations

from typing import Any

import pytest
from tests.unit.console.wired import WiredPlug, play, wired
from tests.unit.virtual.conftest import Bench

from ownplug.console import FactoryStep, LeaveFactory, insist, leave_factory
from ownplug.core.errors import DeviceError
from ownplug.core.shell import ResetReason, Stage
from ownplug.testing import run_in_loop_time
from ownplug.virtual import Faults, Light

MODE = "factory:dev.fac.mode"


def in_factory_mode(faults: Faults | None = None) -> WiredPlug:
    plug = wired(Bench(saved={MODE: "1"}, console=True, faults=faults))
    assert plug.bench.state == "factory"
    return plug


def test_a_plug_is_led_out_and_the_start_proves_it() -> None:
    plug = in_factory_mode()
    done = play(plug, leave_factory)
    assert done.was_in
    assert done.start is not None
    assert (done.start.stage, done.start.reset_reason) == (Stage.PAIRING, ResetReason.SOFTWARE)
    assert (plug.bench.state, plug.settings[MODE]) == ("pairing", "0")


def test_each_step_is_told_when_it_is_done() -> None:
    told: list[tuple[FactoryStep, str]] = []
    plug = in_factory_mode()
    job = LeaveFactory(lambda step, so_far: told.append((step, plug.bench.state)))
    play(plug, job.run)
    assert told == [
        (FactoryStep.ASKED, "factory"),
        (FactoryStep.LEFT, "factory"),
        (FactoryStep.RESTARTED, "pairing"),
        (FactoryStep.PROVED, "pairing"),
    ]


def test_a_plug_that_is_not_in_factory_mode_is_not_restarted() -> None:
    plug = wired()
    plug.bench.device.light_by_hand = Light.RED  # until the next start
    done = play(plug, leave_factory)
    assert (done.was_in, done.start) == (False, None)
    assert plug.bench.firmware.led is Light.RED


@pytest.mark.parametrize("faults", [Faults(), Faults(chatter=20), Faults(chatter=20, garble=0.1)], ids=str)
@pytest.mark.parametrize("cut", [10, 60, 70, 100, 150, 200, 800, 1500, 2500, 3000])
def test_a_cable_that_is_pulled_at_any_moment_costs_nothing(cut: int, faults: Faults) -> None:
    plug = in_factory_mode(faults)
    plug.cuts, plug.away = iter([cut]), 3
    done = run_in_loop_time(insist(plug.open, LeaveFactory().run))
    assert done.was_in
    assert (plug.bench.state, plug.settings[MODE]) == ("pairing", "0")


def test_a_plug_whose_setting_does_not_change_is_told() -> None:
    plug = in_factory_mode()
    plug.bench.flash.write = lambda item, value: None  # type: ignore[method-assign]  # a worn-out memory
    with pytest.raises(DeviceError, match="changes nothing"):
        play(plug, leave_factory)


def test_a_plug_that_starts_into_factory_mode_again_is_told() -> None:
    plug = in_factory_mode()
    life = plug.bench.firmware._life
    restart = life.restart

    def fall_back(**how: Any) -> None:
        plug.bench.flash.write(MODE, "1")
        restart(**how)

    life.restart = fall_back  # type: ignore[method-assign]  # a firmware of another mind
    with pytest.raises(DeviceError, match="restarted into factory mode again"):
        play(plug, leave_factory)
