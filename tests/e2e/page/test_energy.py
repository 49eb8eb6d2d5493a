"""Energy: a home that has been lived in, shown as the hub adds it up; tariffs said on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from devtools.house import House
from devtools.page_home import NAMES
from playwright.sync_api import Page, expect
from tests.e2e.page.watched import Watched

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
    heads = page.get_by_role("columnheader")
    expect(heads.filter(has_text="Energy")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Plug", exact=True).last.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    file = tmp_path / "energy.csv"
    download.value.save_as(file)
    lines = file.read_text("utf-8").splitlines()
    assert any("Fridge" in line for line in lines)


def test_a_tariff_on_the_page_changes_the_costs(
    lived_in: House, signed_in: Callable[..., Page], watched: Watched
) -> None:
    """A price said on the page holds at once; one that is none is explained, and nothing changes."""
    watched.expected = [r"400"]
    page = signed_in("/settings/tariffs")
    expect(page.get_by_text("€0.34 by day, €0.24 at night, from 22:00 to 06:00")).to_be_visible()
    page.get_by_label("Price of a kWh").fill("cheap")
    page.get_by_role("button", name="Save the tariff").click()
    expect(page.get_by_role("alert")).to_contain_text("The tariff was not taken.")
    page.get_by_label("Price of a kWh").fill("0,50")
    page.get_by_role("button", name="Save the tariff").click()
    expect(page.get_by_text("€0.50 a kWh")).to_be_visible()
    rates = [tariff["rate"] for tariff in lived_in.api("/tariffs")["tariffs"]]
    assert rates[-1] == {"kind": "flat", "price_per_kwh": 0.5}
    page.get_by_role("button", name=re.compile("Remove the tariff of")).last.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Remove the tariff")).click()
    expect(page.get_by_text("€0.50 a kWh")).to_be_hidden()
