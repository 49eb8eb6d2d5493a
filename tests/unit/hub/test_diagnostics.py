"""The report of a fault holds what helps, and nothing of what its owner would not publish."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from ownplug.core.identity import Mac, Uuid
from ownplug.core.records import PlugRecord
from ownplug.core.secret import Secret
from ownplug.core.state import Availability, PlugState, RelayState
from ownplug.hub import Figures, Refusal, RefusalCause, StartupTalk
from ownplug.hub.diagnostics import DiagnosticsSnapshot, diagnostics_report
from ownplug.hub.recent_warnings import NotedWarning

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KETTLE = PlugRecord(
    uuid=Uuid("1811081234567825182734298f1a2b3c"),
    name="secret-name",
    registered_at=NOON,
    key=Secret("secret-key"),
    model="mss310",
    sub_type="us",
    hardware="2.0.0",
    firmware="2.1.7",
    room="secret-room",
)
STATE = PlugState(
    availability=Availability.OFFLINE,
    since=NOON,
    reason="the client said goodbye",
    relays=(RelayState(channel=0, on=True),),
    address="192.168.1.77",
    abilities=frozenset({"Appliance.System.All", "secret-ability", "Appliance.secret"}),
    timezone="Europe/Berlin",
)
TALK = StartupTalk(connected_at=NOON, address="192.168.1.77", binds=2)
FIGURES = Figures(
    uptime_s=12.34,
    plugs=((KETTLE, STATE),),
    refusals={"tls": 1, "login": 2},
    events_missed=3,
    database_writes_failed=4,
    mqtt={"connections": 5},
)
SNAPSHOT = DiagnosticsSnapshot(
    at=NOON,
    figures=FIGURES,
    settings={
        "broker.mqtts": "192.168.1.77:8883",
        "broker.max_inflight": 7,
        "hub.timezone": "Europe/Berlin",
        "hub.position": "48.137154,11.576124",
        "hub.http_fallback": True,
        "network.advertise": "secret-host.example",
        "network.ntp": "",
        "web.allowed_hosts": ("secret-host.example",),
    },
    users=6,
    talks={KETTLE.uuid: TALK},
    refusals=[
        Refusal(
            at=NOON,
            address="192.168.1.77",
            cause=RefusalCause.TLS,
            detail="It offers TLS 1.0 and asks for 'secret-host.example'.",
        ),
        Refusal(
            at=NOON,
            address="192.168.1.77",
            cause=RefusalCause.LOGIN,
            detail=f"it comes as {'9' * 20}34298f1a2b3c, but is known by another uuid",
            mac=KETTLE.uuid.mac,
        ),
        Refusal(
            at=NOON,
            address="192.168.1.77",
            cause=RefusalCause.LOGIN,
            detail="no",
            mac=Mac.parse("aabbccddeeff"),
        ),
    ],
    warnings=[
        NotedWarning(
            at=NOON,
            level="WARNING",
            logger="ownplug.hub",
            template="%s of %s: %d",
            arguments=("secret-words", KETTLE.uuid.text, 3),
            error="",
            trace=(),
        )
    ],
)


def report(snapshot: DiagnosticsSnapshot = SNAPSHOT) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(msgspec.json.encode(diagnostics_report(snapshot)))
    return told


def test_it_says_what_helps() -> None:
    told = report()
    assert told["versions"].keys() == {"ownplug", "python", "system", "release", "machine"}
    assert told["counts"] == {
        "plugs": 1,
        "online": 0,
        "offline": 1,
        "unknown": 0,
        "users": 6,
        "events_missed": 3,
        "database_writes_failed": 4,
        "refusals": {"tls": 1, "login": 2},
    }
    assert (told["uptime_s"], told["mqtt"]) == (12.3, {"connections": 5})
    [plug] = told["plugs"]
    assert plug == {
        "plug": "plug-1",
        "room": "room-1",
        "model": "mss310",
        "sub_type": "us",
        "hardware": "2.0.0",
        "firmware": "2.1.7",
        "has_own_key": True,
        "availability": "offline",
        "since": "2026-01-05T12:00:00Z",
        "reason": "the client said goodbye",
        "bound": False,
        "signal": None,
        "has_timezone": True,
        "relays": 1,
        "has_reading": False,
        "talk": {
            "connected_at": "2026-01-05T12:00:00Z",
            "clock_questions": 0,
            "binds": 2,
            "has_told_meter": False,
        },
        "abilities": ["***", "***", "Appliance.System.All"],
    }


def test_of_a_setting_it_says_numbers_ports_and_whether_it_is_set() -> None:
    assert report()["settings"] == {
        "broker.mqtts": "***:8883",
        "broker.max_inflight": 7,
        "hub.timezone": "Europe/Berlin",
        "hub.position": "***",
        "hub.http_fallback": True,
        "network.advertise": "***",
        "network.ntp": "",
        "web.allowed_hosts": "1 of them",
    }


def test_refusals_and_warnings_name_plugs_by_their_aliases() -> None:
    told = report()
    assert [(refusal["who"], refusal["detail"]) for refusal in told["refusals"]] == [
        ("", "TLS 1.0"),
        ("plug-1", "it comes as *** but is known by another uuid"),
        ("stranger-1", "no"),
    ]
    assert [warning["text"] for warning in told["warnings"]] == ["*** of plug-1: 3"]


def test_what_a_plug_says_of_itself_must_have_the_right_form() -> None:
    liar = replace(KETTLE, model="secret model", sub_type="secret", hardware="secret", firmware="secret.1")
    [plug] = report(replace(SNAPSHOT, figures=replace(FIGURES, plugs=((liar, STATE),))))["plugs"]
    assert {plug[name] for name in ("model", "sub_type", "hardware", "firmware")} == {"***"}


def test_nothing_of_the_home_is_in_it() -> None:
    text = json.dumps(report())
    private = ("secret", KETTLE.uuid.text, "34298f1a2b3c", "34:29:8f", "192.168", "48.13", "11.57", "aabbcc")
    assert [word for word in private if word in text] == []
