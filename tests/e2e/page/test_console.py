"""The console: a plug with its case open, at the PTY of a virtual plug that the owner configured."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from devtools.house import House
from playwright.sync_api import Locator, Page, expect
from tests.e2e.page.conftest import NARROW, WIDE
from tests.e2e.page.watched import Watched

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="PTYs are POSIX"),
]

SECRET = "hunter22"


@pytest.fixture
def tty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the console of the plug is; the hub that starts after this may open it."""
    path = str(tmp_path / "kettle.tty")
    monkeypatch.setenv("OWNPLUG_CONSOLE_PORTS", path)
    return path


@pytest.fixture
def console(tty: str, house: House, signed_in: Callable[..., Page]) -> Callable[..., Page]:
    """Open the console of a plug, which keeps a password."""

    def open_console(section: str = "", **options: Any) -> Page:
        house.launch("virtual", "run", "--tty", tty, "--seed", "7").ready()
        house.run("console", "run", tty, f"config write STA WpaPsk {SECRET}")
        [port] = [each for each in house.api("/console/ports")["ports"] if each["name"] == tty]
        return signed_in(f"/console/{port['id']}{section}", **options)

    return open_console


def line(page: Page, text: str, kind: str = "text") -> Locator:
    """The line of the log that says something."""
    return page.locator(f".log [data-kind={kind}]").filter(has_text=text).last


def send(page: Page, command: str) -> None:
    field = page.get_by_label("Command for the plug")
    expect(field).to_be_enabled()
    field.fill(command)
    field.press("Enter")


def test_a_port_is_found_and_how_to_get_one_is_said(
    tty: str, house: House, signed_in: Callable[..., Page]
) -> None:
    page = signed_in("/console")
    expect(page.get_by_role("heading", name="How to get a port")).to_be_visible()
    expect(page.locator(".ports li", has_text=tty)).to_contain_text("named in ownplug.toml")
    page.locator(".ports a", has_text=tty).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(tty)
    expect(page.locator(".trouble")).to_contain_text(f"There is no serial port {tty}")
    house.launch("virtual", "run", "--tty", tty, "--seed", "7").ready()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".trouble")).to_have_count(0)
    send(page, "ver")
    expect(line(page, "SDK_V4.6.2")).to_be_visible()


def test_a_command_is_typed_read_and_saved(console: Callable[..., Page], tmp_path: Path) -> None:
    page = console()
    send(page, "meross hw")
    expect(line(page, "$ meross hw", "typed")).to_be_visible()
    expect(line(page, "mss310")).to_be_visible()
    send(page, "config read STA WpaPsk")
    expect(line(page, "WpaPsk = ***")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save").click()
    kept = Path(saved.value.path()).read_text()
    assert "typed meross hw" in kept
    assert SECRET not in kept
    assert SECRET not in page.content()


def test_keys_are_the_plugs_until_they_are_given_back(console: Callable[..., Page]) -> None:
    page = console()
    field = page.get_by_label("Command for the plug")
    send(page, "meross mem")
    expect(line(page, "free:")).to_be_visible()
    field.press("g")
    field.press("h")
    expect(field).to_have_value("gh")
    field.press("ArrowUp")
    expect(field).to_have_value("meross mem")
    field.press("Control+]")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/")


def test_what_could_harm_wants_its_word(console: Callable[..., Page]) -> None:
    page = console()
    send(page, "meross crash")
    dialog = page.get_by_role("dialog", name="Send meross crash?")
    expect(dialog).to_contain_text("watchdog")
    expect(dialog.get_by_role("button", name="Leave it as it is")).to_be_focused()
    do = dialog.get_by_role("button", name="Send meross crash")
    expect(do).to_be_disabled()
    dialog.get_by_role("textbox").fill("crash")
    do.click()
    expect(dialog).to_have_count(0)
    expect(line(page, "system crash test")).to_be_visible()
    expect(line(page, "HAL_WDT_SOFTWARE_RESET", "boot")).to_be_visible()


def test_a_paused_log_stands_still_and_loses_nothing(console: Callable[..., Page]) -> None:
    page = console()
    send(page, "ver")
    expect(line(page, "SDK_V4.6.2")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    send(page, "meross mem")
    expect(page.get_by_text("The plug works on it")).to_have_count(0)
    expect(page.get_by_label("Command for the plug")).to_have_value("")
    expect(page.locator(".log")).not_to_contain_text("free:")
    page.get_by_role("button", name="Go on").click()
    expect(line(page, "free:")).to_be_visible()


def test_settings_are_searched_and_secrets_stay_hidden(console: Callable[..., Page]) -> None:
    page = console("/settings")
    expect(page.get_by_text("234 of 234 settings")).to_be_visible()
    page.get_by_label("Find a setting").fill("WpaPsk")
    row = page.locator("tr", has_text="STA:WpaPsk").filter(has_text="Password of the network to join.")
    expect(row.get_by_label("hidden")).to_be_visible()
    assert page.url.endswith("/settings?find=WpaPsk")
    assert SECRET not in page.content()


def test_a_file_is_kept_compared_and_given_back(
    console: Callable[..., Page], house: House, tty: str, tmp_path: Path
) -> None:
    page = console("/settings")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save all in a file").click()
    backup = json.loads(Path(saved.value.path()).read_text())
    assert backup["settings"]["STA"]["WpaPsk"] == SECRET
    backup["settings"]["STA"]["Ssid"] = "Kitchen"
    backup["settings"]["STA"]["WpaPsk"] = "swordfish"
    file = tmp_path / "kettle.json"
    file.write_text(json.dumps(backup))
    page.get_by_label("Compare with a file").set_input_files(file)
    expect(page.get_by_role("heading", name="2 settings differ from kettle.json")).to_be_visible()
    page.get_by_role("button", name="Show what would be written").click()
    expect(page.get_by_role("heading", name="2 settings are written")).to_be_visible()
    page.get_by_role("button", name="Write to the plug").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 settings of the plug are overwritten.")
    dialog.get_by_role("textbox").fill("restore")
    dialog.get_by_role("button", name="Write to the plug").click()
    expect(page.get_by_text("2 settings were written and read back.")).to_be_visible()
    expect(page.get_by_role("heading", name="Every setting is as in kettle.json")).to_be_visible()
    port = page.url.split("/")[-2]
    told = house.api(f"/console/ports/{port}/settings?show_secrets=true")["settings"]
    assert {each["key"]: each["value"] for each in told}["STA:WpaPsk"] == "swordfish"
    assert "swordfish" not in page.content()


def test_a_start_is_followed_phase_by_phase(console: Callable[..., Page]) -> None:
    page = console("/boot", viewport=NARROW)
    page.get_by_role("button", name="Restart the plug").click()
    expect(page.locator(".phases [data-state=seen]")).to_have_count(4)
    expect(page.locator(".told")).to_contain_text("The firmware asked for it.")
    expect(page.locator(".told")).to_contain_text("Green and orange in turn")
    page.get_by_role("link", name="Light").click()
    expect(page.get_by_role("heading", name="Green and orange in turn")).to_be_visible()
    expect(page).to_have_title(re.compile("^Light · .*kettle.tty · ownplug$"))
    page.get_by_role("main").get_by_role("link", name="Console").click()
    expect(page).to_have_title("Console · ownplug")


def test_a_plug_that_flashes_red_is_led_out(console: Callable[..., Page]) -> None:
    page = console()
    send(page, "meross fac 1")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("fac")
    dialog.get_by_role("button", name="Send meross fac 1").click()
    expect(line(page, "In fac mode:YES")).to_be_visible()
    send(page, "reboot")
    page.get_by_role("link", name="Light").click()
    expect(page.get_by_role("heading", name="Red, flashing")).to_be_visible()
    page.get_by_role("button", name="Lead it out of factory mode").click()
    page.get_by_role("dialog").get_by_role("button", name="Lead it out of factory mode").click()
    expect(page.get_by_text("The plug is out of factory mode.")).to_be_visible()
    expect(page.get_by_role("heading", name="Green and orange in turn")).to_be_visible()


def test_what_fails_says_why_where_it_was_typed(console: Callable[..., Page], watched: Watched) -> None:
    page = console()
    send(page, "x" * 250 + " \u00e4" * 3)
    expect(line(page, "ERROR", "failure")).to_contain_text("at most 256 bytes")


def test_the_console_opens_again_when_the_hub_is_back(
    console: Callable[..., Page], house: House, watched: Watched
) -> None:
    watched.expected += ["WebSocket connection", "ERR_CONNECTION_REFUSED"]
    page = console()
    send(page, "ver")
    expect(line(page, "SDK_V4.6.2")).to_be_visible()
    house.hub.stop()
    expect(page.locator(".trouble")).to_contain_text("The console is closed.")
    house.start_hub()
    expect(page.locator(".trouble")).to_have_count(0, timeout=30_000)
    send(page, "meross mem")
    expect(line(page, "free:")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_in_any_section(
    console: Callable[..., Page], axe: Callable[[Page], list[str]], theme: str, size: dict[str, int]
) -> None:
    page = console(viewport=size, color_scheme=theme)
    send(page, "config show STA")
    expect(line(page, "[STA]StaKeepAlivePacket")).to_be_visible()
    found = {"terminal": axe(page)}
    send(page, "meross crash")
    expect(page.get_by_role("dialog")).to_be_visible()
    found["dialog"] = axe(page)
    page.keyboard.press("Escape")
    for section, there in (("Settings", "table.console-kept"), ("Start", ".phases"), ("Light", ".meanings")):
        page.get_by_role("navigation", name="Parts of the console").get_by_role("link", name=section).click()
        expect(page.locator(there)).to_be_visible()
        found[section] = axe(page)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), section
    assert not any(found.values()), found


def test_who_may_only_switch_is_told(house: House, visit: Callable[..., Page]) -> None:
    house.run("user", "add", "bob", "--scope", "switch", "--password-stdin", text="battery staple")
    page = visit()
    page.goto(f"{house.web}/login?next=/console")
    page.get_by_label("Name").fill("bob")
    page.get_by_label("Password").fill("battery staple")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The serial console is for administrators")).to_be_visible()
