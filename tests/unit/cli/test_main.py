from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys

import click
import pytest

from ownplug import __version__
from ownplug.cli.main import COMMANDS, root, run


def every_command() -> list[tuple[str, ...]]:
    """The path of each command, groups included."""
    found: list[tuple[str, ...]] = []
    for name in COMMANDS:
        found.append((name,))
        command = root.get_command(click.Context(root), name)
        if isinstance(command, click.Group):
            found += [(name, inner) for inner in command.list_commands(click.Context(command))]
    return found


def find(path: tuple[str, ...]) -> click.Command:
    command: click.Command = root
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


def test_every_command_has_examples_that_it_understands() -> None:
    for path in every_command():
        examples = getattr(find(path), "examples", ())
        assert examples, path
        for example in examples:
            assert "\n" not in example
            program, *words = shlex.split(example)
            assert (program, *words[: len(path)]) == ("ownplug", *path), example
            parse(words)


def parse(words: list[str]) -> None:
    """Parse a command line down to the last subcommand; raises where it is wrong."""
    command: click.Command = root
    while isinstance(command, click.Group) and words:
        name, found, words = command.resolve_command(click.Context(command), words)
        assert found is not None, name
        command = found
    command.make_context("ownplug", words)


def test_every_command_and_option_has_a_help_text() -> None:
    for path in every_command():
        command = find(path)
        assert command.help, path
        missing = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
        assert not missing, (path, missing)


def test_help_lists_the_commands_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    for name, (_, sentence) in COMMANDS.items():
        assert f"{name} " in out
        assert sentence in out
    assert "Exit status: 0 done, 1 it failed and says why, 2 wrong usage, 3 the plug refused," in out


@pytest.mark.parametrize(("columns", "longest"), [("60", 58), ("200", 78), ("1", 50), ("x", 78)])
def test_help_fits_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str, longest: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert run(["raw", "--help"]) == 0
    text, _, examples = capsys.readouterr().out.partition("Examples:")
    assert longest - 15 < max(len(line) for line in text.splitlines()) <= longest
    assert '--payload \'{"togglex"' in examples  # what is to be copied is never broken


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"ownplug, version {__version__}\n"


def test_no_command_shows_the_help_and_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Commands:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["plgs"], "There is no command 'plgs'. Did you mean 'plugs'?"),
        (["plugs", "shw"], "There is no command 'shw'. Did you mean 'show'?"),
        (["on"], "Missing argument 'PLUG'."),
        (
            ["on", "kettle", "--channel", "300"],
            "Invalid value for '--channel': 300 is not in the range 0<=x<=255.",
        ),
        (["off", "http://192.0.2.1"], "http://192.0.2.1 needs --key."),
        (["off", "kettle", "--key", "k"], "--key goes with an address, http://HOST."),
        (["raw", "kettle", "N", "--payload", "{"], "Invalid value for '--payload': that is not JSON."),
        (["watch", "--hub", "nonsense"], "'nonsense' is not the URL of a hub."),
        (["plugs", "--hub", "http://127.0.0.1:1"], "No token for the hub at http://127.0.0.1:1."),
    ],
)
def test_wrong_usage_is_a_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.delenv("OWNPLUG_TOKEN", raising=False)
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[0]) == ("", sentence)
    assert run([*arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert (json.loads(out)["message"], err) == (sentence, "")


def test_without_a_hub_the_user_learns_how_to_start_one(
    capsys: pytest.CaptureFixture[str], tmp_path: os.PathLike[str]
) -> None:
    assert run(["--home", str(tmp_path), "plugs", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == "unreachable"
    assert "ownplug hub run" in told["hint"]


def test_a_fault_of_ownplug_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "broken", ("ownplug.cli.main:COMMANDS", "Not a command."))
    assert run(["broken"]) == 1
    assert capsys.readouterr().err.startswith("This is a fault of ownplug: TypeError: ")


# --- what must stay light --------------------------------------------------------------------------

HEAVY = {
    "aiohttp",
    "asyncio",
    "cryptography",
    "fastapi",
    "msgspec",
    "opentelemetry",
    "pydantic",
    "rich",
    "shutil",
    "sqlite3",
    "ssl",
    "starlette",
    "uvicorn",
    "websockets",
}


@pytest.mark.parametrize(
    "program",
    [
        "import ownplug",
        "import ownplug.cli",
        "import ownplug.cli.main",
        "from ownplug.cli.main import run; run(['--help'])",
        "from ownplug.cli.main import run; run(['plgs'])",
    ],
)
def test_what_must_feel_immediate_loads_nothing_heavy(program: str) -> None:
    script = f"{program}\nimport sys\nprint('LOADED', *{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & HEAVY


def test_a_reader_that_goes_away_is_no_error() -> None:
    script = "import sys; from ownplug.cli.main import run; sys.exit(run(['--help']))"
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = subprocess.run(
            [sys.executable, "-c", script], stdout=write_end, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(write_end)
    assert (done.returncode, done.stderr) == (141, "")


def test_the_module_is_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ownplug", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"ownplug, version {__version__}\n"
