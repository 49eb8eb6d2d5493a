from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ownplug.core.shell import GROUPS, SETTINGS
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.handlers.table import HANDLERS
from ownplug.virtual.firmware.shell.table import HANDLERS as COMMANDS

MakeBench = Callable[..., Any]


def test_lists_every_item_by_group_or_all(console: Any) -> None:
    everything = console.run("config show")
    assert len(everything) == 1 + 234
    shown = [line for group in GROUPS for line in console.run(f"config show {group}")[1:]]
    assert shown == everything[1:]
    assert console.run("config show nothing") == ["show group nothing"]


def test_what_is_written_is_read_shown_and_used(console: Any) -> None:
    assert console.run("config write meross dev.cfg.Key s3cret") == [
        "meross-dev.cfg.Key = s3cret",
        "write data item ok",
    ]
    assert console.run("config read meross dev.cfg.Key") == ["dev.cfg.Key = s3cret"]
    assert "[meross]dev.cfg.Key: s3cret" in console.run("config show meross")
    assert console.device.key.reveal() == "s3cret"


def test_what_pairing_leaves_in_the_settings(home_console: Any) -> None:
    shown = home_console.run("config show")
    assert {"[STA]Ssid: Home", "[STA]SsidLen: 4", "[STA]WpaPsk: secret123", "[STA]WpaPskLen: 9"} <= set(shown)
    assert {"[meross]dev.cfg.State: 1", "[meross]dev.cfg.Bind: 1", "[meross]dev.cfg.Port: 8883"} <= set(shown)


def test_an_item_that_does_not_exist_is_neither_read_nor_written(console: Any) -> None:
    assert console.run("config read meross nothing") == ["the data item is not exist"]
    assert console.run("config write meross nothing 1") == ["meross-nothing = 1", "write data item error"]


@pytest.mark.parametrize("item", [setting.key for setting in SETTINGS][::7])
def test_a_reset_brings_back_the_defaults_of_one_group_only(console: Any, item: str) -> None:
    group, name = item.split(":")
    before = console.run("config show")
    console.run(f"config write {group} {name} 77")
    for other in GROUPS:
        if other != group:
            assert console.run(f"config reset {other}") == [f"reset group {other}"]
    assert console.flash.read(item) == "77"
    console.run(f"config reset {group}")
    assert console.run("config show") == before


def test_a_reset_of_everything_leaves_a_plug_as_new_that_knows_who_it_is(home_console: Any) -> None:
    uuid = home_console.device.uuid
    assert home_console.run("config reset") == ["reset all group "]
    assert home_console.owned() == {}
    home_console.type("reboot\r")
    home_console.pass_time(1)
    assert home_console.state == "pairing"
    assert home_console.device.uuid == uuid


def test_a_value_longer_than_the_line_is_cut_off_there(console: Any) -> None:
    begin = "config write STA Ssid "
    console.type(begin + "x" * 500 + "\r")
    assert console.flash.read(items.SSID) == "x" * (256 - len(begin))


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from([*range(0x20, 0x7F), *range(0x80, 0x100)]), min_size=1, max_size=99).map(bytes)
)
@example("Caf\u00e9\u2615".encode())
@example(b"\xff\xfe")
@example(b" !")
@example(b'{"id":"a;b\\\\c%s"}')
def test_a_value_of_any_bytes_comes_back_or_is_refused_with_words(
    make_bench: MakeBench, value: bytes
) -> None:
    bench = make_bench(console=True)
    typed = b"config write meross dev.cfg.Key " + value + b"\r"
    reply = bench.type(typed).rsplit(b"\r\n$ ", 1)[0]
    kept = bench.flash.read(items.KEY)
    if b"write data item ok" in reply:
        assert kept.encode() == value.strip(b" ")
        bench.printed()
        assert bench.run("config read meross dev.cfg.Key") == [f"dev.cfg.Key = {kept}"]
        assert json.loads(json.dumps(bench.flash.saved()))[items.KEY] == kept
    else:
        assert kept == ""


READS = [namespace for namespace, method in HANDLERS if method == "GET"]
LOOKS = sorted(set(COMMANDS) - {"reboot", "meross crash", "meross iot unbind", "meross test"})
JUNK = st.one_of(
    st.text(max_size=40),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(
        [
            "[0,999999999999999999,0]",
            "[4294967295,86400,1]",
            "9999-12-31,4294967295,1e308",
            "0001-01-01,-1,-5",
            '{"id":"a","count":99999999999999999999999,"channel":0}',
            '{"id":"a","count":true,"channel":{}}',
            "[" * 100 + "]" * 100,
            '{"a":' * 60 + "1" + "}" * 60,
            "1e999",
            "90000000",
            "180000000",
            "127.0.0.1",
            "65536",
            "-1",
        ]
    ),
)


@pytest.mark.slow
@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(list(items.DEFAULTS)), JUNK, max_size=40))
def test_a_plug_full_of_junk_lives_and_answers(make_bench: MakeBench, junk: dict[str, str]) -> None:
    bench = make_bench(console=True)
    for item, value in {items.STATE: "0", **junk}.items():
        bench.type(f"config write {item.replace(':', ' ')} {value}\r".encode("utf-8", "replace"))
    for _ in range(2):
        for namespace in READS:
            bench.ask("GET", namespace)
        for command in LOOKS:
            bench.type(f"{command}\r")
        bench.tell_time()
        bench.type("reboot\r")
        bench.pass_time(60)
    bench.printed()
    assert bench.run("ver")
