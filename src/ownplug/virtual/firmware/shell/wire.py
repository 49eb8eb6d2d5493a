"""The sending side of the console's UART, on which all tasks of the plug print at once.

What a command prints takes time at 115200 baud. A line of another task that comes due in that time lands where the
wire is just then: inside a word, a line, a JSON document. Some are cut off, and take the rest of the line with them
in which they landed. The bytes leave at once all the same; only where the lines fall is reckoned at the pace of the
wire, and from the plug's own chance.

Source: seed (115200 baud; log lines inside of replies, whole and cut off).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ownplug.core.shell import LINE_END, encode_text
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware.device import Below

BYTES_PER_S = 115_200 / 10  # 8N1: ten bits a byte
_FINE = 2**24
_LINE_END = LINE_END.encode()

Line = Callable[[float], str]
"""From a moment of the plug's clock to what some task prints then."""


class Wire:
    """Weaves what is printed with the chatter of other tasks.

    Args:
        faults: how much chatter there is.
        below: chance, for this alone.
        line: makes a line of chatter.

    Attributes:
        due_s: when `tick` wants to be called.
        free_s: when the last byte will have gone, at the pace of the wire.
    """

    def __init__(self, *, faults: Faults, below: Below, line: Line) -> None:
        self.due_s = math.inf
        self._faults = faults
        self._below = below
        self._line = line
        self.free_s = -math.inf
        self._sent = bytearray()

    def start(self, now_s: float) -> None:
        """The plug has started: other tasks begin to print."""
        self.free_s = now_s
        self._draw()

    def disturb(self, faults: Faults, now_s: float) -> None:
        """From now on there is another amount of chatter."""
        self._faults = faults
        self.free_s = max(now_s, self.free_s)
        self._draw()

    def send(self, data: bytes, now_s: float) -> None:
        """Print `data`, and in the middle of it whatever else is due meanwhile."""
        self.free_s = max(now_s, self.free_s)
        while data:
            head = data[: self._bytes_until_chatter(data)]
            data = data[len(head) :]
            self._put(head)
            if data and not self._chat():
                data = data[data.find(_LINE_END) :] if _LINE_END in data else _LINE_END

    def tick(self, now_s: float) -> None:
        """Print the line of chatter that is due while nobody else prints."""
        if self.due_s <= now_s:
            self.free_s = max(now_s, self.free_s)
            if not self._chat():
                self._put(_LINE_END)

    def take(self) -> bytes:
        """What was printed since last time."""
        taken = bytes(self._sent)
        self._sent.clear()
        return taken

    def _put(self, data: bytes) -> None:
        self._sent += data
        self.free_s += len(data) / BYTES_PER_S

    def _bytes_until_chatter(self, data: bytes) -> int:
        """How much goes out before the next line of chatter; CR and LF of a line end stay together (assumed)."""
        room = (self.due_s - self.free_s) * BYTES_PER_S
        if room >= len(data):
            return len(data)
        count = max(0, int(room))
        return count + 1 if data[count - 1 : count + 1] == _LINE_END else count

    def _chat(self) -> bool:
        """Print one line of chatter; return whether it was whole."""
        line = encode_text(self._line(self.free_s))
        is_whole = self._share() > self._faults.garble
        self._put(line + _LINE_END if is_whole else line[: 1 + self._below(len(line))])
        self._draw()
        return is_whole

    def _draw(self) -> None:
        """Choose when the next line comes: at random, but never before a byte of something else has gone."""
        if self._faults.chatter <= 0:
            self.due_s = math.inf
            return
        wait_s = -math.log(self._share()) / self._faults.chatter
        self.due_s = self.free_s + max(wait_s, 1.5 / BYTES_PER_S)

    def _share(self) -> float:
        """A number above 0, up to 1."""
        return (1 + self._below(_FINE)) / _FINE
