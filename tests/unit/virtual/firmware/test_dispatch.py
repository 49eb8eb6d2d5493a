from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.sign import md5_hex
from ownplug.virtual.firmware.handlers.table import HANDLERS
from ownplug.virtual.profiles import find_profile, profile_names

MakeBench = Callable[..., Any]
GET_ALL = {"header": {"messageId": "1", "method": "GET", "namespace": ns.SYSTEM_ALL}, "payload": {}}


def test_an_unpaired_plug_takes_any_signature_and_signs_with_the_empty_key(bench: Any) -> None:
    data = bench.post(bench.message("GET", ns.SYSTEM_RUNTIME, key="whatever"))
    header = json.loads(data.partition(b"\r\n\r\n")[2])["header"]
    assert list(header) == [
        "messageId",
        "namespace",
        "method",
        "payloadVersion",
        "from",
        "timestamp",
        "timestampMs",
        "sign",
    ]
    assert header["sign"] == md5_hex(f"{header['messageId']}{header['timestamp']}")
    assert header["from"] == f"/appliance/{bench.device.uuid}/publish"


def test_a_paired_plug_refuses_a_foreign_signature_with_one_of_its_own(home_bench: Any) -> None:
    data = home_bench.post(home_bench.message("GET", ns.SYSTEM_ALL, key="wrong"))
    assert data.startswith(b"HTTP/1.1 200 OK\r\n")
    reply = json.loads(data.partition(b"\r\n\r\n")[2])
    header = reply["header"]
    assert (header["method"], header["namespace"]) == ("ERROR", ns.SYSTEM_ALL)
    assert reply["payload"] == {"error": {"code": 5001, "detail": "sign error"}}
    assert header["sign"] == md5_hex(f"{header['messageId']}{home_bench.key}{header['timestamp']}")


def test_a_signature_is_good_for_ever(home_bench: Any) -> None:
    body = home_bench.message("GET", ns.SYSTEM_RUNTIME)
    assert b"GETACK" in home_bench.post(body)
    home_bench.pass_time(3600)
    assert b"GETACK" in home_bench.post(body)


@pytest.mark.parametrize(
    ("method", "namespace"),
    [
        ("GET", "Appliance.Control.OverTemp"),
        ("GET", "Appliance.Config.NtpSite"),
        ("GET", ns.ENCRYPT_ECDHE),
        ("SET", ns.CONFIG_WIFI_X),
        ("GET", ns.CONFIG_KEY),
        ("GET", ns.SYSTEM_CLOCK),
        ("GET", ns.SYSTEM_REPORT),
        ("SET", ns.CONTROL_UPGRADE),
        ("DELETE", ns.SYSTEM_ALL),
        ("HELLO", ns.SYSTEM_ALL),
        ("get", ns.SYSTEM_ALL),
    ],
)
def test_what_it_does_not_know_is_dropped(bench: Any, method: str, namespace: str) -> None:
    body = bench.message("GET", namespace).replace(b'"method":"GET"', f'"method":"{method}"'.encode())
    assert bench.post(body) == b""


def multiple(bench: Any, commands: list[Any]) -> Any:
    return bench.ask("SET", ns.CONTROL_MULTIPLE, {"multiple": commands})


def test_two_commands_are_answered_in_order_each_as_complete_as_it_was_asked(home_bench: Any) -> None:
    whole = json.loads(home_bench.message("GET", ns.SYSTEM_RUNTIME))
    bare = {
        "header": {"method": "SET", "namespace": ns.CONTROL_TOGGLE_X},
        "payload": {"togglex": {"onoff": 0}},
    }
    method, payload = multiple(home_bench, [whole, bare])
    assert method == "SETACK"
    [first, second] = payload["multiple"]
    header = first["header"]
    assert header["sign"] == md5_hex(f"{header['messageId']}{home_bench.key}{header['timestamp']}")
    assert (header["messageId"], header["method"]) == (whole["header"]["messageId"], "GETACK")
    assert second == {"header": {"namespace": ns.CONTROL_TOGGLE_X, "method": "SETACK"}, "payload": {}}
    assert not home_bench.device.relay.is_on
    assert home_bench.said() == [f"PUSH {ns.CONTROL_TOGGLE_X}"]


def test_a_command_that_fails_does_not_stop_the_other(bench: Any) -> None:
    unknown = {"header": {"messageId": "2", "method": "GET", "namespace": "Appliance.Nothing"}, "payload": {}}
    nested = {
        "header": {"method": "SET", "namespace": ns.CONTROL_MULTIPLE},
        "payload": {"multiple": [GET_ALL]},
    }
    _, payload = multiple(bench, [unknown, GET_ALL])
    assert [part["header"]["method"] for part in payload["multiple"]] == ["ERROR", "GETACK"]
    assert payload["multiple"][0]["payload"] == {"error": {"code": 5000}}
    _, payload = multiple(bench, [nested])
    assert payload["multiple"][0]["header"]["method"] == "ERROR"


@pytest.mark.parametrize(
    "commands",
    [
        [],
        [GET_ALL] * 3,
        [{**GET_ALL, "payload": {"x": "y" * 900}}],
        [{"payload": {}}],
        [{"header": {}}],
        [{"header": {"namespace": "\ud800", "method": "GET"}}],
        [{"header": {"namespace": "x", "method": "GET", "messageId": "\ud800"}}],
        ["x"],
        None,
    ],
    ids=range(9),
)
def test_too_many_too_long_or_senseless_commands_drop_the_connection(bench: Any, commands: Any) -> None:
    header = json.loads(bench.message("SET", ns.CONTROL_MULTIPLE))["header"]
    assert bench.post(json.dumps({"header": header, "payload": {"multiple": commands}}).encode()) == b""


@given(st.binary(max_size=400))
def test_any_bytes_are_dropped(make_bench: MakeBench, data: bytes) -> None:
    bench = make_bench()
    assert bench.post(data) == b""


@pytest.mark.parametrize("field", ["messageId", "namespace", "from"])
def test_a_header_that_cannot_be_repeated_is_dropped(bench: Any, field: str) -> None:
    message = json.loads(bench.message("GET", ns.SYSTEM_ALL))
    message["header"][field] = "\ud800"
    assert bench.post(json.dumps(message).encode()) == b""


def test_depth_and_doubled_keys_are_survived(bench: Any) -> None:
    message = bench.message("SET", ns.CONTROL_TOGGLE_X, {"togglex": "HERE"})
    assert bench.post(message.replace(b'"HERE"', b"[" * 5000 + b"]" * 5000)) == b""
    doubled = message.replace(b'"HERE"', b'{"onoff":1,"onoff":0}')
    assert b"SETACK" in bench.post(doubled)
    assert not bench.device.relay.is_on


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, -1, 65535, 2**32, 10**30]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(["SG9tZQ==", "\ud800", "x" * 100]),
)
NAMES = """togglex channel onoff touch time timestamp timezone timeRule clock DNDMode mode position longitude latitude
key userId gateway host port secondHost secondPort wifi ssid password timerx triggerx id alias enable week type
duration sunOffset extend toggle rule createTime multiple header namespace method messageId payload electricity
consumptionH history trigger timer _if_ _then_ _do_ delay upgrade md5 url"""
KEYS = st.sampled_from(NAMES.split())
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
OUTER = {
    ns.CONFIG_KEY: "key",
    ns.CONFIG_WIFI: "wifi",
    ns.CONFIG_WIFI_X: "wifi",
    ns.CONTROL_CONSUMPTION_H: "consumptionH",
    ns.CONTROL_ELECTRICITY_X: "electricity",
    ns.CONTROL_TIMER: "timer",
    ns.CONTROL_TIMER_X: "timerx",
    ns.CONTROL_TOGGLE: "toggle",
    ns.CONTROL_TRIGGER: "trigger",
    ns.CONTROL_TOGGLE_X: "togglex",
    ns.CONTROL_TRIGGER_X: "triggerx",
    ns.SYSTEM_CLOCK: "clock",
    ns.SYSTEM_DND_MODE: "DNDMode",
    ns.SYSTEM_POSITION: "position",
    ns.SYSTEM_TIME: "time",
    ns.CONTROL_MULTIPLE: "multiple",
}
REQUESTS = [*HANDLERS, (ns.CONTROL_MULTIPLE, "SET")]
PROFILES = [find_profile(name) for name in profile_names()]


@pytest.mark.slow
@pytest.mark.parametrize(("namespace", "method"), REQUESTS, ids=lambda word: str(word).rpartition(".")[2])
@settings(max_examples=40)
@given(data=st.data())
def test_every_namespace_survives_any_payload_and_the_plug_stays_whole(
    make_bench: MakeBench, namespace: str, method: str, data: st.DataObject
) -> None:
    profile = next(each for each in PROFILES if namespace in each.abilities)
    bench = make_bench(profile)
    inner = data.draw(JSON)
    payload = {OUTER[namespace]: inner} if namespace in OUTER else inner
    header = json.loads(bench.message(method, namespace))["header"]
    answer = bench.post(json.dumps({"header": header, "payload": payload}).encode())
    if answer:
        reply = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert reply["header"]["method"] in {"GETACK", "SETACK", "DELETEACK", "PUSH", "ERROR"}
    bench.pass_time(20)
    again = type(bench)(profile, saved=bench.flash.saved())  # what it kept does not stop its next life either
    again.pass_time(20)
    assert again.post(again.message("GET", ns.SYSTEM_ABILITY)) or namespace in {
        ns.CONFIG_WIFI,
        ns.CONFIG_WIFI_X,
    }
