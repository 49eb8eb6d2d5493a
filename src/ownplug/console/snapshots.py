"""Everything that a plug tells by its console, at one moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ownplug.console.console import Console
from ownplug.console.document import plain, setting_value
from ownplug.console.keys import Store, setting_of, split_key
from ownplug.console.progress import Progress, Told, unheard
from ownplug.console.provenance import Origin, PlugFacts, Provenance
from ownplug.console.store import read_store
from ownplug.core.errors import LinkError, LinkTimeout, Noise, OwnplugError
from ownplug.core.shell import Reply, missing
from ownplug.core.shell.replies import FirmwareInfo, Hardware

_VERSION = 1
_SETTINGS = "settings"
_ASKED = 3  # times, for an answer of which something is lost

_READINGS: Mapping[str, Callable[[Console], Awaitable[Reply]]] = {
    "hardware": Console.hardware,
    "firmware": Console.firmware,
    "versions": Console.versions,
    "identity": Console.identity,
    "factory_mode": Console.factory_mode,
    "time": Console.time,
    "sun": Console.sun,
    "memory": Console.memory,
    "tasks": Console.tasks,
    "power": Console.power,
    "ip": Console.ip,
    "network": Console.network,
    "statistics": Console.statistics,
    "iot_status": Console.iot_status,
    "rules": Console.rules,
    "debug": Console.debug,
    "menu": Console.menu,
}
"""What is asked for, in this order. Nothing of it changes the plug; a scan and a ping, which use the radio, are
left out."""

Found: TypeAlias = Reply | Store | OwnplugError
"""A reply, the settings, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was found, by name; a failure ends nothing but its own part."""

    provenance: Provenance
    parts: Mapping[str, Reply | Store]
    failures: Mapping[str, OwnplugError]

    def document(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """As JSON; secrets are `***` unless asked for."""
        return {
            "snapshot": _VERSION,
            **self.provenance.document(),
            "secrets": "shown" if show_secrets else "masked",
            "parts": {name: _part(part, show_secrets=show_secrets) for name, part in self.parts.items()},
            "failures": {
                name: {"code": failure.code, "message": str(failure), "hint": failure.hint}
                for name, failure in self.failures.items()
            },
        }


async def snapshot(
    console: Console,
    *,
    origin: Origin | None = None,
    found: MutableMapping[str, Found] | None = None,
    told: Told = unheard,
) -> Snapshot:
    """Ask a plug for everything.

    Args:
        console: of the plug.
        origin: what to note about the snapshot itself.
        found: what an earlier try has found, whose wire broke; this one goes on from there and adds to it.
        told: hears how far it has come.

    Raises:
        LinkError, Noise: the wire is gone or the plug silent; `found` has what was there before.
    """
    found = {} if found is None else found
    names = [*_READINGS, _SETTINGS]
    for number, name in enumerate(names):
        if name not in found:
            told(Progress(done=number, of=len(names), what=f"ask for {name.replace('_', ' ')}"))
            found[name] = await _find(console, name)
    return make_snapshot(found, origin)


def make_snapshot(found: Mapping[str, Found], origin: Origin | None = None) -> Snapshot:
    """Make a snapshot of what was found."""
    parts = {name: part for name, part in found.items() if not isinstance(part, OwnplugError)}
    failures = {name: part for name, part in found.items() if isinstance(part, OwnplugError)}
    return Snapshot(provenance=(origin or Origin()).of(_plug(parts)), parts=parts, failures=failures)


def fail_rest(found: MutableMapping[str, Found], failure: OwnplugError) -> None:
    """Note why everything that was not found yet will not be."""
    for name in (*_READINGS, _SETTINGS):
        found.setdefault(name, failure)


async def _find(console: Console, name: str) -> Found:
    try:
        return await (read_store(console) if name == _SETTINGS else _best(console, _READINGS[name]))
    except LinkTimeout as failure:
        await console.session.find_prompt()  # only this one was not answered; else the plug is gone
        return failure
    except (LinkError, Noise):
        raise
    except OwnplugError as failure:
        return failure


async def _best(console: Console, ask: Callable[[Console], Awaitable[Reply]]) -> Reply:
    """Ask again while something is lost; what other tasks print into an answer may destroy a line of it."""
    replies = []
    for _ in range(_ASKED):
        replies.append(await ask(console))
        if not _losses(replies[-1]):
            break
    return min(replies, key=_losses)


def _losses(reply: Reply) -> int:
    return len(missing(reply)) + len(reply.unknown)


def _part(part: Reply | Store, *, show_secrets: bool) -> Any:
    if isinstance(part, Reply):
        return plain(part, show_secrets=show_secrets)
    groups: dict[str, dict[str, str | None]] = {}
    for key, value in part.items():
        group, name = split_key(key)
        shown = setting_value(setting_of(key), value, show_secrets=show_secrets)
        groups.setdefault(group, {})[name] = shown
    return groups


def _plug(parts: Mapping[str, Reply | Store]) -> PlugFacts:
    hardware, firmware = parts.get("hardware"), parts.get("firmware")
    return PlugFacts.told(
        hardware if isinstance(hardware, Hardware) else None,
        firmware if isinstance(firmware, FirmwareInfo) else None,
    )
