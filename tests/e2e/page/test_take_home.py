"""Taking plugs home on the page: from the first press to the proof, and what it says where that stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from devtools.house import House
from playwright.sync_api import Page, expect
from tests.e2e.page.conftest import NARROW

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

AIR = """
[[network]]
ssid = "Lindenhof"
password = "secret123"
signal = 76
[[network]]
ssid = "Upstairs"
password = "secret123"
band_ghz = 5.0
"""
STAGES = 9
WIFI, APOSTROPHE = "Wi\u2011Fi", "\u2019"  # as the page writes them
FOLLOWED_MS = 60_000  # a plug that is waited for

OpenPage = Callable[..., Page]


def plug_in_pairing_mode(house: House, *options: str) -> dict[str, Any]:
    """Start one; its radio hears Lindenhof."""
    air = house.folder / "air.toml"
    air.write_text(AIR)
    told: dict[str, Any] = house.launch("virtual", "run", "--air", str(air), *options).ready()
    return told


def ask_the_plug(page: Page, plug: dict[str, Any]) -> None:
    """Find it by its address."""
    page.get_by_label("Its address").fill(f"http://{plug['http']}")
    page.get_by_role("button", name="Ask the plug").click()
    expect(page.get_by_text(f"Found: MSS310, {plug['uuid']}.")).to_be_visible()


def steps(page: Page, state: str) -> Any:
    return page.locator(f".steps > li.{state}")


def test_from_the_first_press_to_the_proof(house: House, signed_in: OpenPage) -> None:
    plug = plug_in_pairing_mode(house)
    page = signed_in("/take-home")
    page.get_by_role("link", name=f"A real plug, by its {WIFI}").click()
    ask_the_plug(page, plug)
    page.get_by_label("Lindenhof").check()
    page.get_by_label(f"{WIFI} password").fill("secret123")
    page.get_by_role("button", name="Take it home").click()
    page.wait_for_url(re.compile(r"/take-home/[0-9a-f]{16}$"))
    expect(page.get_by_text("The plug is at home.")).to_be_visible(timeout=FOLLOWED_MS)
    expect(steps(page, "done")).to_have_count(STAGES)
    expect(steps(page, "done").last).to_contain_text("Switched and back as it was")
    page.get_by_label("Name of the plug").fill("Kettle")
    page.get_by_label("Room").fill("Kitchen")
    page.get_by_role("button", name="Save and go to its page").click()
    page.wait_for_url(re.compile(r"/plugs/[0-9a-f]+$"))
    [at_home] = house.api("/plugs")["plugs"]
    assert (at_home["uuid"], at_home["name"], at_home["room"]) == (plug["uuid"], "Kettle", "Kitchen")


def test_a_wrong_password_is_named_and_typed_again(house: House, signed_in: OpenPage) -> None:
    plug = plug_in_pairing_mode(house)
    page = signed_in("/take-home?by=wifi", viewport=NARROW)
    ask_the_plug(page, plug)
    page.get_by_label("Lindenhof").check()
    page.get_by_label(f"{WIFI} password").fill("secret12")
    page.get_by_role("button", name="Take it home").click()
    expect(page.get_by_text("Stopped at step 4 of 9.")).to_be_visible(timeout=FOLLOWED_MS)
    expect(page.get_by_text("nothing has to be undone")).to_be_visible()
    why = page.get_by_role("alert")
    expect(why).to_contain_text("the password is wrong")
    expect(why).to_contain_text("wifi-password")
    expect(why).to_contain_text(f"hears the {WIFI}")
    expect(steps(page, "failed")).to_have_count(1)
    expect(page.get_by_text("It is at home: what is it called?")).to_have_count(0)
    stopped = page.url
    why.get_by_label(f"{WIFI} password").fill("secret123")
    why.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The plug is at home.")).to_be_visible(timeout=FOLLOWED_MS)
    assert page.url != stopped
    assert [each["uuid"] for each in house.api("/plugs")["plugs"]] == [plug["uuid"]]
    page.goto(stopped)  # what stopped is still told at its own address
    expect(page.get_by_text("Stopped at step 4 of 9.")).to_be_visible(timeout=FOLLOWED_MS)


def test_a_run_survives_a_reload_and_can_be_given_up(house: House, signed_in: OpenPage) -> None:
    plug = plug_in_pairing_mode(house, "--fault", "no-bind", "--model", "mss310@6.1.12")
    page = signed_in("/take-home?by=wifi")
    ask_the_plug(page, plug)
    page.get_by_label("Lindenhof").check()
    page.get_by_label(f"{WIFI} password").fill("secret123")
    page.get_by_role("button", name="Take it home").click()
    page.wait_for_url(re.compile(r"/take-home/[0-9a-f]{16}$"))
    expect(page.get_by_text("Step 8 of 9.")).to_be_visible(timeout=FOLLOWED_MS)
    page.reload()
    expect(page.get_by_text("Step 8 of 9.")).to_be_visible(timeout=FOLLOWED_MS)
    expect(steps(page, "done")).to_have_count(7)
    expect(steps(page, "running")).to_contain_text("at most")
    expect(page.get_by_text("The plug is at home.")).to_have_count(0)  # never before the proof
    page.goto(f"{house.web}/take-home")
    page.get_by_role("link", name=re.compile("^Plug that ends in")).click()
    page.get_by_role("button", name="Give up").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Go on")).to_be_focused()
    dialog.get_by_role("button", name="Give up").click()
    page.wait_for_url(f"{house.web}/take-home")
    assert house.api("/pairings")["pairings"] == []


def test_a_wifi_that_the_plug_does_not_see_is_chosen_anew(house: House, signed_in: OpenPage) -> None:
    plug = plug_in_pairing_mode(house)
    page = signed_in("/take-home?by=wifi")
    ask_the_plug(page, plug)
    page.get_by_label("Or another name").fill("Upstairs")
    expect(page.get_by_text("The plug does not hear it.")).to_be_visible()
    page.get_by_label(f"{WIFI} password").fill("secret123")
    page.get_by_role("button", name="Take it home").click()
    why = page.get_by_role("alert")
    expect(why).to_contain_text(f"The plug does not see this {WIFI}.", timeout=FOLLOWED_MS)
    why.get_by_role("button", name="Ask which it hears").click()
    why.get_by_label("Lindenhof").check()
    why.get_by_label(f"{WIFI} password").fill("secret123")
    why.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The plug is at home.")).to_be_visible(timeout=FOLLOWED_MS)


def test_a_list_comes_home_line_by_line(house: House, signed_in: OpenPage) -> None:
    lamp, kettle = (plug_in_pairing_mode(house, "--seed", seed) for seed in ("1", "2"))
    page = signed_in("/take-home?by=list")
    lines = f"name, room, mac\nLamp, Hall, http://{lamp['http']}\nKettle, , http://{kettle['http']}"
    page.get_by_label("The plugs, one in each line").fill(lines)
    expect(page.get_by_text("2 plugs")).to_be_visible()
    page.get_by_label(
        f"The hub{APOSTROPHE}s machine goes from one plug{APOSTROPHE}s {WIFI} to the next"
    ).uncheck()
    page.get_by_label(f"Name of the {WIFI}").fill("Lindenhof")
    page.get_by_label(f"{WIFI} password").fill("secret12")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile(r"/take-home/list-[0-9a-f]{16}$"))
    expect(page.get_by_text("stopped at 4")).to_be_visible(timeout=FOLLOWED_MS)
    expect(page.get_by_text("0 of 2 at home.")).to_be_visible()
    page.get_by_label(f"{WIFI} password").fill("secret123")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("2 of 2 at home.")).to_be_visible(timeout=FOLLOWED_MS)
    page.get_by_role("button", name="Kettle").click()
    expect(page.get_by_role("heading", name="Kettle")).to_be_visible()
    expect(steps(page, "done")).to_have_count(STAGES)
    told = {each["uuid"]: (each["name"], each["room"]) for each in house.api("/plugs")["plugs"]}
    assert told == {lamp["uuid"]: ("Lamp", "Hall"), kettle["uuid"]: ("Kettle", "")}


def test_a_move_to_a_server_that_is_not_there_is_told(house: House, signed_in: OpenPage) -> None:
    house.add_plugs(["lamp"])
    page = signed_in("/take-home?by=move")
    page.get_by_label("lamp").check()
    page.get_by_label("The other MQTT server").fill("mqtts://127.0.0.1:1")
    page.get_by_role("button", name="Move 1 plug").click()
    page.wait_for_url(f"{house.web}/take-home/move")
    expect(page.get_by_role("alert")).to_contain_text("port-closed")
    expect(page.get_by_text("0 of 1 have moved.")).to_be_visible()
    expect(page.get_by_role("row", name="lamp")).to_contain_text("waits, still here")
