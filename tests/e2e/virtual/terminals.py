"""A terminal at its plainest: a file that is opened, written and read."""

from __future__ import annotations

import os
import select
import time
from types import TracebackType
from typing import Self

READY_S = 20.0
PROMPT = b"\r\n$ "


class Terminal:
    """Holds a terminal of the system open."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)

    def type(self, typed: bytes) -> None:
        """Type; what the other side does not take in time is an error."""
        while typed:
            assert select.select([], [self._handle], [], READY_S)[1], "nobody takes what is typed"
            typed = typed[os.write(self._handle, typed) :]

    def read_until(self, mark: bytes, within_s: float = READY_S) -> bytes:
        """Read until `mark` has come; return everything up to it and keep the rest."""
        deadline = time.monotonic() + within_s  # noqa: TID251 - a real terminal takes real time
        while mark not in self._read:
            wait_s = max(0.0, deadline - time.monotonic())  # noqa: TID251
            assert select.select([self._handle], [], [], wait_s)[0], f"no {mark!r} in {self._read!r}"
            self._read += os.read(self._handle, 65536)
        told, mark, self._read = self._read.partition(mark)
        return told + mark

    def run(self, line: str) -> list[str]:
        """Type a command; return the lines of its reply, up to the next prompt."""
        self.type(line.encode() + b"\r")
        self.read_until(line.encode() + b"\r\n")
        self._read = b"\r\n" + self._read
        return self.read_until(PROMPT).removesuffix(PROMPT).decode().split("\r\n")[1:]
