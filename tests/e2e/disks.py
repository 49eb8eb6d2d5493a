"""Disks that can be filled: what a hub's home lies on in tests of a full one."""

from __future__ import annotations

import resource
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from devtools.program import Program

ROOM_BYTES = 16 * 1024 * 1024


class Disk(Protocol):
    """Where the home lies."""

    home: Path

    def fill(self, hub: Program) -> None:
        """From now on it takes nothing."""

    def free(self, hub: Program) -> None:
        """It has room again."""


class LimitedDisk:
    """The hub's files may not grow: works for everybody, on Linux."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def fill(self, hub: Program) -> None:
        size = (self.home / "hub.sqlite3-wal").stat().st_size
        resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def free(self, hub: Program) -> None:
        limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, limits)


class SmallDisk:
    """A real one in memory, with a file that takes what there is."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._ballast = home.parent / "ballast"

    def fill(self, hub: Program | None = None) -> None:
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(4096))

    def free(self, hub: Program | None = None) -> None:
        self._ballast.unlink()


def mount_small_disk(folder: Path) -> bool:
    """Make a disk of `ROOM_BYTES` there; whether this user may."""
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", str(folder)]
    return (
        mount is not None
        and not subprocess.run([mount, *options], check=False, capture_output=True).returncode
    )
