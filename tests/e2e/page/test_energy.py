"""Energy: a home that has been lived in, shown as the hub adds it up; tariffs said on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from devtools.house import House
from devtools.page_home import NAMES
from playwright.sync_api import Page, expect
from tests.e2e.page.watched import Watched

from ownplug.aio import SystemClock

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_DAYS = 60


@pytest.fixture
def lived_in(house: House) -> House:
    """A home with sixty days of energy of six plugs, and a tariff."""
    house.add_plugs(list(NAMES))
    house.fill(_DAYS)
    house.settle(len(NAMES))
    return house


def test_a_month_is_what_the_hub_adds_up(lived_in: House, signed_in: Callable[..., Page]) -> None:
    """The figures of a month that is over are those of the API, plug by plug; the address holds the month."""
    page = signed_in("/energy?grain=month")
    page.get_by_role("button", name="Earlier").click()
    expect(page).to_have_url(re.compile(r"grain=month&on=\d{4}-\d\d-01$"))
    first = re.search(r"on=([\d-]+)", page.url)
    assert first is not None
    page.reload()
    last = page.evaluate(
        "(first) => { const at = new Date(`${first}T12:00Z`); at.setUTCMonth(at.getUTCMonth() + 1, 0);"
        " return at.toISOString().slice(0, 10); }",
        first[1],
    )
    told = lived_in.api(f"/energy?by=plug&grain=all&from={first[1]}&to={last}")["totals"]
    used_kwh = sum(total["energy_wh"] for total in told) / 1000
    figures = page.locator(".figures")
    expect(figures).to_contain_text(f"{used_kwh:.1f}" if used_kwh >= 100 else f"{used_kwh:.2f}")
    expect(figures).to_contain_text(f"€{sum(total['cost'] for total in told):.2f}")
    for total in told:
        row = page.get_by_role("row", name=total["name"])
        expect(row).to_contain_text(f"€{total['cost']:.2f}")
    page.get_by_role("button", name="Room").click()
    expect(page.get_by_role("row", name="Living room")).to_be_visible()


def test_the_table_is_sorted_and_saved(
    lived_in: House, signed_in: Callable[..., Page], tmp_path: Path
) -> None:
    """A press on a header sorts; the file has a row for each plug and day."""
    page = signed_in("/energy?grain=week")
    page.get_by_role("button", name="Earlier").click()
    expect(page).to_have_url(re.compile(r"on="))
    expect(page.get_by_role("columnheader").filter(has_text="kWh").first).to_have_attribute(
        "aria-sort", "descending"
    )
    page.get_by_role("columnheader").get_by_role("button", name="Plug").click()
    expect(page.get_by_role("rowheader")).to_have_text(sorted(NAMES))
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    file = tmp_path / "energy.csv"
    download.value.save_as(file)
    _, *rows = file.read_text("utf-8").splitlines()
    assert {name: sum(row.startswith(f"{name},") for row in rows) for name in NAMES} == dict.fromkeys(
        NAMES, 7
    )


def test_a_week_that_begins_on_sunday_is_compared_with_such_a_week(
    lived_in: House, signed_in: Callable[..., Page]
) -> None:
    """Where weeks begin on Sunday, so does the one before: until the same time, not from the hub's Monday on."""
    page = signed_in("/energy?grain=week", locale="en-US")
    shown = page.get_by_role("row", name="Fridge").get_by_role("cell").last
    expect(shown).to_have_text(re.compile(r"\d"))
    change_kwh = float(shown.inner_text().replace("\u2212", "-"))
    now = SystemClock().now().astimezone(ZoneInfo(_zone(lived_in)))
    sunday = now.date() - timedelta(days=now.isoweekday() % 7)
    used_wh = _fridge_wh(lived_in, sunday, now)
    before_wh = _fridge_wh(lived_in, sunday - timedelta(days=7), now - timedelta(days=7))
    assert change_kwh == pytest.approx((used_wh - before_wh) / 1000, abs=0.1)


def _zone(house: House) -> str:
    return str(house.api("/home")["timezone"])


def _fridge_wh(house: House, first: date, until: datetime) -> float:
    begin = datetime(first.year, first.month, first.day, tzinfo=until.tzinfo)
    span = "&".join(
        f"{name}={quote(at.astimezone(UTC).isoformat())}" for name, at in (("from", begin), ("to", until))
    )
    return float(sum(house.api(f"/energy/series?grain=hour&plug=Fridge&{span}")["energy_wh"]))


def test_a_bar_stands_beside_the_one_of_its_own_place(house: House, signed_in: Callable[..., Page]) -> None:
    """What the year before had in October stands at October, although nothing is known before it."""
    page = signed_in("/energy")
    told = page.evaluate(
        """async () => {
          const sheet = document.querySelector('link[href$="tokens.css"]').href;
          const { besides } = await import(sheet.replace("css/tokens.css", "views/energy/before.js"));
          const month = (year, number) => Date.UTC(year, number - 1, 15) / 1000;
          const months = (year, from) => Array.from({ length: 13 - from }, (_, index) => month(year, from + index));
          return besides("year", months(2026, 1), { start_s: months(2025, 10), energy_wh: [1, 2, 3] });
        }"""
    )
    assert told == [None] * 9 + [1, 2, 3]


def test_a_corrected_day_leads_to_its_reason(lived_in: House, signed_in: Callable[..., Page]) -> None:
    """A day that was put right is named, and its plug's history says why."""
    corrections = lived_in.api("/plugs/Dishwasher/energy/corrections")["corrections"]
    day = min(correction["day"] for correction in corrections)
    page = signed_in("/energy")
    page.goto(f"{lived_in.web}/energy?grain=day&on={day}")
    page.get_by_text("1 day was corrected").click()
    page.get_by_role("link", name=re.compile("^Dishwasher, .*: see why")).click()
    expect(page).to_have_url(re.compile(rf"/history\?grain=day&on={day}$"))
    expect(page.get_by_text("1 correction, and why")).to_be_visible()


def test_a_home_without_plugs_says_how_to_fill_it(house: House, signed_in: Callable[..., Page]) -> None:
    """Where nothing can have been used, the ways to the first plug are there instead of an empty chart."""
    page = signed_in("/energy")
    expect(page.get_by_role("heading", name="No plug has used anything yet")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Take your first plug home")).to_be_visible()


def test_a_tariff_on_the_page_changes_the_costs(lived_in: House, signed_in: Callable[..., Page]) -> None:
    """A price said on the page holds at once, as finely as it was said; one that is none is explained."""
    page = signed_in("/settings/tariffs")
    expect(page.get_by_text("€0.34 by day, €0.24 at night, from 22:00 to 06:00")).to_be_visible()
    price = page.get_by_label("Price of a kWh")
    price.fill("cheap")
    page.get_by_role("button", name="Save the tariff").click()
    expect(page.get_by_role("alert")).to_have_text("“cheap” is no price. Write it like 0.31 or 0,31.")
    expect(price).to_be_focused()
    assert len(lived_in.api("/tariffs")["tariffs"]) == 1
    page.get_by_label("From this day on").fill("2020-01-01")
    price.fill("0,2871")
    page.get_by_role("button", name="Save the tariff").click()
    expect(page.get_by_text("€0.2871 a kWh")).to_be_visible()
    page.get_by_role("button", name=re.compile("Remove the tariff of")).last.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Remove the tariff")).click()
    expect(page.get_by_text("€0.34 by day")).to_be_hidden()
    page.goto(f"{lived_in.web}/energy?grain=month&on={_month_before()}")
    expect(page.get_by_role("row", name="Fridge")).to_be_visible()
    [fridge] = (total for total in _totals_of_month(lived_in) if total["name"] == "Fridge")
    assert fridge["cost"] == pytest.approx(fridge["energy_wh"] / 1000 * 0.2871)
    expect(page.get_by_role("row", name="Fridge")).to_contain_text(f"€{fridge['cost']:.2f}")


def _month_before() -> date:
    return (SystemClock().now().date().replace(day=1) - timedelta(days=1)).replace(day=1)


def _totals_of_month(house: House) -> list[dict[str, Any]]:
    first = _month_before()
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    totals: list[dict[str, Any]] = house.api(f"/energy?by=plug&grain=all&from={first}&to={last}")["totals"]
    return totals


def test_a_table_of_prices_is_taken_whole_or_not_at_all(
    house: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    """A wrong line is named, and nothing is taken; a right table says of how many hours it has the prices."""
    watched.expected = [r"400"]
    page = signed_in("/settings/tariffs")
    lines = ["start,price", "2026-07-01T00:00Z,0.2871", "2026-07-01T01:00Z,dear"]
    _choose(page, lines)
    expect(page.get_by_role("alert")).to_contain_text("The table was not taken.")
    expect(page.get_by_role("alert")).to_contain_text("3")
    assert house.api("/tariffs")["prices"] is None
    _choose(page, [*lines[:2], "2026-07-01T01:00Z,-0.0105"])
    expect(page.get_by_text(re.compile("^Prices by the hour: 2, from"))).to_be_visible()


def _choose(page: Page, lines: list[str]) -> None:
    table = {"name": "prices.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.get_by_label("CSV file").set_input_files(table)  # type: ignore[arg-type]
    page.get_by_role("button", name="Take the prices over").click()
