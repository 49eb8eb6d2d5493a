"""What goes over the wires of a virtual plug, as a person reads it: one message or line at a time, without secrets.

The board hands over bytes as they cross; here they become messages and lines. While nobody looks, nothing does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ownplug.core.errors import Malformed
from ownplug.core.meross import decode_message
from ownplug.core.meross.masking import mask_payload, mask_text
from ownplug.core.shell import Command, parse_command

LONGEST_LINE = 500
"""Characters of a line of text that are shown."""

_LONGEST_WAIT = 4096  # bytes of a line on the serial wire that does not end
_LONGEST_WORD = 200  # characters of a namespace or method, which are the sender's own words
_LINE_END = re.compile(rb"[\r\n]+")
_HEAD_END = b"\r\n\r\n"
_RUB_OUT = "\b\x7f"
_WRITES = "config write"


class Wire(StrEnum):
    """A way to and from a plug."""

    MQTT = "mqtt"
    HTTP = "http"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class WireBytes:
    """What crossed at once."""

    wire: Wire
    to_plug: bool
    data: bytes
    """Of MQTT a message, of HTTP a request's body or a whole answer (empty: it was dropped), else any bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireText:
    """One message, or one line that is none."""

    wire: Wire
    to_plug: bool
    method: str = ""
    namespace: str = ""
    payload: dict[str, Any] | None = None
    """Of a message."""
    text: str = ""
    """Of what is no message."""


class WireReader:
    """Makes messages and lines of what crosses the wires of one plug.

    Args:
        secrets: the plug's secrets as they are now; one that was ever told stays hidden.
    """

    def __init__(self, secrets: Callable[[], Collection[str]]) -> None:
        self._secrets = secrets
        self._known: set[str] = set()
        self._waiting = {True: b"", False: b""}  # the unfinished line, each way

    def read(self, crossed: WireBytes) -> Iterator[WireText]:
        """Yield what is whole now."""
        self._known.update(self._secrets())
        if crossed.wire is Wire.SERIAL:
            for line in self._lines(crossed):
                yield self._text(crossed, _shown(line.decode("utf-8", "backslashreplace")))
        else:
            yield self._message(crossed)

    def _lines(self, crossed: WireBytes) -> list[bytes]:
        *whole, rest = _LINE_END.split(self._waiting[crossed.to_plug] + crossed.data)
        if len(rest) > _LONGEST_WAIT:
            whole, rest = [*whole, rest], b""
        self._waiting[crossed.to_plug] = rest
        return [line for line in whole if line.strip()]

    def _message(self, crossed: WireBytes) -> WireText:
        data = crossed.data
        if crossed.wire is Wire.HTTP and not crossed.to_plug:
            if not data:
                return WireText(wire=crossed.wire, to_plug=False, text="(dropped without an answer)")
            head, _, data = data.partition(_HEAD_END)
            if not data:
                return self._text(crossed, head.decode("latin-1").partition("\r\n")[0])
        try:
            message = decode_message(data)
            payload = mask_payload(message.namespace, message.data(), self._known)
        except Malformed:
            return self._text(crossed, data.decode("utf-8", "backslashreplace"))
        return WireText(
            wire=crossed.wire,
            to_plug=crossed.to_plug,
            method=self._masked(message.method)[:_LONGEST_WORD],
            namespace=self._masked(message.namespace)[:_LONGEST_WORD],
            payload=payload,
        )

    def _text(self, crossed: WireBytes, text: str) -> WireText:
        text = self._masked(text)
        cut = text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1]}…"
        return WireText(wire=crossed.wire, to_plug=crossed.to_plug, text=cut)

    def _masked(self, text: str) -> str:
        return mask_text(text, self._known)


def _shown(typed: str) -> str:
    """A line of the console with its corrections made, and without the secret that a command in it writes."""
    letters: list[str] = []
    for letter in typed:
        if letter not in _RUB_OUT:
            letters.append(letter)
        elif letters:
            letters.pop()
    line = "".join(letters)
    before, writes, arguments = line.partition(_WRITES)
    command = parse_command(f"{writes}{arguments}")
    return f"{before}{command.shown}" if isinstance(command, Command) else line
