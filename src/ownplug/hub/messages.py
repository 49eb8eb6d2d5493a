"""The last messages between the hub and each plug, for the curious: in memory, and in no more than some of it.

They are kept as they came and masked when they are shown. Three limits hold: messages of a plug each way, bytes of a
plug each way, and bytes of all together, where the oldest of all gives way.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

from ownplug.core.errors import Malformed
from ownplug.core.identity import Uuid
from ownplug.core.meross import Header, Message
from ownplug.core.meross.masking import mask_payload, mask_text
from ownplug.core.secret import Secret

MESSAGES = 200
"""Of one plug, each way."""

PLUG_BYTES = 256 * 1024
"""Of one plug, each way."""

ALL_BYTES = 32 * 1024 * 1024

_LONGEST_BYTES = 16 * 1024  # of a payload: ten times the longest of these plugs
_LONGEST_TEXT = 200  # characters of a namespace or method, which are the plug's own words
_OVERHEAD_BYTES = 500  # of one entry


class Direction(Enum):
    """Which way a message went."""

    IN = "in"  # from the plug
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message, its secrets masked; `payload` is None where it was too long to keep."""

    at: datetime
    direction: Direction
    method: str
    namespace: str
    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    number: int
    at: datetime
    direction: Direction
    method: str
    namespace: str
    payload: bytes | None  # as it came; None: too long
    size_bytes: int
    key: Secret  # that it was signed with


class MessageLog:
    """What was said lately.

    Args:
        now: the time of what is noted.
        all_bytes: of all plugs together.
    """

    def __init__(self, now: Callable[[], datetime], *, all_bytes: int = ALL_BYTES) -> None:
        self._now = now
        self._all_bytes = all_bytes
        self._count = 0
        self._size_bytes = 0
        self._lines: dict[tuple[Uuid, Direction], _Line] = {}
        self._by_age: OrderedDict[int, tuple[Uuid, Direction]] = OrderedDict()  # whose is which number

    def note(self, uuid: Uuid, direction: Direction, message: Message, key: Secret) -> None:
        """Remember one message of a plug."""
        payload = bytes(message.payload)
        fits = len(payload) <= _LONGEST_BYTES
        self._count += 1
        entry = _Entry(
            number=self._count,
            at=self._now(),
            direction=direction,
            method=message.method[:_LONGEST_TEXT],
            namespace=message.namespace[:_LONGEST_TEXT],
            payload=payload if fits else None,
            size_bytes=_OVERHEAD_BYTES + (len(payload) if fits else 0),
            key=key,
        )
        line = self._lines.setdefault((uuid, direction), _Line())
        line.entries.append(entry)
        line.size_bytes += entry.size_bytes
        self._size_bytes += entry.size_bytes
        self._by_age[entry.number] = (uuid, direction)
        while len(line.entries) > MESSAGES or line.size_bytes > PLUG_BYTES:
            self._drop_first((uuid, direction))
        while self._size_bytes > self._all_bytes:
            self._drop_first(next(iter(self._by_age.values())))

    def of(self, uuid: Uuid, *, limit: int, secrets: Collection[str]) -> list[MessageView]:
        """Return the last messages of a plug, newest first, masked.

        Args:
            uuid: which plug.
            limit: how many at most.
            secrets: texts that must not show, besides the keys that the messages were signed with.
        """
        lines = (self._lines.get((uuid, direction)) for direction in Direction)
        entries = [entry for line in lines if line is not None for entry in line.entries]
        newest = sorted(entries, key=lambda entry: -entry.number)[:limit]
        return [_view(entry, {*secrets, entry.key.reveal()}) for entry in newest]

    def forget(self, uuid: Uuid) -> None:
        """Forget what was said by and to a plug."""
        for direction in Direction:
            while (uuid, direction) in self._lines:
                self._drop_first((uuid, direction))

    def _drop_first(self, whose: tuple[Uuid, Direction]) -> None:
        line = self._lines[whose]
        entry = line.entries.popleft()
        line.size_bytes -= entry.size_bytes
        self._size_bytes -= entry.size_bytes
        del self._by_age[entry.number]
        if not line.entries:
            del self._lines[whose]


class _Line:
    """One way between the hub and one plug, oldest message first."""

    __slots__ = ("entries", "size_bytes")

    def __init__(self) -> None:
        self.entries: deque[_Entry] = deque()
        self.size_bytes = 0


def _view(entry: _Entry, secrets: Iterable[str]) -> MessageView:
    known = tuple(secrets)
    return MessageView(
        at=entry.at,
        direction=entry.direction,
        method=mask_text(entry.method, known),
        namespace=mask_text(entry.namespace, known),
        payload=_payload(entry, known),
    )


def _payload(entry: _Entry, secrets: Collection[str]) -> dict[str, Any] | None:
    if entry.payload is None:
        return None
    header = Header(message_id="", namespace=entry.namespace, method=entry.method, timestamp=0, sign="")
    message = Message(header=header, payload=msgspec.Raw(entry.payload))
    try:
        return mask_payload(entry.namespace, message.data(), secrets)
    except Malformed:  # it was refused for the same reason
        return None
