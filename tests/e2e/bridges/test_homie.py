"""`homieclient` from PyPI, unmodified, finds the plugs by the Homie convention and moves them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.bridges.conftest import PASSWORD, BridgedHome

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.judged]

PYTHON = Path(__file__).parents[3] / ".venv" / "judges" / "homieclient-0.0.1" / "bin" / "python"
PROGRAM = Path(__file__).with_name("homie_program.py")


class Reader:
    """The program, which goes on until it is ended."""

    def __init__(self, port: int) -> None:
        self._process = subprocess.Popen(
            [PYTHON, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._write(
            json.dumps({"host": "127.0.0.1", "port": port, "username": "openhab", "password": PASSWORD})
        )

    def tell(self, line: str = "") -> dict[str, Any]:
        """Write something, or nothing, and return what it has found."""
        self._write(line)
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def devices(self) -> dict[str, Any]:
        return dict(self.tell()["devices"])

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")


@pytest.fixture
def read() -> Iterator[Callable[[int], Reader]]:
    if not PYTHON.exists():
        pytest.skip(f"homieclient is not installed: make {PYTHON.relative_to(Path.cwd())}")
    readers: list[Reader] = []

    def start(port: int) -> Reader:
        readers.append(Reader(port))
        return readers[-1]

    yield start
    for reader in readers:
        reader.close()


def test_plugs_are_found_switched_and_follow_their_button(
    home: BridgedHome, read: Callable[[int], Reader], ownplug: Any, eventually: Any, judged: Any
) -> None:
    home.start("[homie]\nenabled = true\n")
    kettle, lamp = home.take_home("kettle", "lamp")
    home.add_user("openhab", "homie/#")
    reader = read(home.port)
    kettle_id, lamp_id = (f"ownplug-{plug['mac'].replace(':', '')}" for plug in (kettle, lamp))
    eventually(lambda: {kettle_id, lamp_id} <= set(reader.devices()))
    eventually(lambda: reader.devices()[kettle_id]["is_ready"])
    found = reader.devices()[kettle_id]
    assert (found["name"], found["state"], found["homie"]) == ("kettle", "ready", "4.0.0")
    assert found["nodes"]["outlet"]["on"] == {"name": "Outlet", "value": True, "unit": None}
    eventually(lambda: reader.devices()[kettle_id]["nodes"]["meter"]["power"]["value"] > 50)
    assert reader.devices()[kettle_id]["nodes"]["meter"]["power"]["unit"] == "W"
    assert set(found["nodes"]["plug"]) == {"signal", "light", "identify", "firmware"}

    place = f"homie/{kettle_id}/outlet/on/set"
    reader.tell(f"{place} false")
    eventually(lambda: not home.is_on(kettle))
    assert home.is_on(lamp)
    eventually(lambda: reader.devices()[kettle_id]["nodes"]["outlet"]["on"]["value"] is False)
    reader.tell(f"{place} OFF")  # which is no boolean of the convention
    reader.tell(f"{place} true")
    eventually(lambda: home.is_on(kettle))
    reader.tell(f"homie/{kettle_id}/plug/light/set false")
    eventually(lambda: reader.devices()[kettle_id]["nodes"]["plug"]["light"]["value"] is False)

    ownplug("virtual", "press", "--control", kettle["control"])
    eventually(lambda: reader.devices()[kettle_id]["nodes"]["outlet"]["on"]["value"] is False)
    assert [kettle_id, "on", False] in reader.tell()["updates"]

    ownplug("plugs", "rename", "kettle", "samovar")
    eventually(lambda: reader.devices()[kettle_id]["name"] == "samovar")
    ownplug("virtual", "unplug", "--control", lamp["control"])
    eventually(lambda: reader.devices()[lamp_id]["state"] == "lost")

    home.stop()
    home.start()
    eventually(lambda: reader.devices()[kettle_id]["state"] == "ready")
    ownplug("plugs", "forget", "lamp", "--yes")
    late = read(home.port)
    eventually(lambda: kettle_id in late.devices())
    assert lamp_id not in late.devices()
    judged(
        "openHAB and others, by Homie 4",
        "found, switched, readings, light, gone and back",
        "homieclient",
        "0.0.1",
    )
