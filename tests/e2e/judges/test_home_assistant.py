"""A real Home Assistant finds a home's plugs by itself, shows them and switches them.

What it shows is asked of Home Assistant, what a plug does of the virtual plug itself. Nothing is told to Home Assistant
but the address of the MQTT server, a name and a password: what a person types into its form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.judges.home_assistant import HOW_TO_GET_IT, INSTALLED, HomeAssistant

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PASSWORD = "grandmother's clock"
NAME = "<b>Kettle</b> 🫖"


@pytest.fixture
def home_assistant(tmp_path: Path) -> Iterator[Callable[[], HomeAssistant]]:
    """Start a Home Assistant with the configuration that the one before has left."""
    if not INSTALLED.exists():
        pytest.skip(HOW_TO_GET_IT)
    config = tmp_path / "home-assistant"
    config.mkdir()
    started: list[HomeAssistant] = []

    def start() -> HomeAssistant:
        one = HomeAssistant(config)
        started.append(one)
        return one

    yield start
    for one in started:
        one.stop()
