"""New files that hold secrets: 0600, there whole or not at all, and never in place of another."""

from __future__ import annotations

from pathlib import Path

from ownplug.core.errors import UsageError
from ownplug.transport.files import write_whole


def check_new(path: Path) -> None:
    """Make sure that a file can be put at `path`, before there is anything to put there.

    Raises:
        UsageError: one is there already, or its folder is not, or no file can have that name.
    """
    try:
        is_there = path.exists() or path.is_symlink()
        has_folder = path.absolute().parent.is_dir()
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    if is_there:
        raise UsageError(f"{path} exists, and is not replaced.", hint="Choose another name.")
    if not has_folder:
        raise UsageError(f"There is no folder {path.absolute().parent}.", hint="Make it first.")


def write_new(path: Path, content: bytes) -> None:
    """Put a new file at `path`.

    Blocks: call it from a thread where an event loop runs.

    Raises:
        UsageError: it cannot be written, or a file is there; nothing changed.
    """
    check_new(path)
    try:
        write_whole(path.absolute(), content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error


def read_whole(path: Path, *, limit: int) -> bytes:
    """Read a file of at most `limit` bytes.

    Blocks, as above.

    Raises:
        UsageError: it cannot be read, or is longer.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(content) > limit:
        raise UsageError(f"{path} has more than {limit} bytes.")
    return content
