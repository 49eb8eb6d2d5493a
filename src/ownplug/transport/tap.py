r"""A listener on a wire: what goes by is written to a capture file, which can be played back.

A capture is one JSON object a line: first what it is, then each piece of bytes with its time and its sender.
Bytes are characters 0 to 255, so that a capture can be read and searched:

    {"capture": 1, "port": "/dev/ttyUSB0", "started": "2026-01-31T12:00:00+00:00"}
    {"at_s": 0.2, "from": "here", "bytes": "meross hw\r"}
    {"at_s": 0.21, "from": "plug", "bytes": "meross hw\r\nhardware info\r\n"}

Each line is on its way to the disk before the bytes are passed on: a crash loses at most the last one. The file
is private (0600), since a console tells keys.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ownplug.aio import READ_SIZE, ByteStream
from ownplug.core.errors import LinkClosed, Malformed, Unexpected, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ownplug.aio import Clock

_LOG = logging.getLogger(__name__)

_VERSION = 1


class Sender(StrEnum):
    """Who sent the bytes of a record."""

    HERE = "here"
    PLUG = "plug"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Bytes that went by at once.

    Attributes:
        at_s: when, in seconds since the capture began.
        sender: who sent them.
        data: the bytes.
    """

    at_s: float
    sender: Sender
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What a capture file holds.

    Attributes:
        port: the wire, as the person named it.
        started: when, ISO 8601.
        records: what went by, in order.
    """

    port: str
    started: str
    records: tuple[Record, ...]


class Tap:
    """A `ByteStream` that passes everything on and writes it to a file, until it is closed or aborted."""

    def __init__(self, stream: ByteStream, file: Path, *, port: str, clock: Clock) -> None:
        """Begin a capture.

        Raises:
            UsageError: the file exists, or cannot be made.
        """
        self._stream = stream
        self._clock = clock
        self._started_s = clock.monotonic()
        self._file: int | None = _create(file)
        self._name = str(file)
        self._write_line({"capture": _VERSION, "port": port, "started": clock.now().isoformat()})

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `ByteStream.read`."""
        data = await self._stream.read(max_bytes)
        if data:
            self._record(Sender.PLUG, data)
        return data

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`."""
        if data:
            self._record(Sender.HERE, data)
        await self._stream.write(data)

    async def close(self) -> None:
        """See `ByteStream.close`."""
        await self._stream.close()
        self._end()

    def abort(self) -> None:
        """See `ByteStream.abort`."""
        self._stream.abort()
        self._end()

    def _record(self, sender: Sender, data: bytes) -> None:
        at_s = round(self._clock.monotonic() - self._started_s, 6)
        self._write_line({"at_s": at_s, "from": sender.value, "bytes": data.decode("latin-1")})

    def _write_line(self, line: dict[str, Any]) -> None:
        """Hand a line to the system; a disk that takes no more ends the capture and nothing else."""
        if self._file is None:
            return
        try:
            os.write(self._file, json.dumps(line).encode() + b"\n")
        except OSError as error:
            _LOG.warning("%s: nothing more is recorded: %s", self._name, error.strerror)
            self._end()

    def _end(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Replay:
    """A `ByteStream` that plays a capture back: what the plug said, as soon as it is told what it was told then.

    Nothing waits for the times of the capture. After the last record `read` returns the end.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = list(records)
        self._expected = b"".join(record.data for record in records if record.sender is Sender.HERE)
        self._told = 0  # bytes that were written
        self._due = 0  # bytes that had been written then
        self._change = asyncio.Event()
        self._closed = False

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `ByteStream.read`."""
        while True:
            self._check_open()
            if not self._records:
                return b""
            record = self._records[0]
            if record.sender is Sender.PLUG and self._told >= self._due:
                return self._take(record, max_bytes)
            if record.sender is Sender.HERE:
                del self._records[0]
                self._due += len(record.data)
                continue
            self._change.clear()
            await self._change.wait()

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`.

        Raises:
            Unexpected: something else was written when the capture was made.
        """
        self._check_open()
        expected = self._expected[self._told : self._told + len(data)]
        if data != expected:
            raise Unexpected(f"The capture goes on with {expected!r}, not with {data!r}.")
        self._told += len(data)
        self._change.set()

    async def close(self) -> None:
        """See `ByteStream.close`."""
        self.abort()

    def abort(self) -> None:
        """See `ByteStream.abort`."""
        self._closed = True
        self._change.set()

    def _take(self, record: Record, max_bytes: int) -> bytes:
        if len(record.data) <= max_bytes:
            del self._records[0]
            return record.data
        rest = Record(at_s=record.at_s, sender=record.sender, data=record.data[max_bytes:])
        self._records[0] = rest
        return record.data[:max_bytes]

    def _check_open(self) -> None:
        if self._closed:
            raise LinkClosed("The replay was closed by this side.")


def read_capture(text: bytes) -> Capture:
    """Read a capture; a last line that is not whole is left out.

    Raises:
        Malformed: it is no capture; the sentence names the line.
    """
    lines = text.split(b"\n")
    lines.pop()  # nothing, or half a line
    if not lines:
        raise Malformed("This is no capture: it is empty.")
    head = _parse_line(1, lines[0])
    if head.get("capture") != _VERSION:
        raise Malformed("This is no capture that this version can read.")
    records = tuple(_parse_record(number, line) for number, line in enumerate(lines[1:], start=2))
    return Capture(port=str(head.get("port", "")), started=str(head.get("started", "")), records=records)


def _parse_line(number: int, line: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"Line {number} of the capture is not JSON.") from error
    if not isinstance(parsed, dict):
        raise Malformed(f"Line {number} of the capture is no JSON object.")
    return parsed


def _parse_record(number: int, line: bytes) -> Record:
    try:
        match _parse_line(number, line):
            case {"at_s": int() | float() as at_s, "from": str(sender), "bytes": str(data)}:
                return Record(at_s=at_s, sender=Sender(sender), data=data.encode("latin-1"))
    except ValueError as error:  # another sender, or a character that is no byte
        raise Malformed(f"Line {number} of the capture is no record: {error}.") from error
    raise Malformed(f"Line {number} of the capture is no record.")


def _create(file: Path) -> int:
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    except FileExistsError as error:
        raise UsageError(
            f"{file} exists, and a recording never replaces a file.", hint="Choose another name."
        ) from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
