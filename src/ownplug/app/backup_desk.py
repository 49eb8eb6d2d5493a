"""Backups of a home, sealed as they are read."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

from ownplug.aio import Clock, in_thread
from ownplug.app.home import HomeFolder
from ownplug.app.snapshot import open_snapshot
from ownplug.core.backup import SALT_BYTES, check_passphrase, make_seal, manifest_bytes, sealed
from ownplug.core.errors import Conflict
from ownplug.core.secret import Secret


class BackupDesk:
    """Makes backups, one at a time. Fits `ownplug.web.BackupDoor` by shape.

    Args:
        folder: of the home, whose hub runs here or is kept away by `HomeFolder.claim`.
        clock: dates them.
    """

    def __init__(self, folder: HomeFolder, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._is_busy = False

    @asynccontextmanager
    async def open(self, passphrase: Secret | None, /) -> AsyncIterator[AsyncIterator[bytes]]:
        """See `BackupDoor.open`.

        Raises:
            UsageError: the passphrase is too short.
            Conflict: another backup is being made.
            OwnplugError: something of the home is damaged, or the disk is full.
        """
        if passphrase is not None:
            check_passphrase(passphrase)
        if self._is_busy:
            raise Conflict("Another backup of this home is being made.", hint="Try again in a moment.")
        self._is_busy = True  # each takes 64 MiB, and the room of a database on the disk
        try:
            async with self._sealed(passphrase) as pieces:
                yield pieces
        finally:
            self._is_busy = False

    @asynccontextmanager
    async def _sealed(self, passphrase: Secret | None) -> AsyncIterator[AsyncIterator[bytes]]:
        with_secrets = passphrase is not None
        async with open_snapshot(self._folder, with_secrets=with_secrets, clock=self._clock) as snapshot:
            content_bytes = manifest_bytes(snapshot.manifest)[1]
            salt = secrets.token_bytes(SALT_BYTES)
            header, seal = await in_thread(lambda: make_seal(content_bytes, passphrase, salt))
            async with aclosing(_off_the_loop(sealed(header, seal, snapshot.content()))) as pieces:
                yield pieces


async def _off_the_loop(pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    while piece := await in_thread(lambda: next(pieces, b"")):
        yield piece
