"""Bytes of the console as events: `ShellReader` takes what the wire brings, in whatever pieces."""

from __future__ import annotations

from ownplug.core.shell.events import Event

LONGEST_LINE = 16 * 1024
"""Bytes of one line; a longer one comes in pieces, each but the last marked as cut."""


class ShellReader:
    """The events of one wire.

    Lines end in CR LF, CR or LF. A log line may begin anywhere: it is taken out, and the text around it becomes one
    line again. Whatever the bytes are, reading never fails and never holds more than a few lines.
    """

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events that they complete. A prompt needs no end of line."""
        raise NotImplementedError

    def flush(self) -> list[Event]:
        """Return what is left when no more bytes will come: half a line, marked as cut."""
        raise NotImplementedError

    @property
    def pending(self) -> str:
        """The text of the line whose end has not come."""
        raise NotImplementedError
