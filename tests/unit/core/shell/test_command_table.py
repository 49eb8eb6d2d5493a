from __future__ import annotations

import pytest

from ownplug.core.shell import COMMANDS, CommandSpec
from ownplug.core.shell.command_table import ANY, HELP, Danger, Risk


def test_every_command_stands_in_a_menu_that_exists() -> None:
    for spec in COMMANDS.values():
        assert not spec.menu or COMMANDS[spec.menu].is_menu, spec.name


def test_every_menu_has_its_help() -> None:
    for spec in COMMANDS.values():
        if spec.is_menu and spec.word != HELP:
            assert f"{spec.name} {HELP}" in COMMANDS


def test_what_a_menu_lists_has_a_help_text() -> None:
    assert [spec.name for spec in COMMANDS.values() if spec.is_listed and not spec.help] == []
    assert COMMANDS["?"].help == "show the comands available"


def test_what_can_be_done_wrong_says_how_it_is_done() -> None:
    for spec in COMMANDS.values():
        if any(not argument.optional for argument in spec.arguments):
            assert spec.usage, spec.name


@pytest.mark.parametrize(
    ("when", "arguments", "fits"),
    [
        ((), (), True),
        ((), ("a",), True),
        (("1",), (), False),
        (("1",), ("0",), False),
        (("1",), ("1",), True),
        (("uuid", ANY), ("uuid",), False),
        (("uuid", ANY), ("uuid", "x"), True),
    ],
)
def test_a_danger_fits_its_arguments(
    when: tuple[str, ...], arguments: tuple[str, ...], *, fits: bool
) -> None:
    assert Danger(risk=Risk.MAINS, when=when, says="This.").fits(arguments) == fits


def test_a_name_is_a_menu_and_a_word() -> None:
    spec = CommandSpec(name="meross iot dbg")
    assert (spec.menu, spec.word) == ("meross iot", "dbg")
    assert CommandSpec(name="ver").menu == ""
