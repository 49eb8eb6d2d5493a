"""The HomeKit bridge by the API, where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ownplug.web import Doors

if TYPE_CHECKING:
    from tests.e2e.web.conftest import Ask

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_hub_without_homekit_says_how_to_switch_it_on(ask: Ask, doors: Doors, method: str) -> None:
    object.__setattr__(doors, "homekit", None)
    answer = await ask(method, "/api/v1/bridges/homekit")
    assert (answer.status, answer.json()["detail"]) == (404, "HomeKit is off.")
    assert "[homekit]" in answer.json()["hint"]
