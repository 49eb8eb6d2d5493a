"""Pictures of every view of the page, light and dark, for a desk and a phone: `python -m devtools.screenshots FOLDER`.

The home is made for it: six virtual plugs with a year of energy behind them, one of which is pulled out. Look at all
of them after a change; `--readme` writes the two that the README shows.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from devtools.house import House
from devtools.page_home import NAMES

SIZES = {"1280": {"width": 1280, "height": 900}, "390": {"width": 390, "height": 844}}
THEMES = ("light", "dark")
README = {"home-light-1280.png": "page-home.png", "energy-week-dark-1280.png": "page-energy.png"}

_DOCS = Path(__file__).parents[1] / "docs" / "pictures"
_NAME, _PASSWORD = "ada", "correct horse"
_LOADS = ["fridge", "1950", "2100", "118", "6.4", "washer"]
_YEAR_DAYS = 400
_SETTLED_MS = 1500

_VIEWS = {
    "home": "/",
    "plug": "/plugs/{plug}",
    "plug-live": "/plugs/{plug}/history?grain=live",
    "plug-month": "/plugs/{plug}/history?grain=month",
    "plug-year": "/plugs/{plug}/history?grain=year",
    "plug-timers": "/plugs/{plug}/timers",
    "plug-setup": "/plugs/{plug}/setup",
    "plug-messages": "/plugs/{plug}/messages",
    "energy-week": "/energy?grain=week",
    "energy-month": "/energy?grain=month",
    "take-home": "/take-home",
    "console": "/console",
    "lab": "/lab",
    **{f"settings-{each}": f"/settings/{each}" for each in ("people", "tokens", "tariffs", "backup")},
    **{f"settings-{each}": f"/settings/{each}" for each in ("broker", "hub", "diagnostics", "about")},
    "more": "/more",
    "trust": "/trust",
    "missing": "/nothing-here",
}


@contextmanager
def lived_in() -> Iterator[House]:
    """Run a home that has been lived in for a year."""
    os.environ["OWNPLUG_HUB_TIMEZONE"] = "Europe/Berlin"
    with tempfile.TemporaryDirectory(prefix="ownplug-pictures-") as folder:
        house = House(Path(folder))
        try:
            house.start_hub()
            house.run("user", "add", _NAME, "--scope", "admin", "--password-stdin", text=_PASSWORD)
            house.add_plugs(list(NAMES), loads=_LOADS)
            house.fill(_YEAR_DAYS)
            house.settle(len(NAMES))
            house.hand("unplug", "5")
            yield house
        finally:
            house.close()


def signed_in(house: House, browser: Browser, size: str, theme: str) -> Page:
    """Open the page as its owner."""
    options: Any = {"viewport": SIZES[size], "color_scheme": theme}
    page = browser.new_context(**options, locale="en-GB", timezone_id="Europe/Berlin").new_page()
    page.goto(f"{house.web}/login")
    page.get_by_label("Name").fill(_NAME)
    page.get_by_label("Password", exact=True).fill(_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.web}/")
    return page


def take(house: House, browser: Browser, folder: Path) -> None:
    """Take all pictures."""
    plug = next(plug["uuid"] for plug in house.api("/plugs")["plugs"] if plug["name"] == NAMES[1])
    for size in SIZES:
        for theme in THEMES:
            page = signed_in(house, browser, size, theme)
            for name, path in _VIEWS.items():
                page.goto(house.web + path.format(plug=plug[-6:]))
                page.wait_for_timeout(_SETTLED_MS)
                page.screenshot(path=folder / f"{name}-{theme}-{size}.png", full_page=True)
            page.context.close()
            print(f"{theme}, {size} px: {len(_VIEWS)} pictures", file=sys.stderr, flush=True)


def main() -> None:
    """Take them, and keep those of the README where it looks for them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true")
    options = parser.parse_args()
    path = shutil.which("chromium")
    if path is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    options.folder.mkdir(parents=True, exist_ok=True)
    with lived_in() as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        take(house, browser, options.folder)
        browser.close()
    if options.readme:
        _DOCS.mkdir(exist_ok=True)
        for taken, kept in README.items():
            shutil.copy(options.folder / taken, _DOCS / kept)


if __name__ == "__main__":
    main()
