"""The far side of a serial cable, offered to whatever terminal comes: a PTY with a name, or a TCP port.

A plug has one UART, whether a terminal is attached or not. So an offered tty is one `ByteStream` for as long
as it is offered, and terminals come and go behind it:

- `read` waits through the times without a terminal; it never returns `b""` and never breaks;
- `write` waits for a terminal that reads too slowly; with none attached it returns at once, and the last
  4 KiB are kept for the next one, the oldest bytes going first;
- `close` lets a terminal that is attached take the rest, then hangs up; `abort` hangs up at once.
"""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ownplug.aio import ByteStream
from ownplug.core.errors import UsageError

_TCP = "tcp:"
_LAST_PORT = 65535


class OfferedTty(ByteStream, Protocol):
    """The far side of a serial cable; see the module."""

    @property
    def address(self) -> str:
        """What a terminal is given to open it: a path, or `socket://HOST:PORT`."""


def offer_tty(where: str) -> AbstractAsyncContextManager[OfferedTty]:
    """Offer a tty for as long as the `async with` lasts.

    Args:
        where: a path, where a symbolic link to a new PTY will stand, or `tcp:HOST:PORT`, port 0 being any
            free one.

    Raises:
        UsageError: not such a place; what stands at the path is no link of ours; no PTYs on this system.
        Conflict: another tty is offered there, or the port is taken.
    """
    if where.startswith(_TCP):
        from ownplug.transport.tcp_tty import offer_tcp

        return offer_tcp(*_host_and_port(where.removeprefix(_TCP)))
    if os.name != "posix":
        raise UsageError("This system has no PTYs.", hint="Offer the console over TCP: tcp:127.0.0.1:0.")
    from ownplug.transport.pty import offer_pty

    return offer_pty(where)


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > _LAST_PORT:
        raise UsageError(f"{_TCP}{text} is not tcp:HOST:PORT.", hint="For example tcp:127.0.0.1:0.")
    return host.removeprefix("[").removesuffix("]"), int(port)
