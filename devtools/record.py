"""A real plug, recorded and scrubbed: `python -m devtools.record http://HOST --key KEY FOLDER`.

Asks it, one question at a time, for everything that it lists and that is known to be harmless, and writes two files:
the recording, which `ownplug.testing.recordings` reads, and a profile for `ownplug/virtual/profiles` with what the
recording tells. Who the plug is, whose and where is masked in both. Look at them before you give them away.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ownplug.core.errors import LinkError, OwnplugError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.plug import HttpLink
from ownplug.testing.recordings import MASKED_KEYS, Direction, Row, recording_lines, scrub

_PAUSE_S = 0.3  # homebridge-meross found one request in a quarter of a second to be safe
_KEY_OF = {
    ns.SYSTEM_DND_MODE: "DNDMode",
    ns.CONTROL_CONSUMPTION_H: "consumptionH",
    ns.CONTROL_CIRCUIT_FACTOR: "circuitFactor",
}
# Known to answer a GET and to change nothing; what is not here is not asked, for the unknown has made plugs restart.
QUESTIONS: tuple[str, ...] = (
    ns.SYSTEM_ALL,
    ns.SYSTEM_ABILITY,
    ns.SYSTEM_DEBUG,
    ns.SYSTEM_RUNTIME,
    ns.SYSTEM_POSITION,
    ns.SYSTEM_DND_MODE,
    ns.CONTROL_TOGGLE,
    ns.CONTROL_TOGGLE_X,
    ns.CONTROL_ELECTRICITY,
    ns.CONTROL_CONSUMPTION_X,
    ns.CONTROL_CONSUMPTION_CONFIG,
    ns.CONTROL_CONSUMPTION_H,
    ns.CONTROL_CIRCUIT_FACTOR,
    ns.CONTROL_TIMER,
    ns.CONTROL_TRIGGER,
    ns.DIGEST_TIMER_X,
    ns.DIGEST_TRIGGER_X,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One question with its answer; None where the plug dropped the connection."""

    namespace: str
    asked: dict[str, Any]
    answer: dict[str, Any] | None


async def record(url: str, key: Secret, *, pause_s: float = _PAUSE_S) -> list[Heard]:
    """Ask a plug for everything; nothing is scrubbed yet.

    Raises:
        OwnplugError: it cannot be reached, or this is not its key.
    """
    heard: list[Heard] = []
    async with HttpLink(url, key=key) as link:
        listed = (await link.request(Method.GET, ns.SYSTEM_ABILITY, {})).data()["ability"]
        for namespace in QUESTIONS:
            if namespace not in listed:
                continue
            await asyncio.sleep(pause_s)
            asked: dict[str, Any] = {_key_of(namespace): {}}
            try:
                answer = (await link.request(Method.GET, namespace, asked)).data()
            except LinkError:
                answer = None
            heard.append(Heard(namespace=namespace, asked=asked, answer=answer))
    return heard


def rows_of(heard: Iterable[Heard]) -> Iterator[Row]:
    """The recording, scrubbed, in the form of the published ones."""
    number = 0
    for each in heard:
        if each.answer is None:
            continue
        for direction, method, payload in (
            (Direction.ASKED, Method.GET, each.asked),
            (Direction.ANSWERED, Method.GETACK, scrub(each.answer)),
        ):
            number += 1
            yield Row(
                number=number,
                direction=direction,
                transport="http",
                method=method.value,
                namespace=each.namespace,
                payload=payload,
            )


def profile_of(heard: Sequence[Heard], *, source: str) -> tuple[str, str]:
    """Name and text of the profile that the recording makes.

    What it does not tell is left to the profile that it is said to be like, of the same generation.
    """
    told = {each.namespace: each.answer for each in heard if each.answer is not None}
    system = told[ns.SYSTEM_ALL]["all"]["system"]
    hardware, firmware = system["hardware"], system["firmware"]
    ability = told[ns.SYSTEM_ABILITY]["ability"]
    facts: dict[str, Any] = {
        "about": f"{hardware['type']} of hardware {hardware['version']}, recorded",
        "model": {
            "type": hardware["type"],
            "sub_type": hardware["subType"],
            "hardware": hardware["version"],
            "chip": hardware["chipType"],
        },
        "firmware": {"version": firmware["version"], "compiled": firmware["compileTime"]},
        "abilities": [name.removeprefix("Appliance.") for name in ability],
        "relays": _relays(told),
        "clamps": [
            each["channel"] for each in told.get(ns.CONTROL_CIRCUIT_FACTOR, {}).get("circuitFactor", [])
        ],
        "firmware_has_encrypt": "encrypt" in firmware,
        "online_has_bind_id": "bindId" in system["online"],
        **_optional_facts(told),
    }
    name = f"{hardware['type']}@{firmware['version']}"
    parameters = {each.removeprefix("Appliance."): value for each, value in ability.items() if value}
    return name, _toml(_like(hardware["version"]), facts, parameters, source)


def _relays(told: dict[str, Any]) -> list[int]:
    everything = told[ns.SYSTEM_ALL]["all"]
    if "control" in everything:
        return [0]
    togglex = everything["digest"].get("togglex", [])
    listed = togglex if isinstance(togglex, list) else [togglex]
    return [relay["channel"] for relay in listed]


def _optional_facts(told: dict[str, Any]) -> dict[str, Any]:
    """What only some recordings tell."""
    facts: dict[str, Any] = {}
    if reading := told.get(ns.CONTROL_ELECTRICITY):
        facts["electricity_has_config"] = "config" in reading["electricity"]
    if debug := told.get(ns.SYSTEM_DEBUG):
        system, cloud = debug["debug"]["system"], debug["debug"]["cloud"]
        facts["debug"] = "later" if "memTotal" in system else "first" if "compileTime" in system else "second"
        facts["has_ping_trace"] = "pingTrace" in cloud
    if relay := told.get(ns.CONTROL_TOGGLE_X):
        facts["relay_reply"] = "list" if isinstance(relay["togglex"], list) else "object"
    if days := told.get(ns.CONTROL_CONSUMPTION_X, {}).get("consumptionx"):
        slots = [int(day["date"][-2:]) % 31 for day in days]
        if len(days) > 1:
            facts["day_order"] = "slots" if slots == sorted(slots) else "ring"
    return facts


def _like(hardware: str) -> str:
    """The best known plug of that generation."""
    generation = hardware.partition(".")[0]
    return {"1": "mss310@1.1.18", "2": "mss310r@2.1.4", "3": "mss310r@2.1.4"}.get(generation, "mss310@6.1.12")


def _toml(like: str, facts: dict[str, Any], parameters: dict[str, Any], source: str) -> str:
    lines = [f"like = {_value(like)}", *(f"{name} = {_value(value)}" for name, value in facts.items())]
    if parameters:
        lines += [
            "",
            "[parameters]",
            *(f"{_value(name)} = {_value(value)}" for name, value in parameters.items()),
        ]
    lines += ["", "[evidence]", *(f"{name} = {_value(source)}" for name in facts)]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(inner)}" for name, inner in value.items()) + " }"
    return msgspec.json.encode(value).decode()


def main(arguments: list[str]) -> int:
    """Record one plug; return the exit status."""
    parser = argparse.ArgumentParser(description="Record a plug, scrub it, and make a profile of it.")
    parser.add_argument("url", help="where it answers, http://HOST")
    parser.add_argument("folder", type=Path, help="where the two files go")
    parser.add_argument("--key", default="", help="its key; empty for a plug in pairing mode")
    options = parser.parse_args(arguments)
    try:
        heard = asyncio.run(record(options.url, Secret(options.key)))
    except OwnplugError as error:
        print(f"{error} {error.hint}", file=sys.stderr)
        return 1
    rows = list(rows_of(heard))
    slug = _slug(heard)
    name, profile = profile_of(heard, source=f"capture:{slug}")
    options.folder.mkdir(parents=True, exist_ok=True)
    recording = options.folder / f"{slug}.csv"
    recording.write_text("".join(f"{line}\n" for line in recording_lines(rows)), "utf-8")
    (options.folder / f"{name}.toml").write_text(profile, "utf-8")
    print(f"{recording} has {len(rows)} lines; masked are {', '.join(sorted(MASKED_KEYS))}.")
    print(f"{options.folder / f'{name}.toml'} is the profile. Look at both before you give them away.")
    return 0


def _slug(heard: Sequence[Heard]) -> str:
    [everything] = [each.answer for each in heard if each.namespace == ns.SYSTEM_ALL]
    if everything is None:
        raise OwnplugError("The plug does not tell what it is.")
    system = everything["all"]["system"]
    hardware, version = system["hardware"], system["firmware"]["version"]
    return re.sub(r"[^a-z0-9.-]", "", f"{hardware['type']}-hw{hardware['version']}-fw{version}".lower())


def _key_of(namespace: str) -> str:
    """The key of a question, such as `togglex` of `Control.ToggleX`."""
    group, _, name = namespace.removeprefix("Appliance.").partition(".")
    return _KEY_OF.get(namespace, "digest" if group == "Digest" else name.lower())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
