"""What waits for the disk: nothing of a plug that is gone, the newest samples, and all energy."""

from __future__ import annotations

import pytest

from ownplug.core.energy.book import Mark, Sample
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.kept import Batch, MeterRow
from ownplug.core.identity import Uuid
from ownplug.ledger import meters as module
from ownplug.ledger.meters import Meters

KETTLE, LAMP = (Uuid(f"{number:032x}") for number in (1, 2))
CALENDAR = Calendar("UTC")


def sample(at_ms: int, power_mw: int = 100_000) -> Sample:
    return Sample(at_ms=at_ms, power_mw=power_mw, voltage_mv=230_000, current_ma=435, is_on=True)


def row(uuid: Uuid, number: int, mark: Mark | None = None) -> MeterRow:
    return MeterRow(number=number, uuid=uuid, channel=0, total_j=0, mark=mark)


@pytest.fixture
def meters() -> Meters:
    found = Meters(gap_ms=90_000)
    found.go_on([row(KETTLE, 1)], [])
    return found


def test_samples_are_due_at_once_sums_when_it_is_time(meters: Meters) -> None:
    meters.sample(KETTLE, sample(0))
    meters.sample(KETTLE, sample(10_000))
    meters.sum_up(CALENDAR, is_all=False)
    assert meters.take() == Batch(samples=[(1, sample(0)), (1, sample(10_000))])
    meters.sum_up(CALENDAR, is_all=True)
    assert meters.take() == Batch(
        minutes={(1, 0): [1000, 10_000]},
        hours={(1, 0, 0): [1000, 10_000]},
        marks={1: Mark(at_ms=10_000, power_mw=100_000)},
    )
    meters.sum_up(CALENDAR, is_all=True)
    assert not meters.take()


def test_a_relay_that_moved_is_summed_at_once(meters: Meters) -> None:
    meters.sample(KETTLE, sample(0))
    meters.switched(KETTLE, 5_000, on=False)
    meters.sum_up(CALENDAR, is_all=False)
    batch = meters.take()
    assert (batch.minutes, batch.marks) == ({(1, 0): [500, 5_000]}, {1: Mark(at_ms=5_000, power_mw=0)})


def test_what_comes_after_the_mark_is_summed_up_by_the_next_life() -> None:
    meters = Meters(gap_ms=90_000)
    mark = Mark(at_ms=10_000, power_mw=100_000)
    meters.go_on([row(KETTLE, 1, mark), row(LAMP, 2)], [(1, sample(20_000)), (2, sample(0)), (3, sample(0))])
    meters.sum_up(CALENDAR, is_all=True)
    batch = meters.take()
    assert (batch.samples, batch.minutes) == ([], {(1, 0): [1000, 10_000]})
    assert batch.marks.keys() == {1, 2}


def test_samples_wait_until_their_meter_has_its_number(meters: Meters) -> None:
    meters.sample(LAMP, sample(0))
    meters.sum_up(CALENDAR, is_all=True)
    assert not meters.take()
    stranger = meters.stranger()
    assert stranger is not None
    meters.number(stranger, 2)
    meters.sum_up(CALENDAR, is_all=True)
    assert meters.take() == Batch(samples=[(2, sample(0))], marks={2: Mark(at_ms=0, power_mw=100_000)})
    assert meters.stranger() is None


def test_a_plug_that_the_home_does_not_know_is_dropped(meters: Meters) -> None:
    meters.sample(LAMP, sample(0))
    stranger = meters.stranger()
    assert stranger is not None
    meters.number(stranger, None)
    assert (meters.stranger(), meters.get(LAMP)) == (None, None)


def test_a_plug_that_is_forgotten_while_its_number_is_asked_leaves_nothing(meters: Meters) -> None:
    meters.sample(LAMP, sample(0))
    stranger = meters.stranger()
    assert stranger is not None
    meters.forget(LAMP)
    meters.number(stranger, 2)
    assert not meters.take()


def test_nothing_more_is_summed_of_a_plug_that_is_forgotten(meters: Meters) -> None:
    meters.go_on([row(LAMP, 2)], [])
    for uuid in (KETTLE, LAMP):
        meters.sample(uuid, sample(0))
        meters.sample(uuid, sample(10_000))
    meters.switched(KETTLE, 11_000, on=False)
    meters.forget(KETTLE)
    meters.sum_up(CALENDAR, is_all=True)
    batch = meters.take()
    assert batch.marks.keys() == {2}
    assert (list(batch.minutes), list(batch.hours)) == ([(2, 0)], [(2, 0, 0)])
    assert meters.get(KETTLE) is None


def test_what_the_disk_did_not_take_is_added_to_what_came_since(meters: Meters) -> None:
    meters.sample(KETTLE, sample(0))
    meters.sample(KETTLE, sample(10_000))
    meters.sum_up(CALENDAR, is_all=True)
    failed = meters.take()
    meters.sample(KETTLE, sample(20_000))
    meters.put_back(failed)
    meters.sum_up(CALENDAR, is_all=True)
    batch = meters.take()
    assert [each.at_ms for _, each in batch.samples] == [0, 10_000, 20_000]
    assert batch.minutes == {(1, 0): [2000, 20_000]}
    assert batch.marks == {1: Mark(at_ms=20_000, power_mw=100_000)}


@pytest.mark.parametrize("is_tried", [False, True])
def test_only_the_newest_samples_wait_for_a_disk_that_takes_nothing(
    meters: Meters,
    monkeypatch: pytest.MonkeyPatch,
    is_tried: bool,
) -> None:
    monkeypatch.setattr(module, "_WAITING_SAMPLES", 10)
    for number in range(100):
        meters.sample(KETTLE, sample(number * 1000))
        if is_tried:
            meters.put_back(meters.take())
    kept = [each.at_ms for _, each in meters.take().samples]
    assert 10 <= len(kept) < 20
    assert kept == list(range(kept[0], 100_000, 1000))
