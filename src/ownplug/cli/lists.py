"""Lists of plugs that a user gives as a file."""

from __future__ import annotations

from pathlib import Path

from ownplug.core.errors import UsageError


def read_list(file: Path) -> str:
    """Read a list of plugs.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no text in UTF-8.") from error
