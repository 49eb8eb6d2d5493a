"""The doors: from the set-up link to the first plug, in and out, and back to where one was."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from devtools.house import House
from playwright.sync_api import Page, expect
from tests.e2e.page.conftest import ADA, NARROW, PASSWORD
from tests.e2e.page.watched import Watched

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REFUSED = r"status of 40[13]"
CLOSED_SOCKET = r"WebSocket connection to"


def test_from_the_set_up_link_to_the_first_plug(house: House, visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto(house.setup)
    expect(page).to_have_url(f"{house.web}/welcome")  # the code is gone from the address
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The home is yours")).to_be_focused()
    assert [user["scope"] for user in house.api("/users")["users"]] == ["admin"]
    expect(page.get_by_role("link", name="Try it with virtual plugs")).to_have_attribute("href", "/lab")
    page.get_by_role("link", name="Take your first plug home").click()
    expect(page).to_have_url(re.compile("/take-home"))
    page.goto(house.web)
    expect(page.get_by_role("heading", name="No plug lives here yet")).to_be_visible()


def test_a_set_up_link_works_once_and_a_wrong_one_never(
    house: House, visit: Callable[..., Page], watched: Watched
) -> None:
    watched.expected += [r"status of 403", r"status of 409"]
    page = visit()

    def begin(link: str) -> None:
        page.goto(link)
        page.get_by_label("Name").fill("eve")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Begin").click()

    begin(house.setup[:-4] + "0000")
    expect(page.get_by_role("alert")).to_contain_text("wrong, or older than 15 minutes")
    expect(page.get_by_label("Name")).to_have_value("eve")
    assert house.api("/users")["users"] == []
    house.run("user", "add", ADA, "--scope", "admin", "--password-stdin", text=PASSWORD)
    page.goto("about:blank")
    begin(house.setup)
    expect(page.get_by_role("alert")).to_contain_text("This link was used")
    page.get_by_role("alert").get_by_role("link", name="Sign in to this hub").click()
    expect(page).to_have_url(f"{house.web}/login")
    page.goto(f"{house.web}/welcome")
    expect(page.locator("main")).to_contain_text("the link that the hub prints")


def test_a_wrong_password_says_so_and_too_many_say_for_how_long(
    house: House, visit: Callable[..., Page], watched: Watched
) -> None:
    watched.expected += [r"status of 401", r"status of 429"]
    house.run("user", "add", ADA, "--scope", "admin", "--password-stdin", text=PASSWORD)
    page = visit()
    page.goto(f"{house.web}/settings/about")
    expect(page).to_have_url(f"{house.web}/login?next=%2Fsettings%2Fabout")
    page.get_by_label("Name").fill(ADA)
    page.get_by_label("Password").fill("wrong horse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Name or password is wrong")
    expect(page.get_by_label("Password")).to_be_focused()
    waiting = page.get_by_role("alert").filter(has_text=re.compile(r"Try again in \d+ s"))
    button = page.get_by_role("button", name="Sign in")
    wait_s = 0
    while wait_s < 4:  # each wrong one doubles it
        with page.expect_response("**/api/v1/session") as answered:
            button.click()
        wait_s = int(answered.value.headers.get("retry-after", "0"))
    expect(waiting).to_be_visible()
    expect(waiting).to_have_count(0, timeout=60_000)  # it counts down, and says when it is over
    page.get_by_label("Password").fill(PASSWORD)
    button.click()
    expect(page.get_by_role("heading", name="About", level=1)).to_be_visible()


def test_a_session_that_ends_says_so_and_one_is_back_where_one_was(
    house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    """Also on a view that asks for nothing: the socket notices with the next event."""
    watched.expected += [REFUSED, CLOSED_SOCKET]
    house.add_plugs(["lamp"])
    page = signed_in("/settings/about")
    expect(page.get_by_role("heading", name="About", level=1)).to_be_visible()
    house.run("user", "add", ADA, "--scope", "admin", "--password-stdin", text="another horse")
    house.hand("press", "0")
    expect(page.get_by_role("status").filter(has_text="Your session ended")).to_be_visible()
    page.get_by_label("Name").fill(ADA)
    page.get_by_label("Password").fill("another horse")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.web}/settings/about")
    expect(page.get_by_role("heading", name="About", level=1)).to_be_visible()
    page.context.clear_cookies()
    page.get_by_role("link", name="Tokens").click()
    expect(page).to_have_url(re.compile(r"/login\?ended=1&next=%2Fsettings%2Ftokens"))


def test_the_hub_is_away_while_one_signs_in(
    house: House, visit: Callable[..., Page], watched: Watched
) -> None:
    watched.expected += [r"ERR_CONNECTION_REFUSED"]
    house.run("user", "add", ADA, "--scope", "admin", "--password-stdin", text=PASSWORD)
    page = visit()
    page.goto(f"{house.web}/login")
    page.get_by_label("Name").fill(ADA)
    page.get_by_label("Password").fill(PASSWORD)
    house.hub.stop()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The hub does not answer")
    house.start_hub()
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{house.web}/")


def test_nobody_is_sent_elsewhere_after_signing_in(house: House, visit: Callable[..., Page]) -> None:
    house.run("user", "add", ADA, "--scope", "admin", "--password-stdin", text=PASSWORD)
    page = visit()
    page.goto(f"{house.web}/login?next=//elsewhere.example/")
    page.get_by_label("Name").fill(ADA)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.web}/")


def test_a_phone_has_settings_and_the_way_out_behind_more(
    house: House, signed_in: Callable[..., Page]
) -> None:
    page = signed_in("/", viewport=NARROW)
    page.get_by_role("link", name="More").click()
    page.get_by_role("main").get_by_role("link", name="Settings").click()
    page.get_by_role("main").get_by_role("link", name=re.compile("^Backup")).click()
    expect(page.get_by_role("heading", name="Backup", level=1)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Settings", exact=True).click()
    expect(page).to_have_url(f"{house.web}/settings")
    page.get_by_role("link", name="More").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status").filter(has_text="You are signed out")).to_be_visible()
    page.goto(f"{house.web}/settings/people")
    expect(page).to_have_url(re.compile("/login"))


def test_trust_begins_with_the_device_that_asks(house: House, visit: Callable[..., Page]) -> None:
    page = visit(user_agent="Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile")
    page.goto(f"{house.web}/trust")
    own = page.locator("details[open]")
    expect(own).to_have_count(1)
    expect(own).to_contain_text("Android")
    expect(page.locator("details").first).to_contain_text("this device")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Get the certificate").click()
    assert saved.value.path().read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_an_address_of_no_view(house: House, signed_in: Callable[..., Page]) -> None:
    page = signed_in("/settings/nowhere")
    expect(page.get_by_role("heading", name="There is no such section")).to_be_visible()
