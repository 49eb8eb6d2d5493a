"""Timers and auto-offs through the API: the plug keeps them, and each answer is what it then says."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from ownplug.core.records import Scope
from ownplug.web.description import BY_PLUG, SWITCHING
from ownplug.web.routes import Hub, Reference
from ownplug.web.scopes import needs
from ownplug.web.timer_schema import (
    AutoOffBody,
    AutoOffDocument,
    AutoOffList,
    TimerBody,
    TimerDocument,
    TimerList,
    auto_off_document,
    auto_off_of,
    timer_document,
    timer_of,
    unread_documents,
)

RuleId = Annotated[str, Path(min_length=1, max_length=100, description="as the plug keeps it")]
shown_rules = APIRouter(prefix="/api/v1/plugs/{plug}", dependencies=[needs(Scope.READ)])
kept_rules = APIRouter(prefix="/api/v1/plugs/{plug}", dependencies=[needs(Scope.SWITCH)])


@shown_rules.get("/timers", responses=BY_PLUG)
async def get_timers(hub: Hub, plug: Reference) -> TimerList:
    """Ask the plug for its timers."""
    kept = await hub.timers.all(plug)
    return TimerList(timers=[timer_document(view) for view in kept.rules], unread=unread_documents(kept))


@kept_rules.post("/timers", status_code=201, responses=SWITCHING)
async def add_timer(hub: Hub, plug: Reference, body: TimerBody) -> TimerDocument:
    """Give the plug a timer; answered with what the plug then keeps."""
    return timer_document(await hub.timers.add(plug, timer_of(body)))


@shown_rules.get("/timers/{rule}", responses=BY_PLUG)
async def get_timer(hub: Hub, plug: Reference, rule: RuleId) -> TimerDocument:
    """Ask the plug for one timer."""
    return timer_document(await hub.timers.get(plug, rule))


@kept_rules.put("/timers/{rule}", responses=SWITCHING)
async def change_timer(hub: Hub, plug: Reference, rule: RuleId, body: TimerBody) -> TimerDocument:
    """Replace a timer by another; answered with what the plug then keeps."""
    return timer_document(await hub.timers.change(plug, timer_of(body, rule)))


@kept_rules.delete("/timers/{rule}", status_code=204, responses=SWITCHING)
async def remove_timer(hub: Hub, plug: Reference, rule: RuleId) -> Response:
    """Let the plug forget a timer."""
    await hub.timers.remove(plug, rule)
    return Response(status_code=204)


@shown_rules.get("/auto-offs", responses=BY_PLUG)
async def get_auto_offs(hub: Hub, plug: Reference) -> AutoOffList:
    """Ask the plug for its auto-offs."""
    kept = await hub.auto_offs.all(plug)
    return AutoOffList(
        auto_offs=[auto_off_document(rule) for rule in kept.rules], unread=unread_documents(kept)
    )


@kept_rules.post("/auto-offs", status_code=201, responses=SWITCHING)
async def add_auto_off(hub: Hub, plug: Reference, body: AutoOffBody) -> AutoOffDocument:
    """Give the plug an auto-off; answered with what the plug then keeps."""
    return auto_off_document(await hub.auto_offs.add(plug, auto_off_of(body)))


@shown_rules.get("/auto-offs/{rule}", responses=BY_PLUG)
async def get_auto_off(hub: Hub, plug: Reference, rule: RuleId) -> AutoOffDocument:
    """Ask the plug for one auto-off."""
    return auto_off_document(await hub.auto_offs.get(plug, rule))


@kept_rules.put("/auto-offs/{rule}", responses=SWITCHING)
async def change_auto_off(hub: Hub, plug: Reference, rule: RuleId, body: AutoOffBody) -> AutoOffDocument:
    """Replace an auto-off by another; answered with what the plug then keeps."""
    return auto_off_document(await hub.auto_offs.change(plug, auto_off_of(body, rule)))


@kept_rules.delete("/auto-offs/{rule}", status_code=204, responses=SWITCHING)
async def remove_auto_off(hub: Hub, plug: Reference, rule: RuleId) -> Response:
    """Let the plug forget an auto-off."""
    await hub.auto_offs.remove(plug, rule)
    return Response(status_code=204)
