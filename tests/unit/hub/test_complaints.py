from __future__ import annotations

import logging

import pytest

from ownplug.hub.complaints import QUIET_S, REMEMBERED, Complaints
from ownplug.testing import FakeClock


async def test_the_second_warning_about_somebody_in_a_minute_goes_to_debug(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    clock = FakeClock()
    complaints = Complaints(logging.getLogger("ownplug.hub.hub"), clock.monotonic)
    for about in ("plug", "plug", "other"):
        complaints.warn(about, "bad %s", about)
    await clock.advance(QUIET_S)
    complaints.warn("plug", "bad %s", "plug")
    assert [record.levelno for record in caplog.records] == [
        logging.WARNING,
        logging.DEBUG,
        logging.WARNING,
        logging.WARNING,
    ]


@pytest.mark.slow
async def test_strangers_without_end_are_not_all_remembered() -> None:
    clock = FakeClock()
    complaints = Complaints(logging.getLogger("ownplug.hub.hub"), clock.monotonic)
    for number in range(REMEMBERED * 2):
        complaints.warn(str(number), "bad")
    assert len(complaints._quiet_until_s) == REMEMBERED
    await clock.advance(QUIET_S)
    complaints.warn("new", "bad")
    assert len(complaints._quiet_until_s) == 1
