"""A real hub, a virtual plug that is at home at it, and images for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ownplug.app import HomeFolder, load_settings, open_hub
from ownplug.client import HubClient, find_hub
from ownplug.core.image import Binary, parse_container, render_container
from ownplug.core.secret import Secret
from ownplug.virtual import (
    Faults,
    Image,
    Timing,
    VirtualPlug,
    VirtualPlugSettings,
    at_home,
    find_profile,
    render_image,
)

DEADLINE_S = 30.0
QUICK = Timing(farewell_s=0.02, reboot_s=0.05, join_s=0.02, retry_s=0.1, clock_every_s=0.05, flash_s=0.3)
LOOPBACK = "127.0.0.1"
OPTIONS = {"broker.mqtts": f"{LOOPBACK}:0", "web.port": 0, "network.advertise": LOOPBACK}

Document = dict[str, Any]


def image(
    *, model: str = "mss310", hardware: str = "2.0.0", version: str = "2.1.17", bytes_more: int = 0
) -> bytes:
    """An image for a virtual plug; blanks in it make it longer and change nothing."""
    made = Image(type=model, hardware=hardware, version=version, compiled="2022/08/19")
    [binary] = parse_container(render_image(made))
    return render_container([Binary(data=binary.data + b" " * bytes_more)])


@dataclass(kw_only=True)
class Home:
    """A running hub with a virtual plug called kettle.

    Attributes:
        api: the hub's API.
        plug: the plug itself.
        folder: of the home.
    """

    api: HubClient
    plug: VirtualPlug
    folder: Path

    async def begin(self, data: bytes, **changed: Any) -> Document:
        """Begin an upgrade; what is not said otherwise is right."""
        said: dict[str, Any] = {
            "model": "mss310",
            "hardware": "2.0.0",
            "confirm": "kettle",
            "is_virtual": True,
        }
        said |= changed
        return await self.api.begin_upgrade("kettle", data, **said)

    async def over(self) -> Document:
        """Wait until the upgrade has ended; how it did."""

        async def ended() -> Document | None:
            job = (await self.api.firmware("kettle"))["upgrade"]
            return job if job["state"] in {"done", "failed"} else None

        found: Document = await eventually(ended)
        return found

    async def version(self) -> str:
        """Which firmware the plug itself says that it has."""
        message = await self.api.request("kettle", method="GET", namespace="Appliance.System.Firmware")
        return str(message["payload"]["firmware"]["version"])


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until `look` finds something; what it found."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.05)


@pytest.fixture
async def make_home(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Home]]]:
    """Start a hub and a plug: `await make_home(faults=Faults(…), model="mss310")`."""
    async with AsyncExitStack() as stack:

        async def make(
            *,
            faults: Faults | None = None,
            model: str = "mss310@2.1.7",
            timing: Timing = QUICK,
            tty: str = "",
        ) -> Home:
            folder = HomeFolder(tmp_path / "home")
            settings, _ = load_settings(folder.settings_file, {}, OPTIONS)
            ready = await stack.enter_async_context(open_hub(folder, settings))
            api = await stack.enter_async_context(HubClient(find_hub(folder.path)))
            told = await api.home(show_secrets=True)
            port = int(ready.mqtts.rpartition(":")[2])
            memory = at_home(LOOPBACK, port, key=Secret(told["key"]), user_id=ready.user_id)
            chosen = VirtualPlugSettings(
                profile=find_profile(model), timing=timing, flash=memory, faults=faults or Faults(), tty=tty
            )
            plug = await stack.enter_async_context(VirtualPlug(chosen))

            async def known() -> bool:
                return any(each["firmware"] for each in await api.plugs())

            await eventually(known)
            await api.change(plug.uuid.text, name="kettle")
            return Home(api=api, plug=plug, folder=folder.path)

        yield make


@pytest.fixture
async def home(make_home: Callable[..., Awaitable[Home]]) -> Home:
    """A hub and a plug of the second generation."""
    return await make_home()
