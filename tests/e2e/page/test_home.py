"""Home: the journeys of somebody who looks and switches."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.page.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_the_relay_moves_and_the_page_follows(house: House, signed_in: Callable[..., Page]) -> None:
    """A press on the page moves the relay; a press of the plug's button moves the page."""
    house.add_plugs(["kettle", "lamp"], loads=["1800", "9"])
    page = signed_in()
    switch = page.get_by_role("switch", name="kettle")
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    assert house.hand("status", "0")[0]["relays"] == {"0": False}
    expect(page.locator(".plug", has_text="kettle")).to_contain_text("Off since")
    house.hand("press", "0")
    expect(switch).to_have_attribute("aria-checked", "true")
