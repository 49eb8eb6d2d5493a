r"""The file of a backup: every setting of a plug, from which it can be given back.

One JSON object in ASCII. Values are text as the plug tells it; a byte that is not UTF-8 stands as `\udcXX`:

    {
      "backup": 1,
      "tool": "ownplug 0.1.0",
      "taken_at": "2026-01-31T12:00:00+00:00",
      "port": "/dev/ttyUSB0",
      "plug": {"uuid": "…", "mac": "…", "model": "mss310", "hardware": "2.0.0", "firmware": "2.1.7"},
      "settings": {"common": {"OpMode": "1"}, "STA": {"Ssid": "…"}}
    }

It holds passwords and keys, so it is private (0600).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from ownplug.console.keys import Store, split_key
from ownplug.console.private_file import read_whole, write_new
from ownplug.console.provenance import PlugFacts, Provenance
from ownplug.core.errors import Malformed, UsageError
from ownplug.core.secret import Secret

_VERSION = 1
_LONGEST = 1_000_000  # bytes; a real one has 10 000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """The settings of one plug at one moment."""

    provenance: Provenance
    settings: Store

    @property
    def plug(self) -> PlugFacts:
        """Whose they are."""
        return self.provenance.plug


def save_backup(path: Path, saved: Backup) -> None:
    """Write a backup into a new file, which appears whole or not at all.

    Blocks: call it from a thread where an event loop runs.

    Raises:
        UsageError: the file exists, or cannot be written.
    """
    write_new(path, render_backup(saved))


def load_backup(path: Path) -> Backup:
    """Read the file of a backup.

    Blocks, as above.

    Raises:
        UsageError: it cannot be read, or is no backup; the sentence says why.
    """
    try:
        return parse_backup(read_whole(path, limit=_LONGEST))
    except Malformed as problem:
        raise UsageError(f"{path} is no backup of a plug: {problem}", hint=problem.hint) from problem


def render_backup(saved: Backup) -> bytes:
    """A backup as the bytes of its file."""
    groups: dict[str, dict[str, str]] = {}
    for key, value in saved.settings.items():
        group, name = split_key(key)
        groups.setdefault(group, {})[name] = value.reveal()
    document = {"backup": _VERSION, **saved.provenance.document(), "settings": groups}
    return json.dumps(document, indent=2).encode("ascii") + b"\n"


def parse_backup(content: bytes) -> Backup:
    """Read the bytes of a file.

    Raises:
        Malformed: they are no backup, or one of a later version.
    """
    try:
        read = msgspec.convert(_document(content), type=_File)
    except msgspec.ValidationError as error:
        raise Malformed(f"{error}.") from error
    return Backup(
        provenance=Provenance(tool=read.tool, taken_at=read.taken_at, port=read.port, plug=read.plug),
        settings={
            f"{group}:{name}": Secret(value)
            for group, items in read.settings.items()
            for name, value in items.items()
        },
    )


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the file."""

    tool: str
    taken_at: datetime
    port: str
    plug: PlugFacts
    settings: dict[str, dict[str, str]]


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("it is not JSON, or was cut off.") from error
    version = document.get("backup") if isinstance(document, dict) else None
    if version is None:
        raise Malformed('it has no "backup" in it.')
    if version != _VERSION:
        raise Malformed(
            f"it has format {version!r}.", hint=f"This version of ownplug reads format {_VERSION}."
        )
    found: dict[str, Any] = document
    return found
