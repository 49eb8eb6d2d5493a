"""A move of plugs with its journal in the home's folder: it can be gone on with after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ownplug.aio import Clock
from ownplug.app.home import HomeFolder
from ownplug.client import HubClient
from ownplug.core.errors import Conflict
from ownplug.pairing import MoveJournal, Mover, PlugToMove
from ownplug.transport.files import write_whole


def check_no_move(folder: HomeFolder, *, hint: str) -> None:
    """See whether a new move may begin.

    Raises:
        Conflict: an earlier one did not come to its end; `hint` says what to do about that.
    """
    if folder.move_file.exists():
        raise Conflict("An earlier move did not come to its end.", hint=hint)


def read_move(folder: HomeFolder) -> MoveJournal | None:
    """Return the move that did not come to its end, if there is one.

    Raises:
        Malformed: what is left of it is damaged.
    """
    try:
        return MoveJournal.decode(folder.move_file.read_bytes())
    except FileNotFoundError:
        return None


def forget_move(folder: HomeFolder) -> None:
    """Forget a move that did not come to its end; every plug stays where it is.

    Raises:
        Conflict: it is on its way.
    """
    with folder.claim_move():
        folder.move_file.unlink(missing_ok=True)


async def carry_out(
    folder: HomeFolder,
    journal: MoveJournal,
    *,
    batch: int,
    timeout_s: float,
    clock: Clock,
    open_hub: Callable[[], AbstractAsyncContextManager[HubClient]],
    tell: Callable[[PlugToMove], None] = lambda _plug: None,
) -> None:
    """Move what is left; the journal is on the disk at each step, and gone when all have moved.

    Args:
        folder: of the home.
        journal: of the move.
        batch: how many go at a time.
        timeout_s: how long a plug may take each way.
        clock: measures that.
        open_hub: reaches the hub of the home, which takes the new key first where one is rolled.
        tell: hears of each plug that came further.

    Raises:
        Conflict: another move is on its way.
        OwnplugError: see `Mover.run` and `HubClient`.
    """
    folder.prepare()

    async def keep(content: bytes) -> None:
        await asyncio.to_thread(write_whole, folder.move_file, content)

    with folder.claim_move():
        if journal.is_roll:
            await keep(journal.encode())  # before the hub: a new key that only it knew could not be resumed
            async with open_hub() as hub:
                await hub.change_key(journal.target.key)
        await Mover(journal, keep=keep, tell=tell, clock=clock, timeout_s=timeout_s).run(batch=batch)
        if journal.is_done:
            folder.move_file.unlink(missing_ok=True)
