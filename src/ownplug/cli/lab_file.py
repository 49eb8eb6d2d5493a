"""Which virtual plugs a home's laboratory has, as a file, so that they are there again when the hub starts again.

Beside it, each plug has its flash memory in a file of its own. Only the owner can read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from ownplug.core.errors import UsageError
from ownplug.transport.files import write_whole


class KeptPlug(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plug: what it is, and what is plugged in."""

    number: int
    seed: int
    model: str
    name: str
    load: str


class KeptPlugs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the file."""

    next_number: int = 1
    """Numbers are given once, so that no new plug is taken for an old one."""
    plugs: list[KeptPlug] = []


@dataclass(frozen=True, slots=True)
class LabFile:
    """The files of a laboratory; `prepare` makes its folder when the first plug is to be kept."""

    folder: Path

    def load(self) -> KeptPlugs:
        """Return what was kept; nothing if there is no file.

        Raises:
            UsageError: the file cannot be read, or is none of ours.
        """
        path = self.folder / "plugs.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=KeptPlugs)
        except FileNotFoundError:
            return KeptPlugs()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UsageError(
                f"The list of virtual plugs {path} cannot be read: {error}.",
                hint="Remove it to begin with an empty laboratory.",
            ) from error

    def prepare(self) -> None:
        """Make the folder, if need be.

        Raises:
            UsageError: it cannot be made.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"The folder {self.folder} cannot be made: {error}.") from error

    def save(self, kept: KeptPlugs) -> None:
        """Keep this and nothing else.

        Raises:
            UsageError: the file cannot be written.
        """
        path = self.folder / "plugs.json"
        try:
            write_whole(path, msgspec.json.format(msgspec.json.encode(kept), indent=2))
        except OSError as error:
            raise UsageError(f"The list of virtual plugs {path} cannot be written: {error}.") from error

    def flash(self, number: int) -> Path:
        """Where the flash memory of a plug is kept."""
        return self.folder / f"plug-{number}.json"

    def tty(self, number: int) -> Path:
        """Where the serial console of a plug is found."""
        return self.folder / f"plug-{number}.tty"

    def forget_ttys(self) -> None:
        """Remove what leads to the consoles of a hub that was killed: its terminals may be somebody else's by now."""
        for link in self.folder.glob("plug-*.tty"):
            link.unlink(missing_ok=True)

    def remove(self, number: int) -> None:
        """Remove the flash memory of a plug that was thrown away."""
        self.flash(number).unlink(missing_ok=True)
