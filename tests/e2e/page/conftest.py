"""The page in Debian's Chromium, at a real hub with virtual plugs, all in processes of their own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.e2e.conftest import Program

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
ADA, PASSWORD = "ada", "correct horse"
_CHROMIUM = "chromium"
_LOOPBACK = "127.0.0.1"
_PATIENCE_MS = 15_000
_TRIES = 100


@dataclass(kw_only=True)
class Watched:
    """What a page may not do: ask strangers, complain, fail."""

    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Patterns of complaints that a test provokes, such as the browser's own word for an answer of 409."""

    def listen(self, context: BrowserContext) -> None:
        """Hear of each request and each complaint of a context."""
        context.on("request", lambda request: self._asked(request.url))
        context.on(
            "console", lambda said: self._said(said.type, f"{said.text} {said.location.get('url', '')}")
        )
        context.on("weberror", lambda failed: self.complaints.append(str(failed.error)))

    def check(self) -> None:
        """Fail where it did one of them."""
        unexpected = [
            said for said in self.complaints if not any(re.search(each, said) for each in self.expected)
        ]
        assert not self.strangers, f"the page asked strangers: {self.strangers}"
        assert not unexpected, f"the page complained: {unexpected}"

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != _LOOPBACK:
            self.strangers.append(url)

    def _said(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)


class House:
    """A hub, its home, and what was started beside it.

    Args:
        folder: for the home and the logs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self._programs: list[Program] = []
        self._plugs: Program | None = None
        self.hub: Program
        self.ready: dict[str, Any] = {}
        self._port = 0

    @property
    def web(self) -> str:
        """Where the page is."""
        return str(self.ready["web"])

    @property
    def setup(self) -> str:
        """The link for the first account."""
        return str(self.ready["setup"])

    def start_hub(self, *options: str) -> None:
        """Start the hub, or start it again where it was."""
        where = f"{_LOOPBACK}:{self._port}"
        mqtts = self.ready.get("mqtts", f"{_LOOPBACK}:0")
        self.hub = self.launch(
            *("--home", str(self.home), "hub", "run", "--mqtts", mqtts, "--web", where),
            *("--advertise", _LOOPBACK, *options),
        )
        self.ready = self.hub.ready()
        self._port = urlsplit(self.web).port or 0

    def launch(self, *arguments: str) -> Program:
        """Start a program of ours, which ends with the house."""
        program = Program(list(arguments), self.folder / f"program-{len(self._programs)}.log")
        self._programs.append(program)
        return program

    def run(self, *arguments: str, text: str | None = None) -> Any:
        """Run a command in the home and return what it said as JSON."""
        command = [sys.executable, "-m", "ownplug", *arguments, "--json", "--home", str(self.home)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def add_plugs(
        self, names: list[str], *options: str, loads: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Put virtual plugs in that are at home already, and call them so; return what each said of itself."""
        key = str(self.api("/home?show_secrets=true")["key"])
        each = [word for load in loads or ["60"] for word in ("--load", load)]
        control = self.folder / "plugs.sock"
        self._plugs = self.launch(
            *("virtual", "run", "--count", str(len(names)), *each, "--seed", "7", "--control", str(control)),
            *(
                "--mqtt",
                f"mqtts://{self.ready['mqtts']}",
                "--key",
                key,
                "--user-id",
                str(self.ready["user_id"]),
            ),
            *options,
        )
        told = [self._plugs.ready() for _ in names]
        for plug, name in zip(told, names, strict=True):
            self._named(plug["uuid"], name)
        return told

    def hand(self, deed: str, *arguments: str) -> Any:
        """Do something to the virtual plugs, as a hand would: `press`, `unplug`, `fault` …"""
        return self.run("virtual", deed, *arguments, "--control", str(self.folder / "plugs.sock"))

    def close(self) -> None:
        """End everything."""
        for program in reversed(self._programs):
            program.stop()

    def api(self, path: str) -> Any:
        """Ask the hub's API, as this machine's user."""
        token = (self.home / "token").read_text().strip()
        url = f"{self.web}/api/v1{path}"
        request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)

    def _named(self, uuid: str, name: str) -> None:
        for _ in range(_TRIES):
            if any(plug["uuid"] == uuid for plug in self.api("/plugs")["plugs"]):
                break
            threading.Event().wait(0.1)
        self.run("plugs", "rename", uuid, name)


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
