from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.shell.strategies import TEXTS

from ownplug.core.shell.replies.debug import DEBUG_KEYS, Debug, parse_debug, render_debug

PARTS: dict[str, dict[str, Any]] = {
    "system": {
        "version": "2.1.7",
        "sysUpTime": "0h6m59s",
        "localTimeOffset": 0,
        "localTime": "Thu Jan  1 00:06:59 1970",
        "suncalc": "5:59;18:7",
    },
    "network": {
        "linkStatus": "connected",
        "signal": 70,
        "ssid": 'my "net", {really}',
        "gatewayMac": "aa:bb:cc:dd:ee:ff",
        "innerIp": "192.168.1.50",
        "wifiDisconnectCount": 0,
    },
    "cloud": {
        "activeServer": "192.168.1.10",
        "mainServer": "192.168.1.10",
        "mainPort": 8883,
        "secondServer": "",
        "secondPort": 0,
        "userId": 10001,
        "sysConnectTime": "Wed Feb 28 05:39:07 2024",
        "sysOnlineTime": "271h40m2s",
        "sysDisconnectCount": 2,
        "pingTrace": [{"host": "a", "ms": 3}, {"host": "b", "ms": 4}],
    },
}
DEBUG = Debug(parts=PARTS)
LINES = render_debug(DEBUG)
REQUIRED = [(p, k) for p, keys in DEBUG_KEYS.items() for k in keys if k not in {"signal", "pingTrace"}]


def flat(reply: Debug) -> dict[str, Any]:
    return {f"{part}.{key}": value for part, keys in reply.parts.items() for key, value in keys.items()}


def line_of(key: str) -> int:
    return next(at for at, line in enumerate(LINES) if line.startswith(f'\t\t"{key}":'))


def test_it_is_json_with_tabs() -> None:
    assert json.loads("\n".join(LINES)) == PARTS
    assert LINES[:4] == ["", "{", '\t"system":\t{', '\t\t"version":\t"2.1.7",']
    assert LINES[-2:] == ["\t}", "}"]


def test_what_is_written_is_read() -> None:
    assert parse_debug(LINES) == DEBUG


@pytest.mark.parametrize(("part", "key"), REQUIRED)
def test_a_destroyed_line_costs_its_key_only(part: str, key: str) -> None:
    for left in (f'\t\t"{key[:4]}', "garbage", f'\t\t"{key}":\t"hal'):
        at = line_of(key)
        reply = parse_debug([*LINES[:at], left, *LINES[at + 1 :]])
        expected = flat(DEBUG)
        del expected[f"{part}.{key}"]
        assert flat(reply) == expected
        assert reply.lost == (f"{part}.{key}",)


@pytest.mark.parametrize(("part", "key"), [("network", "signal"), ("cloud", "pingTrace")])
def test_a_key_that_need_not_be_there_is_lost_only_when_something_is_left_of_it(part: str, key: str) -> None:
    at = line_of(key)
    end = at + 1 if key == "signal" else len(LINES) - 2
    assert parse_debug([*LINES[:at], *LINES[end:]]).lost == ()
    assert parse_debug([*LINES[:at], f'\t\t"{key[:4]}', *LINES[end:]]).lost == (f"{part}.{key}",)


def test_a_line_that_ends_in_the_next_one_costs_its_key_only() -> None:
    at = line_of("userId")
    joined = '\t\t"userI' + LINES[at + 1]
    reply = parse_debug([*LINES[:at], joined, *LINES[at + 2 :]])
    assert reply.lost == ("cloud.userId",)
    assert flat(reply) == {key: value for key, value in flat(DEBUG).items() if key != "cloud.userId"}


def test_the_header_of_a_part_may_be_destroyed() -> None:
    at = LINES.index('\t"network":\t{')
    reply = parse_debug([*LINES[:at], '\t"netw', *LINES[at + 1 :]])
    assert flat(reply) == flat(DEBUG)
    assert reply.lost == ("netw…",)


def test_a_reply_that_was_cut_lost_the_rest() -> None:
    reply = parse_debug(LINES[: line_of("sysOnlineTime")])
    assert reply.lost == ("cloud.sysOnlineTime", "cloud.sysDisconnectCount")


def test_a_damaged_list_is_kept_as_text() -> None:
    at = line_of("pingTrace")
    reply = parse_debug([*LINES[: at + 1], "\t\t\t\tgarbage", *LINES[at + 1 :]])
    assert reply.lost == ("cloud.pingTrace",)
    assert [line.text for line in reply.unknown] == [
        *LINES[at : at + 1],
        "\t\t\t\tgarbage",
        *LINES[at + 1 : -2],
    ]


def test_an_unknown_key_is_kept_and_a_damaged_one_is_named() -> None:
    at = line_of("suncalc")
    lines = [*LINES[:at], '\t\t"UTC":\t5,', '\t\t"memTo', *LINES[at:]]
    reply = parse_debug(lines)
    assert reply.parts["system"]["UTC"] == 5
    assert reply.lost == ("system.memTo…",)
    assert [(line.at, line.text) for line in reply.unknown] == [(at + 1, '\t\t"memTo')]
    assert render_debug(reply) == lines


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "9" * 5000, "NaN", "[1]", '{"a": 1}', '{"a": {"b": NaN}}']
)
def test_what_is_no_debug_is_told_as_such(text: str) -> None:
    reply = parse_debug([text])
    assert not any(reply.parts.values())
    assert len(reply.lost) >= len(REQUIRED) or text == '{"a": 1}'


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES, max_size=4), max_size=4))
def test_any_parts_are_written_and_read(parts: dict[str, dict[str, Any]]) -> None:
    assert parse_debug(render_debug(Debug(parts=parts))) == Debug(parts=parts)


@given(st.lists(st.sampled_from(LINES) | TEXTS, max_size=40))
def test_any_lines_can_be_read(lines: list[str]) -> None:
    parse_debug(lines)
