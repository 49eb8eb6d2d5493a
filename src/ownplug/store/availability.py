"""When plugs came and went, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ownplug.core.identity import Uuid
from ownplug.core.state import Availability, AvailabilityChange
from ownplug.store.sqlite import Database

_COLUMNS = "number, uuid, at, availability, reason"
# Of a plug that the home does not know, or not any more, nothing is kept. It may come again after a failure.
_KEEP = f"""
    INSERT OR REPLACE INTO availability ({_COLUMNS})
    SELECT ?, uuid, ?, ?, ? FROM plug WHERE uuid = ?"""  # noqa: S608 - our own names
_ALIVE = "INSERT INTO hub_alive (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
_DROP_SURPLUS = """
    DELETE FROM availability WHERE uuid = ? AND number <=
    (SELECT number FROM availability WHERE uuid = ? ORDER BY number DESC LIMIT 1 OFFSET ?)"""
# What began before the moment and still held then is kept: without it nobody would know what was.
_DROP_OLD = """
    DELETE FROM availability WHERE number <
    (SELECT max(later.number) FROM availability AS later WHERE later.uuid = availability.uuid AND later.at <= ?)"""


_LOSSES = f"""
    SELECT {_COLUMNS} FROM availability WHERE number IN (
      SELECT min(later.number) FROM availability AS later
      LEFT JOIN (SELECT uuid, max(number) AS number FROM availability WHERE availability = ? GROUP BY uuid) AS seen
      ON seen.uuid = later.uuid
      WHERE later.number > coalesce(seen.number, 0) GROUP BY later.uuid)"""  # noqa: S608 - our own names


class AvailabilityRows:
    """The history of availability in the home's database; fits `ownplug.hub.AvailabilityStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_changes(self) -> list[AvailabilityChange]:
        """Return the newest change of each plug."""
        return await self._database.all(
            f"SELECT {_COLUMNS} FROM availability"  # noqa: S608 - our own names
            " WHERE number IN (SELECT max(number) FROM availability GROUP BY uuid)",
            _change,
        )

    async def losses(self) -> list[AvailabilityChange]:
        """Return of each plug that was not there at last the change by which it went."""
        return await self._database.all(_LOSSES, _change, Availability.ONLINE.value)

    async def changes(self, uuid: Uuid, *, limit: int, up_to: int | None) -> list[AvailabilityChange]:
        """Return changes of one plug, newest first; from the number `up_to` on backwards."""
        return await self._database.all(
            f"SELECT {_COLUMNS} FROM availability"  # noqa: S608 - our own names
            " WHERE uuid = ? AND (? IS NULL OR number <= ?) ORDER BY number DESC LIMIT ?",
            _change,
            uuid.text,
            up_to,
            up_to,
            limit,
        )

    async def alive_at(self) -> datetime | None:
        """Return when the hub was last known to run."""
        found = await self._database.all(
            "SELECT at FROM hub_alive", lambda row: datetime.fromisoformat(row[0])
        )
        return found[0] if found else None

    async def note_alive(self, at: datetime) -> None:
        """Remember that the hub runs."""
        await self._database.write(_ALIVE, _text(at))

    async def add(self, changes: Sequence[AvailabilityChange], *, alive_at: datetime, keep: int) -> None:
        """Add changes, and of each of their plugs drop all but the newest `keep`; the hub ran at `alive_at`."""
        kept = [
            (
                _KEEP,
                (change.number, _text(change.at), change.availability.value, change.reason, change.uuid.text),
            )
            for change in changes
        ]
        surplus = [(_DROP_SURPLUS, (uuid, uuid, keep)) for uuid in {change.uuid.text for change in changes}]
        await self._database.write_all([*kept, *surplus, (_ALIVE, (_text(alive_at),))])

    async def drop_before(self, at: datetime) -> None:
        """Forget what had ended at `at`."""
        await self._database.write(_DROP_OLD, _text(at))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")  # one form, so that text sorts like time


def _change(row: tuple[Any, ...]) -> AvailabilityChange:
    number, uuid, at, availability, reason = row
    return AvailabilityChange(
        number=number,
        uuid=Uuid(uuid),
        at=datetime.fromisoformat(at),
        availability=Availability(availability),
        reason=reason,
    )
