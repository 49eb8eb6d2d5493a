"""The flash memory of a virtual plug as a file, so that its settings survive the end of the program.

The file appears whole or not at all, and only its owner can read it: it holds the key of a home and the password
of a network.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ownplug.core.errors import UsageError
from ownplug.transport.files import write_whole


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the file."""

    format: int
    settings: dict[str, str]


_FORMAT = 1


def load_flash(path: Path) -> dict[str, str]:
    """The settings that were saved; none if there is no file yet.

    Raises:
        UsageError: it cannot be read, or is not such a file.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"The virtual plug's memory {path} cannot be read: {error}.",
            hint="Remove the file to start with a new plug.",
        ) from error
    if found.format != _FORMAT:
        raise UsageError(f"{path} was written by another version of ownplug (format {found.format}).")
    return found.settings


class FlashWriter:
    """Writes the file from whatever thread; what is older than what stands there never replaces it.

    Args:
        path: the file; its folder is made if it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._written = -1

    def save(self, settings: Mapping[str, str], *, revision: int) -> None:
        """Replace the file by `settings`, unless a later revision was written before.

        Raises:
            UsageError: it cannot be written.
        """
        with self._lock:
            if revision > self._written:
                _replace(self._path, settings)
                self._written = revision


def _replace(path: Path, settings: Mapping[str, str]) -> None:
    data = msgspec.json.format(msgspec.json.encode(_File(format=_FORMAT, settings=dict(settings))), indent=2)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise UsageError(f"The virtual plug's memory {path} cannot be written: {error}.") from error
