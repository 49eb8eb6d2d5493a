"""How far an upgrade is, by what was told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import DeviceError, LinkTimeout
from ownplug.core.identity import Firmware
from ownplug.core.meross.payloads import UpgradeInfo
from ownplug.hub import UpgradeJob, UpgradeState

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=9)
OLD = Firmware(version="2.1.7", compiled="2018")
NEW = Firmware(version="2.1.17", compiled="2022")
OFFERED = UpgradeJob(
    state=UpgradeState.OFFERED, began_at=NOW, changed_at=NOW, size_bytes=900, md5="ab" * 16, before=OLD
)
ORDER = list(UpgradeState)


def told(job: UpgradeJob, *reports: tuple[int, int]) -> UpgradeJob:
    for status, percent in reports:
        job = job.reported(UpgradeInfo(status=status, percent=percent), LATER)
    return job


def test_a_plug_reports_as_one_program_reads_it() -> None:
    states = [
        told(OFFERED, *reports).state
        for reports in (
            [(1, 10)],
            [(1, 10), (1, 100)],
            [(1, 10), (1, 100), (2, 100)],
        )
    ]
    assert states == [UpgradeState.DOWNLOADING, UpgradeState.WRITING, UpgradeState.RESTARTING]
    assert told(OFFERED, (1, 40)).percent == 40
    assert told(OFFERED, (1, 40)).changed_at == LATER


def test_where_one_means_the_end_the_plug_comes_back_all_the_same() -> None:
    job = told(OFFERED, (1, 100)).came_back(NEW, LATER)
    assert (job.state, job.after) == (UpgradeState.DONE, "2.1.17")


def test_a_plug_that_reports_nothing_is_done_when_it_is_back_with_another_firmware() -> None:
    job = OFFERED.fetched(100, NOW)
    assert job.state is UpgradeState.DOWNLOADING
    assert job.came_back(NEW, LATER).state is UpgradeState.DONE
    rebuilt = job.came_back(replace(OLD, compiled="2019"), LATER)
    assert (rebuilt.state, rebuilt.after) == (UpgradeState.DONE, "2.1.7")


@pytest.mark.parametrize(("status", "says"), [(3, "could not fetch"), (4, "not good")])
def test_a_plug_that_reports_a_failure_has_failed(status: int, says: str) -> None:
    job = told(OFFERED, (1, 40), (status, 40))
    assert isinstance(job.failure, DeviceError)
    assert says in str(job.failure)
    assert (job.state, job.percent) == (UpgradeState.FAILED, 40)
    assert job.came_back(NEW, LATER) == told(job, (2, 100)) == job


@pytest.mark.parametrize("status", [-1, 0, 5, 99])
def test_a_number_that_nobody_knows_tells_nothing(status: int) -> None:
    assert told(OFFERED, (status, 50)) is OFFERED


def test_a_connection_that_only_broke_is_no_end() -> None:
    downloading = told(OFFERED, (1, 40))
    assert downloading.came_back(OLD, LATER) is downloading


def test_a_plug_that_was_done_and_is_as_before_has_failed() -> None:
    job = told(OFFERED, (2, 100)).came_back(OLD, LATER)
    assert job.state is UpgradeState.FAILED
    assert "2.1.7, as before" in str(job.failure)


def test_an_image_that_says_what_it_is_has_to_come_true() -> None:
    expected = replace(OFFERED, expected="2.1.9")
    job = expected.came_back(NEW, LATER)
    assert "2.1.17, not with 2.1.9" in str(job.failure)
    assert expected.came_back(replace(NEW, version="2.1.9"), LATER).state is UpgradeState.DONE


def test_the_first_failure_is_the_one_that_is_told() -> None:
    job = OFFERED.failed(LinkTimeout("late"), LATER)
    assert job.failed(DeviceError("no"), LATER) is job
    done = OFFERED.came_back(NEW, LATER)
    assert done.failed(DeviceError("no"), LATER) is done


@given(st.lists(st.tuples(st.integers(-2, 6), st.integers(-200, 2000)), max_size=20))
def test_whatever_is_reported_no_state_and_no_percent_comes_back(reports: list[tuple[int, int]]) -> None:
    job = OFFERED
    for report in reports:
        after = told(job, report)
        assert ORDER.index(after.state) >= ORDER.index(job.state)
        assert 0 <= job.percent <= after.percent <= 100
        job = after
