"""Foreign terminal programs on the console of a virtual plug, and ours beside them."""

from __future__ import annotations

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

pytestmark = pytest.mark.e2e

Require = Callable[[str, str], str]
WITHIN_S = 20.0


class Person:
    """Somebody who sits at a foreign program, in a terminal of its own."""

    def __init__(self, *command: str) -> None:
        self.screen = b""
        self._terminal, inner = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=inner, stdout=inner, stderr=inner, start_new_session=True
        )
        os.close(inner)

    def type(self, text: bytes) -> None:
        os.write(self._terminal, text)

    def sees(self, wanted: bytes) -> None:
        deadline = time.monotonic() + WITHIN_S  # noqa: TID251 - real programs take real time
        while wanted not in self.screen:
            left_s = deadline - time.monotonic()  # noqa: TID251
            ready, _, _ = select.select([self._terminal], [], [], max(0, left_s))
            assert ready, f"{wanted!r} is not on the screen: {self.screen!r}"
            self.screen += os.read(self._terminal, 65536)

    def leave(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=WITHIN_S)
        os.close(self._terminal)


@pytest.fixture
def sit_at() -> Iterator[Callable[..., Person]]:
    persons: list[Person] = []

    def start(*command: str) -> Person:
        persons.append(Person(*command))
        return persons[-1]

    yield start
    for person in persons:
        person.leave()


def commands(name: str, tty: str, require_program: Require) -> list[str]:
    match name:
        case "socat":
            return [require_program("socat", "apt-get install socat"), "-,raw,echo=0", f"{tty},raw,echo=0"]
        case "picocom":
            return [require_program("picocom", "apt-get install picocom"), "-b", "115200", tty]
        case _:
            return [sys.executable, "-m", "serial.tools.miniterm", "--raw", tty, "115200"]


@pytest.mark.parametrize("name", ["socat", "picocom", "pyserial-miniterm"])
def test_a_foreign_terminal_takes_it_for_the_board(
    plug: Any, tty: str, sit_at: Callable[..., Person], require_program: Require, name: str
) -> None:
    person = sit_at(*commands(name, tty, require_program))
    person.sees(b"WiFi Init Done")  # the last of the start, which nobody had heard
    person.type(b"\r")
    person.sees(b"$ ")
    person.type(b"meross hx\x7fw\r")
    person.sees(b"uuid      :" + plug.told["uuid"].encode())


@pytest.mark.parametrize(
    ("name", "greeting"), [("picocom", b"Terminal ready"), ("pyserial-miniterm", b"--- Quit:")]
)
def test_terminals_take_turns(
    plug: Any,
    tty: str,
    sit_at: Callable[..., Person],
    require_program: Require,
    ownplug: Callable[..., Any],
    name: str,
    greeting: bytes,
) -> None:
    for _ in range(3):
        person = sit_at(*commands(name, tty, require_program))
        person.sees(greeting)  # what is typed before, picocom drops
        person.type(b"\r")
        person.sees(b"$ ")
        person.process.terminate()
        person.process.wait(timeout=WITHIN_S)
        assert ownplug("console", "run", tty, "meross hw")["uuid"] == plug.told["uuid"]


def test_what_another_terminal_left_half_typed_is_not_executed(
    plug: Any, tty: str, ownplug: Callable[..., Any]
) -> None:
    assert plug.told
    Path(tty).write_bytes(b"meross fac 1")
    assert ownplug("console", "run", tty, "meross fac")["on"] is False


def test_a_terminal_that_locks_the_port_keeps_us_out(
    plug: Any, tty: str, sit_at: Callable[..., Person], require_program: Require, ownplug: Callable[..., Any]
) -> None:
    assert plug.told
    person = sit_at(*commands("picocom", tty, require_program))
    person.sees(b"Terminal ready")
    refused = ownplug("console", "run", tty, "ip", status=4)
    assert refused["code"] == "port-busy"
