"""Everything about one plug of the home, as its hub and the plug itself tell it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from ownplug.aio import SystemClock
from ownplug.client import HubClient
from ownplug.core.errors import OwnplugError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.pairing import Finding, bad, good, unknown
from ownplug.plug import HttpLink

Document = dict[str, Any]

_DRIFT_S = 5.0  # more is worth a correction. Source: protocol notes, 9.3
_WEAK = 25  # percent of signal. Source: assumed
_PATIENCE_S = 5.0
_TIME_ENDS_S = 1 << 32  # a plug counts its seconds in 32 bits


async def examine_plug(hub: HubClient, reference: str) -> AsyncIterator[Finding]:
    """Look at one plug from the outside in; yields each finding as it is made.

    Raises:
        NotFound, Conflict: no such plug, or several.
    """
    plug = await hub.plug(reference, show_secrets=True)
    uuid = plug["uuid"]
    yield good("who it is", f"{plug['name']}, {plug['model'] or 'a model not yet told'}, {uuid}")
    yield _presence(plug)
    for finding in await _refused(hub, plug):
        yield finding
    if plug["availability"] == "online":
        async for finding in _through_hub(hub, plug):
            yield finding
    async for finding in _directly(plug):
        yield finding


def _presence(plug: Document) -> Finding:
    about = "at the hub"
    talk = plug["talk"]
    match plug["availability"]:
        case "online" if plug["bound"]:
            return good(about, f"online from {talk['address']} since {plug['since']}, start-up talk finished")
        case "online":
            return bad(
                about,
                f"connected since {plug['since']}; asked for the time {talk['clock_questions']} times, "
                f"said bind {talk['binds']} times",
                "Give it a minute. If its light goes on blinking green, the answers do not reach it.",
            )
        case "offline":
            return bad(about, f"offline since {plug['since']}: {plug['reason']}", "Has it power and Wi-Fi?")
        case _:
            return bad(
                about, "not heard of since the hub started", "Has it power, and is its server this hub?"
            )


async def _refused(hub: HubClient, plug: Document) -> list[Finding]:
    refusals = refusals_since(plug, await hub.refusals())
    if not refusals:
        return []
    last = refusals[-1]
    told = f"refused {len(refusals)} times, last at {last['at']} from {last['address']}: {last['detail']}"
    return [bad("its login", told, "Pair it again, or give the hub the key that it has.")]


def refusals_since(plug: Document, refusals: list[Document]) -> list[Document]:
    """Return how often this plug was refused; what was before it was let in is over."""
    came = datetime.fromisoformat(plug["talk"]["connected_at"]) if plug["availability"] == "online" else None
    return [
        told
        for told in refusals
        if told["mac"] == plug["mac"] and (came is None or datetime.fromisoformat(told["at"]) > came)
    ]


async def _through_hub(hub: HubClient, plug: Document) -> AsyncIterator[Finding]:
    about = "answers through the hub"
    began_s = time.perf_counter()
    try:
        reply = await hub.request(plug["uuid"], method="GET", namespace=ns.SYSTEM_ALL)
    except OwnplugError as error:
        yield bad(about, str(error), error.hint)
        return
    took_ms = 1000 * (time.perf_counter() - began_s)
    yield good(about, f"in {took_ms:.0f} ms")
    system = _part(_part(reply["payload"], "all"), "system")
    for finding in (
        judge_clock(_part(system, "time"), SystemClock().now()),
        _online(_part(system, "online")),
    ):
        yield finding
    if plug["signal"] is not None:
        yield _signal(plug["signal"])
    if plug["reading"]:
        reading = plug["reading"]
        yield good(
            "its meter", f"{reading['power_w']:.1f} W at {reading['voltage_v']:.1f} V, {reading['at']}"
        )


def _part(document: Document, name: str) -> Document:
    """What a plug tells under a name; nothing where that is something else than it should be."""
    part = document.get(name)
    return part if isinstance(part, dict) else {}


def judge_clock(told: Document, now: datetime) -> Finding:
    """Judge what a plug tells of its time, whatever that is."""
    about = "its clock"
    stamp, zone = told.get("timestamp"), told.get("timezone")
    if not isinstance(stamp, int | float) or not 0 <= stamp < _TIME_ENDS_S:
        return unknown(
            about, "it does not tell" if stamp is None else f"it tells {stamp!r:.40}, which is no time"
        )
    off_s = stamp - now.timestamp()
    if not zone:
        return bad(
            about,
            "it has no time zone, and meters nothing",
            "The hub gives it one when it connects: pull its plug.",
        )
    if abs(off_s) > _DRIFT_S:
        at = datetime.fromtimestamp(stamp, UTC)
        return bad(
            about,
            f"{off_s:+.0f} s off ({at:%Y-%m-%d %H:%M:%S} UTC)",
            "It asks for the time when it connects.",
        )
    return good(about, f"right within {abs(off_s):.0f} s, {zone}")


def _online(told: Document) -> Finding:
    status = told.get("status")
    if status == 1:
        return good("its own view", "it is online")
    return unknown("its own view", f"online.status is {status}")


def _signal(percent: int) -> Finding:
    if percent < _WEAK:
        return bad("its Wi-Fi", f"signal {percent} %", "Bring it or the access point nearer.")
    return good("its Wi-Fi", f"signal {percent} %")


async def _directly(plug: Document) -> AsyncIterator[Finding]:
    """By its own address: whether it answers there, and to the hub's key."""
    about = "answers on the local network"
    address = plug["address"] or (plug["talk"] or {}).get("address")
    if not address:
        yield unknown(about, "its address is not known")
        return
    began_s = time.perf_counter()
    host = f"[{address}]" if ":" in address else address
    try:
        async with HttpLink(f"http://{host}", key=Secret(plug["key"]), timeout_s=_PATIENCE_S) as link:
            await link.request(Method.GET, ns.SYSTEM_ALL, {})
    except OwnplugError as error:
        remedy = "The hub does not need it; plugs drop what comes too often."
        yield unknown(about, f"not at {address}: {error}", remedy)
        return
    yield good(about, f"at {address} in {1000 * (time.perf_counter() - began_s):.0f} ms, with the hub's key")
