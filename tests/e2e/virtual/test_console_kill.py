"""`kill -9` in the middle of `config write`: the plug comes back with the old value or the new one.

`OWNPLUG_KILLS` says how often (default 10; each takes a second).
"""

from __future__ import annotations

import contextlib
import os
import random
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.e2e.virtual.terminals import PROMPT, Terminal

if TYPE_CHECKING:
    from devtools.program import Program

pytestmark = pytest.mark.e2e

KILLS = int(os.environ.get("OWNPLUG_KILLS", "10"))
ITEM = "meross dev.cfg.Server"
TRIES = 100_000


class Moment(StrEnum):
    """When the plug is killed."""

    TYPED = "as soon as it was typed"
    WRITING = "while the file is written"
    WRITTEN = "as soon as the file has it"
    SAID = "when it has said ok"


def write_until(terminal: Terminal, value: str, moment: Moment, folder: Path) -> None:
    """Write `value` by the console, and return at `moment`."""
    before = files(folder)
    terminal.type(f"config write {ITEM} {value}\r".encode())
    if moment is Moment.WRITING:
        next((True for _ in range(TRIES) if files(folder) != before), None)
    elif moment is Moment.WRITTEN:
        next((True for _ in range(TRIES) if value in (folder / "plug-00000.json").read_text()), None)
    elif moment is Moment.SAID:
        terminal.read_until(b"write data item ok\r\n")


def files(folder: Path) -> dict[str, int]:
    """Names and sizes of what lies in the folder, as quickly as can be had."""
    found = {}
    for entry in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):
            found[entry.name] = entry.stat().st_size
    return found


@pytest.mark.timeout(60 + 10 * KILLS)
def test_a_plug_killed_while_it_writes_has_the_old_value_or_the_new(
    launch: Callable[..., Program], tmp_path: Path, tell: Callable[[str], None]
) -> None:
    home = tmp_path / "plugs"
    chance, outcomes = random.Random(1), Counter[str]()
    old, allowed, moment = "", {""}, Moment.TYPED
    for number in range(KILLS + 1):
        # a path of its own each time: to what the last one's leads now, another program may have opened
        tty = str(tmp_path / f"plug-{number}.tty")
        program = launch("virtual", "run", "--seed", "1", "--tty", tty, "--home", str(home))
        with Terminal(program.ready()["tty"]) as terminal:
            terminal.read_until(PROMPT)
            [read] = terminal.run(f"config read {ITEM}")
            found = read.removeprefix("dev.cfg.Server = ")
            assert found in allowed, f"killed {moment}"
            outcomes[f"{'old' if found == old else 'new'} when killed {moment}"] += number > 0
            old, new = found, f"server-{number}.example"
            moment = chance.choice(list(Moment))
            write_until(terminal, new, moment, home / "virtual")
            program.kill()
        allowed = {new} if moment is Moment.SAID else {old, new}
    tell(f"{KILLS} kills: " + ", ".join(f"{count} {what}" for what, count in outcomes.items()))
