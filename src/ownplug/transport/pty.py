"""A PTY with a name of its own, behind which terminals come and go; see `ownplug.transport.tty`.

While no terminal has it open, a PTY reports its end without a pause, and no system tells when the next one
opens it: so it is looked at twenty times a second until one has, and not at all afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import select
import struct
import termios
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from ownplug.aio import READ_SIZE
from ownplug.core.errors import Conflict, LinkClosed, UsageError
from ownplug.transport.backlog import Backlog
from ownplug.transport.descriptor import Watched

BACKLOG_LIMIT = 4096
"""Bytes kept for the next terminal: what the driver of a serial port keeps for a program that is slow."""

_LOOK_S = 0.05  # between two looks for a terminal; a person who opens one does not notice
_CLOSE_TIMEOUT_S = 1.0  # for a terminal that does not take the rest
_FOLDERS = ("/dev/pts/", "/dev/ttys")  # where systems have their PTYs: Linux, macOS


@asynccontextmanager
async def offer_pty(path: str | Path) -> AsyncIterator[PtyTty]:
    """Make a PTY and a symbolic link to it at `path`, for as long as the `async with` lasts.

    Raises:
        UsageError: what stands at `path` is no link of ours, or no link can be made there.
        Conflict: another program's PTY is there.
    """
    link = _absolute(path)
    async with contextlib.AsyncExitStack() as stack:
        master, terminal = _open_pty()
        offered = PtyTty(master, terminal, address=str(link))
        stack.push_async_callback(offered.close)
        _make_link(link, terminal)
        stack.callback(_remove_link, link, terminal)
        yield offered


class PtyTty:
    """See `ownplug.transport.tty.OfferedTty`.

    Attributes:
        address: the path that a terminal is given.
    """

    def __init__(self, master: int, terminal: str, *, address: str) -> None:
        self.address = address
        self._master = master
        self._terminal = terminal
        self._watched = Watched(master)
        self._backlog = Backlog(BACKLOG_LIMIT)
        self._was_attached = False
        self._closed = False

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `OfferedTty`."""
        while True:
            await asyncio.sleep(0)  # a terminal that never stops must not stop everybody else
            self._check_open()
            try:
                chunk = os.read(self._master, max_bytes)
            except BlockingIOError:
                self._attach()
                await self._watched.readable()
                continue
            except OSError:
                chunk = b""
            if chunk:
                self._was_attached = True
                return chunk
            self._detach()
            await self._watched.pause(_LOOK_S)

    async def write(self, data: bytes) -> None:
        """See `OfferedTty`."""
        self._check_open()
        rest = self._backlog.take() + data
        while rest:
            if not self._is_attached():
                self._backlog.put(rest)
                return
            taken = self._send(rest)
            rest = rest[taken:]
            if not taken:
                await self._watched.writable()
            await asyncio.sleep(0)
            self._check_open()

    async def close(self) -> None:
        """See `OfferedTty`; a terminal that takes nothing for 1 s is cut off."""
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                while not self._closed and self._is_attached():
                    await asyncio.sleep(_LOOK_S)  # what was written a moment ago may not be counted yet
                    if not self._count_unread():
                        break
        except TimeoutError:
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """See `OfferedTty`."""
        if not self._closed:
            self._closed = True
            self._watched.release()
            os.close(self._master)

    def _attach(self) -> None:
        """Give a terminal that has come what was kept for it; what does not fit goes with the next write."""
        self._was_attached = True
        if self._backlog:
            kept = self._backlog.take()
            self._backlog.put(kept[self._send(kept) :])

    def _detach(self) -> None:
        """Make the line as new for the next terminal, after the last one has gone."""
        if self._was_attached:
            self._was_attached = False
            _reset(self._terminal)

    def _is_attached(self) -> bool:
        """Tell whether a terminal has it open."""
        if self._closed:
            return False
        poll = select.poll()
        poll.register(self._master, 0)
        return not any(events & select.POLLHUP for _, events in poll.poll(0))

    def _send(self, data: bytes) -> int:
        try:
            return os.write(self._master, data)
        except OSError:  # full, or the terminal has just gone: the next look will tell
            return 0

    def _count_unread(self) -> int:
        """How many bytes the terminal has not read yet."""
        if self._closed:
            return 0
        with _opened(self._terminal) as number:
            (count,) = struct.unpack("i", fcntl.ioctl(number, termios.FIONREAD, bytes(4)))
        return int(count)

    def _check_open(self) -> None:
        if self._closed:
            raise LinkClosed("The console was closed by this side.")


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()


def _open_pty() -> tuple[int, str]:
    """Make a PTY as plain as a cable; return our side, which does not block, and the name of the other."""
    master, slave = os.openpty()
    terminal = os.ttyname(slave)
    os.close(slave)
    os.set_blocking(master, False)
    _reset(terminal)
    return master, terminal


def _reset(terminal: str) -> None:
    """Switch echo and line editing off, and drop what nobody read."""
    with _opened(terminal) as number:
        tty.setraw(number)
        termios.tcflush(number, termios.TCIFLUSH)


@contextlib.contextmanager
def _opened(terminal: str) -> Iterator[int]:
    number = os.open(terminal, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        yield number
    finally:
        os.close(number)


def _make_link(link: Path, terminal: str) -> None:
    """Put a link to `terminal` at `link`, in place of one that a program of ours left behind."""
    try:
        if link.is_symlink() and _is_left_behind(link, terminal):
            link.unlink()
        link.symlink_to(terminal)
    except FileExistsError as error:
        raise _in_the_way(link) from error
    except OSError as error:
        raise UsageError(
            f"No console can be offered at {link}: {error.strerror}.", hint="Choose another path."
        ) from error


def _is_left_behind(link: Path, terminal: str) -> bool:
    target = str(link.readlink())
    return target.startswith(_FOLDERS) and (target == terminal or not link.exists())


def _in_the_way(link: Path) -> Conflict | UsageError:
    if link.is_symlink() and str(link.readlink()).startswith(_FOLDERS):
        return Conflict(
            f"{link} leads to a terminal that is in use.",
            hint="Another console may be offered there: choose another path, or remove the link.",
        )
    return UsageError(
        f"{link} exists and is not a console that was left behind.", hint="Choose another path."
    )


def _remove_link(link: Path, terminal: str) -> None:
    with contextlib.suppress(OSError):
        if str(link.readlink()) == terminal:
            link.unlink()
