"""What happens in the laboratory, told over a WebSocket: how its plugs are, and what goes over the wires of one.

How a plug is, is told when it has changed, and at most five times a second: what it was in between is not kept for a
listener that is slow. What goes over wires waits in a bounded queue, and what was lost is told as `missed`.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket, WebSocketDisconnect

from ownplug.aio import Subscription
from ownplug.core.errors import NotFound
from ownplug.core.records import Scope
from ownplug.web.lab import lab_document, lab_of
from ownplug.web.lab_port import LabDoor, LabMessage
from ownplug.web.ports import HubDoor
from ownplug.web.scopes import needs

_LOOK_S = 0.2
_LONGEST_REASON = 100  # a frame of a WebSocket's end takes 123 bytes

lab_live = APIRouter(dependencies=[needs(Scope.ADMIN)])


@lab_live.websocket("/api/v1/lab/events")
async def lab_events(socket: WebSocket) -> None:
    """Tell one listener how the plugs are until it leaves; with `plug`, also what goes over the wires of that one."""
    watched = socket.query_params.get("plug")
    with ExitStack() as stack:
        try:
            lab = lab_of(socket.app.state.doors)
            wires = stack.enter_context(lab.wires(watched)) if watched else None
        except NotFound as error:
            await socket.accept()
            await socket.close(WS_1008_POLICY_VIOLATION, str(error)[:_LONGEST_REASON])
            return
        await socket.accept()
        async with asyncio.TaskGroup() as tasks:
            telling = [tasks.create_task(_tell_plugs(socket, lab))]
            if wires is not None:
                telling.append(tasks.create_task(_tell_wires(socket, wires)))
            await _until_gone(socket)
            for task in telling:
                task.cancel()


async def _tell_plugs(socket: WebSocket, lab: LabDoor) -> None:
    changes = Changes()
    hub: HubDoor = socket.app.state.doors.hub
    try:
        while socket.state.still_in():
            now = {view.id: lab_document(view, hub).model_dump(mode="json") for view in lab.all()}
            for message in changes.since(now):
                await socket.send_text(_text(message))
            await asyncio.sleep(_LOOK_S)
        await socket.close(WS_1008_POLICY_VIOLATION, "the login has ended")
    except WebSocketDisconnect:
        return  # it left while we spoke; `_until_gone` sees the same


async def _tell_wires(socket: WebSocket, wires: Subscription[LabMessage]) -> None:
    told = 0
    try:
        async for message in wires:
            if wires.missed > told:
                await socket.send_text(_text({"event": "missed", "count": wires.missed - told}))
                told = wires.missed
            await socket.send_text(_text({"event": "wire", **msgspec.to_builtins(message)}))
    except WebSocketDisconnect:
        return  # as above


class Changes:
    """What changed between two looks at the plugs: pure, so that it can be tried without a socket."""

    def __init__(self) -> None:
        self._before: dict[str, Any] = {}

    def since(self, now: dict[str, Any]) -> list[dict[str, Any]]:
        """Return messages about what is not as it was at the last look; at the first, about all of it."""
        before, self._before = self._before, now
        changed = [{"event": "plug", "plug": plug} for id_, plug in now.items() if before.get(id_) != plug]
        gone = [{"event": "gone", "id": id_} for id_ in before if id_ not in now]
        return changed + gone


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _text(document: dict[str, Any]) -> str:
    return msgspec.json.encode(document).decode()
