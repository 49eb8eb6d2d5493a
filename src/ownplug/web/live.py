"""What happens, told over a WebSocket: one JSON object a message. A listener says which plugs it looks at, and no more.

A listener that reads too slowly never holds up the hub: the hub's queue for it is bounded, and what it lost
is told as an event of its own, `missed`, before the next one that it gets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.status import WS_1001_GOING_AWAY, WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ownplug.aio import Subscription, SystemClock
from ownplug.core.errors import Conflict, NotFound, UsageError
from ownplug.core.records import Scope
from ownplug.hub import Event
from ownplug.web.ports import HubDoor
from ownplug.web.scopes import needs
from ownplug.web.watching import MOST_WATCHED, Watching

_ENVELOPE = frozenset({field.name for field in fields(Event)})

_LONGEST_REASON = 100  # a frame of a WebSocket's end takes 123 bytes

live = APIRouter(dependencies=[needs(Scope.READ)])


def event_document(event: Event) -> dict[str, Any]:
    """Make the message for an event: what every event has, then what only this kind has."""
    own = {field.name: getattr(event, field.name) for field in fields(event) if field.name not in _ENVELOPE}
    return {
        "event": event.kind,
        "at": event.at.astimezone(UTC),
        "uuid": event.uuid.text,
        "name": event.name,
        **own,
    }


def missed_document(count: int, at: datetime) -> dict[str, Any]:
    """Make the message that tells a listener how many events it lost before the moment `at`."""
    return {"event": "missed", "at": at.astimezone(UTC), "uuid": "", "name": "", "count": count}


def refused_document(reason: str, at: datetime) -> dict[str, Any]:
    """Make the message that tells a listener why nothing came of what it said, at the moment `at`."""
    return {"event": "refused", "at": at.astimezone(UTC), "uuid": "", "name": "", "reason": reason}


class Teller:
    """Turns what a subscription yields into messages, and its losses into a message too."""

    def __init__(self, subscription: Subscription[Event]) -> None:
        self._subscription = subscription
        self._told = 0

    def messages(self, event: Event) -> Iterator[str]:
        """Yield what to send for `event`, which was just taken from the subscription."""
        lost = self._subscription.missed - self._told
        if lost:
            self._told += lost
            yield _text(missed_document(lost, event.at))
        yield _text(event_document(event))


@live.websocket("/api/v1/events")
async def events(socket: WebSocket) -> None:
    """Tell one listener what happens until it leaves or the hub stops.

    The plugs that it names with `watch`, in the address or later by a message, are read each second meanwhile.
    """
    hub: HubDoor = socket.app.state.doors.hub
    # Listening begins before the socket opens, so that nothing is lost in between.
    with hub.events() as subscription, Watching(hub) as watching:
        try:
            watching.look_at(socket.query_params.getlist("watch")[:MOST_WATCHED])
        except (NotFound, Conflict) as error:
            await socket.accept()
            await socket.close(WS_1008_POLICY_VIOLATION, str(error)[:_LONGEST_REASON])
            return
        await socket.accept()
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(_tell(socket, subscription))
            await _hear(socket, watching)
            telling.cancel()


async def _tell(socket: WebSocket, subscription: Subscription[Event]) -> None:
    teller = Teller(subscription)
    try:
        async for event in subscription:
            if not socket.state.still_in():
                await socket.close(WS_1008_POLICY_VIOLATION, "the login has ended")
                return
            for message in teller.messages(event):
                await socket.send_text(message)
        await socket.close(WS_1001_GOING_AWAY, "the hub stops")
    except WebSocketDisconnect:
        return  # it left while we spoke; `_hear` sees the same


async def _hear(socket: WebSocket, watching: Watching) -> None:
    """Heed what a listener says until it is gone."""
    while (heard := await socket.receive())["type"] != "websocket.disconnect":
        if not socket.state.still_in():
            continue  # it is sent away with the next event
        try:
            watching.heed(heard.get("text") or heard.get("bytes") or "")
        except (UsageError, NotFound, Conflict) as error:
            await _refuse(socket, str(error))


async def _refuse(socket: WebSocket, reason: str) -> None:
    if socket.application_state is WebSocketState.CONNECTED:  # and not closed by `_tell` meanwhile
        with suppress(WebSocketDisconnect):
            await socket.send_text(_text(refused_document(reason, SystemClock().now())))


def _text(document: dict[str, Any]) -> str:
    return msgspec.json.encode(document).decode()
