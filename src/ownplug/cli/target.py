"""What a command speaks to: the hub, or with an address and a key one plug that no hub knows."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from ownplug.cli.frame import Frame
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from ownplug.client import HubClient

TOKEN_VARIABLE = "OWNPLUG_TOKEN"  # noqa: S105 - the name of a variable
CA_VARIABLE = "OWNPLUG_CA"

_ON_COMMAND_LINE = click.core.ParameterSource.COMMANDLINE

F = TypeVar("F", bound=Callable[..., Any])
Document = dict[str, Any]


class Controls(Protocol):
    """One plug as the commands use it; what it tells has the shape of the hub's API."""

    async def switch(self, *, on: bool, channel: int) -> Document:
        """Switch a relay; return its state."""

    async def toggle(self, *, channel: int) -> Document:
        """Switch a relay to its other side; return its state."""

    async def electricity(self, *, channel: int) -> Document:
        """Ask for its power now."""

    async def consumption(self) -> list[Document]:
        """Ask for the days that it remembers."""

    async def light(self) -> bool:
        """Ask whether its light shows what it does."""

    async def set_light(self, *, on: bool) -> bool:
        """Let its light show what it does, or keep it dark; return what it then says."""

    async def request(self, *, method: str, namespace: str, payload: Document) -> Document:
        """Send a message of its own language; return its reply."""


def hub_option(function: F) -> F:
    """Add `--hub URL`, passed as `hub_url`."""
    return click.option(
        "--hub",
        "hub_url",
        metavar="URL",
        envvar="OWNPLUG_HUB",
        show_envvar=True,
        help=f"A hub elsewhere; its token in ${TOKEN_VARIABLE}, for HTTPS the file of its CA in ${CA_VARIABLE}."
        "  [default: the home's own]",
    )(function)


def plug_options(function: F) -> F:
    """Add the argument PLUG, `--hub` and `--key`: what `open_plug` needs, as `plug`, `hub_url` and `key`."""
    return key_options(click.argument("plug")(function))


def key_options(function: F) -> F:
    """Add `--hub` and `--key`, passed as `hub_url` and `key`."""
    function = click.option(
        "--key",
        envvar="OWNPLUG_KEY",
        show_envvar=True,
        help="The plug's key, where PLUG is its address, http://HOST.",
    )(function)
    return hub_option(function)


def refuse_key(key: str | None) -> None:
    """Accept that no key was given for a plug that the hub knows.

    Raises:
        UsageError: one was, on the command line.
    """
    if key is not None and click.get_current_context().get_parameter_source("key") == _ON_COMMAND_LINE:
        raise UsageError("--key goes with an address, http://HOST.", hint="The hub knows its plugs' keys.")


@asynccontextmanager
async def open_hub_client(frame: Frame, hub_url: str | None) -> AsyncIterator[HubClient]:
    """Give a client of the hub at `hub_url`, else of the hub of the home.

    Raises:
        Unreachable: no hub runs there.
        UsageError: that is no URL, or there is no token for it.
    """
    from ownplug.client import HubClient, find_hub

    told = os.environ.get(TOKEN_VARIABLE), os.environ.get(CA_VARIABLE)
    async with HubClient(find_hub(frame.home, hub_url, *told)) as hub:
        yield hub


@asynccontextmanager
async def open_plug(
    frame: Frame, plug: str, *, hub_url: str | None, key: str | None
) -> AsyncIterator[Controls]:
    """Give the controls of `plug`: through the hub, or directly where it is an address.

    Raises:
        UsageError: an address without a key, or a key without an address.
        LinkError: hub or plug cannot be reached.
    """
    if plug.lower().startswith("http://"):
        if key is None:
            raise UsageError(f"{plug} needs --key.", hint="The key is what the plug was paired with.")
        from ownplug.cli.direct import open_direct

        async with open_direct(plug, Secret(key)) as controls:
            yield controls
        return
    refuse_key(key)
    async with open_hub_client(frame, hub_url) as hub:
        yield _ThroughHub(hub, plug)


class _ThroughHub:
    """A plug that a hub knows."""

    def __init__(self, hub: HubClient, plug: str) -> None:
        self._hub = hub
        self._plug = plug

    async def switch(self, *, on: bool, channel: int) -> Document:
        return await self._hub.switch(self._plug, on=on, channel=channel)

    async def toggle(self, *, channel: int) -> Document:
        return await self._hub.toggle(self._plug, channel=channel)

    async def electricity(self, *, channel: int) -> Document:
        return await self._hub.electricity(self._plug, channel=channel)

    async def consumption(self) -> list[Document]:
        return await self._hub.consumption(self._plug)

    async def light(self) -> bool:
        return await self._hub.light(self._plug)

    async def set_light(self, *, on: bool) -> bool:
        return await self._hub.set_light(self._plug, on=on)

    async def request(self, *, method: str, namespace: str, payload: Document) -> Document:
        return await self._hub.request(self._plug, method=method, namespace=namespace, payload=payload)
