from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ownplug.cli.frame import Frame, group, pass_frame


@group("top", examples=["ownplug top inner"])
def top() -> None:
    """A group."""


@top.command("inner", examples=["ownplug top inner thing", "ownplug top inner 'a b'"])
@click.argument("thing", default="")
@pass_frame
def inner(frame: Frame, thing: str) -> None:
    """A command."""
    click.echo(f"{frame.json} {frame.verbose} {frame.home} {thing}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "--home", "/h", "-v", "inner"],
        ["inner", "--json", "--home", "/h", "-v"],
        ["--json", "inner", "--home", "/h", "-v"],
        ["--home", "/h", "inner", "-v", "--json"],
    ],
)
def test_common_options_work_before_and_after_a_subcommand(arguments: list[str]) -> None:
    assert CliRunner().invoke(top, arguments).output.split() == ["True", "1", "/h"]


def test_each_v_counts_wherever_it_stands() -> None:
    assert CliRunner().invoke(top, ["-v", "inner", "-v"]).output.split()[1] == "2"


def test_the_last_home_wins() -> None:
    assert CliRunner().invoke(top, ["--home", "/a", "inner", "--home", "/b"]).output.split()[2] == "/b"


def test_a_home_comes_from_option_then_environment_then_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNPLUG_HOME", "/from/environment")
    frame = Frame()
    assert frame.home == Path("/from/environment")
    frame.chosen_home = "~/from-option"
    assert frame.home == Path.home() / "from-option"
    monkeypatch.delenv("OWNPLUG_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    frame.chosen_home = None
    assert frame.home.name == "ownplug"


def test_help_shows_the_examples() -> None:
    output = CliRunner().invoke(top, ["inner", "--help"]).output
    assert output.endswith("Examples:\n  ownplug top inner thing\n  ownplug top inner 'a b'\n")


@pytest.mark.parametrize(
    ("name", "meant"), [("inne", " Did you mean 'inner'?"), ("INNER", ""), ("quite-other", "")]
)
def test_a_name_that_is_nearly_right_is_met_with_the_right_one(name: str, meant: str) -> None:
    result = CliRunner().invoke(top, [name])
    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"Error: There is no command {name!r}.{meant}"


def test_a_result_is_json_or_text(capsys: pytest.CaptureFixture[str]) -> None:
    frame = Frame()
    frame.print_result({"on": True}, "It is on.\nReally\x1b.")
    frame.json = True
    frame.print_result({"on": True}, "It is on.")
    assert capsys.readouterr().out == 'It is on.\nReally\\x1b.\n{"on": true}\n'


def test_a_note_goes_to_stderr_and_not_into_json(capsys: pytest.CaptureFixture[str]) -> None:
    frame = Frame()
    frame.note("By the way.")
    frame.json = True
    frame.note("Not said.")
    assert capsys.readouterr() == ("", "By the way.\n")
