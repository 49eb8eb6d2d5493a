from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.shell.strategies import LOG_BYTES, WIRE

from ownplug.core.shell import (
    BootLine,
    BootPhase,
    DamagedLog,
    DriverText,
    Echo,
    Event,
    LogLine,
    Prompt,
    ShellReader,
    TextLine,
    encode_text,
    read_transcript,
    render_transcript,
)
from ownplug.core.shell.reader import LONGEST_LINE

LOG = b"[T: 7 M: mrs_main C: info F: mrs_main_proc L: 89]: event system up\r\n"
MOST_HELD = 2 * LONGEST_LINE  # bytes: a line on the wire, and what is held of the one before


def read(*pieces: bytes) -> list[Event]:
    reader = ShellReader()
    return [*(event for piece in pieces for event in reader.feed(piece)), *reader.flush()]


def log(column: int = 0) -> LogLine:
    return LogLine(
        time_ms=7,
        module="mrs_main",
        level="info",
        function="mrs_main_proc",
        line=89,
        message="event system up",
        column=column,
    )


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_a_line_ends_in_cr_lf_or_either(end: bytes) -> None:
    assert read(b"one" + end + end + b"two" + end) == [TextLine("one"), TextLine(""), TextLine("two")]


def test_a_line_that_ends_in_cr_does_not_wait_for_lf() -> None:
    reader = ShellReader()
    assert reader.feed(b"one\r") == [TextLine("one")]
    assert reader.feed(b"\ntwo\n") == [TextLine("two")]


def test_a_prompt_needs_no_line_end_and_what_follows_is_the_echo() -> None:
    reader = ShellReader()
    assert reader.feed(b"done\r\n$") == [TextLine("done")]
    assert reader.feed(b" ") == [Prompt()]
    assert reader.feed(b"meross hw") == []
    assert reader.pending == "meross hw"
    assert reader.feed(b"\r\nhardware info\r\n") == [Echo("meross hw"), TextLine("hardware info")]


def test_a_prompt_that_lost_its_blank_is_one_before_a_command_only() -> None:
    assert read(b"$meross fac\n") == [Prompt("$"), Echo("meross fac")]
    assert read(b"$100\n$\n") == [TextLine("$100"), TextLine("$")]


def test_an_empty_line_at_the_prompt_is_an_empty_echo() -> None:
    assert read(b"$ \r\n$ ver\r\n") == [Prompt(), Echo(""), Prompt(), Echo("ver")]


def test_a_log_line_in_a_word_is_taken_out_and_the_word_is_whole() -> None:
    assert read(b"total:184" + LOG + b"320\r\n") == [log(9), TextLine("total:184320")]


def test_a_log_line_behind_a_whole_line_leaves_that_line_alone() -> None:
    assert read(b"total:184320" + LOG + b"\r\nfree: 1\r\n") == [
        log(12),
        TextLine("total:184320"),
        TextLine("free: 1"),
    ]


def test_log_lines_at_a_prompt_leave_it_waiting() -> None:
    assert read(b"$ " + LOG + LOG + b"meross" + LOG + b" hw\r\n") == [
        Prompt(),
        log(),
        log(),
        log(6),
        Echo("meross hw"),
    ]


def test_a_log_line_in_the_prompt_does_not_hide_it() -> None:
    assert read(b"$" + LOG + b" ver\r\n") == [log(1), Prompt(), Echo("ver")]


def test_a_log_line_in_a_log_line_leaves_both() -> None:
    outer = b"[T: 5 M: ping C: info F: ping_send L: 194]: [ping]: pi" + LOG + b"ng: send\r\n"
    inner, whole = read(outer)
    assert inner == log(column=len(b"[T: 5 M: ping C: info F: ping_send L: 194]: [ping]: pi"))
    assert isinstance(whole, LogLine)
    assert (whole.time_ms, whole.message) == (5, "[ping]: ping: send")


def test_a_log_line_in_a_character_leaves_it_whole() -> None:
    assert read(b"caf" + "é".encode()[:1] + LOG + "é".encode()[1:] + b"\r\n")[-1] == TextLine("café")


def test_a_damaged_log_line_ends_the_line_it_broke_into() -> None:
    assert read(b'\t\t"sysOnlineT[T wifi C: erro\r\n\t}\r\n') == [
        DamagedLog(text="[T wifi C: erro", module="wifi", column=13),
        TextLine('\t\t"sysOnlineT'),
        TextLine("\t}"),
    ]


def test_a_damaged_log_line_at_the_prompt_leaves_it_waiting() -> None:
    assert read(b"$ [T wifi C: erro\r\nver\r\n") == [
        Prompt(),
        DamagedLog(text="[T wifi C: erro", module="wifi"),
        Echo("ver"),
    ]


def test_driver_text_is_an_event_wherever_it_begins() -> None:
    call = b"cmd id 0xd5 -- 0x0 seq 0x5\r\n"
    assert read(call + b"router" + call + b" mac:x\r\n$ " + call + b"ver\r\n") == [
        DriverText("cmd id 0xd5 -- 0x0 seq 0x5"),
        DriverText("cmd id 0xd5 -- 0x0 seq 0x5", column=6),
        TextLine("router mac:x"),
        Prompt(),
        DriverText("cmd id 0xd5 -- 0x0 seq 0x5"),
        Echo("ver"),
    ]


def test_a_start_ends_the_prompt() -> None:
    assert read(b"$ F1: 0000 0000\r\nhello\r\n") == [
        Prompt(),
        BootLine("F1: 0000 0000", BootPhase.BROM),
        TextLine("hello"),
    ]


def test_bytes_that_are_no_text_survive() -> None:
    [line] = read(b"R\xff\xfe\x80\r\n")
    assert isinstance(line, TextLine)
    assert encode_text(line.text) == b"R\xff\xfe\x80"


def test_half_a_line_is_given_out_at_the_end_and_marked() -> None:
    assert read(b"one\r\ntw") == [TextLine("one"), TextLine("tw", cut=True)]
    assert read(b"$ ver") == [Prompt(), Echo("ver", cut=True)]
    assert read(b"tot" + LOG) == [log(3), TextLine("tot", cut=True)]


def test_a_reader_can_be_used_again_after_its_end() -> None:
    reader = ShellReader()
    reader.feed(b"$ half")
    reader.flush()
    assert reader.feed(b"whole\r\n") == [TextLine("whole")]


@pytest.mark.parametrize("size", [1, 1000, LONGEST_LINE, 10 * LONGEST_LINE])
def test_a_line_that_is_too_long_comes_in_pieces(size: int) -> None:
    data = b"x" * (2 * LONGEST_LINE + 5)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    events = read(*pieces, b"\nnext\n")
    assert [(len(event.text), event.cut) for event in events if isinstance(event, TextLine)] == [
        (LONGEST_LINE, True),
        (LONGEST_LINE, True),
        (5, False),
        (4, False),
    ]


@pytest.mark.slow
def test_no_bytes_make_it_hold_more_than_a_few_lines() -> None:
    for unit in (b"x", b"\xff", b"[T: 1 M: ", b"x" + LOG, b"$ ", b"$" + LOG, "é".encode()):
        reader = ShellReader()
        for _ in range(12):
            reader.feed(unit * 4000)
            assert len(encode_text(reader.pending)) <= MOST_HELD, unit


@pytest.mark.slow
def test_a_wire_full_of_half_log_lines_is_read_in_time() -> None:
    for unit in (
        b"[T",
        b"[T: ",
        b"[T: 0",
        b"[T: 1 M: a C: b F: c L: 1",
        b"[T a C: ",
        b"[T ",
        b"cmd id 0x",
        b"$ ",
    ):
        read(unit * (1_000_000 // len(unit)), b"\n")
        read(*[unit * (16_000 // len(unit)) + b"\n"] * 100)


def test_a_prompt_after_a_prompt_is_one_more() -> None:
    assert read(b"$ $ ver\r\n") == [Prompt(), Prompt(), Echo("ver")]


@given(WIRE, st.lists(st.integers(0, 400), max_size=8))
def test_events_do_not_depend_on_how_the_bytes_come(data: bytes, places: list[int]) -> None:
    cuts = sorted({0, len(data), *(place for place in places if place < len(data))})
    pieces = [data[start:end] for start, end in itertools.pairwise(cuts)]
    assert read(*pieces) == read(data)


@given(WIRE)
def test_events_do_not_depend_on_how_the_bytes_come_one_by_one(data: bytes) -> None:
    assert read(*(data[at : at + 1] for at in range(len(data)))) == read(data)


@given(WIRE)
def test_nothing_that_was_read_is_lost(data: bytes) -> None:
    text = "\n".join(render_transcript(read_transcript(read(data))))
    ends = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert encode_text(text) in {ends, ends.removesuffix(b"\n")}  # the end of the last line may be missing


@given(st.lists(st.sampled_from(["meross hw", "total:5", "", "a b", "é[", "$x", "0"]), max_size=6), st.data())
def test_a_log_line_anywhere_changes_nothing_else(lines: list[str], data: st.DataObject) -> None:
    text = "".join(f"{line}\n" for line in lines).encode()
    at = data.draw(st.integers(0, len(text)))
    broken = text[:at] + data.draw(LOG_BYTES) + text[at:]
    events = read(broken)
    assert [event for event in events if not isinstance(event, LogLine)] == read(text)
    assert sum(isinstance(event, LogLine) for event in events) == 1


@given(st.binary(max_size=200))
def test_noise_is_text(data: bytes) -> None:
    assert all(event is not None for event in read(data, LOG))
