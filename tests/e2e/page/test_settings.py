"""Settings: people, tokens, backup, the hub's own settings, and what a browser keeps."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from devtools.house import House
from playwright.sync_api import Locator, Page, expect
from tests.e2e.page.conftest import ADA, NARROW, PASSWORD
from tests.e2e.page.watched import Watched

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PASSPHRASE = "nine lives of a cat"


def row(page: Page, text: str) -> Locator:
    """The row of a list that has this text."""
    return page.get_by_role("main").get_by_role("listitem").filter(has_text=text)


def status_with(house: House, token: str, path: str = "/plugs") -> int:
    """What the API answers to whoever shows this token."""
    url = f"{house.web}/api/v1{path}"
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_person_comes_and_goes_by_keyboard(house: House, signed_in: Callable[..., Page]) -> None:
    page = signed_in("/settings/people")
    press = page.keyboard.press
    expect(row(page, "ada")).to_contain_text("The only one who looks after the home")
    page.get_by_role("button", name="Add a person").focus()
    press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("ben")
    press("Tab")
    expect(page.get_by_label(re.compile("^May switch"))).to_be_focused()
    press("ArrowUp")
    press("Tab")
    page.keyboard.type("eight letters")
    press("Enter")
    expect(row(page, "ben")).to_contain_text("May look")
    expect(page.get_by_role("button", name="Add a person")).to_be_focused()
    page.get_by_role("button", name="Change ben").focus()
    press("Enter")
    expect(page.get_by_label(re.compile("^May look"))).to_be_focused()
    press("ArrowDown")
    page.get_by_text("Topics of the MQTT server").focus()
    press("Enter")
    page.get_by_label("May read", exact=True).fill("ownplug/#\n\n $SYS/# ")
    page.get_by_role("button", name="Save").focus()
    press("Enter")
    expect(row(page, "ben")).to_contain_text("May switch · 2 topic filters")
    ben = next(user for user in house.api("/users")["users"] if user["name"] == "ben")
    assert (ben["read"], ben["write"], ben["scope"]) == (["ownplug/#", "$SYS/#"], [], "switch")
    page.get_by_role("button", name="Remove ben").focus()
    press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    press("Tab")
    press("Enter")
    expect(row(page, "ben")).to_have_count(0)
    assert [user["name"] for user in house.api("/users")["users"]] == [ADA]


def test_nobody_is_overwritten_and_the_last_one_stays(house: House, signed_in: Callable[..., Page]) -> None:
    page = signed_in("/settings/people")
    page.get_by_role("button", name="Change ada").click()
    expect(page.get_by_label(re.compile("^May look"))).to_be_disabled()
    page.get_by_role("button", name="Leave it as it is").click()
    expect(page.get_by_role("button", name="Remove ada")).to_have_count(0)
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Name").fill(ADA)
    page.get_by_label("Password").fill("quite another one")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("There is a person of that name")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="People", level=1)).to_be_visible()
    house.run("user", "add", "eve", "--scope", "admin", "--password-stdin", text="eve has a key")
    page.reload()
    page.get_by_role("button", name="Change ada").click()
    expect(page.get_by_label(re.compile("^May look"))).to_be_enabled()


def test_the_own_password_and_nobody_is_thrown_out_here(
    house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    watched.expected += [r"status of 401"]
    house.add_plugs(["lamp"])
    page = signed_in("/settings/people")
    page.get_by_role("button", name="Change password").click()
    page.get_by_label("Present password").fill("not that one")
    page.get_by_label("New password").fill("battery staple")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The present password is wrong")).to_be_visible()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    house.hand("press", "0")
    page.get_by_role("link", name="Tokens").click()
    expect(page.get_by_text("No program has a token yet")).to_be_visible()
    page.get_by_role("link", name="People").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Name").fill(ADA)
    page.get_by_label("Password").fill("battery staple")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.web}/")


def test_a_token_is_shown_once_and_ends_at_once(house: House, signed_in: Callable[..., Page]) -> None:
    page = signed_in("/settings/tokens")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("What is it for?").fill("grafana")
    page.keyboard.press("Enter")
    token = page.get_by_label("Token", exact=True).input_value()
    assert status_with(house, token) == 200
    assert status_with(house, token, "/users") == 403
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == token
    page.get_by_role("button", name="I have kept it").click()
    expect(row(page, "grafana")).to_contain_text("May look")
    expect(page.get_by_text(token)).to_have_count(0)
    page.get_by_role("button", name="Revoke grafana").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.get_by_role("dialog").get_by_role("button", name="Revoke grafana").click()
    expect(page.get_by_text("No program has a token yet")).to_be_visible()
    assert status_with(house, token) == 401


def test_a_backup_is_saved_and_opens(house: House, signed_in: Callable[..., Page], tmp_path: Path) -> None:
    page = signed_in("/settings/backup")
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("Passphrase again").fill("something else")
    page.get_by_role("button", name="Make the backup").click()
    expect(page.get_by_text("The two are different")).to_be_visible()
    page.get_by_label("Passphrase again").fill(PASSPHRASE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Make the backup").click()
    assert re.fullmatch(r"ownplug-\d{4}-\d\d-\d\d\.ownplug", saved.value.suggested_filename)
    file = tmp_path / "home.ownplug"
    saved.value.save_as(file)
    page.close()
    house.hub.stop()
    house.run("hub", "restore", str(file), "--yes", "--passphrase-stdin", text=PASSPHRASE)


def test_a_backup_without_secrets_needs_no_passphrase(signed_in: Callable[..., Page], tmp_path: Path) -> None:
    page = signed_in("/settings/backup")
    page.get_by_label(re.compile("^Without secrets")).check()
    expect(page.get_by_label("Passphrase", exact=True)).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Make the backup").click()
    file = tmp_path / "home.ownplug"
    saved.value.save_as(file)
    assert file.read_bytes()[:8] == b"\x89OWNPLUG"


def test_a_setting_is_changed_and_felt(
    house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    watched.expected += [r"status of 400", r"status of 412"]
    page = signed_in("/settings/hub")
    reading = row(page, "Pause between readings")
    expect(reading).to_contain_text("Felt at once")
    reading.get_by_role("spinbutton").fill("0")
    reading.get_by_role("button", name="Save Pause").click()
    expect(reading.get_by_role("alert")).to_contain_text("between 1 and 86,400 seconds")
    reading.get_by_role("spinbutton").fill("45")
    reading.get_by_role("button", name="Save Pause").click()
    expect(reading).to_contain_text("ownplug.toml")
    assert value(house, "hub.reading_interval_s") == 45
    pause = row(page, "Pause between broker figures")
    pause.get_by_role("spinbutton").fill("20")
    pause.get_by_role("button", name="Save Pause").click()
    expect(pause).to_contain_text("Now 10; from the next start on 20")
    assert value(house, "broker.sys_interval_s") == 10
    house.run("config", "set", "hub.command_ttl_s", "12")  # somebody else, meanwhile
    reading.get_by_role("spinbutton").fill("50")
    reading.get_by_role("button", name="Save Pause").click()
    expect(reading.get_by_role("alert")).to_contain_text("what you typed is still in the field")
    expect(row(page, "Life of a command").get_by_role("spinbutton")).to_have_value("12")
    expect(reading.get_by_role("spinbutton")).to_have_value("50")
    with page.expect_response("**/api/v1/settings"):
        reading.get_by_role("button", name="Save Pause").click()
    expect(reading.get_by_role("alert")).to_have_count(0)
    assert value(house, "hub.reading_interval_s") == 50
    reading.get_by_role("button", name="Default for").click()
    expect(reading.get_by_role("spinbutton")).to_have_value("30")
    expect(page.get_by_text("network · ")).to_be_visible()


def test_where_the_home_is_stays_hidden_until_asked_for(house: House, signed_in: Callable[..., Page]) -> None:
    house.run("config", "set", "hub.position", "52.52,13.4")
    page = signed_in("/settings/hub")
    place = row(page, "Place of the home")
    expect(place.get_by_role("textbox")).to_have_value("")
    place.get_by_role("button", name="Show it").click()
    expect(place.get_by_role("textbox")).to_have_value("52.52,13.4")


def test_who_was_turned_away_and_what_programs_need(house: House, signed_in: Callable[..., Page]) -> None:
    host, _, port = str(house.ready["mqtts"]).rpartition(":")
    with urllib.request.urlopen(f"{house.web}/ca.crt", timeout=10) as reply:
        assert reply.status == 200
    page = signed_in("/settings/broker")
    facts = page.locator("dl", has_text="Host")
    expect(facts).to_contain_text(host)
    expect(facts).to_contain_text(port)
    said = house.run("config", "ca")
    expect(facts).to_contain_text(re.compile(re.escape(str(said["sha256"])), re.IGNORECASE))
    expect(page.get_by_text("Nobody was turned away")).to_be_visible()
    house.launch(
        "virtual", "run", "--mqtt", f"mqtts://{house.ready['mqtts']}", "--key", "0" * 32, "--user-id", "1"
    )
    expect(page.get_by_role("cell", name=re.compile("Name or password did not fit")).first).to_be_visible(
        timeout=30_000
    )


def test_a_report_is_saved_and_names_nobody(house: House, signed_in: Callable[..., Page]) -> None:
    house.add_plugs(["grandmother"])
    page = signed_in("/settings/diagnostics")
    expect(page.get_by_text("The hub can do its work")).to_be_visible()
    expect(page.locator("dl")).to_contain_text("1 of 1 answers")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the report").click()
    text = saved.value.path().read_text()
    assert json.loads(text)["counts"]["plugs"] == 1
    assert "grandmother" not in text


def test_a_browser_keeps_theme_and_keys(house: House, signed_in: Callable[..., Page]) -> None:
    page = signed_in("/settings/about")
    page.get_by_role("button", name="Dark", exact=True).click()
    page.get_by_label(re.compile("^Single letters")).uncheck()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("heading", name="About", level=1).click()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(f"{house.web}/settings/about")
    page.get_by_label(re.compile("^Single letters")).check()
    page.get_by_role("heading", name="About", level=1).click()
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", re.compile("."))
    page.get_by_text("preact 10").click()
    expect(page.get_by_text("The MIT License").first).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(f"{house.web}/")


def test_german_all_the_way(house: House, signed_in: Callable[..., Page]) -> None:
    """Every section and door speaks it once it is chosen; nothing of the page's own is left in English."""
    page = signed_in("/settings/about")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Über ownplug", level=1)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    sections = {
        "people": "Personen", "tokens": "Zugangsschlüssel", "tariffs": "Tarife", "backup": "Sicherung",
        "broker": "Broker", "hub": "Hub", "diagnostics": "Diagnose",
    }  # fmt: skip
    for name, title in sections.items():
        page.goto(f"{house.web}/settings/{name}")
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        expect(page.get_by_text(re.compile(r"wird gelesen|wird geladen"))).to_have_count(0)
        # What the hub itself says is marked as English.
        assert (
            page.get_by_text(re.compile(r"\b(the|and|your)\b"))
            .locator("visible=true")
            .and_(page.locator(":not([lang=en] *, [lang=en])"))
            .all_inner_texts()
            == []
        )
    page.goto(f"{house.web}/settings/people")
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", name="An diesem Hub anmelden")).to_be_visible()


def test_who_may_not_sees_words(house: House, visit: Callable[..., Page]) -> None:
    house.run("user", "add", "guest", "--scope", "read", "--password-stdin", text=PASSWORD)
    page = visit(viewport=NARROW)
    page.goto(f"{house.web}/login?next=/settings")
    page.get_by_label("Name").fill("guest")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    links = page.get_by_role("main").get_by_role("listitem").get_by_role("link")
    expect(links).to_have_text([re.compile("^People"), re.compile("^Tariffs"), re.compile("^About")])
    for name in ("tokens", "backup", "broker", "hub", "diagnostics"):
        page.goto(f"{house.web}/settings/{name}")
        expect(page.get_by_text("Only those who look after the home see this")).to_be_visible()
    page.goto(f"{house.web}/settings/people")
    expect(page.get_by_role("button", name="Change password")).to_be_visible()
    expect(page.get_by_role("button", name="Add a person")).to_have_count(0)


def value(house: House, name: str) -> object:
    """What is in force."""
    return next(each["value"] for each in house.api("/settings")["settings"] if each["name"] == name)
