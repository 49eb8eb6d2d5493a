"""From the plug's words to what is known."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from ownplug.core.identity import Firmware, Model
from ownplug.core.meross.facts import firmware_of, model_of, moment_of, reading_of, relay_state_of
from ownplug.core.meross.payloads import Electricity, FirmwareInfo, Hardware, Relay
from ownplug.core.state import Reading, RelayState

NOW = datetime(2023, 2, 10, 9, 14, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unix_s", "moment"),
    [
        (1676020428, datetime(2023, 2, 10, 9, 13, 48, tzinfo=UTC)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (31536000, datetime(1971, 1, 1, tzinfo=UTC)),
        (31535999, None),
        (0, None),
        (msgspec.UNSET, None),
    ],
)
def test_a_plug_that_counts_from_1970_does_not_know_when_it_was(
    unix_s: int | msgspec.UnsetType, moment: datetime | None
) -> None:
    assert moment_of(unix_s) == moment


def test_a_recorded_relay() -> None:
    """Source: capture:mss310r-hw2.0.0-fw2.1.4."""
    assert relay_state_of(Relay(channel=0, onoff=1, changed_at=1676020428)) == RelayState(
        channel=0, on=True, changed_at=datetime(2023, 2, 10, 9, 13, 48, tzinfo=UTC)
    )
    assert relay_state_of(Relay(channel=3, onoff=0)) == RelayState(channel=3, on=False)


def test_a_recorded_reading_in_si_units() -> None:
    """Source: capture:mss310r-hw2.0.0-fw2.1.4."""
    said = Electricity(channel=0, current=95, voltage=2180, power=1710)
    assert reading_of(said, NOW) == Reading(at=NOW, power_w=1.71, voltage_v=218.0, current_a=0.095)


def test_what_a_recorded_plug_is() -> None:
    """Source: capture:mss310r-hw2.0.0-fw2.1.4."""
    hardware = Hardware(type="mss310r", sub_type="un", version="2.0.0", chip_type="mt7682", uuid="x")
    assert model_of(hardware) == Model(type="mss310r", sub_type="un", hardware="2.0.0", chip="mt7682")
    info = FirmwareInfo(version="2.1.4", compile_time="2019/11/27 11:48:08 GMT +08:00")
    assert firmware_of(info) == Firmware(version="2.1.4", compiled="2019/11/27 11:48:08 GMT +08:00")
