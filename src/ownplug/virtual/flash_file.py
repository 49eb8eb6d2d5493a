"""The flash memory of a virtual plug as a file, so that its settings survive the end of the program.

The file appears whole or not at all, and only its owner can read it: it holds the key of a home and the password
of a network.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ownplug.core.errors import UsageError


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


def save_flash(path: Path, settings: Mapping[str, str]) -> None:
    """Replace the file.

    Raises:
        UsageError: it cannot be written.
    """
    data = msgspec.json.format(msgspec.json.encode(_File(format=_FORMAT, settings=dict(settings))), indent=2)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from the start
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(os.unlink, name)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
            on_failure.pop_all()
    except OSError as error:
        raise UsageError(f"The virtual plug's memory {path} cannot be written: {error}.") from error
