"""A serial port as a `ByteStream`: 115200 baud, 8 bits, no parity, one stop bit, raw, and ours alone.

The one door of pyserial. A device is configured and locked by it and then watched by the event loop; what the
loop cannot watch (COM ports of Windows, `rfc2217://`) has threads. `socket://` is plain TCP.

DTR and RTS are left as the system sets them when it opens a port: raised. Nothing here moves them afterwards, so
a board that takes them as its reset is not reset by us a second time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import serial
from serial import rfc2217
from serial.tools.list_ports import comports

from ownplug.aio import READ_SIZE, ByteStream
from ownplug.core.errors import LinkBroken, LinkClosed, OwnplugError, Unexpected, UsageError
from ownplug.transport.descriptor import Watched
from ownplug.transport.endpoint import authority
from ownplug.transport.ports import BY_ID, SerialPort, choose_port, find_device, open_failure, split_url
from ownplug.transport.tcp import connect_failure, open_tcp
from ownplug.transport.threaded import READ_TIMEOUT_S, open_threaded

if TYPE_CHECKING:
    from collections.abc import Iterator

BAUD = 115200
"""Speed of the plug's console.

Source: seed.
"""

_CLOSE_TIMEOUT_S = 5.0  # for a port that does not send what was written
_LOOK_S = 0.01  # between two looks at how much is left

# Some servers, and all whose port has no modem lines, leave requests about these lines unanswered.
_WITHOUT_MODEM_LINES = "?ign_set_control"


async def open_serial(port: str | None = None, *, baud: int = BAUD) -> ByteStream:
    """Open a serial port.

    Args:
        port: a device such as `/dev/ttyUSB0`, a name below `/dev/serial/by-id`, the path of a PTY, `COM3`,
            `socket://HOST:PORT`, `rfc2217://HOST:PORT`; the only port that there is when not given.
        baud: its speed; nothing to a PTY or `socket://`.

    Raises:
        NoSuchPort, PortDenied, PortBusy: it is not there, not allowed, or open elsewhere.
        Unreachable: the machine that has it does not answer or refuses.
        Unexpected: what answers at `rfc2217://` does not speak RFC 2217.
        UsageError: that is no serial port; or none was given and there are several.
    """
    if port is None:
        port = choose_port(list_ports()).device
    if "://" in port:
        return await _open_url(port, baud)
    device = find_device(port)
    if os.name == "posix":
        return SerialStream(_open_device(device, baud), device)
    with _explained(device):
        return await open_threaded(_new_port(device, baud), device)


def list_ports() -> list[SerialPort]:
    """List the serial ports of this machine, those with a stable name first."""
    stable = {str(link.resolve()): link.name for link in _links()}
    found = [
        SerialPort(
            device=info.device,
            description=info.description or "",
            stable_name=stable.get(info.device, ""),
            is_usb=info.vid is not None,
        )
        for info in comports()
    ]
    return sorted(found, key=lambda port: (not port.stable_name, port.device))


class SerialStream:
    """A `ByteStream` over an open device of pyserial, which it owns; see `open_serial`.

    A serial line has no end of its own: when the far side is gone, reading and writing break.
    """

    def __init__(self, port: Any, name: str) -> None:
        self._port = port
        self._name = name
        self._number: int = port.fileno()
        self._watched = Watched(self._number)
        self._closed = False

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `ByteStream.read`."""
        while True:
            await asyncio.sleep(0)  # a plug that never stops must not stop everybody else
            self._check_open()
            try:
                chunk = os.read(self._number, max_bytes)
            except BlockingIOError:
                await self._watched.readable()
            except OSError as error:
                raise self._broken() from error
            else:
                if not chunk:
                    raise self._broken()
                return chunk

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`."""
        rest = memoryview(data)
        self._check_open()
        while rest:
            try:
                rest = rest[os.write(self._number, rest) :]
            except BlockingIOError:
                await self._watched.writable()
            except OSError as error:
                raise self._broken() from error
            await asyncio.sleep(0)
            self._check_open()

    async def close(self) -> None:
        """See `ByteStream.close`; a port that sends nothing for 5 s is cut off."""
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                while not self._closed and self._port.out_waiting:
                    await self._watched.pause(_LOOK_S)
        except OSError:  # gone, or too slow (TimeoutError is one)
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """See `ByteStream.abort`."""
        if not self._closed:
            self._closed = True
            self._watched.release()
            with contextlib.suppress(*_failures()):
                self._port.reset_output_buffer()  # else the system waits for it
            with contextlib.suppress(*_failures()):
                self._port.close()

    def _check_open(self) -> None:
        if self._closed:
            raise LinkClosed(f"{self._name} was closed by this side.")

    def _broken(self) -> OwnplugError:
        return LinkBroken(f"{self._name} is gone.", hint="Was the adapter unplugged?")


def _open_device(device: str, baud: int) -> Any:
    port = _new_port(device, baud)
    with _explained(device):
        port.open()
        _let_reads_wait(port.fileno())
    return port


def _let_reads_wait(number: int) -> None:
    """Undo a setting of pyserial by which a line without news looks like one that has hung up."""
    import termios

    attributes = termios.tcgetattr(number)
    attributes[6][termios.VMIN] = 1
    termios.tcsetattr(number, termios.TCSANOW, attributes)


def _new_port(url: str, baud: int) -> Any:
    """Make a port of pyserial that is not open yet."""
    port = _Rfc2217() if "://" in url else serial.Serial(exclusive=True)
    port.port, port.baudrate, port.timeout = url, baud, READ_TIMEOUT_S
    return port


class _Rfc2217(rfc2217.Serial):  # type: ignore[misc]  # pyserial has no types
    """pyserial's, which leaves its socket open when the far side closed first."""

    def close(self) -> None:
        connected = self._socket
        super().close()
        if connected is not None:
            connected.close()


async def _open_url(url: str, baud: int) -> ByteStream:
    scheme, host, port = split_url(url)
    if scheme == "socket":
        return await open_tcp(host, port)
    try:
        return await open_threaded(
            _new_port(f"rfc2217://{authority(host, port)}{_WITHOUT_MODEM_LINES}", baud), url
        )
    except OSError as error:
        raise _remote_failure(url, host, port, error) from error


def _remote_failure(url: str, host: str, port: int, error: OSError) -> OwnplugError:
    beneath = error.__context__
    if isinstance(beneath, OSError):
        return connect_failure(beneath, host, port)
    return Unexpected(
        f"What answers at {url} does not speak RFC 2217, or its port is in use.",
        hint=f"For a port without RFC 2217 try socket://{authority(host, port)}.",
    )


@contextlib.contextmanager
def _explained(device: str) -> Iterator[None]:
    """Turn what pyserial raises when opening into a sentence."""
    try:
        yield
    except OSError as error:
        raise open_failure(device, error) from error
    except ValueError as error:
        raise UsageError(f"{device} cannot be used: {error}.") from error


def _failures() -> tuple[type[Exception], ...]:
    """What a port that is gone may raise; on POSIX the terminal settings have an error of their own."""
    if os.name != "posix":
        return (OSError,)
    import termios

    return (OSError, termios.error)


def _links() -> list[Path]:
    return list(BY_ID.iterdir()) if BY_ID.is_dir() else []
