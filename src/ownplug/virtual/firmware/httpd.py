"""The plug's HTTP server: how it reads a request and how it frames an answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ownplug.virtual.firmware.calendar import http_date

HEAD_LIMIT = 2048  # bytes; what programs send is a fifth of it. Source: assumed
SWALLOW_LIMIT = 65536  # bytes of a body that is too long but still read, so that its sender sees a clean end
_OK = (
    "HTTP/1.1 200 OK\r\n"
    "Server: HTTPD\r\n"
    "Date: {date}\r\n"
    "Pragma: no-cache\r\n"
    "Cache-Control: no-cache\r\n"
    "Content-Type: application/json;charset=UTF-8\r\n"
    "Connection: close\r\n"
    "\r\n"
)
_UNAUTHORIZED = (
    "HTTP/1.1 401 Unauthorized\r\n"
    "Server: HTTPD\r\n"
    "Date: {date}\r\n"
    'WWW-Authenticate: Basic realm="10.10.10.1"\r\n'
    "Connection: close\r\n"
    "\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: its method, its path without the query, and its body."""

    method: str
    path: str
    body: bytes = b""


class Progress(Enum):
    """How far the reading of a request has come."""

    MORE = "more bytes are needed"
    WHOLE = "it is there"
    HOPELESS = "it will never be a request that this server takes"


class RequestReader:
    """Puts a request together from the bytes of one connection.

    Args:
        body_limit: longest body, in bytes. Longer ones are read to their end, and hopeless.
    """

    def __init__(self, *, body_limit: int) -> None:
        self._body_limit = body_limit
        self._data = b""
        self._body_at = 0
        self._length = 0
        self.progress = Progress.MORE
        self._words: list[str] = []

    def feed(self, data: bytes) -> Progress:
        """Take bytes, in any pieces; what follows a whole request is ignored."""
        if self.progress is Progress.MORE:
            self._data += data
            if not self._body_at:
                self.progress = self._read_head()
            if self._body_at and self.progress is Progress.MORE:
                self.progress = self._read_body()
        return self.progress

    def request(self) -> Request:
        """The request, once it is whole."""
        method, path, _ = self._words
        body = self._data[self._body_at : self._body_at + self._length]
        return Request(method=method, path=path.partition("?")[0], body=body)

    def _read_head(self) -> Progress:
        ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := self._data.find(mark)) >= 0]
        if not ends:
            return Progress.HOPELESS if len(self._data) > HEAD_LIMIT else Progress.MORE
        at, width = min(ends)
        lines = self._data[:at].decode("latin-1").splitlines()
        self._words = lines[0].split(" ") if lines else []
        self._length = _content_length(lines[1:])
        if len(self._words) != 3 or at > HEAD_LIMIT or not 0 <= self._length <= SWALLOW_LIMIT:
            return Progress.HOPELESS
        self._body_at = at + width
        return Progress.MORE

    def _read_body(self) -> Progress:
        if len(self._data) < self._body_at + self._length:
            return Progress.MORE
        return Progress.WHOLE if self._length <= self._body_limit else Progress.HOPELESS


def _content_length(lines: list[str]) -> int:
    """The announced length of the body; -1 if it cannot be read."""
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-length":
            text = value.strip()
            # 9 digits: longer ones are beyond every limit, and Python refuses to read very long numbers
            return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
    return 0


def render_reply(body: bytes, *, unix_s: float, limit: int) -> bytes:
    """An answer as the plug sends it: always status 200, no length, `body` cut at `limit` bytes.

    Source: captures (protocol notes, 1.5: head of an MSS310 of hardware 1; 9.1: the cut).
    """
    return _OK.format(date=http_date(unix_s)).encode() + body[:limit]


def render_unauthorized(*, unix_s: float) -> bytes:
    """What `GET /` gets from a plug that waits to be paired.

    Source: capture of an MSL120 (protocol notes, 1.5).
    """
    return _UNAUTHORIZED.format(date=http_date(unix_s)).encode()
