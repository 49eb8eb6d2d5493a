"""`meross iot dbg`: JSON over many lines, into which anything may be printed.

The same as `Appliance.System.Debug`, one key a line, so that a destroyed line costs one key and no more.

Source: seed; capture (protocol notes, 5.8: `sysOnlineTime`, which is destroyed on the page, and `signal`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ownplug.core.shell.layout import Reply, UnknownLine
from ownplug.core.shell.template import LONGEST_LINE

DEBUG_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "system": ("version", "sysUpTime", "localTimeOffset", "localTime", "suncalc"),
        "network": ("linkStatus", "signal", "ssid", "gatewayMac", "innerIp", "wifiDisconnectCount"),
        "cloud": (
            "activeServer",
            "mainServer",
            "mainPort",
            "secondServer",
            "secondPort",
            "userId",
            "sysConnectTime",
            "sysOnlineTime",
            "sysDisconnectCount",
            "pingTrace",
        ),
    }
)
"""The keys of each part in the plug's order."""

_OPTIONAL = {("network", "signal"), ("cloud", "pingTrace")}  # not said by every firmware, nor always
_PART_OF = {key: part for part, keys in DEBUG_KEYS.items() for key in keys}

_KEY = re.compile(r'(?:^|\t)"([^"\\]{1,64})":\t(.*)', re.DOTALL)
_FRAGMENT = re.compile(r'\t*"(\w*)')
_DEEPER = "\t\t\t"
_BRACES = frozenset({"{", "}", "},", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Debug(Reply):
    """What a developer wants to see, by the plug's own names and in its order."""

    parts: Mapping[str, Mapping[str, Any]]
    """`system`, `network`, `cloud`; in each, key and value. Keys that nobody knows are there like any other."""
    lost: tuple[str, ...] = ()
    """Keys that were expected and are not there, as `cloud.sysOnlineTime`."""


def parse_debug(lines: Sequence[str]) -> Debug:
    """Read the lines, around whatever was printed over them."""
    whole = _loads("\n".join(lines))
    if isinstance(whole, dict) and all(isinstance(part, dict) for part in whole.values()):
        return Debug(parts=whole)
    reading = _Reading(lines)
    reading.run()
    return Debug(parts=reading.parts, lost=tuple(reading.lost()), unknown=tuple(reading.unknown))


def render_debug(reply: Debug) -> list[str]:
    """The lines as the plug prints them: a blank one, then tabs and one key a line."""
    lines = ["", *_render(reply.parts, 0).split("\n")]
    for extra in reply.unknown:
        lines.insert(extra.at, extra.text)
    return lines


@dataclass(slots=True)
class _Reading:
    """Reads line by line what is no JSON any more."""

    lines: Sequence[str]
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    unknown: list[UnknownLine] = field(default_factory=list)
    _part: str | None = None
    _begun: list[tuple[str | None, str]] = field(default_factory=list)

    def run(self) -> None:
        at = 0
        while at < len(self.lines):
            at += self._take(at)

    def lost(self) -> Iterator[str]:
        """What should be there and is not; where only the beginning of a key is left, what it began."""
        expected = [(part, key) for part, keys in DEBUG_KEYS.items() for key in keys]
        missing = [(part, key) for part, key in expected if key not in self.parts.get(part, {})]
        meant = [_meant(part, begun, missing) for part, begun in self._begun]
        yield from (
            f"{part}.{key}" for part, key in missing if (part, key) not in _OPTIONAL or (part, key) in meant
        )
        for (part, begun), key in zip(self._begun, meant, strict=True):
            if key is None:
                yield f"{part}.{begun}…" if part else f"{begun}…"

    def _take(self, at: int) -> int:
        """Read the line at `at`; return how many lines that took."""
        line = self.lines[at]
        found = _KEY.search(line) if len(line) <= LONGEST_LINE else None
        if found is None:
            self._take_other(at, line)
            return 1
        if found.start() and line[: found.start()].strip("\t"):
            self._note(at, line[: found.start()])
        key, text = found.groups()
        if text == "{":
            self._part = key
            self.parts.setdefault(key, {})
            return 1
        count = 1
        while at + count < len(self.lines) and self.lines[at + count].startswith(_DEEPER):
            count += 1
        self._keep(at, key, "\n".join([text, *self.lines[at + 1 : at + count]]))
        return count

    def _take_other(self, at: int, line: str) -> None:
        bare = line.strip("\t")
        if bare in _BRACES:
            self._part = None if bare.startswith("}") else self._part
        else:
            self._note(at, line)

    def _keep(self, at: int, key: str, text: str) -> None:
        """Keep the value of a key, if it can be read."""
        value = _loads(text.removesuffix(","))
        part = self._part or _PART_OF.get(key)
        if value is _UNREADABLE or part is None or key in self.parts.get(part, {}):
            self._begun.append((part, key))
            self.unknown += [UnknownLine(at + n, line) for n, line in enumerate(self._raw(at, text))]
        else:
            self.parts.setdefault(part, {})[key] = value

    def _raw(self, at: int, text: str) -> Sequence[str]:
        return self.lines[at : at + text.count("\n") + 1]

    def _note(self, at: int, line: str) -> None:
        """Keep what is left of a line, and the key that it begins."""
        self.unknown.append(UnknownLine(at, line))
        found = _FRAGMENT.match(line)
        if found and found[1]:
            self._begun.append((self._part, found[1]))


_UNREADABLE = object()


def _loads(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return _UNREADABLE


def _no_number(word: str) -> object:
    """Refuse `NaN` and its like, which no plug writes."""
    raise ValueError(word)


def _meant(part: str | None, begun: str, missing: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """The missing key that a fragment begins."""
    return next((key for key in missing if part in (None, key[0]) and key[1].startswith(begun)), None)


def _render(value: Any, depth: int) -> str:
    """Write JSON as the plug's library does. Source: seed; assumed (lists that are not empty)."""
    tabs = "\t" * depth
    match value:
        case Mapping():
            items = (f"{tabs}\t{_dumps(key)}:\t{_render(item, depth + 1)}" for key, item in value.items())
            body = ",\n".join(items)
            return f"{{\n{body}\n{tabs}}}" if body else f"{{\n{tabs}}}"
        case list() | tuple():
            return f"[{', '.join(_render(item, depth + 1) for item in value)}]"
        case _:
            return _dumps(value)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
