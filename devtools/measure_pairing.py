"""What pairing costs beyond what the plug itself takes: `ownplug pair` with a virtual plug that never waits."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from ownplug.app import HomeFolder, load_settings, open_hub
from ownplug.virtual import Timing, VirtualPlug, VirtualPlugSettings

ROUNDS = 7
_LOOPBACK = {"broker.mqtts": "127.0.0.1:0", "web.port": 0, "network.advertise": "127.0.0.1"}
_NO_WAITING = Timing(farewell_s=0.0, reboot_s=0.0, join_s=0.0, scan_s=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingFigures:
    """Seconds from the start of the command to its end, the plug proven: the median and the worst of some rounds."""

    median_s: float
    worst_s: float


async def share_of_the_tool() -> PairingFigures:
    """Pair one plug after the other, each by a program of its own, with a hub that runs already."""
    taken_s = []
    async with _home() as home:
        for seed in range(ROUNDS):
            settings = VirtualPlugSettings(seed=seed, timing=_NO_WAITING)
            async with VirtualPlug(settings) as plug:
                began_s = perf_counter()
                await _pair(f"http://{plug.http[0]}:{plug.http[1]}", home)
                taken_s.append(perf_counter() - began_s)
    return PairingFigures(median_s=statistics.median(taken_s), worst_s=max(taken_s))


def pairing_line(found: PairingFigures) -> str:
    """Say it in one sentence."""
    taken = f"{found.median_s:.2f} s, worst of {ROUNDS} {found.worst_s:.2f} s"
    return f"`ownplug pair` with a virtual plug that never waits: {taken} (aim: under 2 s)."


@asynccontextmanager
async def _home() -> AsyncIterator[Path]:
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ownplug-measure-")))
        settings, _ = load_settings(home / "ownplug.toml", {}, _LOOPBACK)
        await stack.enter_async_context(open_hub(HomeFolder(home), settings))
        yield home


async def _pair(url: str, home: Path) -> None:
    """Run the command.

    Raises:
        RuntimeError: it failed.
    """
    command = (
        "-m",
        "ownplug",
        "pair",
        url,
        "--ssid",
        "Home",
        "--password",
        "any will do",
        "--home",
        str(home),
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"The plug was not paired:\n{said.decode()}")
