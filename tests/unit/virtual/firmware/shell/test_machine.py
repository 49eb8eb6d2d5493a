from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownplug.core.shell import (
    COMMANDS,
    Command,
    DriverText,
    Echo,
    LogLine,
    Prompt,
    ShellReader,
    TextLine,
    parse_command,
    parse_reply,
    read_boot,
)
from ownplug.core.shell.replies import Hardware
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.signals import ButtonPressed, ConsoleTyped, PowerCycled

MakeBench = Callable[..., Any]
PROMPT = b"\r\n$ "


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_echoes_a_line_answers_it_and_waits_for_the_next(console: Any, end: str) -> None:
    assert console.type(f"ver{end}") == (
        b"ver\r\nCM4 Image Ver: SDK_V4.6.2\r\nN9 Image  Ver: 20170823172833\r\n$ "
    )


def test_each_key_is_echoed_at_once(console: Any) -> None:
    assert [console.type(key) for key in ("v", "e", "\b", "e")] == [b"v", b"e", b"\b \b", b"e"]
    assert console.type("r\r").startswith(b"r\r\nCM4")


def test_a_blank_line_and_a_given_up_one_only_bring_the_prompt(console: Any) -> None:
    assert console.type("\r") == PROMPT
    assert console.type("   \r") == b"   " + PROMPT
    assert console.type("reboot\x03") == b"reboot" + PROMPT


@pytest.mark.parametrize("line", ["nonsense", "meross nonsense", "meross iot nonsense", "config nonsense"])
def test_what_is_not_known_is_called_so(console: Any, line: str) -> None:
    assert console.run(line) == ["nonsense unknown command"]


@pytest.mark.parametrize(("line", "menu"), [("meross ?", "meross"), ("config ?", "config"), ("? x", "?")])
def test_a_menu_can_be_asked_for(console: Any, line: str, menu: str) -> None:
    incomplete = console.run(menu)
    assert console.run(line) == [entry for entry in incomplete if " - " in entry]


@pytest.mark.parametrize(
    "line",
    [
        "meross e2p serial",
        "meross switch on",
        "meross led blue on",
        "meross test relay 1",
        "config write STA Ssid",
    ],
)
def test_arguments_that_do_not_fit_bring_the_usage(console: Any, line: str) -> None:
    assert console.run(line) == list(COMMANDS[" ".join(line.split()[:2])].usage)


def test_every_command_is_carried_out_and_its_reply_can_be_read(make_bench: MakeBench) -> None:
    arguments = {
        "meross e2p": "uuid",
        "meross ping": "127.0.0.1",
        "meross switch": "x on",
        "meross led": "red on",
        "meross test": "relay 1 1",
        "meross iot upgrade": "http://127.0.0.1/x.bin",
        "meross iot log": "off",
        "config read": "STA Ssid",
        "config write": "STA Ssid Home",
        "config reset": "STA",
        "config show": "STA",
    }
    gone = {"reboot", "meross crash", "meross iot unbind"}
    for name in COMMANDS:
        line = f"{name} {arguments.get(name, '')}".strip()
        bench = make_bench(console=True)
        bench.printed()
        command = parse_command(line)
        assert command is not None
        lines = bench.type(f"{line}\r").decode().split("\r\n")[1:-1] if name in gone else bench.run(line)
        reply = parse_reply(command, [text for text in lines if not text.startswith(("cmd id", "[T:"))])
        assert reply.unknown == (), name


def test_what_is_typed_ahead_of_a_slow_command_waits_for_it(console: Any) -> None:
    printed = console.type("meross scan\rver\r")
    assert printed == b"meross scan\r\n"
    console.pass_time(console.timing.scan_s)
    printed = console.printed()
    assert printed.count(PROMPT) == 2
    assert printed.index(b"Scan Done!") < printed.index(b"\r\n$ ver\r\nCM4")


def test_a_flood_typed_ahead_is_cut_off(console: Any) -> None:
    console.type("meross scan\r" + "x" * 100_000)
    for _ in range(20):
        console.type("y" * 1000)
    console.pass_time(1)
    assert len(console.printed()) < 2000


def test_who_asks_for_more_than_the_wire_carries_waits_for_it(console: Any) -> None:
    printed = console.type("config show\r" * 5000)
    assert len(printed) < 150_000
    start_s = console.now_s
    console.pass_time(60)
    printed += console.printed()
    answered = printed.count(b"[factory]dev.cfg.traceInfo: \r\n")
    assert 20 < answered < 80, "what was typed ahead was lost, or was not cut off"
    assert len(printed) / (console.now_s - start_s + 10) < 11_520
    console.type("\x03")
    assert console.run("ver")


def test_while_it_restarts_the_console_is_dead_and_then_it_starts_anew(console: Any) -> None:
    console.type("half a li")
    console.tell(PowerCycled())
    assert console.type("ver\r") == b""
    console.pass_time(1)
    printed = console.printed()
    assert printed.endswith(b"WiFi Init Done: port = 1\r\n$ ")
    assert console.run("ver")[0].startswith("CM4")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("reboot", "HAL_WDT_SOFTWARE_RESET"),
        ("meross crash", "HAL_WDT_SOFTWARE_RESET"),
        ("meross iot unbind", "HAL_WDT_SOFTWARE_RESET"),
        (None, "HAL_WDT_NONE_RESET"),
    ],
)
def test_a_start_says_why(console: Any, typed: str | None, reason: str) -> None:
    if typed:
        console.type(f"{typed}\r")
    else:
        console.tell(PowerCycled())
    assert console.state == "rebooting"
    console.pass_time(2)
    assert console.printed().decode("utf-8", "replace").count(f"Last reset reason:{reason}\r\n") == 1
    assert console.state == "pairing"


def test_after_a_crash_nothing_answers_until_the_watchdog_bites(console: Any) -> None:
    console.type("meross crash\r")
    console.pass_time(console.timing.watchdog_s + console.timing.reboot_s - 0.01)
    assert console.printed() == b""
    assert console.ask("GET", "Appliance.System.All") is None
    console.pass_time(0.02)
    assert b"HAL_WDT_SOFTWARE_RESET" in console.printed()


def test_a_start_tells_the_toolkit_what_the_plug_is(home_console: Any) -> None:
    home_console.flash.write(items.TIMERS[0], "{}")
    home_console.tell(PowerCycled())
    home_console.pass_time(1)
    report = read_boot(ShellReader().feed(home_console.printed()))
    assert report.mac == home_console.device.mac
    assert (report.access_point, report.port, report.timers, report.autooffs) == (None, 0, 1, 0)


def test_the_log_tells_the_way_home(make_bench: MakeBench) -> None:
    bench = make_bench(console=True)
    bench.come_home()
    events = ShellReader().feed(bench.printed())
    told = [event.message for event in events if isinstance(event, LogLine) and event.module == "mrs_iot"]
    assert told == ["connect hub.example:8883", "connected", "online"]


def test_the_log_counts_milliseconds_since_the_start(console: Any) -> None:
    console.pass_time(60)
    [sent] = re.findall(rb"\[T: (\d+) ", console.type("meross ping 127.0.0.1\r"))
    assert int(sent) == pytest.approx(60_198, abs=10)


def test_messages_are_shown_to_whoever_wants_to_see_them(home_console: Any) -> None:
    assert home_console.run("meross iot log on") == ["mrs_protocol_set_log:protocol package dump 0"]
    home_console.deliver("GET", "Appliance.System.Runtime")
    home_console.pass_time(1)
    printed = home_console.printed().decode()
    assert re.search(r"\]: recv:\{.*Appliance\.System\.Runtime.*\}\r\n", printed)
    assert re.search(r"\]: send:\{.*GETACK.*\}\r\n", printed)
    home_console.tell(ButtonPressed(held_s=0.2))
    assert "Appliance.Control.ToggleX" in home_console.printed().decode()
    assert home_console.run("meross iot log off") == ["mrs_protocol_set_log:protocol package dump 1"]
    home_console.deliver("GET", "Appliance.System.Runtime")
    assert home_console.printed() == b""


def test_a_message_that_would_break_the_line_is_shown_on_one(home_console: Any) -> None:
    home_console.run("meross iot log on")
    home_console.printed()
    home_console.post(b"\xff\r\n$ reboot\r\n\x1b[2J")
    assert home_console.printed().count(b"\r\n") == 1


def test_chatter_falls_into_replies_and_the_toolkit_reads_them_all_the_same(make_bench: MakeBench) -> None:
    bench = make_bench(console=True, faults=Faults(chatter=80))
    bench.printed()
    inside = 0
    for _ in range(50):
        events = ShellReader().feed(bench.type("meross hw\r"))
        noise = [event for event in events if isinstance(event, LogLine | DriverText)]
        inside += sum(1 for event in noise if event.column)
        lines = [event.text for event in events if isinstance(event, TextLine)]
        assert Prompt() in events
        reply = parse_reply(Command("meross hw"), lines[-7:])
        assert isinstance(reply, Hardware)
        assert (reply.uuid, reply.unknown) == (bench.device.uuid, ())
        bench.pass_time(1)
        bench.printed()
    assert inside > 5, "no line fell into the middle of another"


def test_chatter_comes_while_nobody_types_and_is_the_same_each_time(make_bench: MakeBench) -> None:
    said = []
    for _ in range(2):
        bench = make_bench(console=True, faults=Faults(chatter=5, garble=0.2))
        bench.printed()
        bench.pass_time(100)
        said.append(bench.printed())
    assert said[0] == said[1]
    assert 300 < said[0].count(b"\r\n") < 700


def test_a_page_is_garbled_as_the_page_was(make_bench: MakeBench) -> None:
    bench = make_bench(console=True, faults=Faults(chatter=50, garble=1))
    bench.printed()
    printed = bench.type("config show\r")
    assert re.search(rb"\n\[[\w.]+\][\w.: ]*\[T", printed) or re.search(rb"\n\[[\w.]+\][\w.: ]*cmd", printed)


def test_one_without_a_console_prints_nothing(bench: Any) -> None:
    bench.tell(ConsoleTyped(data=b"ver\r"))
    bench.pass_time(10)
    assert bench.printed() == b""
    assert bench.device.printed == []


TYPED = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([spec.encode() + b"\r" for spec in COMMANDS]),
    st.builds(
        lambda setting, value: f"config write {setting.replace(':', ' ')} {value}\r".encode(
            "utf-8", "replace"
        ),
        st.sampled_from(list(items.DEFAULTS)),
        st.text(max_size=60),
    ),
    st.just(b"reboot\r"),
)


@pytest.mark.slow
@settings(max_examples=150)
@given(st.lists(st.tuples(TYPED, st.floats(0, 5)), max_size=20), st.integers(0, 9))
def test_whatever_is_typed_the_plug_lives_and_what_it_says_is_bounded(
    make_bench: MakeBench, story: list[tuple[bytes, float]], seed: int
) -> None:
    bench = make_bench(console=True, faults=Faults(chatter=random.Random(seed).choice([0, 30]), garble=0.5))
    bench.printed()
    for typed, wait_s in story:
        bench.tell(ConsoleTyped(data=typed))
        bench.pass_time(wait_s)
        assert len(bench.printed()) < 20_000 * (1 + typed.count(b"\r") + typed.count(b"\n")) + 30 * 120 * 6
    bench.pass_time(3)
    bench.type("\x03")
    assert bench.state in {"pairing", "joining", "connecting", "rebooting", "factory"}


def test_echo_events_are_what_was_typed(console: Any) -> None:
    events = ShellReader().feed(b"$ " + console.type("meross fac\r"))
    assert events[:3] == [Prompt(), Echo("meross fac"), TextLine("In fac mode:NO")]
