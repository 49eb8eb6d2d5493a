"""Plug: the journeys of somebody who wants to know what one plug does, and to tell it what to do."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from devtools.house import House
from playwright.sync_api import Locator, Page, expect
from tests.e2e.page.conftest import PASSWORD
from tests.e2e.page.watched import Watched

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_HUB_GONE = r"ERR_CONNECTION_REFUSED|WebSocket"
_MOST_TABS = 60
_FIRES_WITHIN_S = 135  # the minute after the next one, and some patience
_LOAD_W = "1800"


@pytest.fixture
def kettle(house: House) -> dict[str, Any]:
    """A plug called kettle, with a heater of 1800 W in it, that is on."""
    [told] = house.add_plugs(["kettle"], loads=[_LOAD_W])
    return told


def _path(plug: dict[str, Any], section: str = "") -> str:
    return f"/plugs/{plug['uuid'][-6:]}{section}"


def _tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{_MOST_TABS} presses of Tab do not lead to {wanted}")


def test_a_period_stands_in_the_address(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """Tabs, buttons and keys change the period; the address keeps it over a reload."""
    page = signed_in(_path(kettle, "/history"))
    page.get_by_role("button", name="Week").click()
    expect(page).to_have_url(re.compile(r"/history\?grain=week$"))
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile(r"/history\?grain=week&on=\d{4}-\d\d-\d\d$"))
    title = page.locator("#period-title").inner_text()
    expect(page.get_by_text("The plug came on")).to_be_visible()
    page.reload()
    expect(page.locator("#period-title")).to_have_text(title)
    expect(page.get_by_role("button", name="Week")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile(r"/history\?grain=week$"))
    expect(page.get_by_role("button", name="Later")).to_be_disabled()
    page.goto(f"{house.web}{_path(kettle, '/history')}?grain=day&on=2026-02-31")
    expect(page.get_by_role("button", name="Day", exact=True)).to_have_attribute("aria-pressed", "true")


def test_live_follows_the_meter(kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]) -> None:
    """Live shows what flows now, and another load shows within seconds."""
    page = signed_in(_path(kettle, "/history?grain=live"))
    now = page.locator(".sums")
    expect(now).to_contain_text(re.compile(r"1,[78]\d\d\s?W now"))
    house.hand("load", "9")
    expect(now).to_contain_text(re.compile(r"[89]\.\d\s?W now"))
    expect(now).to_contain_text(re.compile(r"highest 1,[78]\d\d\s?W"))


def test_a_timer_is_made_by_keyboard_alone(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """Tab, digits, Space and Enter make a timer that the plug then keeps."""
    page = signed_in(_path(kettle, "/timers"))
    _tab_to(page, page.get_by_role("button", name="Add a timer"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="A timer for kettle")
    _tab_to(page, dialog.get_by_role("button", name="Turn off"))
    page.keyboard.press("Space")
    _tab_to(page, dialog.get_by_label("Time of day"))
    page.keyboard.type("0645AM")  # where clocks have 24 hours the letters do nothing
    _tab_to(page, dialog.get_by_role("button", name="Weekdays"))
    page.keyboard.press("Space")
    _tab_to(page, dialog.get_by_label("Name"))
    page.keyboard.type("morning")
    page.keyboard.press("Enter")
    expect(page.locator(".rules li")).to_contain_text("Weekdays at 06:45: off")
    [kept] = house.api("/plugs/kettle/timers")["timers"]
    assert (kept["at"], kept["turns"], kept["name"]) == ("06:45", "off", "morning")
    assert kept["days"] == ["monday", "tuesday", "wednesday", "thursday", "friday"]


def test_a_timer_is_turned_off_changed_removed_and_brought_back(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """What the page says of a timer is what the plug keeps, after each step."""
    house.run("timer", "add", "kettle", "on", "--at", "sunset-30m", "--name", "evening")
    page = signed_in(_path(kettle, "/timers"))
    rule = page.locator(".rules li")
    expect(rule).to_contain_text("Every day 30 min before sunset: on")
    expect(rule).to_contain_text("has not been told where it is")
    page.get_by_role("switch", name="Timer evening").click()
    expect(rule).to_contain_text("Turned off")
    assert house.api("/plugs/kettle/timers")["timers"][0]["enabled"] is False
    rule.get_by_role("button", name="Change").click()
    page.get_by_role("button", name="after").click()
    page.get_by_role("button", name="Keep it in the plug").click()
    expect(rule).to_contain_text("30 min after sunset")
    rule.get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("It has none.")).to_be_visible()
    assert house.api("/plugs/kettle/timers")["timers"] == []
    page.get_by_role("button", name="Undo").click()
    expect(rule).to_contain_text("30 min after sunset")


def test_an_auto_off_says_when_it_will_act(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """On for more than four hours: off, with the time at which that will be."""
    page = signed_in(_path(kettle, "/timers"))
    page.get_by_role("button", name="Add an auto-off").click()
    page.get_by_label("Hours").fill("4")
    page.get_by_role("button", name="Keep it in the plug").click()
    expect(page.locator(".rules li")).to_contain_text("On for more than 4 h: off")
    [kept] = house.api("/plugs/kettle/auto-offs")["auto_offs"]
    assert kept["after_s"] == 4 * 3600


def test_a_timer_of_the_page_fires_while_the_hub_is_off(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    """The plug keeps it: with the hub's process ended, its relay moves all the same."""
    watched.expected.append(_HUB_GONE)
    page = signed_in(_path(kettle, "/timers"))
    page.get_by_role("button", name="Add a timer").click()
    page.get_by_role("button", name="Turn off").click()
    soon = datetime.fromtimestamp(house.hand("status", "0")[0]["unix_s"] + 75, UTC)  # by the plug's clock
    page.get_by_label("Time of day").fill(soon.strftime("%H:%M"))
    page.get_by_role("button", name="Keep it in the plug").click()
    expect(page.locator(".rules li")).to_contain_text(f"at {soon:%H:%M}")
    house.hub.stop()
    expect(page.get_by_text("The hub does not answer.").first).to_be_visible()
    assert house.hand("status", "0")[0]["relays"] == {"0": True}
    for _ in range(_FIRES_WITHIN_S):
        if house.hand("status", "0")[0]["relays"] == {"0": False}:
            return
        threading.Event().wait(1)
    pytest.fail("the plug did not follow its timer")


def test_a_limit_trips_and_is_allowed_again(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """A limit that is set on the page switches off; the page says so and lets it go on."""
    page = signed_in(_path(kettle, "/setup"))
    page.get_by_role("button", name="Change: Limit").click()
    page.get_by_label("Watts").fill("1000")
    page.get_by_label("for seconds").fill("1")
    page.get_by_role("button", name="Save").click()
    tripped = page.get_by_role("group", name="Limit")
    expect(tripped).to_contain_text(re.compile(r"Allowed are 1,000\s?W for 1 s"))
    expect(page.locator(".plughead .say")).to_contain_text("Switched off by its limit at")
    expect(page.get_by_role("switch", name="kettle")).to_have_attribute("aria-checked", "false")
    page.get_by_role("button", name="Allow again").click()
    expect(tripped).to_be_hidden()
    assert house.api("/plugs/kettle")["tripped"] is None


def test_a_lock_holds_the_switch(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """A locked plug cannot be switched off on the page; unlocking it gives the switch back."""
    page = signed_in(_path(kettle, "/setup"))
    switch = page.get_by_role("switch", name="kettle")
    page.get_by_role("button", name="Lock", exact=True).click()
    expect(switch).to_be_disabled()
    assert house.api("/plugs/kettle")["safeguards"]["never_off"] is True
    page.get_by_role("button", name="Unlock").click()
    expect(switch).to_be_enabled()


def test_a_new_name_and_room_are_seen_at_home(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """What the plug is called, and where it is, is changed in place and followed everywhere."""
    page = signed_in(_path(kettle, "/setup"))
    page.get_by_role("button", name="Change: Name").click()
    page.get_by_label("Name").fill("tea kettle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("tea kettle")
    page.get_by_role("button", name="Change: Room").click()
    page.get_by_label("Room").fill("Kitchen")
    page.keyboard.press("Enter")
    expect(page.locator(".crumb")).to_contain_text("Kitchen")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_role("link", name="tea kettle")).to_be_visible()
    expect(page.get_by_role("heading", name="Kitchen")).to_be_visible()
    kept = house.api(f"/plugs/{kettle['uuid']}")
    assert (kept["name"], kept["room"]) == ("tea kettle", "Kitchen")


def test_forgetting_asks_first(kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]) -> None:
    """The safe button has the focus; the other one removes the plug from the home."""
    page = signed_in(_path(kettle, "/setup"))
    page.get_by_role("button", name="Forget this plug").click()
    dialog = page.get_by_role("dialog", name="Forget kettle?")
    expect(dialog).to_contain_text("all of its energy")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Forget this plug").click()
    dialog.get_by_role("button", name="Forget kettle").click()
    page.wait_for_url(f"{house.web}/")
    expect(page.get_by_role("link", name="kettle")).to_have_count(0)
    assert "kettle" not in [plug["name"] for plug in house.api("/plugs")["plugs"]]


def test_a_plug_that_is_pulled_out_says_since_when_and_why(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """What cannot be known is a dash; the sentence has the time and the reason."""
    page = signed_in(_path(kettle))
    expect(page.locator(".reading .big")).to_contain_text("W")
    house.hand("unplug", "0")
    told = page.locator(".plughead .say")
    expect(told).to_contain_text("No answer since")
    shown = house.api("/plugs/kettle")
    assert shown["reason"]
    expect(told).to_contain_text(shown["reason"])
    expect(page.locator(".reading .big")).to_have_text("—")
    expect(page.get_by_role("switch", name="kettle")).to_be_disabled()
    expect(page.get_by_text("Its timers are in it")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text(re.compile(r"^Since \d\d:\d\d")).first).to_be_visible()


def test_messages_are_shown_and_a_question_is_answered(
    kettle: dict[str, Any], signed_in: Callable[..., Page]
) -> None:
    """The log follows; a GET of one's own has its reply below, and both appear in the log."""
    page = signed_in(_path(kettle, "/messages"))
    log = page.get_by_role("log")
    expect(log).to_contain_text("System.All")
    page.get_by_label("Namespace").fill("Appliance.System.Runtime")
    page.get_by_role("button", name="Send this GET").click()
    expect(page.get_by_role("region", name="Reply of the plug")).to_contain_text('"signal"')
    expect(log).to_contain_text("System.Runtime")
    page.get_by_label("Payload").fill("nonsense")
    expect(page.get_by_role("button", name="Send this GET")).to_be_disabled()


def test_who_may_only_read_is_offered_no_more(
    kettle: dict[str, Any], house: House, visit: Callable[..., Page]
) -> None:
    """A guest sees the plug, and nothing that would be refused."""
    house.run("user", "add", "guest", "--scope", "read", "--password-stdin", text=PASSWORD)
    house.run("timer", "add", "kettle", "on", "--at", "06:45")
    page = visit()
    page.goto(f"{house.web}/login?next={_path(kettle)}")
    page.get_by_label("Name").fill("guest")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".rules li")).to_contain_text("Every day at 06:45: on")
    expect(page.get_by_role("switch", name="kettle")).to_be_disabled()
    for name in ("Change", "Forget", "Lock", "Keep dark", "Add"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_an_unknown_plug_has_a_way_back(house: House, signed_in: Callable[..., Page]) -> None:
    """An address of no plug says so in plain words."""
    page = signed_in("/plugs/nobody")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such plug")
    page.get_by_role("link", name="To all plugs").click()
    expect(page).to_have_url(f"{house.web}/")


def test_a_firmware_is_given_and_followed(
    kettle: dict[str, Any], house: House, signed_in: Callable[..., Page]
) -> None:
    """An image is given only with the plug's name typed; the page follows until it is back with another version."""
    image = house.folder / "new.bin"
    house.run("virtual", "image", "mss310@2.1.17", str(image))
    page = signed_in(_path(kettle, "/setup"))
    page.get_by_role("button", name="Change: Firmware").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Image", exact=True).set_input_files(image)
    dialog.get_by_label("It is for model").fill("mss310")
    dialog.get_by_label("and hardware").fill("2.0.0")
    dialog.get_by_label("virtual").check()
    begin = dialog.get_by_role("button", name="Replace its firmware")
    expect(begin).to_be_disabled()
    dialog.get_by_label("Type kettle").fill("kettle")
    begin.click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Replaced 2.1.7: it came back with 2.1.17.")).to_be_visible(timeout=60_000)
    assert house.api("/plugs/kettle")["firmware"] == "2.1.17"


def test_keys_switch_the_plug_and_go_to_the_next(house: House, signed_in: Callable[..., Page]) -> None:
    """Space switches where nothing has the focus; j and k go through the home, in the same section."""
    kettle, lamp = house.add_plugs(["kettle", "lamp"], loads=[_LOAD_W, "9"])
    page = signed_in(_path(kettle, "/timers"))
    expect(page.get_by_role("switch", name="kettle")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Space")
    expect(page.get_by_role("switch", name="kettle")).to_have_attribute("aria-checked", "false")
    page.keyboard.press("j")
    expect(page).to_have_url(f"{house.web}{_path(lamp, '/timers')}")
    page.keyboard.press("k")
    expect(page).to_have_url(f"{house.web}{_path(kettle, '/timers')}")
