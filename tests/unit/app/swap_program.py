"""A restore that is killed before each of its steps in turn, and looked after then; what is left is judged elsewhere.

Called with a home, a backup, its passphrase and a folder to work in, where one home for each kill comes to lie. For
each it prints a line: whether it was killed at all, whether that was halfway between two homes, and whether the one
who looked after it was killed, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ownplug.app import HomeFolder, finish_restore, open_restore
from ownplug.app.swap import is_unfinished, remove_leftovers
from ownplug.core.secret import Secret
from ownplug.testing import FakeClock

STEPS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "sqlite3.connect")


def main(model: Path, backup: Path, passphrase: Secret, work: Path) -> None:
    step, killed = 0, True
    while killed:
        step += 1
        home = HomeFolder(Path(shutil.copytree(model, work / str(step))))
        killed = is_killed(step, partial(restore, home, backup, passphrase))
        halfway = is_unfinished(home)
        twice = halfway and is_killed(1 + step % 7, partial(finish_restore, home))
        finish_restore(home)
        remove_leftovers(home)
        sys.stdout.write(json.dumps({"killed": killed, "halfway": halfway, "twice": twice}) + "\n")


def restore(home: HomeFolder, file: Path, passphrase: Secret) -> None:
    async def work() -> None:
        with file.open("rb") as opened:
            async with open_restore(home, opened, passphrase, FakeClock()) as restored:
                restored.put_in_place()

    asyncio.run(work())


def is_killed(at: int, work: Callable[[], None]) -> bool:
    """Do `work` in a process that a kill ends before its step number `at`; whether it came so far."""
    child = os.fork()
    if child == 0:
        sys.addaudithook(Killer(at))
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


class Killer:
    """Kills this process before it takes a certain step that changes something on the disk."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in STEPS and not (event == "open" and arguments[1] == "r"):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Secret(sys.argv[3]), Path(sys.argv[4]))
