"""Logs of a command: on stderr, quiet unless asked, and harmless to a terminal."""

from __future__ import annotations

import logging
import sys

from ownplug.cli.output import escape_controls

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_NOISY = ("asyncio", "uvicorn", "websockets", "aiohttp")  # libraries that tell their own story at `info`


class _SafeFormatter(logging.Formatter):
    """A formatter whose lines cannot command the terminal they are shown on."""

    def format(self, record: logging.LogRecord) -> str:
        return escape_controls(super().format(record), keep="\n\t")


def start_logging(verbose: int, *, quietest: int = logging.WARNING) -> None:
    """Log to stderr from now on; may be called again, and then replaces what it set before.

    `verbose` counts how often -v was given: none is warnings, one is changes of state, two is everything.
    `quietest` is the level that is shown even without -v: a long-running command may want `logging.INFO`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_SafeFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    handler.set_name("ownplug")
    root = logging.getLogger()
    for old in [old for old in root.handlers if old.get_name() == "ownplug"]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(min(quietest, _LEVELS[min(verbose, len(_LEVELS) - 1)]))
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.NOTSET if verbose > 1 else logging.WARNING)
