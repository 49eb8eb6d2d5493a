"""The terminal over a WebSocket: one JSON object a message, each way.

From the browser: `run` types a command, `prompt` presses Enter until the shell waits. To it: each `line` as it is
printed, `missed` where it was too slow for some, `answer`, `danger` or `failure` for what it sent, and `ended` when
the wire has. Several browsers may be at one console: all see every line, only who asked gets the answer.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict
from typing import Any, TypeAlias

import msgspec
from fastapi import APIRouter
from starlette.status import WS_1000_NORMAL_CLOSURE, WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ownplug.core.errors import Conflict, OwnplugError, UsageError
from ownplug.core.records import Scope
from ownplug.web.console_views import ConsoleAnswer, ConsoleDoor, ConsoleTalk
from ownplug.web.scopes import needs

_WAITING = 8  # orders of one browser; each may take seconds
_LONGEST = 1000  # characters of a command; the shell takes fewer

console_talk = APIRouter(dependencies=[needs(Scope.ADMIN)])


class _Run(msgspec.Struct, tag="run", forbid_unknown_fields=True):
    """Type a command. `confirm` is the word that a dangerous one wants."""

    command: str
    confirm: str = ""
    id: str = ""


class _Prompt(msgspec.Struct, tag="prompt", forbid_unknown_fields=True):
    """Press Enter until the shell waits for a command."""

    id: str = ""


_Order: TypeAlias = _Run | _Prompt


@console_talk.websocket("/api/v1/console/ports/{port}/session")
async def console_session(socket: WebSocket, port: str) -> None:
    """Be a terminal for one browser until it leaves or the wire ends."""
    door: ConsoleDoor = socket.app.state.doors.console
    show_secrets = socket.query_params.get("show_secrets") == "true"
    await socket.accept()
    try:
        async with door.talk(port, show_secrets=show_secrets) as talk:
            await _Visit(socket, talk).run()
    except OwnplugError as failure:
        await _end(socket, failure)


class _Visit:
    """One browser at a console."""

    def __init__(self, socket: WebSocket, talk: ConsoleTalk) -> None:
        self._socket = socket
        self._talk = talk
        self._orders: asyncio.Queue[_Order] = asyncio.Queue(_WAITING)
        self._missed = 0  # as far as the browser knows

    async def run(self) -> None:
        """Let it watch and type until it leaves."""
        await self._send("open")
        async with asyncio.TaskGroup() as tasks:
            both = [tasks.create_task(self._tell()), tasks.create_task(self._work())]
            await self._hear()
            for task in both:
                task.cancel()

    async def _tell(self) -> None:
        """Pass on what is printed; at the end, say why nothing more comes."""
        async for line in self._talk.lines:
            if not self._socket.state.still_in():
                await self._socket.close(WS_1008_POLICY_VIOLATION, "the login has ended")
                return
            if lost := self._talk.lines.missed - self._missed:
                self._missed += lost
                await self._send("missed", count=lost)
            await self._send("line", **line)
        try:
            self._talk.check()
        except OwnplugError as failure:
            await _end(self._socket, failure)

    async def _hear(self) -> None:
        """Take orders until the browser is gone."""
        while (message := await self._socket.receive())["type"] != "websocket.disconnect":
            if not self._socket.state.still_in():
                await self._socket.close(WS_1008_POLICY_VIOLATION, "the login has ended")
                continue
            try:
                self._orders.put_nowait(_order_of(message))
            except asyncio.QueueFull:
                await self._fail("", Conflict("Too many commands wait already.", hint="Wait for an answer."))
            except UsageError as failure:
                await self._fail("", failure)

    async def _work(self) -> None:
        """Carry out the orders, one after the other."""
        while True:
            order = await self._orders.get()
            try:
                await self._carry_out(order)
            except OwnplugError as failure:
                await self._fail(order.id, failure)

    async def _carry_out(self, order: _Order) -> None:
        match order:
            case _Run():
                answer = await self._talk.run(order.command, word=order.confirm)
                await self._answer(order.id, answer)
            case _Prompt():
                await self._talk.find_prompt()
                await self._send("answer", id=order.id, command="", reply={}, restarted=False)

    async def _answer(self, id_: str, answer: ConsoleAnswer) -> None:
        if answer.danger is not None:
            await self._send("danger", id=id_, command=answer.command, **asdict(answer.danger))
            return
        await self._send(
            "answer", id=id_, command=answer.command, reply=answer.reply, restarted=answer.restarted
        )

    async def _fail(self, id_: str, failure: OwnplugError) -> None:
        await self._send("failure", id=id_, **_told(failure))

    async def _send(self, kind: str, /, **content: Any) -> None:
        await _send(self._socket, kind, **content)


def _order_of(message: Any) -> _Order:
    """Read what a browser sent.

    Raises:
        UsageError: it is nothing that is understood here.
    """
    try:
        order = msgspec.json.decode(message.get("text") or b"", type=_Order)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise UsageError(
            "That is no order for a console.", hint='Send {"type": "run", "command": "meross hw"}.'
        ) from error
    if isinstance(order, _Run) and len(order.command) > _LONGEST:
        raise UsageError(f"A command has at most {_LONGEST} characters.")
    return order


def _told(failure: OwnplugError) -> dict[str, str]:
    return {"code": failure.code, "message": str(failure), "hint": failure.hint}


async def _end(socket: WebSocket, failure: OwnplugError) -> None:
    await _send(socket, "ended", **_told(failure))
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close(WS_1000_NORMAL_CLOSURE)


async def _send(socket: WebSocket, kind: str, /, **content: Any) -> None:
    """Send a message, unless the browser has gone or was sent away meanwhile: whoever listens to it sees that."""
    if socket.application_state is WebSocketState.CONNECTED:
        with suppress(WebSocketDisconnect):
            await socket.send_text(msgspec.json.encode({"type": kind, **content}).decode())
