"""The serial port of a command: its options, opening it, and doing a job on it that outlasts a pulled cable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ownplug.cli.frame import Frame
from ownplug.cli.progress import ProgressLine

if TYPE_CHECKING:
    from ownplug.console import Console

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

BAUD = 115200
_WAIT_S = 60.0  # long enough to find the cable


def speed_options(function: F) -> F:
    """Add how fast the port is and how fast to type: `baud` and `tx_delay_ms`."""
    function = click.option(
        "--tx-delay",
        "tx_delay_ms",
        metavar="MS",
        default=0.0,
        show_default=True,
        type=click.FloatRange(0, 1000),
        help="Pause after each character, for a plug that loses some.",
    )(function)
    return click.option(
        "--baud",
        default=BAUD,
        show_default=True,
        type=click.IntRange(300, 4_000_000),
        help="Speed of the port.",
    )(function)


def job_options(function: F) -> F:
    """Add what `Wire` wants to know besides the port: `baud`, `tx_delay_ms` and `wait_s`."""
    function = click.option(
        "--wait",
        "wait_s",
        metavar="S",
        default=_WAIT_S,
        show_default=True,
        type=click.FloatRange(0, 3600),
        help="How long to wait for a wire or a plug that goes away meanwhile; 0 not at all.",
    )(function)
    return speed_options(function)


def wire_options(function: F) -> F:
    """Add what is said about a serial port besides its name: `baud`, `tx_delay_ms` and `record`."""
    function = click.option(
        "--record",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Write everything that goes over the wire, secrets too, into a new file.",
    )(function)
    return speed_options(function)


def chosen_port(frame: Frame, port: str | None) -> str:
    """Give the port that was named, else the only one that there is, and tell which.

    Raises:
        NoSuchPort, UsageError: none was named, and there is none, or several.
    """
    if port is None:
        from ownplug.transport.ports import choose_port
        from ownplug.transport.serial import list_ports

        port = choose_port(list_ports()).device
        frame.note(f"The port is {port}.")
    return port


def open_plug_console(
    frame: Frame, port: str | None, *, baud: int, tx_delay_ms: float, record: Path | None = None
) -> AbstractAsyncContextManager[Console]:
    """Open a console as the options say.

    Raises:
        NoSuchPort, UsageError: no port was named, and there is none, or several.
    """
    import ownplug.console

    settings = ownplug.console.SessionSettings(tx_delay_s=tx_delay_ms / 1000)
    return ownplug.console.open(chosen_port(frame, port), baud=baud, settings=settings, record=record)


def port_and_file(words: tuple[str, ...]) -> tuple[str | None, Path]:
    """Tell the port, which may be left out, from the file.

    Raises:
        click.UsageError: there are more words than that.
    """
    match words:
        case (file,):
            return None, Path(file)
        case (port, file):
            return port, Path(file)
    raise click.UsageError(f"One port and one file, not {len(words)} words.")


class Wire:
    """A port on which jobs are done.

    Attributes:
        port: its name.
        progress: where a job tells how far it has come.
    """

    def __init__(
        self, frame: Frame, port: str | None, *, baud: int, tx_delay_ms: float, wait_s: float
    ) -> None:
        """Choose the port.

        Raises:
            NoSuchPort, UsageError: none was named, and there is none, or several.
        """
        self.port = chosen_port(frame, port)
        self.progress = ProgressLine(frame)
        self._frame = frame
        self._was_there = False
        self._baud = baud
        self._tx_delay_ms = tx_delay_ms
        self._wait_s = wait_s

    async def do(self, work: Callable[[Console], Awaitable[T]]) -> T:
        """Do a job that may begin anew; when the wire breaks, say so, and go on when it is back.

        Raises:
            OwnplugError: see `ownplug.console.insist`.
        """
        from ownplug.console import InsistSettings, insist

        with self.progress:
            done = await insist(
                self._open,
                work,
                settings=InsistSettings(away_s=self._wait_s),
                was_there=self._was_there,
                told=self._tell_break,
            )
        self._was_there = True
        return done

    def _open(self) -> AbstractAsyncContextManager[Console]:
        return open_plug_console(self._frame, self.port, baud=self._baud, tx_delay_ms=self._tx_delay_ms)

    def _tell_break(self, failure: Exception) -> None:
        self.progress.note(f"{failure} Going on when the plug answers again; Ctrl-C ends it.")
