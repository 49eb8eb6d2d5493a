from __future__ import annotations

import pytest

from ownplug.core.shell import (
    Aside,
    Command,
    DriverText,
    Exchange,
    LogLine,
    ShellReader,
    UnknownCommand,
    read_transcript,
    render_transcript,
)
from ownplug.core.shell.replies import Memory, NotKnown
from ownplug.core.shell.transcript import PROMPT_LINE

LOG = "[T: 7 M: mrs_main C: info F: mrs_main_proc L: 89]: event system up"
CAPTURE = f"""\
normal bootup
$ mero{LOG}
ss mem
heap info:
total:184320
cmd id 0xd5 -- 0x0 seq 0x5
free: 83{LOG}
536
low:  80496
$ nonsense
nonsense unknown command
$ """


def exchanges(text: str = CAPTURE) -> list[Exchange]:
    reader = ShellReader()
    return list(read_transcript([*reader.feed(text.encode()), *reader.flush()]))


def test_a_capture_becomes_what_was_asked_and_answered() -> None:
    start, memory, nonsense, waiting = exchanges()
    assert (start.prompt, start.command, start.reply) == (None, None, None)
    assert memory.command == Command("meross mem")
    assert memory.reply == Memory(total_bytes=184320, free_bytes=83536, low_bytes=80496)
    assert nonsense.command == UnknownCommand("nonsense", "nonsense")
    assert nonsense.reply == NotKnown(word="nonsense")
    assert (waiting.prompt, waiting.typed, waiting.command) == ("$ ", None, None)


def test_what_came_between_is_kept_with_its_place() -> None:
    _, memory, *_ = exchanges()
    places = [(aside.at, aside.column, type(aside.event)) for aside in memory.asides]
    assert places == [(PROMPT_LINE, 6, LogLine), (2, 0, DriverText), (2, 8, LogLine)]
    assert memory.asides[1] == Aside(at=2, column=0, event=DriverText("cmd id 0xd5 -- 0x0 seq 0x5"))


@pytest.mark.parametrize(
    "text", [f"$ ver\nx\n${LOG}\n ver\n", f"$me{LOG}\nross{LOG}\n fac\n", f"$ ${LOG}\n ip\n"]
)
def test_what_broke_into_a_prompt_belongs_to_it(text: str) -> None:
    found = exchanges(text)
    assert found[-1].prompt
    assert {aside.at for aside in found[-1].asides} == {PROMPT_LINE}
    assert "\n".join(render_transcript(found)) == text.removesuffix("\n")


def test_a_capture_is_written_as_it_was() -> None:
    assert render_transcript(exchanges()) == CAPTURE.split("\n")


def test_a_start_at_the_prompt_is_written_as_it_was() -> None:
    text = f"$ F1: 0000 0000\nx{LOG}\ny"
    [only] = exchanges(text)
    assert (only.typed, only.lines) == (None, ("xy",))
    assert render_transcript([only]) == text.split("\n")


def test_an_exchange_is_there_as_soon_as_the_next_one_begins() -> None:
    reader = ShellReader()

    def live() -> object:
        yield from reader.feed(b"$ ver\r\nCM4 Image Ver: x\r\n$ ")
        raise AssertionError("it asked for more than it needs")

    assert next(read_transcript(live())).typed == "ver"  # type: ignore[arg-type]  # it never ends


def test_pieces_of_a_long_line_are_one_line() -> None:
    long = "x" * 40_000
    [only] = exchanges(long + "\n")
    assert only.lines == (long,)


def test_what_was_erased_was_not_typed() -> None:
    [only] = exchanges("$ verx\b \b\nCM4 Image Ver: 1\n")
    assert only.command == Command("ver")
