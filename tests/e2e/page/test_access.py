"""Everybody can use it: what axe finds, and the whole page without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from devtools.house import House
from playwright.sync_api import Page, expect
from tests.e2e.page.conftest import NARROW, WIDE
from tests.e2e.page.watched import Watched

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

VIEWS = ("/", "/energy", "/take-home", "/console", "/lab", "/settings", "/more", "/nothing-here", "/trust")
SETTINGS = ("people", "tokens", "tariffs", "backup", "broker", "hub", "diagnostics", "about")
_SETTLED_MS = 700
SECTIONS = ("", "/timers", "/setup", "/messages", "/history?grain=week")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_in_any_view(
    house: House,
    signed_in: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    watched: Watched,
    theme: str,
    size: dict[str, int],
) -> None:
    """No view has a violation, on a phone or a desk, light or dark; none scrolls sideways."""
    watched.expected = [r"404.*/nothing-here"]
    plugs = house.add_plugs(["kettle", "lamp"], loads=["1800", "9"])
    page = signed_in(viewport=size, color_scheme=theme)
    plug = f"/plugs/{plugs[0]['uuid'][-6:]}"
    paths = [*VIEWS, *(plug + each for each in SECTIONS), *(f"/settings/{each}" for each in SETTINGS)]
    found = {}
    for path in paths:
        page.goto(house.web + path)
        expect(page.locator("h1").first).to_be_attached()
        page.wait_for_timeout(_SETTLED_MS)  # some views ask again and again, so the network is never idle
        wrong = axe(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("scrolls sideways")
        if wrong:
            found[path] = wrong
    assert not found


def test_each_view_has_one_heading_and_a_title(
    house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    """A view says once what it is, in the page and in the window."""
    watched.expected = [r"404.*/nothing-here"]
    house.add_plugs(["kettle"])
    page = signed_in()
    for path in VIEWS[1:]:
        page.goto(house.web + path)
        expect(page.locator("main h1")).to_have_count(1)
        expect(page).to_have_title(re.compile(r"\w.* · ownplug"))


def test_the_keys_of_the_page(house: House, signed_in: Callable[..., Page]) -> None:
    """Single letters go to views, choose and switch plugs; in a field they are letters."""
    house.add_plugs(["kettle", "lamp"], loads=["1800", "9"])
    page = signed_in()
    switch = page.get_by_role("switch", name="kettle")
    expect(switch).to_have_attribute("aria-checked", "true")
    page.keyboard.press("j")
    expect(page.locator(".plug.chosen")).to_contain_text("kettle")
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "false")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="kettle")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(f"{house.web}/energy")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_switch_by_tab_and_space(house: House, signed_in: Callable[..., Page]) -> None:
    """Without single letters: Tab reaches the switch, Space turns it, the focus stays."""
    house.add_plugs(["kettle"])
    page = signed_in()
    switch = page.get_by_role("switch", name="kettle")
    expect(switch).to_be_enabled()
    for _ in range(30):
        page.keyboard.press("Tab")
        if switch.evaluate("element => element === document.activeElement"):
            break
    expect(switch).to_be_focused()
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(switch).to_be_focused()
