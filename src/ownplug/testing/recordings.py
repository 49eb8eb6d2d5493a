"""What real plugs said: reads the recordings that owners published and puts back what was masked.

Two forms are known, both of the meross_lan integration: a table with tabs, and its JSON diagnostics. Ids,
addresses, keys and servers in them are masked with `#` and `@`; `unmask` puts plausible values of the right
type in their place, so that a recorded payload can be read like one that has just come.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from ownplug.core.errors import Malformed
from ownplug.core.meross import namespaces as ns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

UUID = "1909182170548290802048e1e9522946"

_MASKED = re.compile(r"#+\d*|@\d+")
_PLAUSIBLE: dict[str, str | int] = {
    "uuid": UUID,
    "macAddress": "48:e1:e9:52:29:46",
    "wifiMac": "aa:bb:cc:dd:ee:ff",
    "gatewayMac": "aa:bb:cc:dd:ee:ff",
    "innerIp": "192.168.1.50",
    "server": "192.168.1.10",
    "secondServer": "192.168.1.11",
    "activeServer": "192.168.1.10",
    "mainServer": "192.168.1.10",
    "port": 8883,
    "secondPort": 8883,
    "mainPort": 8883,
    "userId": 10001,
    "ssid": "MyNet",
    "bindId": "0123456789abcdef",
    "alias": "kitchen",
}
MASKED_KEYS = frozenset(_PLAUSIBLE)
"""What tells who a plug is, whose it is and where it is."""

_PLACES = {"longitude", "latitude"}  # the position on earth becomes that of nowhere
# The recorder wrote these two, when they were not fresh, without their outer key.
_OUTER_KEYS = {ns.SYSTEM_ALL: "all", ns.SYSTEM_ABILITY: "ability"}


class Direction(Enum):
    """Who said a recorded line."""

    ASKED = "TX"  # the recording program
    ANSWERED = "RX"  # the device
    REMEMBERED = ""  # the program, of what the device had said before, or in its own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a recording."""

    number: int  # from 1, without a heading
    direction: Direction
    transport: str
    method: str  # LOG for the recording program's own words
    namespace: str  # the level of a LOG
    payload: Any  # text for a LOG

    @property
    def is_log(self) -> bool:
        """Whether these are words of the recording program, not of the language of the plug."""
        return self.method == "LOG"

    @property
    def is_told(self) -> bool:
        """Whether the device said this."""
        return not self.is_log and self.direction is not Direction.ASKED


def read_recording(file: Path) -> list[Row]:
    """Read every line of a recording, unmasked.

    Raises:
        Malformed: this is no recording of a known form, or a mask stands where nothing plausible is known.
    """
    text = file.read_text("utf-8")
    lines = _json_lines(text) if file.suffix == ".json" else _table_lines(text)
    return [_row(number, line) for number, line in enumerate(lines, start=1)]


def _json_lines(text: str) -> list[list[Any]]:
    heading, *lines = json.loads(text)["data"]["trace"]
    if heading != ["time", "rxtx", "protocol", "method", "namespace", "data"]:
        raise Malformed(f"Not a recording: its columns are {heading}.")
    return list(lines)


def _table_lines(text: str) -> list[list[Any]]:
    lines: list[list[Any]] = [line.split("\t", 5) for line in text.splitlines() if line]
    for line in lines:
        if line[3] != "LOG":
            line[5] = json.loads(line[5])
    return lines


def _row(number: int, line: list[Any]) -> Row:
    _, direction, transport, method, namespace, payload = line
    outer = _OUTER_KEYS.get(namespace)
    if method == "GETACK" and outer and outer not in payload:
        payload = {outer: payload}
    return Row(
        number=number,
        direction=Direction(direction),
        transport=transport,
        method=method,
        namespace=namespace,
        payload=payload if method == "LOG" else unmask(payload),
    )


def unmask(value: Any, key: str = "") -> Any:
    """Return JSON values with plausible ones in place of masks; `key` is the one that `value` stands under.

    Raises:
        Malformed: a mask under a key for which nothing plausible is known.
    """
    match value:
        case dict():
            return {name: unmask(inner, name) for name, inner in value.items()}
        case list():
            return [unmask(inner, key) for inner in value]
        case str() if _MASKED.fullmatch(value):
            if key not in _PLAUSIBLE:
                raise Malformed(f"Nothing plausible is known for the masked {key!r}.")
            return _PLAUSIBLE[key]
        case _:
            return value


def scrub(value: Any, key: str = "") -> Any:
    """Return JSON values with masks where they tell whose they are, in the form that `unmask` takes back."""
    match value:
        case dict():
            return {name: scrub(inner, name) for name, inner in value.items()}
        case list():
            return [scrub(inner, key) for inner in value]
        case _ if key in _PLACES:
            return 0
        case str() if key in MASKED_KEYS and value:
            return "#" * len(value)
        case int() if key in MASKED_KEYS and not isinstance(value, bool):
            return "@1"
        case _:
            return value


def recording_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of a recording in the form of a table, as `read_recording` takes it; nothing is dated."""
    for row in rows:
        payload = json.dumps(row.payload, separators=(",", ":"), ensure_ascii=False)
        yield f"\t{row.direction.value}\t{row.transport}\t{row.method}\t{row.namespace}\t{payload}"
