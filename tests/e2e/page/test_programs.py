"""Programs written for the vendor's cloud: whether they are served, and what they see with whose login."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from devtools.house import House
from playwright.sync_api import Locator, Page, expect
from tests.e2e.page.conftest import NARROW

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

EVERY, CHOSEN = re.compile("^Every plug"), re.compile("^Chosen ones")
SHUT = "let in only with the login of somebody who may switch"


@pytest.fixture
def serving(house: House) -> House:
    """The house, with the vendor's HTTP interface and a further MQTT port."""
    house.hub.stop()
    house.start_hub("--cloud", "127.0.0.1:0", "--mqtts-also", "127.0.0.1:0")
    return house


def person(page: Page, name: str) -> Locator:
    """The row of somebody."""
    return page.get_by_role("main").get_by_role("listitem").filter(has_text=name)


def account(house: House, name: str) -> dict[str, Any]:
    """Somebody's account as the API tells it."""
    return next(user for user in house.api("/users")["users"] if user["name"] == name)


def seen(house: House, name: str) -> list[str] | None:
    """What programs see with somebody's login, by the API."""
    plugs: list[str] | None = account(house, name)["app_plugs"]
    return plugs


def test_where_programs_come_to(serving: House, signed_in: Callable[..., Page]) -> None:
    [also] = serving.ready["mqtts_also"]
    page = signed_in("/settings/broker")
    facts = page.locator("dl", has_text="MQTT for them")
    expect(facts).to_contain_text(serving.ready["cloud"])
    expect(facts).to_contain_text(also)
    expect(page.locator("dl", has_text="MQTT without TLS")).to_contain_text(also)


def test_a_port_that_is_missing_is_told(house: House, signed_in: Callable[..., Page]) -> None:
    house.hub.stop()
    house.start_hub("--cloud", "127.0.0.1:0")
    page = signed_in("/settings/broker")
    expect(page.locator("dl", has_text="MQTT for them")).to_contain_text("--mqtts-also opens")


def test_where_they_are_not_served_it_is_said_how_and_nobody_is_asked_more(
    house: House, signed_in: Callable[..., Page]
) -> None:
    house.add_plugs(["lamp"])
    page = signed_in("/settings/broker")
    expect(page.get_by_text("lets such programs sign in here")).to_contain_text("docs/cloud.md")
    page.get_by_role("link", name="People").first.click()
    page.get_by_role("button", name="Change ada").click()
    expect(page.get_by_label("New password")).to_be_visible()
    expect(page.get_by_label(EVERY)).to_have_count(0)
    page.get_by_role("button", name="Leave it as it is").click()
    house.run("user", "change", "ada", "--app-plug", "lamp")  # so there is something to be seen
    page.reload()
    expect(person(page, "ada")).to_contain_text("programs see 1 plug")
    page.get_by_role("button", name="Change ada").click()
    expect(page.get_by_label("lamp")).to_be_checked()


def test_what_programs_see_is_chosen_with_the_keyboard(
    serving: House, signed_in: Callable[..., Page]
) -> None:
    lamp, kettle = (plug["uuid"] for plug in serving.add_plugs(["lamp", "kettle"]))
    page = signed_in("/settings/people")
    press = page.keyboard.press
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Name").fill("ben")
    page.get_by_label("Password").fill("eight letters")
    expect(page.get_by_label(EVERY)).to_be_checked()
    page.get_by_label(EVERY).focus()
    press("ArrowDown")
    expect(page.get_by_text("No plug is chosen")).to_be_visible()
    press("Tab")
    expect(page.get_by_label("lamp")).to_be_focused()
    press("Space")
    press("Enter")
    expect(person(page, "ben")).to_contain_text("May switch · programs see 1 plug")
    assert seen(serving, "ben") == [lamp]
    page.get_by_role("button", name="Change ben").click()
    page.get_by_label("New password").fill("another secret")  # which sends the whole account
    page.get_by_label("kettle").check()
    page.get_by_role("button", name="Save").click()
    expect(person(page, "ben")).to_contain_text("programs see 2 plugs")
    assert seen(serving, "ben") == [lamp, kettle]
    page.get_by_role("button", name="Change ben").click()
    page.get_by_label(EVERY).check()
    expect(page.get_by_label("kettle")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Change ben")).to_be_visible()
    expect(person(page, "ben")).not_to_contain_text("programs see")
    assert seen(serving, "ben") is None


def test_a_plug_that_was_forgotten_can_be_taken_from_the_list(
    serving: House, signed_in: Callable[..., Page]
) -> None:
    [lamp] = (plug["uuid"] for plug in serving.add_plugs(["lamp"]))
    gone = f"{lamp[:-6]}000001"
    serving.run("user", "add", "ben", "--scope", "switch", "--password-stdin", text="eight letters")
    serving.run("user", "change", "ben", "--app-plug", "lamp", "--app-plug", gone)
    page = signed_in("/settings/people")
    page.get_by_role("button", name="Change ben").click()
    page.get_by_label("A forgotten plug, 000001").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(person(page, "ben")).to_contain_text("programs see 1 plug")
    assert seen(serving, "ben") == [lamp]


def test_who_may_not_switch_lets_no_program_in_and_the_choice_stays(
    serving: House, signed_in: Callable[..., Page]
) -> None:
    [lamp] = (plug["uuid"] for plug in serving.add_plugs(["lamp"]))
    serving.run("user", "add", "ben", "--scope", "switch", "--password-stdin", text="eight letters")
    serving.run("user", "change", "ben", "--app-plug", "lamp")
    page = signed_in("/settings/people")
    page.get_by_role("button", name="Change ben").click()
    for may in ("May look", "Only the MQTT server"):
        page.get_by_label(re.compile(f"^{may}")).check()
        expect(page.get_by_text(SHUT)).to_be_visible()
        expect(page.get_by_label(CHOSEN)).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Change ben")).to_be_visible()
    expect(person(page, "ben")).not_to_contain_text("programs see")
    assert (account(serving, "ben")["scope"], seen(serving, "ben")) == (None, [lamp])


def test_the_choice_is_for_everybody(
    serving: House, signed_in: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    serving.add_plugs(["lamp", "<b>kettle"])
    page = signed_in("/settings/people", viewport=NARROW)
    page.get_by_role("button", name="Change ada").click()
    page.get_by_label(CHOSEN).check()
    expect(page.get_by_label("<b>kettle")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
