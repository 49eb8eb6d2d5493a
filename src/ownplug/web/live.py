"""What happens, told over a WebSocket: one JSON object a message.

A listener that reads too slowly never holds up the hub: the hub's queue for it is bounded, and what it lost
is told as an event of its own, `missed`, before the next one that it gets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.status import WS_1001_GOING_AWAY, WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket, WebSocketDisconnect

from ownplug.aio import Subscription
from ownplug.core.errors import Conflict, NotFound
from ownplug.core.records import Scope
from ownplug.hub import Event
from ownplug.web.ports import HubDoor
from ownplug.web.scopes import needs

_ENVELOPE = frozenset({field.name for field in fields(Event)})

_MOST_WATCHED = 50
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
    """Tell one listener what happens until it leaves or the hub stops; what it says is not heard.

    The plugs that it names with `watch` are read each second meanwhile.
    """
    hub: HubDoor = socket.app.state.doors.hub
    watched = socket.query_params.getlist("watch")[:_MOST_WATCHED]
    # Listening begins before the socket opens, so that nothing is lost in between.
    with ExitStack() as stack:
        subscription = stack.enter_context(hub.events())
        try:
            stack.enter_context(hub.watching(*watched))
        except (NotFound, Conflict) as error:
            await socket.accept()
            await socket.close(WS_1008_POLICY_VIOLATION, str(error)[:_LONGEST_REASON])
            return
        await socket.accept()
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(_tell(socket, subscription))
            await _until_gone(socket)
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
        return  # it left while we spoke; `_until_gone` sees the same


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _text(document: dict[str, Any]) -> str:
    return msgspec.json.encode(document).decode()
