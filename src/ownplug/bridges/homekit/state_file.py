"""The file in which the bridge keeps its state."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ownplug.aio import in_thread
from ownplug.bridges.homekit.kept import Kept, decode_kept, encode_kept, new_kept
from ownplug.core.errors import NotKept, UsageError
from ownplug.transport.files import write_whole


class StateFile:
    """Holds what is kept, and writes it off the event loop, whole or not at all.

    Args:
        path: the file; its folder must exist.

    Attributes:
        kept: as it is on the disk, or what it will begin with.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()
        self.kept = new_kept()
        self._is_written = False

    async def load(self) -> None:
        """Read it; as long as there is none, what is kept is new.

        Raises:
            UsageError: it cannot be read, or is something else.
        """
        try:
            self.kept = decode_kept(await in_thread(self._path.read_bytes))
        except FileNotFoundError:
            return
        except (UsageError, OSError) as error:
            raise UsageError(
                f"{self._path} cannot be used: {error}",
                hint="Without that file the bridge is a new one, and has to be added to the home app again.",
            ) from error
        self._is_written = True

    async def save(self, kept: Kept) -> None:
        """Keep this from now on; returns when it is on the disk.

        Raises:
            NotKept: it cannot be written; what was kept before still is.
        """
        async with self._turn:
            if kept == self.kept and self._is_written:
                return
            try:
                await in_thread(lambda: write_whole(self._path, encode_kept(kept)))
            except OSError as error:
                raise NotKept(
                    f"{self._path} cannot be written: {error.strerror or error}.",
                    hint="Make room on the disk.",
                ) from error
            self.kept = kept
            self._is_written = True
