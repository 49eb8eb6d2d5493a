from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.shell import (
    COMMANDS,
    LINE_LIMIT,
    Command,
    Risk,
    UnknownCommand,
    complete,
    parse_command,
    render_command,
)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("ver", Command("ver")),
        ("meross hw ", Command("meross hw")),  # as on the page
        ("  meross   hw", Command("meross hw")),
        ("meross", Command("meross")),
        ("?", Command("?")),
        ("? meross", Command("?")),
        ("meross ?", Command("meross ?")),
        ("meross iot ? x", Command("meross iot ?")),
        ("meross e2p", Command("meross e2p")),
        ("meross e2p uuid x", Command("meross e2p", ("uuid", "x"))),
        ("meross iot log on", Command("meross iot log", ("on",))),
        ("ip st2 mode dhcp", Command("ip", ("st2", "mode", "dhcp"))),
        ("hw", UnknownCommand("hw", "hw")),
        ("meross foo bar", UnknownCommand("foo", "meross foo bar")),
        ("meross iot", Command("meross iot")),
        ("MEROSS", UnknownCommand("MEROSS", "MEROSS")),
        ("", None),
        ("   ", None),
    ],
)
def test_a_typed_line_is_understood(line: str, command: object) -> None:
    assert parse_command(line) == command


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda w: w != "?"
)


@given(
    st.sampled_from([name for name, spec in COMMANDS.items() if not spec.is_menu]),
    st.lists(WORDS, max_size=4),
)
def test_what_is_typed_is_understood(name: str, words: list[str]) -> None:
    command = Command(name, tuple(words))
    assert parse_command(render_command(command)) == command


@given(st.text(max_size=60))
def test_any_line_can_be_typed(line: str) -> None:
    parse_command(line)
    complete(line)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Command("config write", ("STA", "Ssid", "")), "empty value"),
        (Command("config write", ("STA", "Ssid", "my net")), "splits at blanks"),
        (Command("config write", ("STA", "Ssid", "a\rb")), "control characters"),
        (Command("meross iot upgrade", ("http://" + "x" * LINE_LIMIT,)), f"at most {LINE_LIMIT} bytes"),
    ],
)
def test_what_cannot_be_typed_is_refused(command: Command, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        render_command(command)


def test_a_refused_secret_is_not_told() -> None:
    with pytest.raises(UsageError) as refused:
        render_command(Command("config write", ("STA", "WpaPsk", "hunter2" * LINE_LIMIT)))
    assert "hunter2" not in str(refused.value)
    with pytest.raises(UsageError) as refused:
        render_command(Command("config write", ("STA", "WpaPsk", "hunter 2")))
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "risk"),
    [
        ("meross switch 1234 on", Risk.MAINS),
        ("meross switch", None),  # it only says how it is used
        ("meross test relay 1 1", Risk.MAINS),
        ("meross test relay", None),
        ("meross crash", Risk.RESTART),
        ("meross fac 1", Risk.SETTINGS),
        ("meross fac 0", None),
        ("meross fac", None),
        ("meross e2p uuid", None),
        ("meross e2p uuid x", Risk.IDENTITY),
        ("meross e2p mac x", Risk.IDENTITY),
        ("meross iot unbind", Risk.PAIRING),
        ("meross iot upgrade http://x", Risk.FIRMWARE),
        ("meross iot upgrade", None),
        ("config reset STA", Risk.SETTINGS),
        ("config reset factory", Risk.IDENTITY),
        ("config reset", Risk.IDENTITY),
        ("config write factory dev.fac.mac x", Risk.IDENTITY),
        ("config write STA Ssid x", None),
        ("config show", None),
        ("reboot", None),
        ("meross hw", None),
    ],
)
def test_a_danger_is_known_before_it_is_done(line: str, risk: Risk | None) -> None:
    command = parse_command(line)
    assert isinstance(command, Command)
    assert (command.danger.risk if command.danger else None) == risk
    if command.danger:
        assert command.danger.says.startswith("This ")
        assert command.danger.says.endswith(".")


@pytest.mark.parametrize(
    ("line", "is_usage"),
    [
        ("meross e2p", True),
        ("meross e2p uuid", False),
        ("meross e2p foo", True),
        ("meross led", True),
        ("meross led red", True),
        ("meross led red on", False),
        ("meross led blue on", True),
        ("meross hw foo", False),  # it takes no notice
        ("config write STA Ssid my net", True),
        ("config show a b", True),
        ("config show a", False),
    ],
)
def test_wrong_arguments_are_answered_with_the_usage(line: str, *, is_usage: bool) -> None:
    command = parse_command(line)
    assert isinstance(command, Command)
    assert command.is_usage == is_usage


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ["ip", "stat", "meross", "config", "reboot", "ver", "?"]),
        ("me", ["meross"]),
        ("meross", ["meross"]),
        ("meross s", ["sun", "scan", "switch"]),
        ("meross iot ", ["status", "unbind", "upgrade", "rule", "log", "dbg", "?"]),
        ("meross e2p ", ["uuid", "mac"]),
        ("meross e2p uuid ", []),
        ("meross led green ", ["on", "off", "quick", "slow"]),
        ("config show ", ["common", "STA", "AP", "network", "meross", "factory"]),
        ("config read STA WpaP", ["WpaPsk", "WpaPskLen"]),
        ("config write factory dev.fac.m", ["dev.fac.mac", "dev.fac.mode"]),
        ("config read nogroup ", []),
        ("config read STA Ssid ", []),
        ("foo ", []),
        ("ver ", []),
    ],
)
def test_a_half_typed_line_is_completed(line: str, words: list[str]) -> None:
    assert complete(line) == words


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (Command("config write", ("meross", "dev.cfg.Key", "abc")), "config write meross dev.cfg.Key ***"),
        (Command("config write", ("new", "thing", "abc")), "config write new thing ***"),
        (Command("config write", ("STA", "Ssid", "abc")), "config write STA Ssid abc"),
        (Command("meross hw"), "meross hw"),
    ],
)
def test_a_command_is_shown_without_its_secret(command: Command, shown: str) -> None:
    assert command.shown == shown
    assert repr(command) == f"Command({shown!r})"
