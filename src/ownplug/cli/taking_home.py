"""Taking plugs home from a command: prints each step as it is done, and at the end what the plug is."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from ownplug.cli.frame import Frame
from ownplug.cli.target import CA_VARIABLE, TOKEN_VARIABLE
from ownplug.client import HubClient, find_hub
from ownplug.core.errors import Conflict, Unreachable, UsageError
from ownplug.core.identity import Uuid
from ownplug.pairing import HomeToJoin, Step, Wish, take_home, take_home_by_serial, take_to_server

if TYPE_CHECKING:
    from ownplug.console import Console
    from ownplug.core.meross.login import Login

_NOT_PROVEN = (
    "Pairing by the console is derived from what the settings are called; no real plug has proven it yet."
)

_NAME_HINT = "Give it another one with `ownplug plugs rename`."


async def pair_with_hub(frame: Frame, wish: Wish, *, hub_url: str | None, name: str | None) -> None:
    """Take a plug home to the hub at `hub_url`, or to that of the home."""
    async with open_hub_or_be_it(frame, hub_url) as hub:
        uuid = await take_home(hub, wish, tell=_teller(frame))
        await _show(frame, hub, uuid, name)


async def pair_on_wire(
    frame: Frame,
    open_console: Callable[[], AbstractAsyncContextManager[Console]],
    wish: Wish,
    *,
    hub_url: str | None,
    name: str | None,
) -> None:
    """Take the plug on a serial console home to the hub."""
    frame.note(_NOT_PROVEN)
    async with open_hub_or_be_it(frame, hub_url) as hub, open_console() as console:
        uuid = await take_home_by_serial(hub, console, wish, tell=_teller(frame))
        await _show(frame, hub, uuid, name)


async def pair_with_server(frame: Frame, wish: Wish, home: HomeToJoin, login: Login | None) -> None:
    """Take a plug home to somebody else's MQTT server."""
    uuid = await take_to_server(wish, home, login=login, tell=_teller(frame))
    frame.print_result({"uuid": uuid.text, "state": "online"}, f"{uuid} is at home at {home.servers[0]}.")


async def _show(frame: Frame, hub: HubClient, uuid: Uuid, name: str | None) -> None:
    plug = await hub.plug(uuid.text)
    try:
        plug = await hub.change(uuid.text, name=name) if name else plug
    except (Conflict, UsageError) as error:
        raise type(error)(f"{plug['name']} is at home, under this name: {error}", hint=_NAME_HINT) from error
    frame.print_result(plug, f"{plug['name']} is at home.")


def _teller(frame: Frame) -> Callable[[Step], None]:
    """Print each step that is done, with the seconds since now."""
    began_s = time.perf_counter()

    def tell(step: Step) -> None:
        if step.done:
            frame.note(f"{time.perf_counter() - began_s:6.1f} s  {step.phase.value}: {step.found}")

    return tell


@asynccontextmanager
async def open_hub_or_be_it(frame: Frame, url: str | None) -> AsyncIterator[HubClient]:
    """Give a client of the hub; if none runs in this home, run it until the plug is at home."""
    async with AsyncExitStack() as stack:
        try:
            address = find_hub(frame.home, url, os.environ.get(TOKEN_VARIABLE), os.environ.get(CA_VARIABLE))
        except Unreachable:
            if url:
                raise
            from ownplug.app import HomeFolder, finish_restore, load_settings, open_hub

            folder = HomeFolder(frame.home)
            finish_restore(folder)
            settings, _ = load_settings(folder.settings_file, os.environ, {})
            await stack.enter_async_context(open_hub(folder, settings))
            frame.note("No hub runs in this home: this command is the hub until the plug is there.")
            address = find_hub(frame.home)
        yield await stack.enter_async_context(HubClient(address))
