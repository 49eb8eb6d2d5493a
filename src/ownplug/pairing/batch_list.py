"""The list of plugs to be paired in one go: their names, where they are, and which is which, if that matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac
from ownplug.pairing.plug_list import text_rows

_COLUMNS = {"name", "room", "mac"}
_ANY = {"", "any", "*"}
_MOST = 10_000
_HINT = 'CSV with a header "name,room,mac"; a mac of "any" is whichever plug comes.'


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A plug of the list.

    Attributes:
        name: what to call it.
        room: in which room it is; may be empty.
        mac: which it must be; None: any.
        url: where it must answer, as a plug does that has an address of its own; empty: anywhere.
    """

    name: str
    room: str = ""
    mac: Mac | None = None
    url: str = ""


def parse_batch_list(text: str) -> list[BatchRow]:
    """Read a list, in its order.

    Raises:
        UsageError: it is no such list, or a name or MAC is there twice; the message tells which.
    """
    return check_batch_rows(
        _row(fields, number) for number, fields in enumerate(text_rows(text, _HINT), start=1)
    )


def check_batch_rows(rows: Iterable[BatchRow]) -> list[BatchRow]:
    """Return the rows of a list, in their order.

    Raises:
        UsageError: there is none, or too many, or a name or MAC is there twice; the message tells which.
    """
    found: dict[str, BatchRow] = {}
    macs: set[Mac] = set()
    for number, row in enumerate(rows, start=1):
        if row.name.casefold() in found:
            raise UsageError(f"Plug {number} of the list is called {row.name!r}, as another one is.")
        if row.mac in macs:
            raise UsageError(f"Plug {number} of the list has the MAC of another one, {row.mac}.")
        if number > _MOST:
            raise UsageError(f"The list has more than {_MOST} plugs.")
        found[row.name.casefold()] = row
        if row.mac is not None:
            macs.add(row.mac)
    if not found:
        raise UsageError("The list has no plugs.", hint=_HINT)
    return list(found.values())


def _row(fields: Mapping[str, str], number: int) -> BatchRow:
    if strange := set(fields) - _COLUMNS:
        # Else a misspelt "mac" would pair any plug.
        raise UsageError(f"The list has a column {min(strange)!r} that is not known here.", hint=_HINT)
    name = " ".join(fields.get("name", "").split())
    if not name:
        raise UsageError(f"Plug {number} of the list has no name.", hint=_HINT)
    mac = fields.get("mac", "")
    try:
        wanted = None if mac.lower() in _ANY else Mac.parse(mac)
    except UsageError as error:
        raise UsageError(f"Plug {number} of the list: {error}", hint=_HINT) from error
    return BatchRow(name=name, room=fields.get("room", ""), mac=wanted)
