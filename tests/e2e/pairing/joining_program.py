"""Joins a plug's network and stays until it is ended."""

from __future__ import annotations

import asyncio
import sys

from ownplug.transport.wifi_join import joined


async def main() -> None:
    async with joined() as network:
        sys.stdout.write(f"{network.ssid}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
