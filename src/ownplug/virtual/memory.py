"""The flash memory at work: settings are written to their file as they change, without holding the plug up."""

from __future__ import annotations

import asyncio

from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.flash_file import FlashWriter


class Memory:
    """Keeps the settings of one plug.

    Args:
        flash: the settings.
        writer: writes them to a file.
    """

    def __init__(self, flash: Flash, writer: FlashWriter) -> None:
        self._flash = flash
        self._writer = writer
        self._changed = asyncio.Event()
        self._kept = asyncio.Condition()
        self._kept_revision = -1

    def look(self) -> None:
        """See whether there is something to write; to be called after whatever may have changed a setting."""
        if not self._is_kept(self._flash.revision):
            self._changed.set()

    async def run(self) -> None:
        """Write until cancelled; several changes at a time are one.

        Raises:
            UsageError: the file cannot be written.
        """
        while True:
            await self._changed.wait()
            self._changed.clear()
            revision, settings = self._flash.revision, self._flash.saved()
            await asyncio.to_thread(self._writer.save, settings, revision=revision)
            async with self._kept:
                self._kept_revision = revision
                self._kept.notify_all()

    async def keep(self, revision: int) -> None:
        """Wait until the settings are in the file as they were at `revision`, or later ones are."""
        async with self._kept:
            await self._kept.wait_for(lambda: self._is_kept(revision))

    def close(self) -> None:
        """Write what is not written yet; to be called when `run` has ended.

        Raises:
            UsageError: the file cannot be written.
        """
        self._writer.save(self._flash.saved(), revision=self._flash.revision)

    def _is_kept(self, revision: int) -> bool:
        return revision <= self._kept_revision
