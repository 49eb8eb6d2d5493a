from __future__ import annotations

from ownplug.console.provenance import Origin, PlugFacts
from ownplug.core.identity import Mac, Uuid
from ownplug.core.shell.replies import FirmwareInfo, Hardware
from ownplug.testing import FakeClock

HARDWARE = Hardware(
    model="mss310",
    locale="us",
    version="2.0.0",
    chip=None,
    uuid=Uuid("1811081234567890123448e1e9000001"),
    mac=Mac("48:e1:e9:00:00:01"),
)


def test_a_file_says_what_wrote_it_when_and_of_which_plug() -> None:
    clock = FakeClock()
    plug = PlugFacts.told(HARDWARE, FirmwareInfo(version="2.1.7", built=None))
    assert Origin(port="/dev/ttyUSB0", tool="ownplug 0", clock=clock).of(plug).document() == {
        "tool": "ownplug 0",
        "taken_at": clock.now().isoformat(timespec="seconds"),
        "port": "/dev/ttyUSB0",
        "plug": {
            "uuid": "1811081234567890123448e1e9000001",
            "mac": "48:e1:e9:00:00:01",
            "model": "mss310",
            "hardware": "2.0.0",
            "firmware": "2.1.7",
        },
    }


def test_what_a_plug_does_not_tell_is_empty() -> None:
    assert PlugFacts.told(None, None) == PlugFacts()
    assert PlugFacts.told(None, FirmwareInfo(version=None, built=None)) == PlugFacts()
