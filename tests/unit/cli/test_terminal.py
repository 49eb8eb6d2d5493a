"""The terminal, with keys from a pipe and a plug from the page; `tests/e2e/console` looks at its screen."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from tests.unit.console.scripted import LOG, ScriptedPlug, page_answers, scripted
from tests.unit.core.shell.page import read_page

from ownplug.cli.frame import Frame
from ownplug.cli.terminal import History, ShellCompleter, Terminal, check_terminal
from ownplug.console import Console, SessionSettings
from ownplug.core.errors import LinkBroken, UsageError

if sys.platform == "win32":
    pytest.skip("keys come from a POSIX pipe", allow_module_level=True)

Keys = Callable[[PipeInput, ScriptedPlug, Terminal], Coroutine[Any, Any, None]]
SOON_S = 30.0
IMPATIENT = SessionSettings(answer_timeout_s=0.2, prompt_timeout_s=0.2, echo_timeout_s=0.2)


@pytest.fixture
def answers(reference: Path) -> Mapping[str, bytes]:
    return page_answers(read_page(reference))


class Screen(DummyOutput):
    """Remembers what was written."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data

    write_raw = write


async def converse(answers: Mapping[str, bytes], keys: Keys, file: Path) -> tuple[str, ScriptedPlug]:
    """Sit at a terminal, press these keys, and leave; return what was shown, and the plug."""
    screen = Screen()
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=screen):
        async with asyncio.timeout(SOON_S), scripted(answers, IMPATIENT) as (session, plug):
            terminal = Terminal(Console(session), History(file))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(keys(pipe, plug, terminal))
                await terminal.run()
    return re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", screen.written), plug


async def until(look: Callable[[], object]) -> None:
    for _ in range(3000):
        if look():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not happen")


def types(*lines: str) -> Keys:
    """Press the keys of each line when the one before has been executed."""

    async def press(pipe: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        for line in lines:
            count = len(plug.executed)
            pipe.send_text(f"{line}\r")
            await until(lambda count=count: len(plug.executed) > count)  # type: ignore[misc]  # lambda default
        pipe.send_text("exit\r")

    return press


async def test_a_line_is_sent_and_its_answer_shown(answers: Mapping[str, bytes], tmp_path: Path) -> None:
    shown, plug = await converse(answers, types("meross hw", "ver"), tmp_path / "history")
    assert plug.executed == ["meross hw", "ver"]
    assert "model     :mss310" in shown
    assert "CM4 Image Ver: SDK_V4.6.2" in shown


async def test_tab_completes(answers: Mapping[str, bytes], tmp_path: Path) -> None:
    async def press(pipe: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        pipe.send_text("meross h\t")
        await until(lambda: terminal._prompts.default_buffer.text == "meross hw")
        pipe.send_text("\r")
        await until(lambda: plug.executed)
        pipe.send_text("\x04")

    _, plug = await converse(answers, press, tmp_path / "history")
    assert plug.executed == ["meross hw"]


async def test_ctrl_c_drops_the_line_and_is_not_sent(answers: Mapping[str, bytes], tmp_path: Path) -> None:
    async def press(pipe: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        pipe.send_text("meross crash\x03")
        await types("ver")(pipe, plug, terminal)

    _, plug = await converse(answers, press, tmp_path / "history")
    assert plug.executed == ["ver"]
    assert b"\x03" not in plug.received


@pytest.mark.parametrize(
    ("word", "executed"), [("crash", ["meross crash", "ver"]), ("yes", ["ver"]), ("\x03", ["ver"])]
)
async def test_what_is_dangerous_wants_its_word(
    answers: Mapping[str, bytes], tmp_path: Path, word: str, executed: list[str]
) -> None:
    async def press(pipe: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        pipe.send_text("meross crash\r")
        await until(lambda: terminal._questions.app.is_running)
        pipe.send_text(word if word == "\x03" else f"{word}\r")
        await until(lambda: not terminal._questions.app.is_running)
        await types("ver")(pipe, plug, terminal)

    shown, plug = await converse(answers, press, tmp_path / "history")
    assert plug.executed == executed
    assert "watchdog" in shown
    assert ("nothing was sent" in shown) == (len(executed) == 1)


async def test_what_comes_by_itself_is_shown_and_obeyed_by_nobody(
    answers: Mapping[str, bytes], tmp_path: Path
) -> None:
    async def press(pipe: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        await types("ver")(pipe, plug, terminal)

    odd = {**answers, "ver": LOG + b"\x1b[2J\x9b31mred\r\n"}
    shown, _ = await converse(odd, press, tmp_path / "history")
    assert "event system up" in shown
    assert r"\x1b[2J" in shown


@pytest.mark.slow
async def test_a_failure_is_told_and_the_talk_goes_on(answers: Mapping[str, bytes], tmp_path: Path) -> None:
    async def press(pipe: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        plug.hangs = {"meross hw"}
        await types("meross hw", "ver")(pipe, plug, terminal)

    shown, plug = await converse(answers, press, tmp_path / "history")
    assert "The plug did not answer" in shown
    assert plug.executed == ["meross hw", "ver"]


async def test_ctrl_c_while_the_plug_works_first_warns_and_then_stops_the_waiting(
    answers: Mapping[str, bytes], tmp_path: Path
) -> None:
    async def press(pipe: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        plug.stalls = {"meross scan"}
        pipe.send_text("meross scan\r")
        await until(lambda: "meross scan" in plug.executed)
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.05)
        await types("ver")(pipe, plug, terminal)

    shown, plug = await converse(answers, press, tmp_path / "history")
    assert "Once more stops the waiting" in shown
    assert "the plug goes on with it" in shown
    assert plug.executed == ["meross scan", "ver"]
    assert b"\x03" not in plug.received


async def test_a_plug_without_current_is_waited_for(answers: Mapping[str, bytes], tmp_path: Path) -> None:
    async def press(pipe: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        plug.stalls, plug.echoes = {""}, False
        await until(lambda: terminal._prompts.app.is_running)
        plug.stalls, plug.echoes = set(), True
        await types("ver")(pipe, plug, terminal)

    shown, _ = await converse(answers, press, tmp_path / "history")
    assert "Nothing came from the plug" in shown
    assert "give the plug its current now" in shown
    assert "SDK_V4.6.2" in shown


async def test_a_pulled_cable_ends_the_terminal(answers: Mapping[str, bytes], tmp_path: Path) -> None:
    async def press(_: PipeInput, plug: ScriptedPlug, terminal: Terminal) -> None:
        await until(lambda: terminal._prompts.app.is_running)
        plug.wire.abort()

    with pytest.raises(ExceptionGroup) as caught:
        await converse(answers, press, tmp_path / "history")
    assert caught.group_contains(LinkBroken)


def test_the_history_is_private_and_has_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "home" / "history"
    history = History(file)
    for line in ("meross hw", "config write STA WpaPsk hunter2", "config write AP Channel 6", "odd line"):
        history.append_string(line)
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert "hunter2" not in text
    assert [line for line in text.splitlines() if line.startswith("+")] == [
        "+meross hw",
        "+config write AP Channel 6",
        "+odd line",
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("mer", ["meross"]),
        ("meross f", ["fw", "fac"]),
        ("config read AP Chan", ["Channel"]),
        ("config show net", ["network"]),
        ("nonsense x", []),
    ],
)
def test_completions_stand_in_place_of_the_last_word(line: str, words: list[str]) -> None:
    found = list(ShellCompleter().get_completions(Document(line), None))  # type: ignore[arg-type]  # not looked at
    assert [completion.text for completion in found] == words
    assert {completion.start_position for completion in found} <= {-len(line.rpartition(" ")[2])}


def test_programs_are_sent_elsewhere() -> None:
    with pytest.raises(UsageError) as caught:
        check_terminal(Frame())
    assert "console run" in caught.value.hint
