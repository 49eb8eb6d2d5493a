"""Files that appear whole or not at all, and private ones that nobody else can read even for a moment."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def write_whole(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Put `content` in place at once, also when the power fails; until then the old file stays.

    Blocks: call it from a thread where an event loop runs.

    Args:
        path: the file; its folder must exist.
        content: all of it.
        mode: its rights.

    Raises:
        OSError: it cannot be written; nothing changed.
    """
    with writing_whole(path, mode=mode) as file:
        file.write(content)


@contextlib.contextmanager
def writing_whole(path: Path, *, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Write a file piece by piece; it is put in place at the end of the body, unless that fails.

    The body may read back what it wrote. Blocks, as above.

    Raises:
        OSError: it cannot be written; nothing changed.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from the start
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(os.unlink, name)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
        on_failure.pop_all()


def sync_folder(path: Path) -> None:
    """Let what was renamed in a folder outlast a power cut, where the system can be asked for that."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
