"""Files that appear whole or not at all, and private ones that nobody else can read even for a moment."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


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
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from the start
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(os.unlink, name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
        on_failure.pop_all()
