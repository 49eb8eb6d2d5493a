"""A HAP server for as long as it is wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pyhap.loader import Loader

from ownplug.aio import beside, in_thread
from ownplug.bridges.homekit.hap.driver import Driver
from ownplug.bridges.homekit.hap.keeping import Controls
from ownplug.bridges.homekit.state_file import StateFile


@asynccontextmanager
async def open_hap(file: StateFile, controls: Controls, *, address: str, port: int) -> AsyncIterator[Driver]:
    """Make a HAP server that listens once its `begin` is called, until the context ends.

    Args:
        file: what is kept.
        controls: what homes may do.
        address: of this machine.
        port: where it listens; 0 takes any free one.
    """
    loader = await in_thread(Loader)  # reads files
    driver = Driver(file, controls, address=address, port=port, loader=loader)
    async with beside(driver.run(), name="HomeKit's answers"):
        try:
            yield driver
        finally:
            await driver.end()
