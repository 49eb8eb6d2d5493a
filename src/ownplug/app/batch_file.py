"""Which plug was taken for which row of a list, in the home's folder: who is stopped goes on from there."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ownplug.app.home import HomeFolder
from ownplug.core.errors import Malformed, UsageError
from ownplug.core.identity import Uuid
from ownplug.transport.files import write_whole


def read_taken(folder: HomeFolder) -> dict[str, Uuid]:
    """Read what earlier lists left: plugs by the names of their rows.

    Raises:
        Malformed: it is something else.
    """
    try:
        told = msgspec.json.decode(folder.batch_file.read_bytes(), type=dict[str, str])
        return {name: Uuid.parse(uuid) for name, uuid in told.items()}
    except FileNotFoundError:
        return {}
    except (msgspec.MsgspecError, UnicodeDecodeError, UsageError) as error:
        raise Malformed(
            f"{folder.batch_file} is not what an earlier list left: {error}",
            hint="Remove it; plugs that were told meanwhile are named by `ownplug plugs rename`.",
        ) from error


def keep_taken(folder: HomeFolder, taken: Mapping[str, Uuid]) -> None:
    """Write it down, with what other lists left; nothing leaves no file."""
    if not taken:
        folder.batch_file.unlink(missing_ok=True)
        return
    content = msgspec.json.encode({name: uuid.text for name, uuid in taken.items()})
    write_whole(folder.batch_file, msgspec.json.format(content, indent=1) + b"\n")
