"""A restore as a person at a terminal sees it: shown, asked for a word, told as it goes."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform == "win32", reason="PTYs are POSIX")]

WITHIN_S = 60.0
SLOW = "0.3"  # so that a plug can be killed in the midst of something


class Person:
    """Somebody who runs a command in a terminal of its own."""

    def __init__(self, *words: str) -> None:
        self.screen = ""
        self._terminal, inner = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ownplug", "console", *words],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)

    def sees(self, wanted: str) -> None:
        deadline = time.monotonic() + WITHIN_S  # noqa: TID251 - real programs take real time
        while wanted not in self.screen:
            left_s = max(0.0, deadline - time.monotonic())  # noqa: TID251
            ready, _, _ = select.select([self._terminal], [], [], left_s)
            assert ready, f"{wanted!r} is not on the screen: {self.screen!r}"
            self.screen += os.read(self._terminal, 65536).decode()

    def types(self, text: str) -> None:
        os.write(self._terminal, text.encode() + b"\n")

    def ends(self) -> int:
        return self.process.wait(WITHIN_S)

    def leave(self) -> None:
        self.process.kill()
        self.process.wait(WITHIN_S)
        os.close(self._terminal)


@pytest.fixture
def sit_at() -> Iterator[Callable[..., Person]]:
    persons: list[Person] = []

    def start(*words: object) -> Person:
        persons.append(Person(*map(str, words)))
        return persons[-1]

    yield start
    for person in persons:
        person.leave()


@pytest.mark.parametrize(("word", "status", "after"), [("restore", 0, "MTK_SOFT_AP"), ("yes", 2, "Kitchen")])
def test_a_restore_wants_a_word(
    launch: Callable[..., Any],
    ownplug: Callable[..., Any],
    sit_at: Callable[..., Person],
    tty: str,
    tmp_path: Path,
    word: str,
    status: int,
    after: str,
) -> None:
    file = tmp_path / "kettle.json"
    launch("virtual", "run", "--tty", tty).ready()
    ownplug("console", "config", "backup", tty, str(file))
    ownplug("console", "run", tty, "config write STA Ssid Kitchen")
    person = sit_at("config", "restore", tty, file)
    person.sees("1 of 2: list the settings")
    person.sees("STA:Ssid  Kitchen  MTK_SOFT_AP")
    person.sees("Type restore to do it")
    person.types(word)
    person.sees("read back" if status == 0 else "nothing was sent")
    assert person.ends() == status
    assert ownplug("console", "run", tty, "config read STA Ssid")["value"] == after


@pytest.mark.parametrize("wait_s", ["0", "3"])
def test_a_plug_that_is_gone_for_good_is_given_up(
    launch: Callable[..., Any],
    ownplug: Callable[..., Any],
    sit_at: Callable[..., Person],
    tty: str,
    tmp_path: Path,
    wait_s: str,
) -> None:
    program = launch("virtual", "run", "--tty", tty, "--speed", SLOW)
    program.ready()
    file = tmp_path / "kettle.json"
    person = sit_at("snapshot", tty, "--out", file, "--wait", wait_s)
    person.sees("18 of 18: ask for settings")
    program.kill()
    person.sees(f"17 of 18 parts are in {file}.")
    assert person.ends() == 0
    failures = json.loads(file.read_text())["failures"]
    assert {name: failure["code"] for name, failure in failures.items()} == {
        "settings": "broken" if wait_s == "0" else "no-port"
    }
    backup = tmp_path / "backup.json"
    assert ownplug("console", "config", "backup", tty, str(backup), status=4)["code"] == "no-port"
    assert not backup.exists()


@pytest.mark.timeout(240)
def test_a_plug_that_is_killed_and_comes_back_gets_its_settings(
    launch: Callable[..., Any],
    ownplug: Callable[..., Any],
    sit_at: Callable[..., Person],
    tty: str,
    tmp_path: Path,
) -> None:
    file = tmp_path / "kettle.json"
    plug_words = ("virtual", "run", "--tty", tty, "--home", str(tmp_path / "plug"))
    program = launch(*plug_words, "--speed", SLOW)
    program.ready()
    ownplug("console", "config", "backup", tty, str(file))
    document = json.loads(file.read_text())
    document["settings"]["meross"] |= {f"dev.tmr.Rule.{n:02}": f"rule-{n}" for n in range(32)}
    file.write_text(json.dumps(document))
    person = sit_at("config", "restore", tty, file, "--yes")
    person.sees("5 of 32: write")
    program.kill()
    person.sees("Going on when the plug answers again")
    launch(*plug_words).ready()
    person.sees("32 settings written")
    assert person.ends() == 0
    assert ownplug("console", "config", "diff", tty, str(file))["equal"]
