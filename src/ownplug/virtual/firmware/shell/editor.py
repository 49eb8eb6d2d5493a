"""The line editor: what a person types, echoed, until a line is whole.

Source: seed (the echo), published MediaTek SDK (history, Ctrl-C gives the line up); assumed (the rest).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ownplug.core.shell import LINE_LIMIT

_HISTORY = 10  # lines. Source: assumed
_SEQUENCE_LIMIT = 16  # bytes of an escape sequence; a longer one is none
_CR, _LF, _ESC = 0x0D, 0x0A, 0x1B
_ERASE = {0x08, 0x7F}
_GIVE_UP = 0x03
_FIRST_PRINTABLE = 0x20
_NEW_LINE = b"\r\n"
_UP, _DOWN = b"[A", b"[B"


class Ended(Enum):
    """How a line ended."""

    ENTERED = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """What one key led to: bytes to echo, and the line if the key ended it."""

    echo: bytes = b""
    ended: Ended | None = None
    line: bytes = b""


class LineEditor:
    """Takes keys one by one. CR, LF and CR LF each end one line."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._history: list[bytes] = []
        self._back = 0  # how far back in the history the shown line is
        self._sequence: bytes | None = None  # of an escape sequence, what has come
        self._after_cr = False

    def key(self, code: int) -> Keyed:
        """Take one byte from the wire."""
        was_cr, self._after_cr = self._after_cr, code == _CR
        if self._sequence is not None:
            return self._continue_sequence(self._sequence + bytes([code]))
        if code == _LF and was_cr:
            return Keyed()
        if code in {_CR, _LF}:
            return self._enter()
        if code == _GIVE_UP:
            self._forget()
            return Keyed(echo=_NEW_LINE, ended=Ended.GIVEN_UP)
        if code == _ESC:
            self._sequence = b""
            return Keyed()
        return self._edit(code)

    def _edit(self, code: int) -> Keyed:
        if code in _ERASE:
            return Keyed(echo=_wipe(self._drop_last()))
        if code < _FIRST_PRINTABLE or len(self._line) >= LINE_LIMIT:
            return Keyed()
        self._line.append(code)
        return Keyed(echo=bytes([code]))

    def _drop_last(self) -> int:
        """Take the last character off, which in UTF-8 has several bytes; return how many columns it had."""
        if not self._line:
            return 0
        while len(self._line) > 1 and self._line[-1] & 0xC0 == 0x80:
            self._line.pop()
        self._line.pop()
        return 1

    def _enter(self) -> Keyed:
        line = bytes(self._line)
        if line.strip() and self._history[-1:] != [line]:
            self._history = [*self._history, line][-_HISTORY:]
        self._forget()
        return Keyed(echo=_NEW_LINE, ended=Ended.ENTERED, line=line)

    def _forget(self) -> None:
        self._line.clear()
        self._back = 0

    def _continue_sequence(self, sequence: bytes) -> Keyed:
        """A cursor key and its kin: up and down recall earlier lines, the rest do nothing."""
        if _is_open(sequence):
            self._sequence = sequence
            return Keyed()
        self._sequence = None
        if sequence == _UP:
            return self._recall(self._back + 1)
        if sequence == _DOWN:
            return self._recall(self._back - 1)
        return Keyed()

    def _recall(self, back: int) -> Keyed:
        if not 0 <= back <= len(self._history):
            return Keyed()
        self._back = back
        wiped = _wipe(_columns(self._line))
        self._line = bytearray(self._history[-back] if back else b"")
        return Keyed(echo=wiped + self._line)


def _is_open(sequence: bytes) -> bool:
    """Whether more belongs to it: `[` or `O`, and then anything up to a letter or `~`."""
    if sequence[:1] not in {b"[", b"O"} or len(sequence) >= _SEQUENCE_LIMIT:
        return False
    return len(sequence) == 1 or not 0x40 <= sequence[-1] <= 0x7E


def _wipe(columns: int) -> bytes:
    return b"\b \b" * columns


def _columns(line: bytes | bytearray) -> int:
    return sum(1 for byte in line if byte & 0xC0 != 0x80)
