"""The page in Debian's Chromium, at a real hub with virtual plugs, all in processes of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.e2e.page.house import House
from tests.e2e.page.watched import Watched

_AXE = Path(__file__).parents[3] / ".venv" / "judges" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
ADA, PASSWORD = "ada", "correct horse"
_CHROMIUM = "chromium"
_PATIENCE_MS = 15_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A hub with an empty home and no account."""
    made = House(tmp_path)
    try:
        made.start_hub()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. One for each file: its driver holds the event loop while it is there."""
    path = shutil.which(_CHROMIUM)
    if path is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def watched() -> Watched:
    """What the page did that it may not; looked at after each test."""
    return Watched()


@pytest.fixture
def visit(browser: Browser, watched: Watched) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody who has not been here; options are those of a browser context."""
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        wanted = {"viewport": WIDE, "locale": "en-GB", "timezone_id": "Europe/Berlin", **options}
        context = browser.new_context(**wanted)
        context.set_default_timeout(_PATIENCE_MS)
        contexts.append(context)
        watched.listen(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    watched.check()


@pytest.fixture
def signed_in(house: House, visit: Callable[..., Page]) -> Callable[..., Page]:
    """Open the page of the house as Ada, its administrator."""

    def open_page(path: str = "/", **options: Any) -> Page:
        house.run("user", "add", ADA, "--scope", "admin", "--password-stdin", text=PASSWORD)
        page = visit(**options)
        page.goto(f"{house.web}/login?next={path}")
        page.get_by_label("Name").fill(ADA)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{house.web}{path}")
        return page

    return open_page


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Let axe look at a page; returns what it finds wrong."""
    if not _AXE.exists():
        pytest.skip("axe-core is not there: `make test` gets it where npm is installed (apt-get install npm)")
    program = _AXE.read_text("utf-8")

    def look(page: Page) -> list[str]:
        page.evaluate(program)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return look
