"""Every route over a real socket: what it answers, and to whom."""

from __future__ import annotations

import asyncio
import json
from datetime import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.web.memory_homekit import HOMEKIT_ROUTES
from tests.e2e.web.memory_lab import LAB_ROUTES, MAC
from tests.e2e.web.memory_pairing import ROUTES as PAIRING_ROUTES

from ownplug import __version__
from ownplug.core import errors
from ownplug.core.energy.tariff import DayNight
from ownplug.core.records import AfterPowerLoss

if TYPE_CHECKING:
    from tests.e2e.web.conftest import Ask, MemoryHub

pytestmark = pytest.mark.e2e

UUID = "1706223411101036000134298f1a2b3c"
RELAY = {"channel": 0, "on": True, "changed_at": "2025-06-01T12:00:00Z"}
READING = {"at": "2025-06-01T12:00:00Z", "power_w": 41.5, "voltage_v": 229.8, "current_a": 0.181}
PLUG = {
    "uuid": UUID,
    "name": "kettle",
    "room": "",
    "icon": "",
    "series": 3,
    "mac": "34:29:8f:1a:2b:3c",
    "key": "***",
    "model": "mss310",
    "sub_type": "eu",
    "hardware": "2.0.0",
    "firmware": "2.1.7",
    "address": "192.168.1.20",
    "availability": "online",
    "since": "2025-06-01T12:00:00Z",
    "reason": "",
    "bound": True,
    "talk": {
        "connected_at": "2025-06-01T12:00:00Z",
        "address": "192.168.1.20",
        "clock_questions": 1,
        "binds": 2,
        "has_told_meter": False,
    },
    "signal": 87,
    "link": "mqtt",
    "answers_in_s": 0.25,
    "timezone": "Europe/Berlin",
    "registered_at": "2025-06-01T12:00:00Z",
    "relays": [RELAY | {"on": False}],
    "reading": READING,
    "safeguards": {"after_power_loss": "keep", "limit": None, "never_off": False},
    "tripped": None,
}
HOME = {
    "user_id": "10001",
    "key": "***",
    "mqtts": "127.0.0.1:8883",
    "mqtts_also": ["127.0.0.1:2001"],
    "mqtts_legacy": "",
    "mqtt": "",
    "web": "",
    "cloud": "",
    "ca": "/home/tls/ca.pem",
    "timezone": "UTC",
    "position": "",
    "version": __version__,
    "started_at": "2025-06-01T12:00:00Z",
}
KEY = "0123456789abcdef0123456789abcdef"

GUARDS = {
    "after_power_loss": AfterPowerLoss.OFF,
    "limit": {"power_w": 2000.0, "for_s": 10.0},
    "never_off": False,
}

# method, path, what is sent, status, what comes back, what the hub was told to change
WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
LAMP = {
    "id": "n1jxa2",
    "name": "lamp",
    "at": {"event": "sunset", "offset_min": -30},
    "turns": "on",
    "days": WORKDAYS,
    "repeats": True,
    "enabled": True,
    "channel": 0,
    "acts_next_at": "2025-06-01T12:00:00Z",
    "summary": "on weekdays, 30 minutes before sunset: on",
    "warning": "",
}
IRON = {
    "id": "q7",
    "name": "iron",
    "after_s": 3600,
    "days": ["saturday", "sunday"],
    "enabled": True,
    "channel": 0,
}
DOOR = {"id": "g", "name": "door", "reason": "No."}
FIRMWARE = {
    "uuid": UUID,
    "name": "kettle",
    "model": "mss310",
    "hardware": "2.0.0",
    "chip": "mt7682",
    "version": "2.1.7",
    "upgrade": None,
}
FAILED = {
    "state": "failed",
    "percent": 0,
    "began_at": "2025-06-01T12:00:00Z",
    "changed_at": "2025-06-01T12:00:00Z",
    "size_bytes": 5,
    "md5": "ab" * 16,
    "before": "2.1.7",
    "after": "",
    "failure": {"code": "refused", "message": "It said no.", "hint": "Ask it."},
}
UPGRADE = "/api/v1/plugs/kettle/firmware?model=mss310&hardware=2.0.0&confirm=kettle"
SPANS = [
    {"from": "2025-06-01T12:01:00Z", "to": None, "availability": "online", "reason": ""},
    {
        "from": "2025-06-01T12:00:00Z",
        "to": "2025-06-01T12:01:00Z",
        "availability": "offline",
        "reason": "no\x1b[2J",
    },
]
MESSAGE = {
    "at": "2025-06-01T12:00:00Z",
    "direction": "in",
    "method": "PUSH",
    "namespace": "N",
    "payload": {"key": "***"},
}
SETTINGS = [
    {
        "name": "hub.reading_interval_s",
        "value": 10.0,
        "source": "default",
        "default": 10.0,
        "meaning": "How often.",
        "changeable": True,
        "effect": "at-once",
        "needs_restart": False,
        "waiting": None,
    },
    {
        "name": "web.host",
        "value": "0.0.0.0",
        "source": "option",
        "default": "127.0.0.1",
        "meaning": "Where.",
        "changeable": False,
        "effect": None,
        "needs_restart": True,
        "waiting": "127.0.0.1",
    },
]
HOUR = {"plugs": 1, "start_s": [1748775600], "energy_wh": [1000.0], "covered_s": [3600.0]}
FLAT = {"kind": "flat", "price_per_kwh": 0.31}
ECONOMY7 = {
    "kind": "day-night",
    "day_price_per_kwh": 0.29,
    "night_price_per_kwh": 0.09,
    "night_from": "00:30",
    "night_to": "07:30",
}
TABLE = {"from": "2025-06-01T12:00:00Z", "to": "2025-06-01T14:00:00Z", "count": 2}
TARIFFS = {
    "currency": "EUR",
    "tariffs": [
        {"from": "2024-01-01", "to": "2025-01-01", "rate": FLAT},
        {"from": "2025-01-01", "to": "2026-01-01", "rate": ECONOMY7},
        {"from": "2026-01-01", "to": None, "rate": {"kind": "hourly"}},
    ],
    "prices": TABLE,
}
NIGHT_RATE = DayNight(
    day_price_micros=290_000, night_price_micros=90_000, night_from=time(0, 30), night_to=time(7, 30)
)
AT_PORT = "/api/v1/console/ports/tty-1a2b3c"
SERIAL_PORT = {
    "id": "tty-1a2b3c",
    "name": "/dev/ttyUSB0",
    "description": "CP2102",
    "origin": "machine",
    "is_open": True,
    "job": "",
}
CONSOLE_SNAPSHOT = {
    "snapshot": 1,
    "tool": "ownplug",
    "taken_at": "2025-06-01T12:00:00+00:00",
    "port": "/dev/ttyUSB0",
    "plug": {},
    "secrets": "masked",
    "parts": {"hardware": {"model": "mss310"}},
    "failures": {"sun": {"code": "timeout", "message": "It was silent.", "hint": ""}},
}
WPA_PSK = {"key": "STA:WpaPsk", "value": "***", "meaning": "Password.", "is_secret": True}
SSID = {
    "key": "STA:Ssid",
    "plug": "Home",
    "file": None,
    "meaning": "Network.",
    "why_left": "",
    "loses": "",
}
CONSOLE_JOB = {
    "id": "ab12",
    "kind": "start",
    "began_at": "2025-06-01T12:00:00Z",
    "state": "running",
    "what": "reboot",
    "done": 1,
    "of": 4,
    "breaks": 0,
    "result": None,
    "failure": None,
}
START = {
    "at": "2025-06-01T12:00:00Z",
    "phases": ["brom"],
    "reset_reason": "HAL_WDT_NONE_RESET",
    "platform": None,
    "mac": None,
    "own_network": None,
    "timers": None,
    "auto_offs": None,
    "stage": None,
    "light": None,
    "logs": 1,
    "damaged": 0,
    "unexplained": ["\x1b[2J"],
}
ROUTES: list[tuple[str, str, Any, int, Any, list[str]]] = [
    *HOMEKIT_ROUTES,
    *LAB_ROUTES,
    ("GET", "/healthz", None, 200, {"status": "ok"}, []),
    ("GET", "/api/v1/home", None, 200, HOME, []),
    ("GET", "/api/v1/home?show_secrets=true", None, 200, HOME | {"key": KEY}, []),
    ("GET", "/api/v1/plugs", None, 200, {"plugs": [PLUG], "next": None}, []),
    ("GET", "/api/v1/plugs?limit=1", None, 200, {"plugs": [PLUG], "next": None}, []),
    ("GET", "/api/v1/plugs/kettle", None, 200, PLUG, []),
    ("GET", "/api/v1/plugs/34%3A29:8f:1a:2b:3c", None, 200, PLUG, []),
    ("GET", "/api/v1/plugs/kettle?show_secrets=true", None, 200, PLUG | {"key": KEY}, []),
    (
        "GET",
        "/api/v1/plugs/kettle/energy?grain=hour",
        None,
        200,
        {
            "grain": "hour",
            "zone": "UTC",
            "start_s": [1748775600],
            "energy_wh": [1000.0],
            "covered_s": [3600.0],
        },
        [],
    ),
    (
        "GET",
        "/api/v1/plugs/kettle/energy?grain=day&from=2025-05-01&to=2025-05-31",
        None,
        200,
        {"grain": "day", "zone": "UTC", "start_s": [], "energy_wh": [], "covered_s": []},
        [],
    ),
    (
        "GET",
        "/api/v1/plugs/kettle/energy/samples?from=2025-06-01T10:00:00Z",
        None,
        200,
        {"at_s": [1748772000], "power_w": [41.5], "voltage_v": [229.8], "current_a": [0.181], "on": [True]},
        [],
    ),
    ("GET", "/api/v1/plugs/kettle/energy/counter", None, 200, {"energy_wh": 1234.5}, []),
    (
        "GET",
        "/api/v1/plugs/kettle/energy/corrections",
        None,
        200,
        {
            "corrections": [
                {
                    "at": "2025-06-01T12:00:00Z",
                    "day": "2025-06-01",
                    "reason": "gap",
                    "before_wh": 1.0,
                    "after_wh": 2.0,
                    "told_wh": 2,
                    "uncovered_s": 60,
                }
            ],
            "next": 7,
        },
        [],
    ),
    (
        "GET",
        "/api/v1/energy?by=plug&from=2025-05-01",
        None,
        200,
        {
            "by": "plug",
            "grain": "all",
            "currency": "EUR",
            "totals": [
                {
                    "key": UUID,
                    "name": "kettle",
                    "begin": "2025-05-01",
                    "energy_wh": 1000.0,
                    "covered_s": 3600.0,
                    "cost": 0.3,
                    "unpriced_wh": 0.0,
                }
            ],
        },
        [],
    ),
    (
        "GET",
        "/api/v1/energy/comparison?period=month",
        None,
        200,
        {
            "period": "month",
            "plugs": [
                {
                    "uuid": UUID,
                    "name": "kettle",
                    "used_wh": 1000.0,
                    "before_wh": 500.0,
                    "whole_before_wh": 2000.0,
                }
            ],
        },
        [],
    ),
    (
        "GET",
        "/api/v1/energy/series?grain=minute&by=plug",
        None,
        200,
        {
            "grain": "minute",
            "zone": "UTC",
            **HOUR,
            "parts": [{"key": UUID, "name": "kettle", **HOUR}],
        },
        [],
    ),
    ("GET", "/api/v1/energy/series", None, 200, {"grain": "hour", "zone": "UTC", **HOUR, "parts": []}, []),
    (
        "GET",
        "/api/v1/energy/series?room=cellar&by=room",
        None,
        200,
        {
            "grain": "hour",
            "zone": "UTC",
            "plugs": 0,
            "start_s": [],
            "energy_wh": [],
            "covered_s": [],
            "parts": [],
        },
        [],
    ),
    (
        "GET",
        "/api/v1/energy/peaks",
        None,
        200,
        {
            "day": "2025-06-01",
            "peaks": [
                {"uuid": UUID, "name": "kettle", "power_w": 2000.5, "at": "2025-06-01T00:00:00.500000Z"}
            ],
        },
        [],
    ),
    ("PUT", "/api/v1/plugs/kettle/key", {"key": "cd" * 16}, 204, None, ["expect kettle 32"]),
    ("PUT", "/api/v1/home/key", {"key": "ab" * 16}, 204, None, ["change_key 32"]),
    (
        "PATCH",
        "/api/v1/plugs/kettle",
        {"name": "tea"},
        200,
        PLUG | {"name": "tea"},
        ["change kettle {'name': 'tea'}"],
    ),
    (
        "PATCH",
        "/api/v1/plugs/kettle",
        {"room": "b"},
        200,
        PLUG | {"room": "b"},
        ["change kettle {'room': 'b'}"],
    ),
    (
        "PATCH",
        "/api/v1/plugs/kettle",
        {"icon": "tea"},
        200,
        PLUG | {"icon": "tea"},
        ["change kettle {'icon': 'tea'}"],
    ),
    (
        "PATCH",
        "/api/v1/plugs/kettle/safeguards",
        {"limit": {"power_w": 2000, "for_s": 10}, "after_power_loss": "off"},
        200,
        PLUG
        | {
            "safeguards": {
                "after_power_loss": "off",
                "limit": {"power_w": 2000.0, "for_s": 10.0},
                "never_off": False,
            }
        },
        [
            f"change kettle {{'safeguards': {GUARDS}}}",
        ],
    ),
    ("POST", "/api/v1/plugs/kettle/allow", None, 200, PLUG, ["allow kettle"]),
    ("DELETE", "/api/v1/plugs/kettle", None, 204, None, ["forget kettle"]),
    ("PUT", "/api/v1/plugs/kettle/relays/0", {"on": True}, 200, RELAY, ["switch kettle 0 True"]),
    ("POST", "/api/v1/plugs/kettle/relays/0/toggle", None, 200, RELAY, ["switch kettle 0 True"]),
    ("GET", "/api/v1/plugs/kettle/electricity?channel=0", None, 200, READING, []),
    (
        "GET",
        "/api/v1/plugs/kettle/consumption",
        None,
        200,
        {"days": [{"day": "2025-05-31", "energy_wh": 812}, {"day": "2025-06-01", "energy_wh": 240}]},
        [],
    ),
    ("GET", "/api/v1/plugs/kettle/light", None, 200, {"on": False}, []),
    ("PUT", "/api/v1/plugs/kettle/light", {"on": True}, 200, {"on": True}, ["light kettle True"]),
    ("GET", "/api/v1/plugs/kettle/timers", None, 200, {"timers": [LAMP], "unread": [DOOR]}, []),
    (
        "POST",
        "/api/v1/plugs/kettle/timers",
        {"at": "06:05", "turns": "off", "days": ["monday"], "repeats": False},
        201,
        LAMP,
        ["add timer kettle: once, on the next Monday, at 06:05: off,  True"],
    ),
    ("GET", "/api/v1/plugs/kettle/timers/n1jxa2", None, 200, LAMP, []),
    (
        "PUT",
        "/api/v1/plugs/kettle/timers/n1jxa2",
        {"at": {"event": "sunrise"}, "turns": "on", "name": "tea", "enabled": False},
        200,
        LAMP,
        ["change timer kettle n1jxa2: every day, at sunrise: on, tea False"],
    ),
    ("DELETE", "/api/v1/plugs/kettle/timers/n1jxa2", None, 204, None, ["remove timer kettle n1jxa2"]),
    ("GET", "/api/v1/plugs/kettle/auto-offs", None, 200, {"auto_offs": [IRON], "unread": [DOOR]}, []),
    (
        "POST",
        "/api/v1/plugs/kettle/auto-offs",
        {"after_s": 60},
        201,
        IRON,
        ["add auto-off kettle: 1 minute after it was turned on: off,  True"],
    ),
    ("GET", "/api/v1/plugs/kettle/auto-offs/q7", None, 200, IRON, []),
    (
        "PUT",
        "/api/v1/plugs/kettle/auto-offs/q7",
        {"after_s": 3600, "days": ["saturday", "sunday"], "name": "iron"},
        200,
        IRON,
        ["change auto-off kettle q7: 1 hour after it was turned on, on the weekend: off, iron True"],
    ),
    ("DELETE", "/api/v1/plugs/kettle/auto-offs/q7", None, 204, None, ["remove auto-off kettle q7"]),
    (
        "POST",
        "/api/v1/plugs/kettle/request",
        {"method": "GET", "namespace": "Appliance.System.All", "payload": {"a": [1]}},
        200,
        {"method": "GETACK", "namespace": "N", "payload": {}},
        ["request kettle GET Appliance.System.All {'a': [1]}"],
    ),
    (
        "POST",
        "/api/v1/users",
        {"name": "ann@example.org", "password": "long enough", "read": ["#"], "write": []},
        201,
        None,
        ["user ann@example.org long enough ['#'] [] None None"],
    ),
    ("GET", "/api/v1/plugs/kettle/firmware", None, 200, FIRMWARE, []),
    (
        "POST",
        f"{UPGRADE}&md5={'AB' * 16}&virtual=true",
        b"\x00{[\xff",
        202,
        FIRMWARE | {"upgrade": FAILED},
        ["upgrade kettle " + repr(b"\x00{[\xff") + f" mss310 2.0.0 kettle {'AB' * 16} True"],
    ),
    ("DELETE", "/api/v1/plugs/kettle/firmware", None, 204, None, ["give up kettle"]),
    (
        "PATCH",
        "/api/v1/users/ann+mqtt@example.org",
        {"scope": "admin", "write": ["b"]},
        200,
        {
            "name": "ann+mqtt@example.org",
            "read": ["/appliance/#", "a"],
            "write": ["b"],
            "scope": "admin",
            "app_plugs": None,
        },
        ["rights ann+mqtt@example.org ['/appliance/#', 'a'] ['b'] Scope.ADMIN None"],
    ),
    (
        "GET",
        "/api/v1/refusals",
        None,
        200,
        {
            "refusals": [
                {
                    "at": "2025-06-01T12:00:00Z",
                    "address": "192.168.1.30",
                    "cause": "login",
                    "detail": "no.",
                    "mac": "34:29:8f:1a:2b:3c",
                }
            ]
        },
        [],
    ),
    (
        "GET",
        "/api/v1/users",
        None,
        200,
        {
            "users": [
                {
                    "name": "ann+mqtt@example.org",
                    "read": ["/appliance/#", "a"],
                    "write": [],
                    "scope": None,
                    "app_plugs": None,
                }
            ]
        },
        [],
    ),
    *PAIRING_ROUTES,
    ("GET", "/readyz", None, 200, {"status": "ready"}, []),
    ("GET", "/api/v1/plugs/kettle/availability", None, 200, {"spans": SPANS, "next": None}, []),
    ("GET", "/api/v1/plugs/kettle/availability?limit=1", None, 200, {"spans": SPANS[:1], "next": 2}, []),
    ("GET", "/api/v1/plugs/kettle/availability?before=2", None, 200, {"spans": SPANS[1:], "next": None}, []),
    ("GET", "/api/v1/plugs/kettle/messages", None, 200, {"messages": [MESSAGE] * 2}, []),
    ("GET", "/api/v1/plugs/kettle/messages?limit=1", None, 200, {"messages": [MESSAGE]}, []),
    (
        "GET",
        "/api/v1/diagnostics",
        None,
        200,
        {"at": "2025-06-01T12:00:00Z", "plugs": [{"plug": "plug-1", "reason": "\x1b[2J"}]},
        [],
    ),
    ("GET", "/api/v1/tariffs", None, 200, TARIFFS, []),
    (
        "GET",
        "/api/v1/tariffs/prices?from=2025-06-01T00:00:00%2B02:00&to=2025-06-02T00:00:00Z",
        None,
        200,
        {
            "currency": "EUR",
            "prices": [
                {"from": "2025-05-31T22:00:00Z", "price_per_kwh": 0.21},
                {"from": "2025-06-01T23:00:00Z", "price_per_kwh": None},
            ],
        },
        [],
    ),
    (
        "PUT",
        "/api/v1/tariffs/2026-01-01",
        {"currency": "EUR", "rate": FLAT},
        204,
        None,
        ["tariff 2026-01-01 Flat(price_micros=310000) EUR"],
    ),
    (
        "PUT",
        "/api/v1/tariffs/2026-01-01",
        {"rate": ECONOMY7},
        204,
        None,
        [
            f"tariff 2026-01-01 {NIGHT_RATE} None",
        ],
    ),
    (
        "PUT",
        "/api/v1/tariffs/2026-01-01",
        {"rate": {"kind": "hourly"}},
        204,
        None,
        ["tariff 2026-01-01 Hourly() None"],
    ),
    ("DELETE", "/api/v1/tariffs/2026-01-01", None, 204, None, ["remove tariff 2026-01-01"]),
    (
        "PUT",
        "/api/v1/tariffs/prices?currency=EUR&from=2026-01-01",
        "start,price\n",
        200,
        TABLE,
        ["prices 'start,price\\n' EUR 2026-01-01"],
    ),
    ("GET", "/api/v1/settings", None, 200, {"settings": SETTINGS}, []),
    (
        "PATCH",
        "/api/v1/settings",
        {"changes": {"hub.reading_interval_s": 30, "hub.position": None}},
        200,
        {"settings": SETTINGS},
        ["settings {'hub.reading_interval_s': 30, 'hub.position': None} by this machine's user"],
    ),
    ("GET", "/api/v1/console/ports", None, 200, {"ports": [SERIAL_PORT]}, []),
    ("GET", f"{AT_PORT}/settings", None, 200, {"settings": [WPA_PSK]}, []),
    (
        "GET",
        f"{AT_PORT}/settings?show_secrets=true",
        None,
        200,
        {"settings": [WPA_PSK | {"value": "hunter22"}]},
        [],
    ),
    ("POST", f"{AT_PORT}/snapshot", None, 200, CONSOLE_SNAPSHOT, []),
    ("POST", f"{AT_PORT}/settings/backup", None, 200, {"backup": 1}, []),
    (
        "POST",
        f"{AT_PORT}/settings/difference",
        {"file": "{}"},
        200,
        {"differences": [SSID]},
        ["compare b'{}'"],
    ),
    (
        "POST",
        f"{AT_PORT}/settings/restore",
        {"file": "{}", "reset": True},
        200,
        {
            "plan": {"resets": ["STA"], "changes": [], "left": [], "is_whole": True, "word": "restore"},
            "job": None,
        },
        ["plan b'{}' True False"],
    ),
    (
        "POST",
        f"{AT_PORT}/settings/restore",
        {"file": "{}", "dry_run": False, "confirm": "restore"},
        200,
        {"plan": None, "job": CONSOLE_JOB | {"kind": "restore"}},
        ["restore b'{}' restore"],
    ),
    (
        "POST",
        f"{AT_PORT}/leave-factory",
        None,
        202,
        CONSOLE_JOB | {"kind": "leave-factory"},
        ["leave factory"],
    ),
    ("GET", f"{AT_PORT}/boot", None, 200, {"start": START}, []),
    ("POST", f"{AT_PORT}/boot", {}, 202, CONSOLE_JOB, ["watch start True"]),
    ("POST", f"{AT_PORT}/boot", {"reboot": False}, 202, CONSOLE_JOB, ["watch start False"]),
    (
        "GET",
        f"{AT_PORT}/led",
        None,
        200,
        {"stage": None, "light": None, "meanings": [{"stage": "starting", "light": "off"}]},
        [],
    ),
    ("PUT", f"{AT_PORT}/led", {"colour": "red", "state": "quick"}, 204, None, ["light red quick"]),
    ("GET", f"{AT_PORT}/job", None, 200, {"job": CONSOLE_JOB}, []),
    ("DELETE", f"{AT_PORT}/job", None, 204, None, ["cancel job"]),
    ("DELETE", "/api/v1/users/ann+mqtt@example.org", None, 204, None, ["remove ann+mqtt@example.org"]),
    ("DELETE", "/api/v1/users/ann%2Bmqtt%40example.org", None, 204, None, ["remove ann+mqtt@example.org"]),
]
# Tested in test_logins.py, with what they do.
LOGIN_ROUTES = [
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/setup"),
    ("GET", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
    ("PUT", "/api/v1/session/password"),
    ("GET", "/api/v1/tokens"),
    ("POST", "/api/v1/tokens"),
    ("DELETE", "/api/v1/tokens/{token}"),
]
BACKUP_ROUTES = [("POST", "/api/v1/backup")]  # in test_backup.py: it answers no JSON
TABLES = [
    ("GET", "/api/v1/energy/table"),
    ("GET", "/api/v1/energy/table.csv"),
]  # in test_energy.py: sent in pieces
OTHERS = [
    ("GET", "/metrics"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/api/v1/events"),
    ("GET", "/api/v1/console/ports/tty-1a2b3c/session"),
    ("GET", "/api/v1/lab/events"),
]
OPEN = ("/healthz", "/readyz")
PLACES = [(method, path) for method, path, *_ in ROUTES] + LOGIN_ROUTES[2:] + BACKUP_ROUTES + TABLES + OTHERS


IMAGE = {"Content-Type": "application/octet-stream"}
CSV = {"Content-Type": "text/csv"}
HEADERS: dict[type, dict[str, str]] = {bytes: IMAGE, str: CSV}


def body_of(sent: Any) -> bytes:
    if isinstance(sent, bytes):
        return sent
    if isinstance(sent, str):
        return sent.encode()
    return b"" if sent is None else json.dumps(sent).encode()


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "expected", "changes"), ROUTES, ids=lambda value: str(value)[:40]
)
async def test_each_route_asks_the_hub_and_shows_what_it_said(
    ask: Ask,
    hub: MemoryHub,
    method: str,
    path: str,
    sent: Any,
    status: int,
    expected: Any,
    changes: list[str],
) -> None:
    answer = await ask(method, path, body=body_of(sent), headers=HEADERS.get(type(sent)))
    assert (answer.status, answer.json() if answer.body else None) == (status, expected)
    assert hub.calls == changes
    assert method != "GET" or not hub.calls  # asking changes nothing


async def test_the_description_names_exactly_the_routes_tested_here(ask: Ask) -> None:
    described = (await ask("GET", "/api/v1/openapi.json")).json()["paths"]
    tested = {
        (
            method.lower(),
            path.split("?")[0]
            .replace("kettle", "{plug}")
            .replace("relays/0", "relays/{channel}")
            .replace("tty-1a2b3c", "{port}")
            .replace("ab12", "{pairing}")
            .replace("ba7c", "{batch}")
            .replace(MAC, "{lab_plug}")
            .replace("n1jxa2", "{rule}")
            .replace("q7", "{rule}")
            .replace("ann+mqtt@example.org", "{name}")
            .replace("2026-01-01", "{from}"),
        )
        for method, path, *_ in ROUTES
        if "%" not in path.split("?")[0]
    }
    elsewhere = {(method.lower(), path) for method, path in LOGIN_ROUTES + BACKUP_ROUTES}
    elsewhere.add(("get", "/metrics"))  # which is no JSON
    elsewhere |= {(method.lower(), path) for method, path in TABLES}
    assert {(method, path) for path, methods in described.items() for method in methods} == tested | elsewhere


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": ""}, 401, "unauthorized"),
        ({"Authorization": "Bearer wrong"}, 401, "unauthorized"),
        ({"Host": "evil.example"}, 403, "forbidden"),
        ({"Host": "localhost"}, 403, "forbidden"),
        ({"Origin": "http://evil.example"}, 403, "forbidden"),
        ({"Origin": "null"}, 403, "forbidden"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_nobody_else_gets_anything_anywhere(
    ask: Ask, hub: MemoryHub, headers: dict[str, str], status: int, code: str
) -> None:
    told = {}
    for method, path in PLACES:
        if path not in OPEN or status == 403:
            answer = await ask(method, path, headers=headers, body=b"{nonsense")
            told[method, path] = (answer.status, answer.json()["code"], answer.headers["content-type"])
    assert told == dict.fromkeys(told, (status, code, "application/problem+json"))
    assert len(told) >= len(set(PLACES)) - len(OPEN)
    assert hub.calls == []


@pytest.mark.parametrize(("path", "said"), [("/healthz", "ok"), ("/readyz", "ready")])
async def test_health_needs_no_login(ask: Ask, path: str, said: str) -> None:
    assert (await ask("GET", path, headers={"Authorization": ""})).json() == {"status": said}


async def test_a_refused_caller_is_told_how_to_log_in(ask: Ask) -> None:
    answer = await ask("GET", "/api/v1/plugs", headers={"Authorization": ""})
    assert answer.headers["www-authenticate"] == 'Bearer realm="ownplug"'


async def test_a_configured_name_is_a_name_of_ours(ask: Ask) -> None:
    assert (await ask("GET", "/healthz", headers={"Host": "plugs.example"})).status == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/healthz"), ("GET", "/none"), ("PUT", "/healthz")])
async def test_every_answer_is_closed_to_browsers_and_says_nothing_of_the_server(
    ask: Ask, method: str, path: str
) -> None:
    headers = (await ask(method, path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "server" not in headers


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/plugs/kettle", "DELETE, GET, PATCH"),  # each of another scope
        ("/api/v1/plugs/kettle/timers", "GET, POST"),
        ("/api/v1/pairings/look", "POST"),
        ("/api/v1/pairings/ab12", "DELETE, GET"),
        ("/login", "GET"),
        ("/api/v1/openapi.json", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_which_are_right(ask: Ask, path: str, methods: str) -> None:
    answer = await ask("PUT", path)
    assert (answer.status, sorted(answer.headers["allow"].split(", "))) == (405, methods.split(", "))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/plugs/kettle/timers", {"at": "06:05", "turns": "on", "channel": False}),
        ("/api/v1/plugs/kettle/timers", {"at": {"event": "sunset", "offset_min": False}, "turns": "on"}),
        ("/api/v1/plugs/kettle/auto-offs", {"after_s": "60"}),
        ("/api/v1/pairings", {"ssid": "Home", "switches": 0}),
        ("/api/v1/pairings", {"ssid": "Home", "timeout_s": True}),
        ("/api/v1/pairings", {"ssid": "Home", "joins": 1}),
        ("/api/v1/pairings/batches", {"plugs": [{"name": "lamp"}], "ssid": "Home", "idle_s": "60"}),
        ("/api/v1/moves", {"servers": ["mqtts://hub"], "all": 1}),
        ("/api/v1/lab/plugs", {"count": True}),
        ("/api/v1/lab/plugs", {"count": 21}),
        ("/api/v1/lab/plugs", {"count": 0}),
        ("/api/v1/lab/plugs", {"take_home": 1}),
        (f"/api/v1/lab/plugs/{MAC}/press", {"seconds": "5"}),
        (f"/api/v1/lab/plugs/{MAC}/press", {"seconds": 61}),
    ],
)
async def test_what_only_looks_like_a_number_is_none(
    ask: Ask, hub: MemoryHub, path: str, body: dict[str, Any]
) -> None:
    assert (await ask("POST", path, body=body_of(body))).status == 400
    assert hub.calls == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/docs", 404, "not-found"),
        ("GET", "/redoc", 404, "not-found"),
        ("GET", "/api/v1/plugs/", 404, "not-found"),
        ("GET", "/api/v1/plugs/nobody", 404, "not-found"),
        ("PATCH", "/api/v1/users/nobody", 400, "usage"),
        ("GET", "/api/v1/plugs/a%2Fb", 404, "not-found"),
        ("GET", "/api/v1/../healthz", 404, "not-found"),
        ("GET", "/%ff%fe", 404, "not-found"),
        ("POST", "/healthz", 405, "usage"),
        ("POST", "/api/v1/plugs/kettle", 405, "usage"),
        ("GET", "/api/v1/plugs/kettle/relays/0", 405, "usage"),
        ("OPTIONS", "/api/v1/plugs", 405, "usage"),
        ("BREW", "/api/v1/plugs", 405, "usage"),
        ("GET", "/api/v1/plugs/" + "k" * 200, 400, "usage"),
        ("GET", "/api/v1/plugs/kettle?show_secrets=perhaps", 400, "usage"),
        ("GET", "/api/v1/plugs/kettle/electricity?channel=x", 400, "usage"),
        ("POST", "/api/v1/plugs/kettle/relays/256/toggle", 400, "usage"),
        ("GET", "/api/v1/plugs/nobody/availability", 404, "not-found"),
        ("GET", "/api/v1/plugs/kettle/availability?limit=0", 400, "usage"),
        ("GET", "/api/v1/plugs/kettle/availability?before=99999999999999999999", 400, "usage"),
        ("GET", "/api/v1/plugs/nobody/messages", 404, "not-found"),
        ("GET", "/api/v1/plugs/kettle/messages?limit=9999", 400, "usage"),
        ("POST", "/metrics", 405, "usage"),
        ("POST", "/api/v1/plugs/kettle/relays/-1/toggle", 400, "usage"),
    ],
)
async def test_a_wrong_address_is_a_problem_document(
    ask: Ask, method: str, path: str, status: int, code: str
) -> None:
    answer = await ask(method, path)
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe\x00",
        b'{"on": 1}',
        b'{"on": "true"}',
        b'{"on": NaN}',
        b'{"on": true, "on": false}',
        b'{"on": true, "off": false}',
        b'{"on": "\\ud800"}',
        b"[" * 60_000,
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_a_wrong_body_is_a_problem_document_and_switches_nothing(
    ask: Ask, hub: MemoryHub, body: bytes
) -> None:
    answer = await ask("PUT", "/api/v1/plugs/kettle/relays/0", body=body)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in {"usage", "malformed"}
    assert hub.calls == []


@pytest.mark.parametrize(
    "timer",
    [
        {},
        {"at": "18:30"},
        {"at": "24:00", "turns": "on"},
        {"at": "7:30", "turns": "on"},
        {"at": "sunset", "turns": "on"},
        {"at": {"event": "moonset"}, "turns": "on"},
        {"at": {"event": "sunset", "offset_min": 1441}, "turns": "on"},
        {"at": {"event": "sunset", "offset": 5}, "turns": "on"},
        {"at": "18:30", "turns": True},
        {"at": "18:30", "turns": "on", "days": []},
        {"at": "18:30", "turns": "on", "days": ["mon"]},
        {"at": "18:30", "turns": "on", "enabled": 1},
        {"at": "18:30", "turns": "on", "channel": -1},
        {"at": "18:30", "turns": "on", "name": "n" * 65},
        {"at": "18:30", "turns": "on", "id": "mine"},
    ],
    ids=str,
)
async def test_a_timer_that_cannot_be_is_not_made(ask: Ask, hub: MemoryHub, timer: dict[str, Any]) -> None:
    answer = await ask("POST", "/api/v1/plugs/kettle/timers", body=body_of(timer))
    assert (answer.status, answer.json()["code"], hub.calls) == (400, "usage", [])


@pytest.mark.parametrize("after_s", [0, -1, 86_401, "1h", None])
async def test_an_auto_off_that_cannot_be_is_not_made(ask: Ask, hub: MemoryHub, after_s: object) -> None:
    answer = await ask("POST", "/api/v1/plugs/kettle/auto-offs", body=body_of({"after_s": after_s}))
    assert (answer.status, answer.json()["code"], hub.calls) == (400, "usage", [])


async def test_a_body_of_another_type_is_refused(ask: Ask, hub: MemoryHub) -> None:
    """A page of another site can send a form or plain text without asking the browser first."""
    answer = await ask(
        "PUT", "/api/v1/plugs/kettle/relays/0", body=b'{"on": true}', headers={"Content-Type": "text/plain"}
    )
    assert (answer.status, hub.calls) == (400, [])


async def test_a_body_that_is_too_large_is_refused(ask: Ask, hub: MemoryHub) -> None:
    answer = await ask("PUT", "/api/v1/plugs/kettle/relays/0", body=b" " * 100_000)
    assert (answer.status, answer.json()["code"], hub.calls) == (413, "usage", [])


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (UPGRADE, {}, 400),  # JSON
        (UPGRADE, {"Content-Type": "multipart/form-data"}, 400),
        (UPGRADE.replace("/kettle", "/kettle/relays/0", 1), IMAGE, 400),
        ("/api/v1/users", IMAGE, 400),
        (UPGRADE.replace("&confirm=kettle", ""), IMAGE, 400),
        (f"{UPGRADE}&md5=xyz", IMAGE, 400),
        (f"{UPGRADE}&virtual=perhaps", IMAGE, 400),
    ],
)
async def test_only_an_image_for_the_one_route_is_let_through(
    ask: Ask, hub: MemoryHub, path: str, headers: dict[str, str], status: int
) -> None:
    answer = await ask("POST", path, body=b"\x00MMM", headers=headers)
    assert (answer.status, hub.calls) == (status, [])


async def test_an_image_may_be_longer_than_other_bodies_and_not_endless(ask: Ask, hub: MemoryHub) -> None:
    announced = {"Content-Length": str(4 * 1024 * 1024 + 1)}
    answer = await ask("POST", UPGRADE, headers=IMAGE | announced)
    assert (answer.status, answer.json()["code"], hub.calls) == (413, "usage", [])
    answer = await ask("POST", UPGRADE, body=bytes(100_000), headers=IMAGE)
    assert (answer.status, len(hub.calls)) == (202, 1)


@pytest.mark.parametrize(
    "rate",
    [
        None,
        {},
        {"kind": "free"},
        {"kind": "flat"},
        {"kind": "flat", "price_per_kwh": "0.31"},
        {"kind": "flat", "price_per_kwh": True},
        {"kind": "flat", "price_per_kwh": 1_000_001},
        {"kind": "flat", "price_per_kwh": 0.31, "night_price_per_kwh": 0.1},
        {"kind": "hourly", "price_per_kwh": 0.31},
        ECONOMY7 | {"night_to": "24:00"},
        ECONOMY7 | {"night_to": "7:30"},
        ECONOMY7 | {"night_to": "07:30:00"},
        ECONOMY7 | {"night_to": "00:30"},  # it never ends
    ],
    ids=str,
)
async def test_a_tariff_that_cannot_be_is_not_set(ask: Ask, hub: MemoryHub, rate: object) -> None:
    answer = await ask("PUT", "/api/v1/tariffs/2026-01-01", body=body_of({"currency": "EUR", "rate": rate}))
    assert (answer.status, answer.json()["code"], hub.calls) == (400, "usage", [])


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/api/v1/tariffs/prices", {}, b"{}"),  # JSON
        ("/api/v1/tariffs/prices", {"Content-Type": "text/plain"}, b"{}"),
        ("/api/v1/tariffs/prices", CSV, b"\xff\xfes\x00"),
        ("/api/v1/tariffs/prices?from=yesterday", CSV, b"start,price"),
        ("/api/v1/tariffs/2026-01-01", CSV, b"start,price"),
        ("/api/v1/tariffs/yesterday", {}, body_of({"rate": FLAT})),
    ],
)
async def test_only_a_table_for_the_one_route_is_let_through(
    ask: Ask, hub: MemoryHub, path: str, headers: dict[str, str], body: bytes
) -> None:
    answer = await ask("PUT", path, body=body, headers=headers)
    assert (answer.status, hub.calls) == (400, [])


@pytest.mark.parametrize(
    "span",
    [
        "",
        "from=2025-06-01T00:00:00Z",
        "from=2025-06-01T00:00:00&to=2025-06-02T00:00:00Z",  # in which zone?
        "from=2025-06-02T00:00:00Z&to=2025-06-02T00:00:00Z",
        "from=2025-06-02T00:00:00Z&to=2025-06-01T00:00:00Z",
        "from=2025-06-02T00:00:00Z&to=2026-06-04T00:00:01Z",
        "from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z",
    ],
)
async def test_prices_are_told_of_a_year_at_most(ask: Ask, span: str) -> None:
    answer = await ask("GET", f"/api/v1/tariffs/prices?{span}")
    assert (answer.status, answer.json()["code"]) == (400, "usage")


async def test_a_password_is_never_repeated(ask: Ask) -> None:
    body = json.dumps({"name": "ann", "password": "tell-nobody", "read": "x"}).encode()
    answer = await ask("POST", "/api/v1/users", body=body)
    assert answer.status == 400
    assert b"tell-nobody" not in answer.body


async def test_what_the_plug_refused_is_told_with_its_number(ask: Ask, hub: MemoryHub) -> None:
    hub.failure = errors.DeviceError("The plug refused.", device_code=5001, hint="Check its key.")
    answer = await ask("GET", "/api/v1/plugs")
    assert answer.status == 502
    assert answer.json() == {
        "type": "about:blank",
        "title": "Bad Gateway",
        "status": 502,
        "code": "refused",
        "detail": "The plug refused.",
        "hint": "Check its key.",
        "device_code": 5001,
    }


async def test_a_fault_of_the_hub_is_told_without_its_insides(
    ask: Ask, hub: MemoryHub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.failure = RuntimeError("inside story")
    answer = await ask("GET", "/api/v1/plugs")
    assert (answer.status, answer.json()["code"]) == (500, "failed")
    assert b"inside story" not in answer.body
    assert "inside story" in caplog.text  # but the log has it


async def test_a_name_full_of_controls_arrives_as_data(ask: Ask, hub: MemoryHub) -> None:
    name = 'k\x1b[2J"<script>\u2028é'
    body = json.dumps({"name": name}).encode()
    assert (await ask("PATCH", "/api/v1/plugs/kettle", body=body)).json()["name"] == name


async def test_requests_do_not_wait_for_each_other(ask: Ask) -> None:
    async with asyncio.TaskGroup() as tasks:
        answers = [tasks.create_task(ask("GET", "/healthz")) for _ in range(20)]
    assert {answer.result().status for answer in answers} == {200}


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(None, 200), ("*", 200), ('"first"', 200), ('W/"first"', 200), ('"other"', 412), ('""', 412)],
)
async def test_who_has_seen_something_else_changes_nothing(
    ask: Ask, hub: MemoryHub, if_match: str | None, status: int
) -> None:
    assert (await ask("GET", "/api/v1/plugs/kettle")).headers["etag"] == '"first"'
    headers = {} if if_match is None else {"If-Match": if_match}
    for path, body in [("", {"room": "hall"}), ("/safeguards", {"never_off": True})]:
        answer = await ask("PATCH", f"/api/v1/plugs/kettle{path}", body=body_of(body), headers=headers)
        assert answer.status == status
    assert hub.kettle is not None
    assert (hub.kettle.room, hub.kettle.safeguards.never_off) == (
        ("hall", True) if status == 200 else ("", False)
    )
