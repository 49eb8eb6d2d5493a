"""How `ownplug console` reads its words; what it does with a plug is in `tests/e2e/console`."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from ownplug.cli.console import _split, console
from ownplug.cli.main import run


def understood(words: list[str]) -> list[str]:
    """The command that is meant, and its arguments."""
    context = click.Context(console, info_name="console")
    name, _, rest = console.resolve_command(context, words)
    return [str(name), *rest]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ([], ["open"]),
        (["/dev/ttyUSB0"], ["open", "/dev/ttyUSB0"]),
        (["socket://host:7000", "--record", "f"], ["open", "socket://host:7000", "--record", "f"]),
        (["--record", "f"], ["open", "--record", "f"]),
        (["open", "/dev/ttyUSB0"], ["open", "/dev/ttyUSB0"]),
        (["ports"], ["ports"]),
        (["run", "/dev/ttyUSB0", "ip"], ["run", "/dev/ttyUSB0", "ip"]),
    ],
)
def test_a_first_word_that_is_no_command_is_a_port(words: list[str], meant: list[str]) -> None:
    assert understood(words) == meant


def test_a_command_that_is_nearly_right_is_no_port() -> None:
    with pytest.raises(click.UsageError, match=r"no command or port 'wach'\. Did you mean 'watch'\?"):
        understood(["wach"])


def test_a_port_whose_name_is_nearly_a_command_is_a_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wach").touch()
    monkeypatch.chdir(tmp_path)
    assert understood(["wach"]) == ["open", "wach"]


@pytest.mark.parametrize(
    ("words", "port", "line"),
    [
        (("meross hw",), None, "meross hw"),
        (("meross", "hw"), None, "meross hw"),
        (("/dev/ttyUSB0", "meross hw"), "/dev/ttyUSB0", "meross hw"),
        (("/dev/ttyUSB0", "config", "show", "STA"), "/dev/ttyUSB0", "config show STA"),
        (("?",), None, "?"),
    ],
)
def test_the_port_is_told_from_the_command(words: tuple[str, ...], port: str | None, line: str) -> None:
    assert _split(words) == (port, line)


def test_a_port_that_is_named_like_a_command_is_a_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meross").touch()
    monkeypatch.chdir(tmp_path)
    assert _split(("meross", "ip")) == ("meross", "ip")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["no-such-port", "ip"], 4, "no-port"),
        (["/dev/null", "ip"], 2, "usage"),
        (["socket://127.0.0.1", "ip"], 2, "usage"),
        (["no-such-port", "meross crash"], 2, "usage"),  # nobody said --yes, and nobody can be asked
        (["no-such-port", "meross crash", "--yes"], 4, "no-port"),
        (["no-such-port", "  "], 2, "usage"),
        (["no-such-port", "ip", "--record", "/no/such/folder/f"], 4, "no-port"),
    ],
)
def test_each_failure_has_its_name_and_status(
    words: list[str], status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["console", "run", *words, "--json"]) == status
    assert json.loads(capsys.readouterr().out)["code"] == code


def test_the_terminal_is_for_persons(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["console", "/dev/null"]) == 2
    assert "ownplug console run" in capsys.readouterr().err


def test_ports_are_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["console", "ports", "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)
