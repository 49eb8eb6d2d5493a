"""Every route over a real socket: what it answers, and to whom."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.core import errors

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
    "timezone": "Europe/Berlin",
    "registered_at": "2025-06-01T12:00:00Z",
    "relays": [RELAY | {"on": False}],
    "reading": READING,
}
HOME = {
    "user_id": "10001",
    "key": "***",
    "mqtts": "127.0.0.1:8883",
    "mqtts_legacy": "",
    "mqtt": "",
    "web": "",
    "cloud": "",
    "ca": "/home/tls/ca.pem",
    "timezone": "UTC",
    "position": "",
}
KEY = "0123456789abcdef0123456789abcdef"

# method, path, what is sent, status, what comes back, what the hub was told to change
PAIRING = {
    "id": "ab12",
    "began_at": "2025-06-01T12:00:00Z",
    "url": "http://10.10.10.1",
    "state": "failed",
    "phase": "",
    "uuid": "",
    "steps": [{"phase": "identify the plug", "found": "mss310", "after_s": 0.5}],
    "failure": {"code": "wifi-password", "message": "It is back.", "hint": "Check it."},
}
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
ROUTES: list[tuple[str, str, Any, int, Any, list[str]]] = [
    ("GET", "/healthz", None, 200, {"status": "ok"}, []),
    ("GET", "/api/v1/home", None, 200, HOME, []),
    ("GET", "/api/v1/home?show_secrets=true", None, 200, HOME | {"key": KEY}, []),
    ("GET", "/api/v1/plugs", None, 200, {"plugs": [PLUG]}, []),
    ("GET", "/api/v1/plugs/kettle", None, 200, PLUG, []),
    ("GET", "/api/v1/plugs/34%3A29:8f:1a:2b:3c", None, 200, PLUG, []),
    ("GET", "/api/v1/plugs/kettle?show_secrets=true", None, 200, PLUG | {"key": KEY}, []),
    ("PUT", "/api/v1/home/key", {"key": "ab" * 16}, 204, None, ["change_key 32"]),
    (
        "PATCH",
        "/api/v1/plugs/kettle",
        {"name": "tea"},
        200,
        PLUG | {"name": "tea"},
        ["change kettle tea None"],
    ),
    ("PATCH", "/api/v1/plugs/kettle", {"room": "b"}, 200, PLUG | {"room": "b"}, ["change kettle None b"]),
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
        ["user ann@example.org long enough ['#'] []"],
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
        {"users": [{"name": "ann+mqtt@example.org", "read": ["/appliance/#", "a"], "write": []}]},
        [],
    ),
    (
        "POST",
        "/api/v1/pairings/look",
        {"url": "http://192.168.1.9"},
        200,
        {
            "uuid": "1706223411101036000134298f1a2b3c",
            "model": "mss310",
            "networks": [{"ssid": "Home", "signal": 70, "is_open": False}],
        },
        ["look http://192.168.1.9"],
    ),
    (
        "POST",
        "/api/v1/pairings",
        {"ssid": "Home", "password": "secret123", "name": "kettle", "switches": False},
        202,
        PAIRING,
        ["pair http://10.10.10.1 Home secret123 kettle False"],
    ),
    ("GET", "/api/v1/pairings", None, 200, {"pairings": [PAIRING]}, []),
    ("GET", "/api/v1/pairings/ab12", None, 200, PAIRING, []),
    ("DELETE", "/api/v1/pairings/ab12", None, 204, None, ["cancel ab12"]),
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
    ("DELETE", "/api/v1/users/ann+mqtt@example.org", None, 204, None, ["remove ann+mqtt@example.org"]),
    ("DELETE", "/api/v1/users/ann%2Bmqtt%40example.org", None, 204, None, ["remove ann+mqtt@example.org"]),
]
OTHERS = [
    ("GET", "/metrics"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/api/v1/events"),
]
OPEN = ("/healthz", "/readyz")
PLACES = [(method, path) for method, path, *_ in ROUTES] + OTHERS


def body_of(sent: Any) -> bytes:
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
    answer = await ask(method, path, body=body_of(sent))
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
            .replace("ab12", "{id_}")
            .replace("ann+mqtt@example.org", "{name}"),
        )
        for method, path, *_ in ROUTES
        if "%" not in path
    }
    assert {(method, path) for path, methods in described.items() for method in methods} == {
        *tested,
        ("get", "/metrics"),  # which is no JSON
    }


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
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not-found"),
        ("GET", "/docs", 404, "not-found"),
        ("GET", "/redoc", 404, "not-found"),
        ("GET", "/api/v1/plugs/", 404, "not-found"),
        ("GET", "/api/v1/plugs/nobody", 404, "not-found"),
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


async def test_a_body_of_another_type_is_refused(ask: Ask, hub: MemoryHub) -> None:
    """A page of another site can send a form or plain text without asking the browser first."""
    answer = await ask(
        "PUT", "/api/v1/plugs/kettle/relays/0", body=b'{"on": true}', headers={"Content-Type": "text/plain"}
    )
    assert (answer.status, hub.calls) == (400, [])


async def test_a_body_that_is_too_large_is_refused(ask: Ask, hub: MemoryHub) -> None:
    answer = await ask("PUT", "/api/v1/plugs/kettle/relays/0", body=b" " * 100_000)
    assert (answer.status, answer.json()["code"], hub.calls) == (413, "usage", [])


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
