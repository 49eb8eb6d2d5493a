"""The terminal as a person sees it: a real screen, by tmux."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

PROMPT = re.compile(r"\$ ?\s*\Z")
LOOKS = 300  # a tenth of a second apart


class Screen:
    """A terminal of 100 by 200, on a tmux server of its own."""

    def __init__(self, tmux: str, folder: Path) -> None:
        self._tmux = [tmux, "-S", str(folder / "tmux.socket"), "-f", os.devnull]
        home = folder / "home"
        environment = {**os.environ, "OWNPLUG_HOME": str(home), "TERM": "xterm-256color"}
        self._call("new-session", "-d", "-x", "100", "-y", "200", "sh", environment=environment)

    def press(self, *keys: str) -> None:
        self._call("send-keys", *keys)

    def type(self, text: str) -> None:
        self._call("send-keys", "-l", text)

    def run(self, *arguments: str) -> None:
        self.type(" ".join([sys.executable, "-m", "ownplug", *arguments]) + "; echo status=$?")
        self.press("Enter")

    def text(self) -> str:
        return self._call("capture-pane", "-p", "-e")

    def shows(self, wanted: str) -> str:
        """Wait until it does; return the whole screen."""
        return self._until(wanted, lambda: wanted in self.text())

    def waits(self) -> None:
        """Wait until there is a prompt and nothing behind it."""
        self._until("a prompt", lambda: PROMPT.search(self.text()))

    def _until(self, what: str, look: Callable[[], object]) -> str:
        for _ in range(LOOKS):
            if look():
                return self.text()
            time.sleep(0.1)
        pytest.fail(f"{what!r} is not on the screen:\n{self.text()}")

    def close(self) -> None:
        self._call("kill-server")

    def _call(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        return subprocess.run(
            [*self._tmux, *arguments], check=True, capture_output=True, text=True, timeout=30, env=environment
        ).stdout


@pytest.fixture
def screen(require_program: Callable[[str, str], str], tmp_path: Path) -> Iterator[Screen]:
    opened = Screen(require_program("tmux", "apt-get install tmux"), tmp_path)
    yield opened
    opened.close()


def test_a_person_completes_asks_reads_and_leaves(plug: Any, tty: str, screen: Screen) -> None:
    screen.run("console", tty)
    screen.shows("Ctrl-D leaves")
    screen.shows("\x1b[36m[T: ")  # the start, which nobody had heard, in another colour
    screen.waits()
    screen.type("meross h")
    screen.press("Tab")
    screen.shows("meross hw")
    screen.press("Enter")
    screen.shows(f"uuid      :{plug.told['uuid']}")
    screen.waits()
    screen.press("C-d")
    screen.shows("status=0")


def test_ctrl_c_drops_the_line_and_then_the_waiting_and_never_the_terminal(
    plug: Any, tty: str, screen: Screen
) -> None:
    assert plug.told
    screen.run("console", tty)
    screen.waits()
    screen.type("meross crash")
    screen.press("C-c")
    screen.type("meross scan")
    screen.press("Enter")
    screen.press("C-c")
    screen.press("Enter")
    screen.type("meross fw")
    screen.press("Enter")
    seen = screen.shows("fw version:2.1.7")
    assert "system crash test" not in seen
    screen.waits()
    screen.press("C-d")
    screen.shows("status=0")


def test_a_danger_is_explained_and_done_after_its_word(plug: Any, tty: str, screen: Screen) -> None:
    assert plug.told
    screen.run("console", tty)
    screen.waits()
    screen.type("meross crash")
    screen.press("Enter")
    screen.shows("Type crash to do it:")
    screen.type("nope")
    screen.press("Enter")
    screen.shows("nothing was sent")
    screen.type("meross crash")
    screen.press("Enter")
    screen.type("crash")
    screen.press("Enter")
    screen.shows("system crash test....")
    screen.shows("WiFi Init Done")
    screen.waits()
    screen.press("C-d")
    screen.shows("status=0")


def test_a_plug_that_dies_ends_the_terminal_with_a_sentence(plug: Any, tty: str, screen: Screen) -> None:
    screen.run("console", tty)
    screen.waits()
    plug.kill()
    screen.shows("Was the adapter unplugged?")
    screen.shows("status=4")
