"""Virtual plugs: the journeys of somebody who tries things that one does not try on a wall."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from devtools.house import House
from playwright.sync_api import Page, expect
from tests.e2e.page.conftest import NARROW
from tests.e2e.page.watched import Watched

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

AT_HOME_MS = 30_000
Visitor = Callable[..., Page]


def start_at_home(page: Page) -> None:
    """Start the first plug with one press, and wait until it is at home."""
    page.get_by_role("button", name="Start one and take it home").click()
    expect(page.get_by_text("Light green, steady: on, and at home")).to_be_visible(timeout=AT_HOME_MS)
    expect(page.get_by_text("Paired with this hub")).to_be_visible(timeout=AT_HOME_MS)


@pytest.fixture
def bench(house: House, signed_in: Visitor) -> Iterator[Page]:
    """The bench of a plug that is at home."""
    page = signed_in("/lab")
    start_at_home(page)
    yield page
    page.goto("about:blank")


def lab_plug(house: House) -> Any:
    [plug] = house.api("/lab/plugs")["plugs"]
    return plug


def test_one_press_brings_a_plug_home(house: House, signed_in: Visitor) -> None:
    page = signed_in("/lab")
    expect(page.get_by_text("No virtual plug runs here")).to_be_visible()
    start_at_home(page)
    assert re.fullmatch(r"/lab/[0-9a-f]{12}", page.url.removeprefix(house.web))
    [known] = house.api("/plugs")["plugs"]
    assert (known["name"], known["availability"]) == ("Bench plug", "online")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bench plug")


def test_the_drawn_button_moves_the_relay_and_the_hub_follows(
    house: House, signed_in: Visitor, bench: Page
) -> None:
    other = bench.context.new_page()
    other.goto(house.web)
    switch = other.get_by_role("switch", name="Bench plug")
    expect(switch).to_have_attribute("aria-checked", "true")

    button = bench.locator(".drawn").get_by_role("button", name="Press the button")
    button.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(bench.get_by_text("Light off: switched off, and at home")).to_be_visible()
    assert lab_plug(house)["relays"] == [{"channel": 0, "on": False}]

    button.press("Enter")
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(bench.locator(".drawn")).to_have_attribute("data-on", "false")


def test_a_button_that_is_held_makes_it_blink_in_two_colours(house: House, bench: Page) -> None:
    bench.locator(".drawn .button").hover()
    bench.mouse.down()
    expect(bench.locator(".drawn text")).to_have_text("5 s", timeout=10_000)
    bench.mouse.up()
    expect(bench.get_by_text("Light amber and green in turn: waits to be taken home")).to_be_visible()
    led = bench.locator(".drawn .led")
    colours = {led.evaluate("element => getComputedStyle(element).fill") for _ in range(200)}
    assert len(colours) == 2
    bench.get_by_role("button", name="Take it home").click()
    expect(bench.get_by_text("Light green, steady: on, and at home")).to_be_visible(timeout=AT_HOME_MS)


def test_pulled_out_it_is_dark_and_the_hub_misses_it(house: House, bench: Page) -> None:
    bench.get_by_role("button", name="Pull out", exact=True).click()
    expect(bench.get_by_text("Pulled out: no light")).to_be_visible()
    expect(bench.locator(".lab-deeds").get_by_role("button", name="Press the button")).to_be_disabled()
    assert house.api("/plugs")["plugs"][0]["availability"] == "offline"
    bench.get_by_role("button", name="Put in", exact=True).click()
    expect(bench.get_by_text("Light green, steady: on, and at home")).to_be_visible(timeout=AT_HOME_MS)


def test_the_load_is_a_slider_or_an_appliance(house: House, bench: Page) -> None:
    slider = bench.get_by_role("slider")
    slider.fill("2000")
    expect(bench.get_by_text(re.compile(r"Load: 2,000\sW"))).to_be_visible()
    expect(bench.locator(".lamp-says")).to_contain_text(re.compile(r"(1,9|2,0)\d\d\sW"))
    assert lab_plug(house)["load"] == "2000"
    bench.get_by_role("button", name="a fridge").click()
    expect(bench.get_by_text("Load: a fridge")).to_be_visible()
    expect(bench.locator(".lamp-says")).to_contain_text(re.compile(r"8\d\sW"))


def test_what_goes_over_the_wires_is_shown_filtered_held_and_saved(
    house: House, bench: Page, tmp_path: Path
) -> None:
    lines = bench.get_by_role("log").locator("> div")
    button = bench.locator(".lab-deeds").get_by_role("button", name="Press the button")
    button.click()
    expect(lines.filter(has_text="PUSH Control.ToggleX")).not_to_have_count(0)
    bench.get_by_role("group", name="Wire").get_by_role("button", name="HTTP").click()
    expect(lines.filter(has_text="mqtt")).to_have_count(0)
    expect(lines.filter(has_text="plug → net")).not_to_have_count(0)
    bench.get_by_role("button", name="MQTT").click()
    expect(lines.filter(has_text="plug → net")).to_have_count(0)

    bench.get_by_role("button", name="Pause").click()
    seen = lines.count()
    button.click()
    expect(bench.get_by_text(re.compile(r"\d+ came meanwhile"))).to_be_visible()
    assert lines.count() == seen
    bench.get_by_role("button", name="Go on").click()
    expect(lines).not_to_have_count(seen)

    with bench.expect_download() as saving:
        bench.get_by_role("button", name="Save").click()
    saving.value.save_as(tmp_path / "wires.txt")
    saved = (tmp_path / "wires.txt").read_text()
    assert "PUSH Control.ToggleX" in saved
    assert house.api("/home?show_secrets=true")["key"] not in saved


def test_faults_are_ticked_and_take_amounts(
    house: House, bench: Page, eventually: Callable[..., Any]
) -> None:
    bench.get_by_role("checkbox", name="Messages get lost").check()
    amount = bench.get_by_role("spinbutton", name="Messages get lost")
    expect(amount).to_have_value("10")
    amount.fill("20")
    amount.press("Tab")
    bench.get_by_role("checkbox", name="Nobody answers Bind").check()
    expect(bench.get_by_text("2 of 16 on")).to_be_visible()
    bench.get_by_role("button", name="Show all 16").click()
    expect(bench.locator(".fault")).to_have_count(16)
    eventually(
        lambda: lab_plug(house)["faults"] == ["loss=0.2", "no-bind=1"]
    )  # it is shown before the plug has it
    bench.get_by_role("checkbox", name="Messages get lost").uncheck()
    expect(bench.get_by_text("1 of 16 on")).to_be_visible()
    eventually(lambda: lab_plug(house)["faults"] == ["no-bind=1"])


def test_it_is_thrown_away_and_forgotten(house: House, bench: Page, watched: Watched) -> None:
    watched.expected.append(
        "404"
    )  # it goes offline a moment before it is forgotten, and the page asks how it is
    bench.get_by_role("button", name="Throw it away").click()
    dialog = bench.get_by_role("dialog", name="Throw Bench plug away?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    dialog.get_by_role("button", name="Throw it away").click()
    expect(bench.get_by_text("No virtual plug runs here")).to_be_visible()
    assert house.api("/lab/plugs")["plugs"] == house.api("/plugs")["plugs"] == []


def test_a_laboratory_that_is_full_says_so(house: House, signed_in: Visitor, watched: Watched) -> None:
    watched.expected.append("409")
    page = signed_in("/lab", viewport=NARROW)
    page.get_by_role("button", name="Choose what to start").click()

    def start(count: str) -> None:
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Take them home at once").uncheck()
        dialog.get_by_label("How many").fill(count)
        dialog.get_by_role("button", name="Start").click()

    start("20")
    expect(page.locator(".benches > li")).to_have_count(20)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.get_by_role("button", name="Start another").click()
    start("1")
    expect(page.get_by_role("alert")).to_contain_text("room for 20 plugs")


def test_a_plug_that_is_not_there_is_no_dead_end(signed_in: Visitor) -> None:
    page = signed_in("/lab/0123456789ab")
    expect(page.get_by_text("This virtual plug is not here")).to_be_visible()
    page.get_by_role("link", name="Show all virtual plugs").click()
    expect(page.get_by_text("No virtual plug runs here")).to_be_visible()
