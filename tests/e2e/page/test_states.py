"""States that nobody wishes for: the hub away, the session over, the network slow, nothing there yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.page.house import House
from tests.e2e.page.watched import Watched

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_BROKEN_LINE = (
    r"ERR_CONNECTION_REFUSED|WebSocket connection|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE"
)


def test_the_hub_goes_away_and_comes_back(
    house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    """An open page says that the hub is away and since when, recovers, and shows what happened meanwhile."""
    watched.expected = [_BROKEN_LINE]
    house.add_plugs(["kettle"], loads=["1800"])
    page = signed_in()
    switch = page.get_by_role("switch", name="kettle")
    expect(switch).to_have_attribute("aria-checked", "true")

    house.hub.stop()
    expect(page.get_by_text("The hub does not answer.")).to_be_visible()
    switch.click()
    expect(page.locator(".plug")).to_contain_text("Still on: ")
    expect(switch).to_have_attribute("aria-checked", "true")
    house.hand("press", "0")

    house.start_hub()
    expect(page.get_by_text("The hub is back.")).to_be_visible(timeout=30_000)
    expect(switch).to_have_attribute("aria-checked", "false", timeout=30_000)
    expect(page.get_by_text("The hub does not answer.")).to_be_hidden()


def test_a_session_that_ends_leads_to_the_door_and_back(
    house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    """Whoever was signed out elsewhere is told so, signs in, and is where they were."""
    watched.expected = [r"401", "WebSocket connection"]
    house.add_plugs(["kettle"])
    page = signed_in("/energy?period=week")
    page.context.clear_cookies()
    page.reload()
    page.wait_for_url("**/login?**")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("correct horse")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.web}/energy?period=week")


def test_a_wish_is_a_wish(house: House, signed_in: Callable[..., Page]) -> None:
    """While the plug takes its time the knob stays at the truth; a second press takes the wish back."""
    house.add_plugs(["kettle"])
    page = signed_in()
    row = page.locator(".plug", has_text="kettle")
    switch = row.get_by_role("switch")
    expect(switch).to_have_attribute("aria-checked", "true")
    house.hand("fault", "delay=2")
    switch.click()
    expect(switch).to_have_attribute("data-wish", "off")
    expect(switch).to_have_attribute("aria-busy", "true")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(row).to_contain_text("Switching off … the plug has not answered yet")
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(row).to_contain_text("Off since")


def test_a_slow_network_is_told(house: House, signed_in: Callable[..., Page]) -> None:
    """On a line on which each answer takes seconds, the page says what it is reading, and why it takes long."""
    house.add_plugs(["kettle"])
    page = signed_in()
    expect(page.get_by_role("switch", name="kettle")).to_be_visible()
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 4000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)
    page.reload()
    expect(page.get_by_text("Reading the last known state of the plugs")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("This takes longer than usual")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("switch", name="kettle")).to_be_visible(timeout=60_000)


def test_a_plug_that_is_pulled_out_says_since_when(house: House, signed_in: Callable[..., Page]) -> None:
    """An absent plug has no watts and no switch, and its row says since when and why."""
    house.add_plugs(["kettle"])
    page = signed_in()
    row = page.locator(".plug", has_text="kettle")
    expect(row.get_by_role("switch")).to_be_enabled()
    house.hand("unplug", "0")
    expect(row).to_contain_text("No answer since", timeout=30_000)
    expect(row.get_by_role("switch")).to_be_disabled()
    expect(row.locator(".w")).to_have_text("—")
    expect(page.get_by_role("list", name="Needs attention")).to_contain_text("kettle has not answered since")
    house.hand("plug-in", "0")
    expect(row.get_by_role("switch")).to_be_enabled(timeout=30_000)


def test_a_plug_that_does_not_answer_keeps_its_knob(
    house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    """A wish that times out leaves the truth, says so, and offers to try again."""
    watched.expected = [r"50[34]"]
    house.add_plugs(["kettle"])
    page = signed_in()
    row = page.locator(".plug", has_text="kettle")
    expect(row.get_by_role("switch")).to_be_enabled()
    house.hand("fault", "loss=1")
    row.get_by_role("switch").click()
    expect(row).to_contain_text("Still on:", timeout=30_000)
    expect(row.get_by_role("button", name="Try again")).to_be_visible()
    expect(row.get_by_role("switch")).to_have_attribute("aria-checked", "true")


def test_an_empty_home_says_how_to_fill_it(signed_in: Callable[..., Page]) -> None:
    """A home without plugs offers the two ways to the first one."""
    page = signed_in()
    expect(page.get_by_role("heading", name="No plug lives here yet")).to_be_visible()
    expect(page.get_by_role("link", name="Take your first plug home")).to_have_attribute("href", "/take-home")
    expect(page.get_by_role("link", name="Try it with virtual plugs")).to_have_attribute("href", "/lab")
