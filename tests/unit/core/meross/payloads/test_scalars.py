"""Numbers with limits."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from ownplug.core.meross.payloads.scalars import UnixSeconds


@pytest.mark.parametrize("seconds", [0, 1541642325, 253402300799])
def test_every_accepted_second_is_a_moment(seconds: int) -> None:
    assert datetime.fromtimestamp(msgspec.convert(seconds, UnixSeconds), UTC).year <= 9999


@pytest.mark.parametrize("seconds", [-1, 253402300800])
def test_seconds_beyond_the_calendar_are_refused(seconds: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(seconds, UnixSeconds)
