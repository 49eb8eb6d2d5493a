"""What the hub tells of itself: metrics, readiness, diagnostics; and of each plug, its history and its messages.

Figures are rendered in a thread, one scrape at a time: with thousands of plugs that takes a second.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any, Literal, cast

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from ownplug.core.records import Scope
from ownplug.hub import AvailabilitySpan, MessageView, Obstacle
from ownplug.web.description import OF_PLUG, failures
from ownplug.web.metrics import CONTENT_TYPE, render_metrics
from ownplug.web.ports import HubDoor, ObservingDoor
from ownplug.web.problems import problem
from ownplug.web.routes import Reference
from ownplug.web.schema import Moment
from ownplug.web.scopes import needs

_MOST_SPANS = 500
_MOST_MESSAGES = 400  # 200 each way
_LARGEST_NUMBER = 2**53


class Ready(BaseModel):
    """The hub can do its work."""

    status: Literal["ready"] = "ready"


class Span(BaseModel):
    """A stretch of time in which a plug was there, was not, or nobody knew."""

    began_at: Moment = Field(serialization_alias="from")
    ended_at: Moment | None = Field(serialization_alias="to", description="null while it lasts")
    availability: Literal["online", "offline", "unknown"]
    reason: str


class Spans(BaseModel):
    """When a plug was there, newest first."""

    spans: list[Span]
    next: int | None = Field(description="`before` of the next page; null on the last")


class PlugMessage(BaseModel):
    """One message, its secrets as ***."""

    at: Moment
    direction: Literal["in", "out"]
    method: str
    namespace: str
    payload: dict[str, Any] | None = Field(description="null where it was too long to keep")


class PlugMessages(BaseModel):
    """The last messages between the hub and a plug, newest first."""

    messages: list[PlugMessage]


class Diagnostics(BaseModel):
    """A report to attach to a fault; what its parts have in them differs from one version of ownplug to the next."""

    at: Moment
    versions: dict[str, str]
    uptime_s: float
    settings: dict[str, Any]
    counts: dict[str, Any]
    mqtt: dict[str, int]
    plugs: list[dict[str, Any]]
    refusals: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


class MetricsText(Response):
    """Figures as Prometheus reads them."""

    media_type = CONTENT_TYPE


async def _door_of(request: Request) -> ObservingDoor:
    return cast("ObservingDoor", request.app.state.doors.hub.observing)


Door = Annotated[ObservingDoor, Depends(_door_of)]
watchdog = APIRouter()  # no login
observing = APIRouter(dependencies=[needs(Scope.READ)])
reporting = APIRouter(dependencies=[needs(Scope.ADMIN)])


@observing.get("/metrics", response_class=MetricsText)
async def get_metrics(request: Request, door: Door) -> Response:
    """Tell figures of the hub and its plugs as Prometheus reads them."""
    async with cast("asyncio.Lock", request.app.state.scraping):
        counters_j = await cast("HubDoor", request.app.state.doors.hub).energy.counters_j()
        text = await asyncio.to_thread(render_metrics, replace(door.figures(), energy_j=counters_j))
    return MetricsText(text)


_SENTENCES = {
    Obstacle.DATABASE: ("The database takes no writes.", "Is the disk full or read-only?"),
    Obstacle.MQTT: ("The MQTT server does not listen.", "The hub's log says why."),
    Obstacle.STARTING: ("The hub is not ready yet.", "Try again in a moment."),
}


@watchdog.get("/readyz", response_model=Ready, responses=failures(503))
async def get_readiness(door: Door) -> Ready | Response:
    """Tell whether the hub can do its work: database and MQTT server; needs no login."""
    obstacle = await door.obstacle()
    if obstacle is None:
        return Ready()
    detail, hint = _SENTENCES[obstacle]
    return problem(503, obstacle.value, detail, hint=hint)


@reporting.get("/api/v1/diagnostics", response_model=Diagnostics)
async def get_diagnostics(door: Door) -> Response:
    """Make a report to attach to a fault; without secrets, names and addresses."""
    report = await door.diagnostics()
    text = await asyncio.to_thread(msgspec.json.encode, report)
    return Response(text, media_type="application/json")


@observing.get("/api/v1/plugs/{plug}/availability", responses=OF_PLUG)
async def get_availability(
    door: Door,
    plug: Reference,
    limit: Annotated[int, Query(ge=1, le=_MOST_SPANS)] = 50,
    before: Annotated[int | None, Query(ge=1, le=_LARGEST_NUMBER)] = None,
) -> Spans:
    """Tell when a plug was there, newest first."""
    spans, following = await door.availability(plug, limit=limit, before=before)
    return Spans(spans=[_span(span) for span in spans], next=following)


@observing.get("/api/v1/plugs/{plug}/messages", responses=OF_PLUG)
async def get_messages(
    door: Door, plug: Reference, limit: Annotated[int, Query(ge=1, le=_MOST_MESSAGES)] = 50
) -> PlugMessages:
    """List the last messages between the hub and a plug, newest first, masked."""
    return PlugMessages(messages=[_message(message) for message in door.messages(plug, limit=limit)])


def _span(span: AvailabilitySpan) -> Span:
    return Span(
        began_at=span.began_at,
        ended_at=span.ended_at,
        availability=span.availability.value,
        reason=span.reason,
    )


def _message(message: MessageView) -> PlugMessage:
    return PlugMessage(
        at=message.at,
        direction=message.direction.value,
        method=message.method,
        namespace=message.namespace,
        payload=message.payload,
    )
