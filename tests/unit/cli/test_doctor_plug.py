"""What the doctor makes of what a plug and its hub tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ownplug.cli.doctor_plug import judge_clock, refusals_since
from ownplug.pairing import Health

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MAC = "34:29:8f:00:00:01"


@pytest.mark.parametrize(
    ("told", "health", "says"),
    [
        ({"timestamp": NOW.timestamp() + 2, "timezone": "Europe/Berlin"}, Health.GOOD, "right within 2 s"),
        ({"timestamp": NOW.timestamp() - 60, "timezone": "Europe/Berlin"}, Health.BAD, "-60 s off"),
        ({"timestamp": NOW.timestamp(), "timezone": ""}, Health.BAD, "no time zone"),
        ({}, Health.UNKNOWN, "does not tell"),
        ({"timestamp": 10**300}, Health.UNKNOWN, "is no time"),
        ({"timestamp": float("nan")}, Health.UNKNOWN, "is no time"),
        ({"timestamp": "noon"}, Health.UNKNOWN, "is no time"),
        ({"timestamp": [1] * 100}, Health.UNKNOWN, "is no time"),
    ],
)
def test_its_clock_whatever_it_tells(told: dict[str, Any], health: Health, says: str) -> None:
    found = judge_clock(told, NOW)
    assert (found.health, says in found.seen) == (health, True), found


@pytest.mark.parametrize(("availability", "counted"), [("online", ["3"]), ("offline", ["1", "3"])])
def test_refusals_before_it_was_let_in_are_over(availability: str, counted: list[str]) -> None:
    plug = {"mac": MAC, "availability": availability, "talk": {"connected_at": "2026-05-01T12:00:00+00:00"}}
    refusals = [
        {"mac": MAC, "at": "2026-05-01T11:59:59Z", "detail": "1"},
        {"mac": "34:29:8f:00:00:02", "at": "2026-05-01T12:30:00Z", "detail": "2"},
        {"mac": MAC, "at": "2026-05-01T12:00:01.5Z", "detail": "3"},
    ]
    assert [told["detail"] for told in refusals_since(plug, refusals)] == counted
