"""A plug as a row, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ownplug.core.identity import Uuid
from ownplug.core.records import AfterPowerLoss, PlugRecord, PowerLimit, Safeguards, Trip
from ownplug.core.secret import Secret

# The first two never change.
PLUG_COLUMNS = (
    "uuid",
    "registered_at",
    "name",
    "key",
    "model",
    "sub_type",
    "hardware",
    "firmware",
    "room",
    "icon",
    "series",
    "after_power_loss",
    "limit_w",
    "limit_s",
    "never_off",
    "tripped_at",
    "tripped_w",
    "uptime_s",
)


def row_of(plug: PlugRecord) -> tuple[str | int | float | None, ...]:
    """Return the values of `PLUG_COLUMNS`."""
    guards, limit, trip = plug.safeguards, plug.safeguards.limit, plug.trip
    return (
        plug.uuid.text,
        _text(plug.registered_at),
        plug.name,
        plug.key.reveal() if plug.key else None,
        plug.model,
        plug.sub_type,
        plug.hardware,
        plug.firmware,
        plug.room,
        plug.icon,
        plug.series,
        guards.after_power_loss.value,
        limit.power_w if limit else None,
        limit.for_s if limit else None,
        int(guards.never_off),
        _text(trip.at) if trip else None,
        trip.power_w if trip else None,
        plug.uptime_s,
    )


def plug_of(row: tuple[Any, ...]) -> PlugRecord:
    """Return the plug of a row of `PLUG_COLUMNS`."""
    told = dict(zip(PLUG_COLUMNS, row, strict=True))
    return PlugRecord(
        uuid=Uuid(told["uuid"]),
        name=told["name"],
        registered_at=datetime.fromisoformat(told["registered_at"]),
        key=Secret(told["key"]) if told["key"] else None,
        model=told["model"],
        sub_type=told["sub_type"],
        hardware=told["hardware"],
        firmware=told["firmware"],
        room=told["room"],
        icon=told["icon"],
        series=told["series"],
        safeguards=_safeguards(told),
        trip=_trip(told),
        uptime_s=told["uptime_s"],
    )


def _safeguards(told: dict[str, Any]) -> Safeguards:
    has_limit = told["limit_w"] is not None
    return Safeguards(
        after_power_loss=AfterPowerLoss(told["after_power_loss"]),
        limit=PowerLimit(power_w=told["limit_w"], for_s=told["limit_s"]) if has_limit else None,
        never_off=bool(told["never_off"]),
    )


def _trip(told: dict[str, Any]) -> Trip | None:
    if told["tripped_at"] is None:
        return None
    return Trip(at=datetime.fromisoformat(told["tripped_at"]), power_w=told["tripped_w"])


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()  # one zone, so that text sorts like time
