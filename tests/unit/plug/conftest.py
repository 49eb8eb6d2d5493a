"""Recorded plugs of two generations, and a plug that says whatever a test wants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ownplug.plug import Plug
from ownplug.testing import FakeClock
from ownplug.testing.recorded_plug import RecordedLink, RecordedPlug
from ownplug.testing.recordings import Direction, Row, read_recording

ScriptedPlug = Callable[..., RecordedPlug]


@pytest.fixture
def mss310r(reference: Path) -> RecordedPlug:
    """Second generation, with a meter."""
    return RecordedPlug(read_recording(reference / "traces" / "mss310r-hw2.0.0-fw2.1.4.csv"))


@pytest.fixture
def mss210(reference: Path) -> RecordedPlug:
    """First generation, without a meter."""
    return RecordedPlug(read_recording(reference / "traces" / "mss210-hw1-fw1.1.12.json"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def to_plug(clock: FakeClock) -> Callable[[RecordedPlug], Plug]:
    """A `Plug` on a recorded or scripted one."""
    return lambda recorded: Plug(RecordedLink(recorded), clock=clock)


@pytest.fixture
def script() -> ScriptedPlug:
    """Make a plug that answers as told: abilities, and (method, namespace, payload) of each answer."""

    def make(*answers: tuple[str, str, object], abilities: tuple[str, ...] = ()) -> RecordedPlug:
        ability: dict[str, object] = {namespace: {} for namespace in abilities}
        listed = ("GETACK", "Appliance.System.Ability", {"ability": ability})
        return RecordedPlug(
            Row(
                number=number,
                direction=Direction.ANSWERED,
                transport="",
                method=method,
                namespace=namespace,
                payload=payload,
            )
            for number, (method, namespace, payload) in enumerate([listed, *answers], start=1)
        )

    return make
