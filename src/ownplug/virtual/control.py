"""The door to running virtual plugs from outside: a socket of this machine, one line of JSON each way.

    {"do": "press", "plug": "0", "seconds": 5}        ->  {"plugs": [{...}]}
    {"do": "fault", "set": ["loss=0.1"]}              ->  {"error": {"message": "...", "hint": "..."}}

It is apart from the ports of the plugs themselves, which no real plug would have. Only this machine's user can open it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from ownplug.core.errors import LinkError, Malformed, NotFound, OwnplugError, Unreachable, UsageError
from ownplug.virtual.hand import Hand
from ownplug.virtual.plug import VirtualPlug

_REQUEST_LIMIT = 64 * 1024  # bytes of one line
_REPLY_LIMIT = 64 * 1024 * 1024  # of the status of a large fleet
_LONGEST_PATH = 100  # bytes; the system's own limit is a little above
_PATIENCE_S = 10.0


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a caller."""

    do: str
    """`status`, `press`, `fault`, `load`, `reboot`, `unplug` or `plug-in`."""
    plug: str = ""
    """A number from 0, a uuid, or its last digits. Empty: all for `status` and `fault`, else the only one."""
    seconds: float = 0.2
    """How long `press` holds the button."""
    set: list[str] = []
    """Faults for `fault`, as `--fault` takes them; others stay."""
    clear: bool = False
    """Whether `fault` begins with none."""
    load: str = ""
    """For `load`, as `--load` takes it."""
    half_open: bool = False
    """Whether the server learns nothing of a `reboot` or `unplug`."""


class Control:
    """Does what callers ask for.

    Args:
        plugs: those that are running; more may come.
    """

    def __init__(self, plugs: Sequence[VirtualPlug]) -> None:
        self._plugs = plugs
        self._hand = Hand(plugs)
        self._deeds: dict[str, Callable[[Request], Awaitable[list[VirtualPlug]]]] = {
            "status": self._status,
            "press": self._press,
            "fault": self._fault,
            "load": self._load,
            "reboot": self._reboot,
            "unplug": self._unplug,
            "plug-in": self._plug_in,
        }

    async def answer(self, line: bytes) -> bytes:
        """Carry out one line and return the answer, a line as well."""
        try:
            answer: dict[str, Any] = {"plugs": [self._told(plug) for plug in await self._do(line)]}
        except OwnplugError as error:
            answer = {"error": {"message": str(error), "hint": error.hint}}
        return msgspec.json.encode(answer) + b"\n"

    async def _do(self, line: bytes) -> list[VirtualPlug]:
        try:
            request = msgspec.json.decode(line, type=Request)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(f"That is no request: {error}.") from error
        deed = self._deeds.get(request.do)
        if deed is None:
            raise UsageError(f"There is no {request.do!r}.", hint=f"These exist: {', '.join(self._deeds)}.")
        return await deed(request)

    async def _status(self, request: Request) -> list[VirtualPlug]:
        return [self._one(request)] if request.plug else list(self._plugs)

    async def _press(self, request: Request) -> list[VirtualPlug]:
        plug = self._one(request)
        self._hand.press(plug, request.seconds)
        return [plug]

    async def _fault(self, request: Request) -> list[VirtualPlug]:
        plugs = await self._status(request)
        self._hand.set_faults(plugs, request.set, clear=request.clear)
        return plugs

    async def _load(self, request: Request) -> list[VirtualPlug]:
        plug = self._one(request)
        self._hand.set_load(plug, request.load)
        return [plug]

    async def _reboot(self, request: Request) -> list[VirtualPlug]:
        plug = self._one(request)
        await plug.reboot(leave_half_open=request.half_open)
        return [plug]

    async def _unplug(self, request: Request) -> list[VirtualPlug]:
        plug = self._one(request)
        plug.unplug(leave_half_open=request.half_open)
        return [plug]

    async def _plug_in(self, request: Request) -> list[VirtualPlug]:
        plug = self._one(request)
        await plug.plug_in()
        return [plug]

    def _one(self, request: Request) -> VirtualPlug:
        """The plug that is meant.

        Raises:
            NotFound: none, or more than one.
        """
        if request.plug:
            return self._hand.find(request.plug)
        if len(self._plugs) != 1:
            raise NotFound(
                f"There are {len(self._plugs)} plugs.", hint="Say which: a number from 0, or a uuid."
            )
        return self._plugs[0]

    def _told(self, plug: VirtualPlug) -> dict[str, Any]:
        return {"number": plug.settings.index, **msgspec.to_builtins(plug.status(), str_keys=True)}


@asynccontextmanager
async def open_control(path: Path, plugs: Sequence[VirtualPlug]) -> AsyncIterator[None]:
    """Take requests at `path` for as long as the `async with` lasts; only this user can.

    Raises:
        UsageError: the path is too long, taken, or cannot be made.
    """
    _make_room(path)
    control = Control(plugs)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line, one answer; whoever is silent, has gone, or sends too long a line is hung up on."""
        with contextlib.closing(writer), contextlib.suppress(OSError, ValueError):
            async with asyncio.timeout(_PATIENCE_S):
                line = await reader.readline()
                writer.write(await control.answer(line))
                await writer.drain()

    mask = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(serve, path, limit=_REQUEST_LIMIT)
    except OSError as error:
        raise UsageError(f"The control socket {path} cannot be made: {error.strerror or error}.") from error
    finally:
        os.umask(mask)
    try:
        yield
    finally:
        server.close()
        _remove(path)


async def ask_control(path: Path, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Ask running virtual plugs for something; return how those are now that it was about.

    Raises:
        Unreachable: none run there.
        LinkError: they ended meanwhile.
        NotFound, UsageError: what they answered.
    """
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_unix_connection(path, limit=_REPLY_LIMIT)
            try:
                writer.write(msgspec.json.encode(request) + b"\n")
                line = await reader.readline()
            finally:
                writer.close()
    except OSError as error:
        raise Unreachable(
            f"No virtual plugs answer at {path}.", hint="Start some with: ownplug virtual run"
        ) from error
    if not line:
        raise LinkError("The virtual plugs ended meanwhile.")
    answer = msgspec.json.decode(line, type=dict[str, Any])
    if "error" in answer:
        raise UsageError(answer["error"]["message"], hint=answer["error"]["hint"])
    plugs: list[dict[str, Any]] = answer["plugs"]
    return plugs


def is_alive(path: Path) -> bool:
    """Whether somebody takes requests at `path`."""
    import socket

    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(os.fspath(path))
        except OSError:
            return False
    return True


def _make_room(path: Path) -> None:
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise UsageError(
            f"The control socket's path has more than {_LONGEST_PATH} bytes: {path}.",
            hint="Choose a shorter one with --control PATH.",
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        raise UsageError(
            f"{path.parent} belongs to somebody else.", hint="Choose a place with --control PATH."
        )
    if is_alive(path):
        raise UsageError(
            f"Other virtual plugs take requests at {path} already.",
            hint="Choose a place with --control PATH.",
        )
    if path.is_socket():
        _remove(path)  # of a program that was killed


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
