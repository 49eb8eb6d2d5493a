"""Where a home's things lie on this machine, and what is private there."""

from __future__ import annotations

import errno
import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ownplug.core.backup import Part
from ownplug.core.errors import Conflict, OwnplugError
from ownplug.core.secret import Secret
from ownplug.transport.files import write_whole

_PLACES = {
    Part.DATABASE: "hub.sqlite3",
    Part.SETTINGS: "ownplug.toml",
    Part.CA: "tls/ca.pem",
    Part.CA_KEY: "tls/ca.key",
    Part.SERVER: "tls/server.pem",
    Part.SERVER_KEY: "tls/server.key",
}


@dataclass(frozen=True, slots=True)
class HomeFolder:
    """The folder of one home; nobody but its owner may look inside."""

    path: Path

    @property
    def settings_file(self) -> Path:
        """The owner's settings; need not exist."""
        return self.place(Part.SETTINGS)

    @property
    def database(self) -> Path:
        """Registry, accounts and keys."""
        return self.place(Part.DATABASE)

    @property
    def tls(self) -> Path:
        """The home's own CA and the server's certificate."""
        return self.path / "tls"

    @property
    def backups(self) -> Path:
        """What was kept before it was replaced."""
        return self.path / "backup"

    def place(self, part: Part) -> Path:
        """Where a part of the home lies."""
        return self.path / _PLACES[part]

    @property
    def lab(self) -> Path:
        """Virtual plugs, and what is in their memory."""
        return self.path / "lab"

    @property
    def homekit_file(self) -> Path:
        """What the HomeKit bridge keeps: who has paired it, and its keys."""
        return self.path / "homekit.json"

    @property
    def token_file(self) -> Path:
        """The token by which this machine's user reaches the running hub."""
        return self.path / "token"

    @property
    def runtime_file(self) -> Path:
        """Where the running hub listens; gone when it stops."""
        return self.path / "runtime.json"

    def prepare(self) -> None:
        """Make the folder, closed to others; one that is full of other things is left as it is.

        Raises:
            OwnplugError: it cannot be made or written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Never somebody's whole home folder, or /tmp, because of a slip in --home.
            if self.database.exists() or not any(self.path.iterdir()):
                self.path.chmod(0o700)
            if not os.access(self.path, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise OwnplugError(
                f"The home {self.path} cannot be used: {error.strerror}.",
                hint="Choose another folder with --home.",
            ) from error

    def token(self) -> Secret:
        """Return the token of this machine's user, made at the first call; never an empty one."""
        token = _read_token(self.token_file)
        if not token:
            write_whole(self.token_file, secrets.token_urlsafe(32).encode())
            token = _read_token(self.token_file)
        return Secret(token)

    def claim(self) -> AbstractContextManager[None]:
        """Hold the home for this process, so that two hubs never share it.

        Raises:
            Conflict: another hub holds it.
        """
        return _held(
            self.path / "hub.lock",
            f"A hub is running in {self.path} already.",
            "Use it, stop it, or choose another folder with --home.",
        )

    @property
    def move_file(self) -> Path:
        """How far a move of plugs came; gone when all have moved."""
        return self.path / "move.json"

    def claim_move(self) -> AbstractContextManager[None]:
        """Hold the right to move plugs, so that no two moves pull at the same one.

        Raises:
            Conflict: another move is on its way.
        """
        return _held(
            self.path / "move.lock", f"A move is on its way in {self.path}.", "Wait for it, or stop it."
        )

    @property
    def batch_file(self) -> Path:
        """Which plug was taken for which row of a list; gone when all are at home."""
        return self.path / "batch.json"

    def claim_batch(self) -> AbstractContextManager[None]:
        """Hold the right to pair a list of plugs, so that no two programs tell the same one.

        Raises:
            Conflict: another list is being paired.
        """
        return _held(
            self.path / "batch.lock", f"A list is being paired in {self.path}.", "Wait for it, or stop it."
        )

    def announce(self, addresses: dict[str, Any]) -> None:
        """Write where the running hub listens, for the commands of this machine."""
        text = json.dumps({"pid": os.getpid(), **addresses}, indent=2) + "\n"
        write_whole(self.runtime_file, text.encode())

    def retract(self) -> None:
        """Take back what `announce` wrote."""
        self.runtime_file.unlink(missing_ok=True)


def _read_token(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""


@contextmanager
def _held(path: Path, taken: str, hint: str) -> Iterator[None]:
    with path.open("a") as file:
        if not _lock(file):
            raise Conflict(taken, hint=hint)
        yield


def _lock(file: IO[str]) -> bool:
    """Lock `file` until it is closed, also by a kill; False if another process holds it."""
    if sys.platform == "win32":  # no such lock there: a taken port is what tells
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
